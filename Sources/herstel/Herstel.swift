import ArgumentParser
import Glibc
import Runs

/// The command line: parsing and printing only.
@main
struct Herstel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "herstel",
        abstract: "Fit what a crisis did to learning, simulate what money does about it, compare, publish as CSV.",
        discussion: """
            Start with a scenario file:

              herstel run scenarios/np-onderwijs.yaml
                  fit, simulate, compare; writes runs/np-onderwijs/
              herstel explain scenarios/np-onderwijs.yaml
                  every number that it rests on, with its source
              herstel allocate scenarios/np-onderwijs.yaml
                  the money only: every amount with its rule, who gets how much
              herstel fit models/engzell2021.yaml
                  growth, deviation, equity gap and verdicts only
              herstel check FILE ...
                  find mistakes in model, scenario, study and truth files
              herstel diff runs/before runs/after
                  which conclusions changed, and which inputs differ
              herstel batch plan studies/severity-by-rules.yaml
                  a study of many variants of a scenario, here or on a compute server
              herstel synth models/synthetic.yaml --output scores.csv
                  synthetic microdata of any size, drawn from a declared truth

            Results go to files and standard output, everything else to standard error.
            Exit codes: 0 done, 1 the run failed, 2 wrong usage or input, 130 stopped by Ctrl-C.
            """,
        version: herstelVersion,
        subcommands: [
            Run.self, Fit.self, Simulate.self, Allocate.self, Check.self, Explain.self, Diff.self, Batch.self,
            Synth.self,
        ])

    static func main() {
        Interrupt.install()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            Glibc.exit(Failure.report(error))
        }
    }
}

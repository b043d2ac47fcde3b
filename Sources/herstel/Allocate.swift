import ArgumentParser
import Runs

/// `herstel allocate`.
struct Allocate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Allocate a scenario file's money: every amount with its rule, and who gets how much.",
        discussion: """
            Fits and simulates nothing; a file without outcomes will do. Writes
            allocation.csv, allocation_summary.csv, spending.csv, assumptions.csv.
            """)

    @Argument(help: "The scenario file (YAML).")
    var scenario: String

    @Option(help: "The folder for the results. [default: runs/ and the scenario file's name with -allocation]")
    var output: String?

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print each step and the time it took on standard error.")
    var verbose = false

    func run() throws {
        let steps = Steps(isVerbose: verbose)
        let money = try steps.step("schools read, money allocated") { try AllocatedMoney(path: scenario) }
        steps.note("money alone", seconds: money.plan.secondsAllocating)
        let folder = output ?? "runs/\(money.plan.file.name)-allocation"
        let tables = try steps.step("tables written") {
            try money.write(to: folder, command: ["allocate", scenario])
        }
        guard !quiet else { return }
        print(AllocationReport(plan: money.plan).text)
        print(Closing(folder: folder, tables: tables, draws: nil).text)
    }
}

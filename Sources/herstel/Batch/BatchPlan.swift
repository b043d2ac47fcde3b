import ArgumentParser
import Runs
import Specifications

/// `herstel batch plan`.
struct BatchPlan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Number the work of a study, and tell what it will cost.")

    @Argument(help: "The study file (YAML).")
    var study: String

    @Option(help: "The study's folder. [default: runs/ and the study file's name]")
    var output: String?

    @Flag(help: "Print the plan; write nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func run() throws {
        let folder = StudyFolder(output ?? Self.folder(of: study))
        var plan = try StudyPlan(Study(path: study))
        if !dryRun { plan = try plan.write(to: folder) }
        guard !quiet else { return }
        print(StudyReport(plan: plan).text)
        print(
            dryRun
                ? "\nNothing was written."
                : "\nPlanned in \(folder.path)/ (plan.json, study.csv). Next: herstel batch submit \(StatusReport.shellWord(folder.path))"
        )
    }

    /// Where a study file is planned unless told otherwise.
    static func folder(of path: String) -> String { "runs/" + fileStem(of: path) }
}

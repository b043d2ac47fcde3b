import ArgumentParser
import Runs

/// `herstel batch`.
struct Batch: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Studies of many scenarios: plan, run on a compute server or here, watch, join.",
        discussion: """
            A study file names a scenario file and what to vary in it. Its folder is all the state there is: any number of
            machines that share it may work on it, and everything may be done twice.

              herstel batch plan studies/severity-by-rules.yaml
                  number the work and tell what it will cost; writes runs/severity-by-rules/
              herstel batch submit runs/severity-by-rules
                  submit it to Slurm, with a job that joins the results; or --engine local, parallel, pbs
              herstel batch status runs/severity-by-rules
              herstel batch retry runs/severity-by-rules
                  only what is missing or damaged
              herstel batch merge runs/severity-by-rules
                  join by hand; results in runs/severity-by-rules/results/
            """,
        subcommands: [
            BatchPlan.self, BatchSubmit.self, BatchStatus.self, BatchRetry.self, BatchMerge.self, BatchWork.self,
        ])
}

/// The folder of a study on the command line.
struct StudyArgument: ParsableArguments {
    @Argument(help: "The study's folder, as 'herstel batch plan' printed it.")
    var folder: String

    /// The folder; a study file's name stands for the folder that it is planned in by default.
    var study: StudyFolder {
        StudyFolder(folder.hasSuffix(".yaml") || folder.hasSuffix(".yml") ? BatchPlan.folder(of: folder) : trimmed)
    }

    private var trimmed: String {
        var path = folder
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}

import ArgumentParser
import Runs

/// `herstel batch status`.
struct BatchStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Which units of a study are done, running, failed or missing, and the time left.")

    @OptionGroup var argument: StudyArgument

    @Flag(help: "Do not ask Slurm; look at files only.")
    var offline = false

    func run() throws {
        let folder = argument.study
        let status = try StudyStatus(in: folder, asksSlurm: !offline)
        print(StatusReport(status: status, folder: folder).text)
    }
}

/// What `herstel batch status` prints.
struct StatusReport {
    let status: StudyStatus
    let folder: StudyFolder

    var text: String {
        var lines = [
            "\(status.plan.name): \(counted(status.plan.unitCount, "unit")) of \(counted(status.plan.variants.count, "variant"))"
        ]
        func row(_ name: String, _ units: [Int], _ more: String = "") {
            guard !units.isEmpty || name == "done" else { return }
            let count = String(repeating: " ", count: max(0, 8 - "\(units.count)".count)) + "\(units.count)"
            let padded = name + String(repeating: " ", count: max(0, 10 - name.count))
            lines.append("  \(padded)\(count)\(more.isEmpty ? "" : "  \(more)")")
        }
        row("done", status.done, "\(status.done.count * 100 / max(1, status.plan.unitCount))%")
        row(
            "running", status.running,
            "on \(counted(status.hosts.count, "machine")), \(status.runningShare)% of their draws")
        row("queued", status.queued)
        row("failed", status.failed.map(\.unit), "units \(StudyStatus.ranges(status.failed.map(\.unit)))")
        row(
            "lost", status.lost,
            "units \(StudyStatus.ranges(status.lost)): no sign of life, killed or without a machine")
        row("missing", status.missing, "not begun")
        for failure in status.failed.prefix(3) {
            lines.append("  unit \(failure.unit) on \(failure.place.host): \(failure.message)")
        }
        for (reason, tasks) in status.reasons { lines.append("  Slurm: \(counted(tasks, "task")) waiting (\(reason))") }
        for (end, tasks) in Dictionary(grouping: status.ends.keys, by: { status.ends[$0] ?? "" }).sorted(by: {
            $0.key < $1.key
        }) {
            lines.append(
                "  Slurm: \(counted(tasks.count, "task")) ended as \(end) (\(StudyStatus.ranges(Array(tasks))))")
        }
        if status.isQueueUnknown { lines.append("  Slurm gave no answer about the jobs of this study; files only.") }
        lines.append(timeLine)
        lines.append(next)
        return Terminal.printable(lines.filter { !$0.isEmpty }.joined(separator: "\n"))
    }

    private var timeLine: String {
        guard status.done.count < status.plan.unitCount else { return "" }
        guard let seconds = status.secondsLeft else {
            return "  nothing is running; \(Quantity.seconds(status.secondsOfWork)) of work left for one task at a time"
        }
        return "  about \(Quantity.seconds(seconds)) left at this pace"
    }

    private var next: String {
        let name = Self.shellWord(folder.path)
        if status.done.count == status.plan.unitCount {
            if status.hasResults { return "Results are in \(folder.results)/." }
            return "All units are done. Unless a job does so, join them with: herstel batch merge \(name)"
        }
        if !status.queued.isEmpty || !status.running.isEmpty { return "" }
        guard status.wasBegun else { return "Start it with: herstel batch submit \(name)" }
        return (status.hasResults ? "Results of an earlier merge are in \(folder.results)/. " : "")
            + "Go on with: herstel batch retry \(name)"
            + (status.wasSubmitted ? "; what jobs printed is in \(folder.logs)/" : "")
    }

    /// A path as a word of a shell, to be copied.
    static func shellWord(_ path: String) -> String { (try? ShellWord.quoted(path)) ?? path }
}

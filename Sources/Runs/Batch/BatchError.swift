/// What can go wrong with a study's folder, its work units and its jobs.
public enum BatchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder holds no plan.
    case noPlan(folder: String)
    /// The folder cannot be a study's.
    case badFolder(path: String, reason: String)
    /// The plan cannot be used.
    case badPlan(path: String, reason: String)
    /// The folder holds the plan of another study, or of another version of this one, with work done.
    case otherPlan(folder: String, difference: String)
    /// A file that the study rests on is not what it was when the study was planned.
    case changedInput(path: String, folder: String)
    /// The folder in which the study was planned cannot be entered.
    case noDirectory(path: String, reason: String)
    /// A unit was told to stop.
    case stopped(unit: Int, kept: Int, draws: Int, path: String)
    /// Variants have tables that do not fit together.
    case otherColumns(table: String, variant: Int, folder: String)
    /// Another version of the program planned the study.
    case otherVersion(planned: String, folder: String)
    /// The study has no such unit or task.
    case noSuchUnit(Int, count: Int)
    /// Units are missing, so that the results cannot be made.
    case incomplete(folder: String, missing: [Int], units: Int)
    /// Some of the units that were to be done failed, each for a reason told before.
    case failedUnits([Int], of: Int)
    /// The variant cannot be read as a scenario.
    case badVariant(number: Int, description: String, reason: String)
    /// A scheduler's program is not there, failed or did not answer.
    case scheduler(program: String, reason: String)
    /// Jobs of the study are in the queue already.
    case alreadySubmitted(job: String, tasks: Int)

    /// Whether somebody asked for it.
    var isStop: Bool { if case .stopped = self { true } else { false } }

    /// The message.
    public var description: String {
        switch self {
        case .noPlan(let folder):
            "\(folder): no study is planned here (plan.json). Plan it first: herstel batch plan STUDY --output \(shellWord(folder))"
        case .badFolder(let path, let reason): "\(path): \(reason). Choose another folder with --output."
        case .badPlan(let path, let reason):
            "\(path): the plan cannot be used: \(reason). Plan the study again: herstel batch plan."
        case .otherPlan(let folder, let difference):
            "\(folder): holds work on another plan: \(difference). Choose another folder with --output, or remove this one."
        case .changedInput(let path, let folder):
            "\(path): the file has changed since the study in \(folder) was planned. Undo the change, or plan again in "
                + "another folder with --output."
        case .noDirectory(let path, let reason):
            "\(path): the study was planned in this folder, which cannot be entered here: \(reason). Paths of its files start "
                + "there: work on a machine that has it, or plan again."
        case .stopped(let unit, let kept, let draws, let path):
            "unit \(unit) was stopped before its end; \(kept) of its \(draws) draws are kept in \(path). It goes on from these "
                + "when it is started again."
        case .otherColumns(let table, let variant, let folder):
            "\(folder): \(table) of variant \(variant) has other columns than that of variants before it, so that they cannot "
                + "stand in one table. Leave the table out of the study's tables, or divide the study."
        case .otherVersion(let planned, let folder):
            "\(folder): the study was planned by herstel \(planned); this is \(herstelVersion). Use that version, or plan again."
        case .noSuchUnit(let number, let count): "\(number): no such number; expected 1 to \(count)."
        case .incomplete(let folder, let missing, let units):
            "\(folder): \(missing.count) of \(units) units are missing or damaged (\(numberRanges(missing))). Do them with: "
                + "herstel batch retry \(shellWord(folder))"
        case .failedUnits(let units, let count):
            "\(units.count) of \(count) units failed (\(numberRanges(units))); the reasons stand above."
        case .badVariant(let number, let description, let reason):
            "variant \(number) (\(description)) is no scenario that can be simulated:\n\(reason)"
        case .scheduler(let program, let reason): "\(program): \(reason)"
        case .alreadySubmitted(let job, let tasks):
            "job \(job) of this study is in the queue with \(tasks) tasks. Wait for it (herstel batch status), or cancel it "
                + "(scancel \(job))."
        }
    }
}

/// A path as a word of a shell, to be copied from a message.
func shellWord(_ path: String) -> String { (try? ShellWord.quoted(path)) ?? path }

/// Numbers in increasing order, runs of them shortened: `1-3,7`. At most twenty runs; an ellipsis stands for the rest.
func numberRanges(_ numbers: [Int], limit: Int = 20) -> String {
    var runs: [(first: Int, last: Int)] = []
    for number in numbers.sorted() {
        if let last = runs.last, number <= last.last + 1 {
            runs[runs.count - 1].last = max(last.last, number)
        } else {
            runs.append((number, number))
        }
    }
    let words = runs.prefix(limit).map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
    return words.joined(separator: ",") + (runs.count > limit ? ",..." : "")
}

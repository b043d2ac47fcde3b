import Foundation
import Tables

/// How it stands with a unit.
public enum UnitState: Sendable, Equatable {
    /// Its draws are computed, or its variant has its tables.
    case done
    /// A process works on it.
    case running(UnitClaim)
    /// A process began it and has given no sign of life for a long time.
    case lost(UnitClaim)
    /// It ended with an error.
    case failed(UnitFailure)
    /// Nothing is known of it.
    case missing

    /// Whether it must be begun, or begun again.
    public var isToDo: Bool {
        switch self {
        case .done, .running: false
        case .lost, .failed, .missing: true
        }
    }
}

/// How it stands with a study, from the names of its files; few of them are read and nothing is checked, which
/// ``StudyMerge`` does.
public struct StudyState: Sendable {
    /// The plan.
    public let plan: StudyPlan
    /// The state of each unit, the first of unit 1.
    public let units: [UnitState]

    /// Looks at a study's folder.
    ///
    /// - Throws: ``BatchError``.
    public init(in folder: StudyFolder) throws {
        try self.init(StudyPlan(in: folder), in: folder)
    }

    /// Looks at the folder of a plan that was read before.
    ///
    /// A process that gave a sign of life lately is taken to be there, unless it was one of this machine and is gone, or one of
    /// a job that Slurm has no more.
    ///
    /// - Parameters:
    ///   - jobs: Jobs that were submitted; see ``JobRecord/all(in:)``.
    ///   - queue: What Slurm says of them; nil when nothing is known. See ``Slurm/queue(_:timeout:)``.
    /// - Throws: ``Tables/TableError/unreadable(file:reason:)`` when the units' folder is there and cannot be listed.
    public init(
        _ plan: StudyPlan, in folder: StudyFolder, jobs: [JobRecord] = [], queue: [Int: QueuedTask]? = nil
    ) throws {
        self.plan = plan
        let files = try UnitFileNames(in: folder)
        let whole = Self.variantsWithTables(plan, folder)
        units = (1...plan.unitCount).map { unit in
            if files.done.contains(unit) || whole.contains((unit - 1) / plan.shards + 1) { return .done }
            let state = files.unfinishedState(of: unit, in: folder)
            guard case .running(let claim) = state, claim.isGoneFromHere || claim.isGone(from: queue, of: jobs) else {
                return state
            }
            return .lost(claim)
        }
    }

    /// The state of a unit by its number.
    public subscript(unit: Int) -> UnitState { units[unit - 1] }

    /// The numbers of the units that are neither done nor being done.
    public var unitsToDo: [Int] { numbers { $0.isToDo } }

    /// The numbers of the units for which something holds.
    public func numbers(where isWanted: (UnitState) -> Bool) -> [Int] {
        units.indices.filter { isWanted(units[$0]) }.map { $0 + 1 }
    }

    /// The variants with a `run.json`, which is written last.
    private static func variantsWithTables(_ plan: StudyPlan, _ folder: StudyFolder) -> Set<Int> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.variants)) ?? []
        return Set(
            names.compactMap { Int($0) }.filter {
                $0 <= plan.variants.count && access(folder.variant($0) + "/run.json", F_OK) == 0
            })
    }
}

extension UnitClaim {
    /// Whether its process was one of this machine and is no more. Another process may have got its number: then it is taken
    /// to be there until its last sign of life is old.
    fileprivate var isGoneFromHere: Bool {
        guard place.host == WorkPlace.here().host, let process = pid_t(exactly: place.process), process > 0 else {
            return false
        }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// Whether it was one of these jobs' tasks, of which the queue holds no more.
    fileprivate func isGone(from queue: [Int: QueuedTask]?, of jobs: [JobRecord]) -> Bool {
        guard let queue, let words = place.job?.split(separator: "_"), words.count == 2, let job = Int(words[0]),
            let task = Int(words[1]), jobs.contains(where: { $0.arrayJob == job })
        else { return false }
        return queue[task]?.job != job
    }
}

/// Which files there are of units.
private struct UnitFileNames {
    private(set) var done: Set<Int> = []
    private var running: Set<Int> = []
    private var failed: Set<Int> = []
    /// nil when the folder cannot be written to; this machine's clock then has to do.
    private let clock: FileSystemClock?

    init(in folder: StudyFolder) throws(TableError) {
        for name in try Self.names(in: folder.units) {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let unit = Int(parts[0]) else { continue }
            switch parts[1] {
            case "done": done.insert(unit)
            case "running": running.insert(unit)
            case "failed": failed.insert(unit)
            default: continue
            }
        }
        clock = running.isEmpty ? nil : FileSystemClock(of: folder.units) ?? FileSystemClock()
    }

    /// None when the folder is not there yet.
    private static func names(in path: String) throws(TableError) -> [String] {
        guard access(path, F_OK) == 0 else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .unreadable(file: path, reason: "its files cannot be listed")
        }
    }

    /// The state of a unit that is not done.
    func unfinishedState(of unit: Int, in folder: StudyFolder) -> UnitState {
        let path = folder.running(unit)
        // The process may remove its claim at any moment.
        if running.contains(unit), let age = clock?.age(of: path), let claim: UnitClaim = StudyFolder.read(path) {
            return age < UnitClaim.lifetime ? .running(claim) : .lost(claim)
        }
        if failed.contains(unit), let failure: UnitFailure = StudyFolder.read(folder.failed(unit)) {
            return .failed(failure)
        }
        return access(folder.done(unit), F_OK) == 0 ? .done : .missing
    }
}

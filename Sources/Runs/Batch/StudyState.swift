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
        self.init(try StudyPlan(in: folder), in: folder)
    }

    /// Looks at the folder of a plan that was read before.
    public init(_ plan: StudyPlan, in folder: StudyFolder) {
        self.plan = plan
        let files = UnitFileNames(in: folder)
        let whole = Self.variantsWithTables(plan, folder)
        units = (1...plan.unitCount).map { unit in
            if files.done.contains(unit) || whole.contains((unit - 1) / plan.shards + 1) { return .done }
            return files.unfinishedState(of: unit, in: folder)
        }
    }

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

/// Which files there are of units.
private struct UnitFileNames {
    private(set) var done: Set<Int> = []
    private var running: Set<Int> = []
    private var failed: Set<Int> = []
    /// nil when the folder cannot be written to; this machine's clock then has to do.
    private let clock: FileSystemClock?

    init(in folder: StudyFolder) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.units)) ?? [] {
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

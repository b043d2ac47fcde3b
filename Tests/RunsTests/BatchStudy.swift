import Foundation
import Scenarios
import Specifications
import Synchronization
import TestSupport

@testable import Runs

/// Remarks for standard error.
final class BatchNotes: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
}

/// A small study made in memory, and folders in which it is done.
struct BatchStudy {
    let small: SmallScenario
    let plan: StudyPlan
    let notes = BatchNotes()

    init(
        variants: Int = 8, shards: Int = 4, draws: Int = 100,
        tables: [String] = ["trajectories", "comparison", "ranking"],
        trajectories: TrajectoryDetail = .national, sensitivity: Int = 0, directory: String? = nil
    ) throws {
        small = try SmallScenario()
        let paths = [small.path, small.folder.file("schools.csv")]
        let inputs = try paths.map {
            StudyPlan.Input(path: $0, sha256: sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: $0)))))
        }
        plan = StudyPlan(
            version: herstelVersion, name: "small", title: "A small study",
            directory: directory ?? FileManager.default.currentDirectoryPath, study: inputs[0], base: small.path,
            inputs: inputs, estimates: [], draws: draws, shards: shards, seed: 1, sampling: .independent,
            sensitivity: sensitivity, tables: tables, trajectories: trajectories,
            factors: [StudyFactor(name: "replication", isNumeric: true, description: "seed")],
            variants: (1...variants).map { number in
                StudyVariant(
                    number: number, name: "", levels: ["\(number)"],
                    overrides: [SpecificationOverride(path: "seed", value: "\(number)")])
            },
            resources: JobResources(), unitsPerTask: 1,
            cost: StudyCost(
                preparation: 0.1, draw: 0.1, summary: 0.1, sizes: Array(repeating: 1, count: variants), memory: 1,
                tableBytes: 1, drawBytes: 1))
    }

    /// A new folder with the plan.
    func folder(_ name: String) throws -> StudyFolder {
        let folder = StudyFolder(small.folder.file(name))
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: false)
        try Data(try plan.json).write(to: URL(fileURLWithPath: folder.plan))
        return folder
    }

    /// Does some units, one after the other.
    @discardableResult
    func work(_ units: some Sequence<Int>, in folder: StudyFolder, threads: Int = 1) throws -> [UnitOutcome] {
        let work = try StudyWork(in: folder)
        return try units.map { try work.run(unit: $0, threads: threads, note: { [notes] in notes.add($0) }) }
    }

    /// Every file below a folder by path.
    static func files(_ folder: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        return Dictionary(
            uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: folder + "/" + $0) ?? Data()) })
    }
}

extension BatchStudy {
    /// Does some units in their order on several threads, each with a ``StudyWork`` of its own, as processes would.
    func workAtOnce(_ units: [Int], in folder: StudyFolder, workers: Int) throws {
        let next = Mutex(0)
        let errors = Mutex<[any Error]>([])
        let notes = notes
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            do {
                let work = try StudyWork(in: folder)
                while true {
                    let index = next.withLock { next in
                        defer { next += 1 }
                        return next
                    }
                    guard index < units.count else { return }
                    _ = try work.run(unit: units[index], threads: 1, note: { notes.add($0) })
                }
            } catch {
                errors.withLock { $0.append(error) }
            }
        }
        for error in errors.withLock({ $0 }) { throw error }
    }

    /// Merges, and does the units that a merge says are missing until there are none.
    ///
    /// - Returns: The results, and how often units were missing.
    func mergeWithRetries(_ folder: StudyFolder) throws -> (files: [String: Data], retries: Int) {
        for retries in 0..<4 {
            do {
                try StudyMerge(in: folder).merge(threads: 2, note: { [notes] in notes.add($0) })
                return (try Self.files(folder.results), retries)
            } catch BatchError.incomplete(_, let missing, _) {
                try work(missing, in: folder)
            }
        }
        throw BatchError.noSuchUnit(0, count: 0)
    }
}

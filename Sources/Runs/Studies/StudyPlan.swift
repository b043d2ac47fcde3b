import Foundation
import Scenarios
import Specifications

/// A study made ready for work: what `plan.json` in its folder holds. Nothing that work units do hangs on anything else.
public struct StudyPlan: Codable, Sendable {
    /// A file that the base scenario rests on.
    public struct Input: Codable, Sendable, Equatable {
        /// Its path as the user gave it, from ``directory``.
        public let path: String
        /// Its SHA-256 when the study was planned.
        public let sha256: String
    }

    /// The format of the file.
    var formatVersion = 1
    /// The program's version.
    public let version: String
    /// The study's name.
    public internal(set) var name: String
    /// The study's title.
    public internal(set) var title: String
    /// The folder in which the study was planned, absolute; paths of files start there.
    public let directory: String
    /// The study file.
    public internal(set) var study: Input
    /// The base scenario's path.
    public let base: String
    /// Files that the base scenario rests on, itself first.
    public let inputs: [Input]
    /// What is drawn from the base scenario's fitted models, as fitted here: every machine draws from these.
    public internal(set) var estimates: [DrawnEstimate]
    /// Draws of each variant.
    public let draws: Int
    /// Parts that each variant's draws are divided into.
    public let shards: Int
    /// The seed of the base scenario.
    public let seed: UInt64
    /// How uncertain inputs are drawn.
    public let sampling: SamplingDesign
    /// Base samples of each sensitivity analysis; 0 for none.
    public let sensitivity: Int
    /// Names of the tables to keep of each variant.
    public let tables: [String]
    /// How much of the trajectories is kept.
    public let trajectories: TrajectoryDetail
    /// What is varied.
    public let factors: [StudyFactor]
    /// The variants, numbered from 1.
    public let variants: [StudyVariant]
    /// What each job needs.
    public internal(set) var resources: JobResources
    /// Work units that one task does.
    public internal(set) var unitsPerTask: Int
    /// What the work is expected to take.
    public internal(set) var cost: StudyCost

    private enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case unitsPerTask = "units_per_task"
        case version, name, title, directory, study, base, inputs, estimates, draws, shards, seed, sampling, sensitivity
        case tables, trajectories, factors, variants, resources, cost
    }

    /// The number of work units: a part of a variant each, numbered from 1, variant by variant.
    public var unitCount: Int { variants.count * shards }

    /// The number of tasks of a job array.
    public var taskCount: Int { (unitCount + unitsPerTask - 1) / unitsPerTask }

    /// A work unit; nil when there is none of that number.
    public func unit(_ number: Int) -> WorkUnit? {
        guard 1 <= number, number <= unitCount,
            let part = ShardPart(index: (number - 1) % shards + 1, count: shards)
        else { return nil }
        return WorkUnit(number: number, variant: (number - 1) / shards + 1, part: part)
    }

    /// The numbers of a variant's units.
    public func units(ofVariant number: Int) -> ClosedRange<Int> { ((number - 1) * shards + 1)...(number * shards) }

    /// The numbers of a task's units; empty when there is no such task.
    public func units(ofTask number: Int) -> Range<Int> {
        guard 1 <= number, number <= taskCount else { return 0..<0 }
        return ((number - 1) * unitsPerTask + 1)..<(min(unitCount, number * unitsPerTask) + 1)
    }

    /// The task that does a unit.
    public func task(ofUnit number: Int) -> Int { (number - 1) / unitsPerTask + 1 }

    /// A variant by its number.
    public func variant(_ number: Int) -> StudyVariant { variants[number - 1] }
}

/// A part of a variant's draws: what one process computes at a time.
public struct WorkUnit: Sendable, Equatable {
    /// Its number in the study, from 1.
    public let number: Int
    /// The number of its variant.
    public let variant: Int
    /// Which part of the variant's draws.
    public let part: ShardPart
}

/// What a study is expected to take, measured where it was planned.
public struct StudyCost: Codable, Sendable, Equatable {
    /// Fitting the models and allocating the money, once for each unit, s of one core.
    public let preparation: Double
    /// A draw of the base scenario, s of one core.
    public let draw: Double
    /// Summarising a variant and writing its tables, s of one core.
    public let summary: Double
    /// The work of each variant's draws, relative to the base scenario's.
    public let sizes: [Double]
    /// Bytes of memory of a unit.
    public let memory: Int
    /// Bytes of a variant's tables.
    public let tableBytes: Int
    /// Bytes of a draw while it is kept.
    public let drawBytes: Int
    /// Tables that are to be kept and that the base scenario does not have.
    public var absentTables: [String] = []
}

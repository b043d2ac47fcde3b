import Scenarios
import Specifications

/// A study file: a scenario file, which numbers of it to vary and how, and how to divide the work.
public struct Study: Sendable {
    /// The file's path as the user gave it.
    public let path: String
    /// The file's name without folder and extension.
    public let name: String
    /// The bytes of the file.
    public let bytes: [UInt8]
    /// One line on what is studied.
    public let title: String
    /// The path of the scenario file that is varied.
    public let base: String
    /// Draws of each variant.
    public let draws: Int
    /// Parts that each variant's draws are divided into.
    public let shards: Int
    /// How uncertain inputs are drawn.
    public let sampling: SamplingDesign
    /// Base samples of each variant's sensitivity analysis; 0, the default, for none.
    public let sensitivity: Int
    /// Names of the tables to keep of each variant.
    public let tables: [String]
    /// Whether trajectories are kept for all schools together only, or also by quintile and grade.
    public let trajectories: TrajectoryDetail
    /// What is varied, in the order of the file; columns of `study.csv`.
    public let factors: [StudyFactor]
    /// The variants in order, numbered from 1.
    public let variants: [StudyVariant]
    /// What each job needs.
    public let resources: JobResources
}

/// Something that a study varies: a column of `study.csv`.
public struct StudyFactor: Codable, Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Whether its levels are numbers.
    public let isNumeric: Bool
    /// What it changes, for people: the paths, with `x` before those that are multiplied.
    public let description: String
}

/// One cell of a study's design: the base scenario with some values changed.
public struct StudyVariant: Codable, Sendable, Equatable {
    /// Its number, from 1.
    public let number: Int
    /// Its name in a list of variants; empty elsewhere.
    public let name: String
    /// The level of each factor, in their order; empty where a list leaves one as it is.
    public let levels: [String]
    /// The changes to the base scenario.
    public let overrides: [SpecificationOverride]
}

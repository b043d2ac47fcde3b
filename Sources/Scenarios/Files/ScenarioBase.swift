import Specifications

/// A scenario file parsed once, of which any number of variants are read: the file with some values changed.
///
/// Not to be shared between threads; each has one of its own.
public struct ScenarioBase {
    private let file: SpecificationFile

    /// Reads and parses a file; its meaning is looked at when a variant is read.
    ///
    /// - Throws: ``Specifications/SpecificationError`` when the file cannot be read or is no YAML.
    public init(path: String) throws(SpecificationError) { file = try SpecificationFile(path: path) }

    /// The scenario with values changed; without changes the file's own.
    ///
    /// Its ``ScenarioFile/bytes`` are the file's with a comment line for each change.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem of the changes or, when they fit the file, of the
    ///   scenario that they make.
    public func variant(_ overrides: [SpecificationOverride]) throws(SpecificationError) -> ScenarioFile {
        try ScenarioFile(reading: file.applying(overrides))
    }

    /// What is wrong with changes as such, by their position; the scenario that they make is not read.
    public func problems(of overrides: [SpecificationOverride]) -> [(index: Int, problem: OverrideProblem)] {
        file.problems(of: overrides)
    }
}

extension ScenarioFile {
    /// Reads a scenario file with some values changed.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String, overrides: [SpecificationOverride]) throws(SpecificationError) {
        self = try ScenarioBase(path: path).variant(overrides)
    }
}

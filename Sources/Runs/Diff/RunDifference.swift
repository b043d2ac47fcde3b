import Tables

/// What differs between two finished runs: what went in, the conclusions, and how far the figures moved.
///
/// Rows are matched by their cells. Shared random numbers make the figures of both runs vary together, so that the Monte
/// Carlo error used here, that of independent runs, is too large rather than too small.
public struct RunDifference: Sendable {
    /// A scenario or outcome that one of the runs does not have.
    public struct Absence: Sendable, Equatable {
        /// `scenario` or `outcome`.
        public let what: String
        /// Its name.
        public let name: String
        /// Whether it is the second run that does not have it.
        public let isInFirst: Bool
    }

    /// The first run.
    public let first: ComparedRun
    /// The second run.
    public let second: ComparedRun
    /// Why the runs have no random numbers in common; nil when they have, or simulated nothing.
    public let unpairedReason: String?
    /// What went in differently.
    public let inputs: [InputDifference]
    /// Scenarios and outcomes that only one run has.
    public let absences: [Absence]
    /// Conclusions that differ in words or figures, and those of cells that only one run has, the most important first.
    /// Cells of absent scenarios and outcomes are left out.
    public let conclusions: [ConclusionChange]
    /// The number of conclusions that both runs have.
    public let comparedConclusions: Int
    /// The largest move of each main figure in each outcome.
    public let moves: [FigureMove]
    /// Tables that only the first run has.
    public let tablesOnlyInFirst: [String]
    /// Tables that only the second run has.
    public let tablesOnlyInSecond: [String]
    /// Whether every table is the same byte for byte.
    public var hasSameResults: Bool { first.description.resultDigest == second.description.resultDigest }

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - first: The run before the change.
    ///   - second: The run after it.
    ///   - allowsUnpaired: Whether runs without common random numbers are compared.
    /// - Throws: ``DiffError`` for runs that cannot be compared, ``Tables/TableError`` for tables that cannot be read.
    public init(_ first: ComparedRun, _ second: ComparedRun, allowsUnpaired: Bool = false) throws {
        (self.first, self.second) = (first, second)
        unpairedReason = try Pairing(first, second).reason
        if let unpairedReason, !allowsUnpaired {
            throw DiffError.notPaired(first: first.path, second: second.path, reason: unpairedReason)
        }
        inputs = try InputComparison(first, second).differences
        tablesOnlyInFirst = first.tableNames.filter { !second.tableNames.contains($0) }
        tablesOnlyInSecond = second.tableNames.filter { !first.tableNames.contains($0) }
        let (old, new) = (try ConclusionTables(first), try ConclusionTables(second))
        let matching = try ConclusionMatching(first: first, second: second, old, new)
        (absences, conclusions, comparedConclusions) = (matching.absences, matching.changes, matching.comparedCount)
        moves = try FigureMoves(first: first, second: second, old, new).largest
    }

    /// The conclusions with some status.
    public func conclusions(_ statuses: ConclusionChange.Status...) -> [ConclusionChange] {
        conclusions.filter { statuses.contains($0.status) }
    }
}

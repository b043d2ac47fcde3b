/// A cell of a table that will be published: all its statistics are published, or none.
public struct SuppressionCell: Sendable, Equatable {
    /// Its name.
    public let name: CellName
    /// The individuals it rests on, unweighted, >= 0: of a mean those that have the value, of a share those that gave
    /// the answer.
    public let count: Int
    /// The clusters (schools) these are in; nil where they are unknown or there are none.
    public let clusters: Int?

    /// A cell.
    public init(_ name: CellName, count: Int, clusters: Int? = nil) {
        self.name = name
        self.count = count
        self.clusters = clusters
    }
}

/// A total that is the sum of its parts: what lets an attacker subtract.
///
/// Clusters need not add up: a school may have pupils in several groups.
public struct SuppressionRelation: Sendable, Equatable {
    /// The cell that is the sum.
    public let total: CellName
    /// The cells it is the sum of, disjoint and exhaustive.
    public let parts: [CellName]

    /// A relation.
    public init(total: CellName, parts: [CellName]) {
        self.total = total
        self.parts = parts
    }
}

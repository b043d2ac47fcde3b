/// The cells of all tables that are published together, and how they add up.
///
/// Whatever is published of the same people belongs in one problem: rows, columns, hierarchies, several splits of one
/// total. A relation left out is a subtraction that nobody checks. Differences that are no relation of cells are out
/// of scope: the same people in two years or waves, two versions of a publication with pupils added in between.
public struct SuppressionProblem: Sendable, Equatable {
    /// The cells, in the order of their names, each once.
    public let cells: [SuppressionCell]
    /// The relations, each once.
    public let relations: [SuppressionRelation]

    /// A problem of these cells and relations, in any order.
    ///
    /// A cell or relation may be given more than once, as it is when tables share a margin.
    ///
    /// - Throws: ``DisclosureError`` when a number is out of range, two cells of one name differ, or a relation names
    ///   an unknown cell, repeats one, has no parts or does not add up.
    public init(cells: [SuppressionCell], relations: [SuppressionRelation]) throws(DisclosureError) {
        for cell in cells { try Self.check(cell) }
        var unique: [SuppressionCell] = []
        for cell in cells.sorted(by: { ($0.name, $0.count) < ($1.name, $1.count) }) {
            guard let last = unique.last, last.name == cell.name else {
                unique.append(cell)
                continue
            }
            guard last == cell else { throw .conflictingCells(cell.name, counts: last.count, cell.count) }
        }
        let counts = Dictionary(unique.map { ($0.name, $0.count) }, uniquingKeysWith: { first, _ in first })
        for relation in relations { try Self.check(relation, counts) }
        self.cells = unique
        self.relations = Self.unique(relations)
    }

    /// The problem of several tables published together, linked by the cells they share.
    ///
    /// - Throws: ``DisclosureError/conflictingCells(_:counts:_:)`` when a shared cell differs.
    public init(joining problems: [SuppressionProblem]) throws(DisclosureError) {
        try self.init(cells: problems.flatMap(\.cells), relations: problems.flatMap(\.relations))
    }

    private static func check(_ cell: SuppressionCell) throws(DisclosureError) {
        for number in [cell.count, cell.clusters ?? 0] where !(0...largestCount).contains(number) {
            throw .countOutOfRange(cell.name, found: number)
        }
        if let clusters = cell.clusters, clusters > cell.count {
            throw .moreClustersThanIndividuals(cell.name, clusters: clusters, count: cell.count)
        }
    }

    private static func check(
        _ relation: SuppressionRelation, _ counts: [CellName: Int]
    ) throws(DisclosureError) {
        guard let total = counts[relation.total] else {
            throw .unknownCell(relation.total, total: relation.total)
        }
        guard !relation.parts.isEmpty else { throw .noParts(total: relation.total) }
        var (sum, seen) = (0, Set([relation.total]))
        for part in relation.parts {
            guard let count = counts[part] else { throw .unknownCell(part, total: relation.total) }
            guard seen.insert(part).inserted else { throw .repeatedPart(part, total: relation.total) }
            sum = min(sum, largestCount) + count
        }
        guard sum == total else { throw .doesNotAddUp(total: relation.total, found: total, parts: sum) }
    }

    private static func unique(_ relations: [SuppressionRelation]) -> [SuppressionRelation] {
        let canonical = relations.map { [$0.total] + $0.parts.sorted() }
        return Set(canonical).sorted { $0.lexicographicallyPrecedes($1) }.map {
            SuppressionRelation(total: $0[0], parts: Array($0.dropFirst()))
        }
    }
}

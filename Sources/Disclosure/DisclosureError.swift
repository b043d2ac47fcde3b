/// What can go wrong with a disclosure problem: what was found, what was expected, what to do.
public enum DisclosureError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A rule's minimum that means nothing.
    case minimumOutOfRange(name: String, found: Int, range: ClosedRange<Int>)
    /// A negative or absurd count.
    case countOutOfRange(CellName, found: Int)
    /// More schools than pupils.
    case moreClustersThanIndividuals(CellName, clusters: Int, count: Int)
    /// Two different cells of one name.
    case conflictingCells(CellName, counts: Int, Int)
    /// A relation that names a cell that is not there.
    case unknownCell(CellName, total: CellName)
    /// A relation that counts a cell twice.
    case repeatedPart(CellName, total: CellName)
    /// A relation without parts.
    case noParts(total: CellName)
    /// A relation that is not true.
    case doesNotAddUp(total: CellName, found: Int, parts: Int)
    /// A table whose arrays do not fit.
    case tableShape(String)
    /// A cell without clusters under a rule that asks for them.
    case missingClusters(CellName, minimum: Int)

    /// The message.
    public var description: String {
        switch self {
        case .minimumOutOfRange(let name, let found, let range):
            "disclosure rule: the \(name) is \(found); expected \(range.lowerBound) to \(range.upperBound)."
        case .countOutOfRange(let name, let found):
            "cell '\(name)': found a count of \(found); expected 0 to \(largestCount). Count individuals, unweighted."
        case .moreClustersThanIndividuals(let name, let clusters, let count):
            "cell '\(name)': found \(clusters) clusters of \(count) individuals; expected no more clusters than "
                + "individuals. Count the clusters that have an individual in the cell."
        case .conflictingCells(let name, let first, let second):
            "cell '\(name)': found twice, with counts \(first) and \(second), or with other clusters; expected one "
                + "cell of a name. Give cells of different people different names."
        case .missingClusters(let name, let minimum):
            "cell '\(name)': found no number of clusters; expected one, as the rule asks for at least \(minimum). "
                + "Count the clusters of every cell, totals too."
        case .unknownCell, .repeatedPart, .noParts, .doesNotAddUp, .tableShape: wordsOfTheRelation
        }
    }

    private var wordsOfTheRelation: String {
        switch self {
        case .unknownCell(let name, let total):
            "total '\(total)': its relation names '\(name)', which is no cell. Add the cell, also if its count is 0."
        case .repeatedPart(let name, let total):
            "total '\(total)': its relation names '\(name)' twice; expected parts that do not overlap."
        case .noParts(let total): "total '\(total)': its relation has no parts; expected at least one."
        case .doesNotAddUp(let total, let found, let parts):
            "total '\(total)': found \(found), and parts that add up to \(parts); expected equal numbers. Add a part "
                + "for those in no part, such as missing answers, or give the total of those who answered."
        case .tableShape(let words): "table: \(words)."
        default: ""
        }
    }
}

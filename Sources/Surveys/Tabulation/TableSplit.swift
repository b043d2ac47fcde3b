/// A division of respondents into groups, the rows of a monitor table: school type, urbanity, quintile.
public struct TableSplit: Sendable {
    /// The group of each row, from 0; below 0 for rows in no group.
    public let groups: [Int32]
    /// The number of groups, those without respondents included.
    public let groupCount: Int

    /// A split.
    ///
    /// - Parameters:
    ///   - groups: The group of each row, from 0; below 0 where it is missing.
    ///   - groupCount: The number of groups; every code is below it.
    public init(groups: [Int32], groupCount: Int) {
        precondition(groups.allSatisfy { $0 < groupCount }, "a group's code is below the number of groups")
        (self.groups, self.groupCount) = (groups, groupCount)
    }

    /// All rows as one group.
    public static func all(rowCount: Int) -> TableSplit {
        TableSplit(groups: [Int32](repeating: 0, count: rowCount), groupCount: 1)
    }
}

/// The name of a cell: its labels, such as school year and SES group, in an order that the caller keeps.
///
/// Cells of different tables are the same cell exactly when their names are equal. A name is a list, so that labels
/// that hold a separator are never taken for others.
public struct CellName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The labels.
    public let labels: [String]

    /// A name of these labels.
    public init(_ labels: [String]) { self.labels = labels }

    /// A name of these labels.
    public init(_ labels: String...) { self.labels = labels }

    /// The labels, separated by slashes.
    public var description: String { labels.joined(separator: " / ") }

    /// The order of the first label that differs.
    public static func < (left: CellName, right: CellName) -> Bool {
        left.labels.lexicographicallyPrecedes(right.labels)
    }
}

/// The type that a column must have.
public enum ColumnType: Sendable {
    /// Numbers.
    case double
    /// Whole numbers.
    case int
    /// Texts.
    case text
    /// A factor.
    case factor
}

/// How a CSV file is to be read.
public struct CSVOptions: Sendable {
    /// What stands between fields.
    public enum Separator: Sendable {
        /// Whichever of comma, semicolon and tab the header has most of.
        case detect
        /// A comma.
        case comma
        /// A semicolon.
        case semicolon
        /// A tab.
        case tab
    }

    /// What stands before decimals.
    public enum DecimalMark: Sendable {
        /// A comma in files separated by semicolons or tabs whose numbers have commas, else a point.
        case detect
        /// A point.
        case point
        /// A comma.
        case comma
    }

    /// The separator.
    public var separator = Separator.detect
    /// The decimal mark.
    public var decimalMark = DecimalMark.detect
    /// Texts that stand for a missing value.
    public var missing: Set<String> = ["", "NA"]
    /// The columns wanted; nil for all. Others are skipped.
    public var columns: [String]?
    /// Declared types; others are inferred: numbers when all cells are numbers without leading zeros, else text.
    public var types: [String: ColumnType] = [:]
    /// Declared factor levels, in order.
    public var levels: [String: [String]] = [:]

    /// Everything detected.
    public init() {}
}

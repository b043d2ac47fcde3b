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
    /// Names that are only told apart: whole numbers when all cells are, which is faster, else texts.
    case name
}

/// How a CSV file is to be read.
public struct CSVOptions: Sendable {
    /// What stands between fields.
    public enum Separator: Sendable {
        /// Whichever of comma, semicolon and tab cuts the first thousand records into equal ones; two are refused.
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
        /// A comma in files separated by semicolons or tabs whose numbers have commas, else a point; both are refused.
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
    /// Texts that stand for a missing value; the empty one stands for blanks too.
    public var missing: Set<String> = ["", "NA"]
    /// The columns wanted, in the table's order; nil for all. Others are counted but not converted.
    public var columns: [String]?
    /// Declared types; others are inferred, see ``readCSV(path:options:)``.
    public var types: [String: ColumnType] = [:]
    /// Declared factor levels, in order; a column with levels is a factor unless declared otherwise.
    public var levels: [String: [String]] = [:]

    /// Everything detected.
    public init() {}
}

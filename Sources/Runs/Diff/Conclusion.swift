/// A column that tells which cell of the results a conclusion is about.
public enum KeyColumn: String, Sendable, CaseIterable {
    /// The scenario.
    case scenario
    /// The scenario it is compared with.
    case reference
    /// The measure of a comparison.
    case measure
    /// The goal.
    case goal
    /// The benchmark.
    case benchmark
    /// The sector.
    case sector
    /// The outcome.
    case outcome
    /// The cohort.
    case cohort
    /// The SES group.
    case ses
    /// The quintile of the disadvantage score.
    case quintile = "disadvantage_quintile"
    /// The grade.
    case grade
    /// The baseline's kind.
    case baselineKind = "baseline_kind"
    /// The school year.
    case schoolYear = "school_year"
}

/// Which cell of the results a conclusion is about.
public struct ConclusionKey: Sendable, Hashable {
    /// The columns that the table has, and their values.
    public let values: [KeyColumn: String]

    init(_ columns: [KeyColumn], of row: RunTable.Row) {
        values = Dictionary(columns.map { ($0, row.text($0.rawValue)) }) { first, _ in first }
    }

    /// A value; empty when the table has no such column.
    public subscript(column: KeyColumn) -> String { values[column] ?? "" }

    /// The cell in words: what says `all` is left out.
    public var text: String {
        KeyColumn.allCases.compactMap { column -> String? in
            let value = self[column]
            guard !value.isEmpty, value != "all" else { return nil }
            switch column {
            case .reference: return "against \(value)"
            case .benchmark: return "benchmark \(value)"
            case .quintile: return "quintile \(value)"
            case .grade: return "grade \(value)"
            case .baselineKind: return "baseline \(value)"
            default: return value
            }
        }.joined(separator: ", ")
    }

    /// How many columns say `all`: whole sectors come before their parts.
    var generality: Int { values.values.count { $0 == "all" } }
}

/// What the results say about a cell.
struct Conclusion {
    /// What it says something about.
    enum Kind: String, CaseIterable {
        case verdict, goal
        case bestScenario = "best_scenario"
        case orderBySDYears = "order_by_sd_years"
        case orderByCost = "order_by_cost"
        case direction
        case recovery
        case recoveredInLastYear = "recovered_in_last_year"

        /// Whether figures that move without another conclusion are worth a row.
        var tellsMoves: Bool { ![.bestScenario, .orderBySDYears, .orderByCost].contains(self) }
    }

    /// A number that the words hang on.
    struct Figure {
        let name: String
        let value: Double
        /// The Monte Carlo standard error; 0 for a number that hangs on no draws.
        let mcse: Double
        /// Where the words change; nil when they do so with every value.
        let borders: [Double]?

        init(_ name: String, _ value: Double, mcse: Double?, borders: [Double]?) {
            (self.name, self.value, self.mcse, self.borders) = (name, value, mcse ?? 0, borders)
        }

        /// The side of the borders on which a number lies; on a border is a side of its own.
        private func side(of value: Double) -> Int {
            (borders ?? []).reduce(0) { $0 + (value >= $1 ? 1 : 0) + (value > $1 ? 1 : 0) }
        }

        /// Whether the words change when the number becomes another.
        func decides(becoming new: Double) -> Bool {
            borders == nil ? value != new : side(of: value) != side(of: new)
        }
    }

    let table: String
    let kind: Kind
    let key: ConclusionKey
    let words: String
    /// The first is the one to show.
    let figures: [Figure]
}

/// A conclusion of two runs.
public struct ConclusionChange: Sendable {
    /// What became of a conclusion.
    public enum Status: String, Sendable, CaseIterable {
        /// Another conclusion, of figures that moved by more than the Monte Carlo error.
        case changed
        /// Another conclusion, though the figures that decide moved by less than the Monte Carlo error.
        case nearBorder = "near_border"
        /// The same conclusion, though its figure moved by more than the Monte Carlo error.
        case moved
        /// The same conclusion; its figure moved by less than the Monte Carlo error.
        case withinMonteCarloError = "within_monte_carlo_error"
        /// The second run has no such cell.
        case onlyInFirst = "only_in_first"
        /// The first run has no such cell.
        case onlyInSecond = "only_in_second"
    }

    /// A number in both runs.
    public struct Move: Sendable {
        /// Its name.
        public let figure: String
        /// In the first run.
        public let first: Double
        /// In the second run.
        public let second: Double
        /// The Monte Carlo standard error of the difference if the runs were independent, `sqrt(m1^2 + m2^2)`: an upper
        /// bound when their draws are positively correlated, as shared random numbers make them.
        public let mcse: Double

        /// A change beyond twice the Monte Carlo standard error.
        public var isClear: Bool { abs(second - first) > 2 * mcse }
    }

    /// The table that it comes from.
    public let table: String
    /// What it says something about: `verdict`, `goal`, ...
    public let kind: String
    /// The cell.
    public let key: ConclusionKey
    /// What became of it.
    public let status: Status
    /// The conclusion of the first run; nil when it has none.
    public let first: String?
    /// The conclusion of the second run; nil when it has none.
    public let second: String?
    /// The figure that decides; nil when there is none in both runs.
    public let move: Move?
}

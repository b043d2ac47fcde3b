import Specifications
import Tables

/// A published count of respondents: so many of a base gave an answer.
public struct PublishedCount: Sendable, Equatable {
    /// Where it stands: `tables.csv:17`, or `tables, row 3`.
    public var place: String
    /// What it is about: the category is empty, the item is the answer.
    public var cell: SurveyCell
    /// The count.
    public var count: Int
    /// The base; nil when not published.
    public var base: Int?
    /// The percent as printed; nil when not published.
    public var percent: PrintedPercent?
    /// The size of the population from which the base came; nil when not known.
    public var population: Double?
    /// Whether respondents could give several answers; nil when not said.
    public var isMultiple: Bool?
}

/// A percent as it is printed, whose digits say how far it was rounded.
public struct PrintedPercent: Sendable, Equatable {
    /// The percent.
    public let value: Double
    /// The digits after the decimal mark.
    public let decimals: Int

    /// Reads `61`, `61.0` or `61,0`; nil for anything else than a number from 0 to 100.
    public init?(_ text: String) {
        let parts = text.replacing(",", with: ".").split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }),
            let value = Double(parts.joined(separator: ".")), value <= 100
        else { return nil }
        self.value = value
        decimals = parts.count == 2 ? parts[1].count : 0
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Half a unit of the last digit: what rounding may have taken or added.
    public var halfUnit: Double {
        var unit = 0.5
        for _ in 0..<decimals { unit /= 10 }
        return unit
    }

    /// Whether a percent rounds to it; at a tie both roundings count.
    func fits(count: Int, base: Int) -> Bool {
        abs(100 * Double(count) / Double(base) - value) <= halfUnit + Self.slack
    }

    /// Far below any printed digit, above the rounding of `100 * count / base`.
    private static let slack = 1e-9
    /// Beyond any base: percents of many digits near 0 would fit with numbers that a computer cannot hold.
    private static let largest = 1e15

    /// The bases with which a count has this percent, up to ten times the count that 1 percent needs; nil when none.
    func bases(of count: Int) -> ClosedRange<Int>? {
        guard count > 0 else { return nil }
        let lowest = (100 * Double(count) / (value + halfUnit) - Self.slack).rounded(.up)
        let most = value > halfUnit ? 100 * Double(count) / (value - halfUnit) + Self.slack : 1000 * Double(count)
        let (first, last) = (max(count, Int(min(lowest, Self.largest))), Int(min(most, Self.largest).rounded(.down)))
        return first <= last ? first...last : nil
    }
}

/// The key `counts`: which columns of a file hold published counts.
public struct PublishedColumns: Sendable, Equatable {
    /// The size of the population: a column, or the same number for all rows.
    public enum Population: Sendable, Equatable {
        /// A column.
        case column(String)
        /// A number.
        case number(Double)
    }

    /// The columns of the answer, its count and the base.
    public let item: String, count: String, base: String
    /// The printed percent, the table, the answer in words, and whether several answers were possible (`yes` and `no`).
    public let percent: String?, table: String?, label: String?, multiple: String?
    /// The population.
    public let population: Population?

    init?(_ value: SpecificationValue) {
        let keys = ["item", "count", "base", "percent", "table", "label", "multiple", "population"]
        guard let mapping = value.mapping("counts", keys: keys), let item = mapping.text("item"),
            let count = mapping.text("count"), let base = mapping.text("base")
        else { return nil }
        (self.item, self.count, self.base) = (item, count, base)
        percent = mapping.optionalText("percent")
        table = mapping.optionalText("table")
        label = mapping.optionalText("label")
        multiple = mapping.optionalText("multiple")
        guard let population = mapping.optional("population") else {
            self.population = nil
            return
        }
        guard let text = population.text() else { return nil }
        guard let number = Double(text) else {
            self.population = .column(text)
            return
        }
        guard number.isFinite, number >= 1 else {
            population.fail("found '\(text)'; expected a column, or a number of 1 or more.")
            return nil
        }
        self.population = .number(number)
    }

    /// All columns that it names.
    var columns: [String] {
        var names = [item, count, base] + [percent, table, label, multiple].compactMap { $0 }
        if case .column(let name) = population { names.append(name) }
        return names
    }

    /// Counts are numbers, of which the reader refuses other cells; percents stay text, whose digits count.
    func declareTypes(in csv: inout CSVOptions) {
        for name in [count, base] { csv.types[name] = .double }
        if case .column(let name) = population { csv.types[name] = .double }
        for name in [item, percent, table, label, multiple].compactMap({ $0 }) where csv.types[name] == nil {
            csv.types[name] = .text
        }
        if let multiple, csv.levels[multiple] == nil {
            csv.levels[multiple] = ["no", "yes"]
            csv.types[multiple] = .factor
        }
    }
}

extension PublishedCount {
    /// Reads the list `tables` of a model file.
    static func declared(_ value: SpecificationValue) -> [PublishedCount]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.enumerated().map { declared($1, number: $0 + 1) }
        let rows = read.compactMap { $0 }
        return rows.count == read.count ? rows : nil
    }

    private static let keys = [
        "table", "item", "label", "sector", "wave", "split", "group", "count", "base", "percent", "multiple",
        "population", "source", "note",
    ]

    private static func declared(_ value: SpecificationValue, number: Int) -> PublishedCount? {
        guard let row = value.mapping("published count", keys: keys), let item = row.text("item"),
            let count = row.integer("count", in: 0...1_000_000_000),
            let base = row.integer("base", in: 1...1_000_000_000)
        else { return nil }
        let multiple = row.optional("multiple").map { $0.truth() }
        let population = row.optional("population").map { $0.number(in: .positive) }
        if case .some(.none) = multiple { return nil }
        if case .some(.none) = population { return nil }
        var percent: PrintedPercent?
        if let printed = row.optional("percent") {
            guard let text = printed.text() else { return nil }
            percent = PrintedPercent(text)
            if percent == nil { printed.fail("found '\(text)'; expected a number from 0 to 100, as printed.") }
        }
        guard row.hasBothOrNeither("split", "group") else { return nil }
        var cell = SurveyCell(item: item)
        cell.table = row.optionalText("table") ?? ""
        cell.label = row.optionalText("label") ?? ""
        (cell.sector, cell.wave) = (row.optionalText("sector") ?? "", row.optionalText("wave") ?? "")
        (cell.split, cell.group) = (row.optionalText("split") ?? "", row.optionalText("group") ?? "")
        return PublishedCount(
            place: "tables, row \(number)", cell: cell, count: count, base: base, percent: percent,
            population: population ?? nil, isMultiple: multiple ?? nil)
    }
}

extension SpecificationMapping {
    fileprivate func hasBothOrNeither(_ first: String, _ second: String) -> Bool {
        guard (optional(first) == nil) != (optional(second) == nil) else { return true }
        fail("'\(first)' and '\(second)' come together. Give both, or neither.")
        return false
    }
}

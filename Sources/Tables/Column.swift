/// A categorical column: factor levels, and for each row the position of its level.
public struct Factor: Sendable, Equatable {
    /// The factor levels in their order.
    public let levels: [String]
    /// The position of each row's level; -1 when missing.
    public let codes: [Int32]

    /// A factor from its parts.
    public init(levels: [String], codes: [Int32]) {
        precondition(codes.allSatisfy { $0 >= -1 && $0 < levels.count }, "each code is a level's position or -1")
        self.levels = levels
        self.codes = codes
    }
}

/// A column of texts, each distinct text kept once.
public struct TextColumn: Sendable, Equatable {
    /// The distinct texts in order of first appearance.
    public let values: [String]
    /// The position of each row's text; -1 when missing.
    public let codes: [Int32]

    /// A column from its parts.
    public init(values: [String], codes: [Int32]) {
        self.values = values
        self.codes = codes
    }

    /// A column from the rows' texts.
    public init(_ texts: [String?]) {
        var positions: [String: Int32] = [:]
        var values: [String] = []
        codes = texts.map { text in
            guard let text else { return -1 }
            if let known = positions[text] { return known }
            positions[text] = Int32(values.count)
            values.append(text)
            return Int32(values.count - 1)
        }
        self.values = values
    }

    /// The column as a factor, its levels in Unicode scalar order: not the locale's, so that every machine agrees.
    public var factor: Factor {
        let order = values.indices.sorted { scalarOrder(values[$0], values[$1]) }
        var position = [Int32](repeating: 0, count: values.count)
        for (new, old) in order.enumerated() { position[old] = Int32(new) }
        return Factor(levels: order.map { values[$0] }, codes: codes.map { $0 < 0 ? -1 : position[Int($0)] })
    }
}

/// Whether a text comes before another by Unicode scalar values.
public func scalarOrder(_ left: String, _ right: String) -> Bool {
    left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars) { $0.value < $1.value }
}

/// A typed column of a table.
public enum Column: Sendable, Equatable {
    /// Numbers; NaN is missing.
    case double([Double])
    /// Whole numbers; ``missingInt`` is missing.
    case int([Int])
    /// Texts.
    case text(TextColumn)
    /// A factor with ordered levels.
    case factor(Factor)

    /// The whole number that stands for a missing value.
    public static let missingInt = Int.min

    /// The number of rows.
    public var count: Int {
        switch self {
        case .double(let values): values.count
        case .int(let values): values.count
        case .text(let column): column.codes.count
        case .factor(let factor): factor.codes.count
        }
    }

    /// Whether the value of a row is missing.
    public func isMissing(at row: Int) -> Bool {
        switch self {
        case .double(let values): values[row].isNaN
        case .int(let values): values[row] == Self.missingInt
        case .text(let column): column.codes[row] < 0
        case .factor(let factor): factor.codes[row] < 0
        }
    }

    /// The numbers of a numeric column, NaN where missing; nil for texts and factors.
    public func doubles() -> [Double]? {
        switch self {
        case .double(let values): values
        case .int(let values): values.map { $0 == Self.missingInt ? .nan : Double($0) }
        case .text, .factor: nil
        }
    }

    /// Any column as a factor: numbers in numeric order, texts in Unicode scalar order.
    public func asFactor() -> Factor {
        switch self {
        case .factor(let factor): return factor
        case .text(let column): return column.factor
        case .int(let values): return Self.factor(values, isMissing: { $0 == Self.missingInt }, name: { String($0) })
        case .double(let values): return Self.factor(values, isMissing: \.isNaN, name: shortestText)
        }
    }

    private static func factor<Number: Hashable & Comparable>(
        _ values: [Number], isMissing: (Number) -> Bool, name: (Number) -> String
    ) -> Factor {
        let distinct = Set(values.filter { !isMissing($0) }).sorted()
        var positions: [Number: Int32] = [:]
        for (position, value) in distinct.enumerated() { positions[value] = Int32(position) }
        return Factor(levels: distinct.map(name), codes: values.map { positions[$0] ?? -1 })
    }

    /// The value of a row as text; nil when missing.
    public func text(at row: Int) -> String? {
        if isMissing(at: row) { return nil }
        switch self {
        case .double(let values): return shortestText(values[row])
        case .int(let values): return String(values[row])
        case .text(let column): return column.values[Int(column.codes[row])]
        case .factor(let factor): return factor.levels[Int(factor.codes[row])]
        }
    }
}

/// The shortest decimal text that reads back as the same double; whole numbers without a decimal point.
public func shortestText(_ value: Double) -> String {
    if value == 0 { return "0" }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

import Parallelism

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

    /// Whether some value is missing.
    public var hasMissing: Bool {
        switch self {
        case .double(let values): contains(values) { $0.isNaN }
        case .int(let values): contains(values) { $0 == Self.missingInt }
        case .text(let column): contains(column.codes) { $0 < 0 }
        case .factor(let factor): contains(factor.codes) { $0 < 0 }
        }
    }

    /// Whether some value has a property, looked for on all threads.
    private func contains<Value>(_ values: [Value], _ isMatch: (Value) -> Bool) -> Bool {
        let block = 1 << 18
        var found = [Bool](repeating: false, count: (values.count + block - 1) / block)
        found.withUnsafeMutableBufferPointer { found in
            Threads.forEach(found.count) { index in
                let range = index * block..<min((index + 1) * block, values.count)
                found[index] = values[range].contains(where: isMatch)
            }
        }
        return found.contains(true)
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
        case .text(let column): return column.sortedFactor()
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

    /// The rows at some positions, in that order.
    func rows(_ keep: [Int]) -> Column {
        switch self {
        case .double(let values): .double(keep.map { values[$0] })
        case .int(let values): .int(keep.map { values[$0] })
        case .text(let column): .text(TextColumn(values: column.values, codes: keep.map { column.codes[$0] }))
        case .factor(let factor): .factor(Factor(levels: factor.levels, codes: keep.map { factor.codes[$0] }))
        }
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

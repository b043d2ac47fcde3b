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

    /// A factor whose codes are known to be positions of levels or -1.
    init(levels: [String], validCodes: [Int32]) {
        self.levels = levels
        codes = validCodes
    }

    /// A factor from the rows' texts, nil where missing.
    ///
    /// - Parameter levels: The factor levels in their order; nil for the texts in Unicode scalar order.
    /// - Throws: ``TableError/undeclaredValue(row:found:nearest:)`` or ``TableError/duplicateLevel(column:level:)``.
    public init(values: [String?], levels: [String]? = nil) throws(TableError) {
        self = try TextColumn(values).factor(levels: levels)
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
        precondition(codes.allSatisfy { $0 >= -1 && $0 < values.count }, "each code is a text's position or -1")
        self.values = values
        self.codes = codes
    }

    /// A column whose codes are known to be positions of texts or -1.
    init(values: [String], validCodes: [Int32]) {
        self.values = values
        codes = validCodes
    }

    /// A column from the rows' texts, nil where missing.
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

    /// The column as a factor.
    ///
    /// - Parameter levels: The factor levels in their order; nil for the texts in Unicode scalar order: not the
    ///   locale's, so that every machine agrees.
    /// - Throws: ``TableError/undeclaredValue(row:found:nearest:)`` or ``TableError/duplicateLevel(column:level:)``.
    public func factor(levels: [String]? = nil) throws(TableError) -> Factor {
        guard let levels else { return sortedFactor() }
        if let twice = firstDuplicate(levels) { throw .duplicateLevel(column: nil, level: twice) }
        switch coded(by: levels) {
        case .success(let factor): return factor
        case .failure(let stray):
            throw .undeclaredValue(
                row: stray.row + 1, found: stray.value, nearest: nearest(to: stray.value, among: levels))
        }
    }

    /// The column as a factor, its levels in Unicode scalar order.
    func sortedFactor() -> Factor {
        let order = values.indices.sorted { scalarOrder(values[$0], values[$1]) }
        var position = [Int32](repeating: 0, count: values.count)
        for (new, old) in order.enumerated() { position[old] = Int32(new) }
        return Factor(levels: order.map { values[$0] }, codes: codes.map { $0 < 0 ? -1 : position[Int($0)] })
    }

    /// A text that is not among the declared levels, and the first row, from 0, that has it.
    struct StrayValue: Error {
        let row: Int
        let value: String
    }

    /// The column as a factor of distinct levels, or the first text that is none of them.
    func coded(by levels: [String]) -> Result<Factor, StrayValue> {
        let positions = Dictionary(levels.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
        let known = values.map { positions[$0] }
        if let row = codes.firstIndex(where: { $0 >= 0 && known[Int($0)] == nil }) {
            return .failure(StrayValue(row: row, value: values[Int(codes[row])]))
        }
        return .success(Factor(levels: levels, codes: codes.map { $0 < 0 ? -1 : known[Int($0)] ?? -1 }))
    }
}

/// The first text that appears a second time.
func firstDuplicate(_ texts: [String]) -> String? {
    var seen: Set<String> = []
    return texts.first { !seen.insert($0).inserted }
}

/// Whether a text comes before another by Unicode scalar values.
public func scalarOrder(_ left: String, _ right: String) -> Bool {
    // UTF-8 keeps the order of the scalars.
    left.utf8.lexicographicallyPrecedes(right.utf8)
}

import Specifications

/// A factor of the pupils: its levels, their shares, and how much the shares differ between schools.
public struct FactorDeclaration: Sendable, Equatable {
    /// The column's name.
    public let name: String
    /// The factor levels, the first of which the effects compare the others with.
    public let levels: [String]
    /// The share of each level among all pupils; they add up to 1.
    public let shares: [Double]
    /// The standard deviation between schools of the cumulative shares on the logit scale; 0 when all schools are alike.
    public let schoolStandardDeviation: Double

    /// The columns that a factor cannot be called like.
    static let reservedNames = ["pupil", "school", "class", "time"]

    init?(_ entry: SpecificationMapping.Entry) {
        guard
            let factor = entry.value.mapping("factor '\(entry.key)'", keys: ["levels", "shares", "school_sd"]),
            let levels = factor.required("levels").flatMap(Self.levels),
            let deviation = factor.number("school_sd", in: .nonNegative, default: 0)
        else { return nil }
        let equal = [Double](repeating: 1 / Double(levels.count), count: levels.count)
        guard let shares = factor.optional("shares").map({ Self.shares($0, levels: levels) }) ?? equal else {
            return nil
        }
        name = entry.key
        self.levels = levels
        self.shares = shares
        schoolStandardDeviation = deviation
    }

    private static func levels(_ value: SpecificationValue) -> [String]? {
        guard let values = value.list(atLeast: 2) else { return nil }
        var levels: [String] = []
        for value in values {
            guard let level = value.text() else { return nil }
            if levels.contains(level) { value.fail("level '\(level)' is declared twice. Declare each level once.") }
            if !isCell(level) { value.fail("level '\(level)' would be read back as missing. Choose another word.") }
            levels.append(level)
        }
        return levels
    }

    private static func shares(_ value: SpecificationValue, levels: [String]) -> [Double]? {
        guard let values = value.list() else { return nil }
        guard values.count == levels.count else {
            value.fail("found \(values.count) shares; expected one for each of the \(levels.count) levels.")
            return nil
        }
        let shares = values.compactMap { $0.number(in: .share) }
        guard shares.count == values.count else { return nil }
        let sum = shares.reduce(0, +)
        // People write shares with few decimals: 0.333 three times is an equal split.
        guard abs(sum - 1) < 0.002 else {
            value.fail("the shares add up to \(sum); expected 1.")
            return nil
        }
        return shares.map { $0 / sum }
    }

    /// Whether a text in a cell is read back as itself.
    static func isCell(_ text: String) -> Bool {
        text != "NA" && text.contains { !$0.isWhitespace } && !text.contains(where: \.isNewline)
    }
}

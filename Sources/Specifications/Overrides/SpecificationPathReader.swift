/// Reads the steps of a path from its signs.
struct SpecificationPathReader {
    private let signs: [UInt8]
    private var position = 0

    init(_ text: String) { signs = Array(text.utf8) }

    /// All steps: keys joined by dots, each followed by any number of brackets.
    mutating func steps() throws(OverrideProblem) -> [SpecificationPath.Step] {
        var steps: [SpecificationPath.Step] = []
        if next != UInt8(ascii: "[") { steps.append(.key(try word("a key", and: []))) }
        while let sign = next {
            switch sign {
            case UInt8(ascii: "."):
                position += 1
                steps.append(.key(try word("a key", and: [])))
            case UInt8(ascii: "["):
                position += 1
                steps.append(try bracket())
            default:
                throw bad(
                    "expected '.', '[' or the end; keys with other signs than letters, digits, _, - and / are \"quoted\""
                )
            }
        }
        return steps
    }

    private var next: UInt8? { position < signs.count ? signs[position] : nil }

    /// What stands between brackets, to the closing one: a number, or keys with values.
    private mutating func bracket() throws(OverrideProblem) -> SpecificationPath.Step {
        var conditions: [SpecificationPath.Condition] = []
        repeat {
            let start = position
            let isQuoted = next == UInt8(ascii: "\"")
            let key = try word("a number or a key", and: [])
            if conditions.isEmpty, !isQuoted, next == UInt8(ascii: "]") {
                position += 1
                guard key.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(key), number >= 1 else {
                    position = start
                    throw bad("expected the number of an element, from 1, or key=value")
                }
                return .element(number)
            }
            try skip(UInt8(ascii: "="), "'=' and a value")
            conditions.append(.init(key: key, value: try word("a value", and: [UInt8(ascii: "."), UInt8(ascii: "+")])))
        } while takes(UInt8(ascii: ","))
        try skip(UInt8(ascii: "]"), "',' or ']'")
        return .elements(conditions)
    }

    /// A bare or quoted word.
    private mutating func word(_ what: String, and others: [UInt8]) throws(OverrideProblem) -> String {
        if next == UInt8(ascii: "\"") { return try quotedWord() }
        let start = position
        while let sign = next, SpecificationPath.isBare(sign) || others.contains(sign) { position += 1 }
        guard position > start else { throw bad("expected \(what)") }
        return String(decoding: signs[start..<position], as: UTF8.self)
    }

    private mutating func quotedWord() throws(OverrideProblem) -> String {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        while var sign = next {
            position += 1
            if sign == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            if sign == UInt8(ascii: "\\") {
                guard let escaped = next, escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else {
                    throw bad("expected \\\" or \\\\ after the backslash")
                }
                position += 1
                sign = escaped
            }
            bytes.append(sign)
        }
        position = start
        throw bad("this quotation mark has no closing one")
    }

    private mutating func takes(_ sign: UInt8) -> Bool {
        guard next == sign else { return false }
        position += 1
        return true
    }

    private mutating func skip(_ sign: UInt8, _ expected: String) throws(OverrideProblem) {
        guard takes(sign) else { throw bad("expected \(expected)") }
    }

    private func bad(_ reason: String) -> OverrideProblem { .badPath(position: position + 1, reason: reason) }
}

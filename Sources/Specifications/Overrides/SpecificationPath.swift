/// The path of an override, read: the steps from the root of a file to the values meant.
struct SpecificationPath: Equatable, Sendable {
    /// One step down.
    enum Step: Equatable, Sendable {
        /// To the value of a key.
        case key(String)
        /// To an element of a list, counted from 1.
        case element(Int)
        /// To every element of a list that has these values.
        case elements([Condition])
    }

    /// A key of an element with the text that it must have.
    struct Condition: Equatable, Sendable {
        let key: String
        let value: String

        var description: String { "\(key) '\(value)'" }
    }

    /// At least one.
    let steps: [Step]

    /// A longer path is a mistake.
    static let largestLength = 1000
    /// More steps are a mistake.
    static let largestDepth = 32

    /// Reads a path.
    ///
    /// - Throws: ``OverrideProblem/badPath(position:reason:)``.
    init(parsing text: String) throws(OverrideProblem) {
        guard text.utf8.count <= Self.largestLength else {
            throw .badPath(position: nil, reason: "it is longer than \(Self.largestLength) bytes")
        }
        guard text.isOneLine else { throw .badPath(position: nil, reason: "it holds a control character") }
        var reader = SpecificationPathReader(text)
        steps = try reader.steps()
        guard steps.count <= Self.largestDepth else {
            throw .badPath(position: nil, reason: "it has more than \(Self.largestDepth) steps")
        }
    }

    /// A key as paths write it.
    static func written(_ key: String) -> String {
        if !key.isEmpty, key.utf8.allSatisfy(isBare) { return key }
        return "\""
            + key.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Whether a sign needs no quotes in a key.
    static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}

extension String {
    /// Whether the text holds no line break and no other control character.
    package var isOneLine: Bool {
        unicodeScalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }
}

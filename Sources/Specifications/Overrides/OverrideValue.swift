import Yams

/// The new value of an override, read from its text.
enum OverrideValue {
    /// Larger values are a mistake or an attack.
    static let largestSize = 64 << 10
    /// Deeper values are a mistake or an attack.
    static let largestDepth = 32

    /// The value, each node marked with a line.
    ///
    /// The text is read between brackets: what ends the value early, begins another document or needs a line of its own is an
    /// error there.
    ///
    /// - Parameter line: The line that the value's nodes are marked with.
    /// - Throws: ``OverrideProblem/badValue(reason:)``.
    static func node(_ text: String, line: Int) throws(OverrideProblem) -> Node {
        try checkSize(text)
        do {
            let parser = try Parser(yaml: String(repeating: "\n", count: max(0, line - 1)) + "[" + text + "]")
            guard let list = try parser.singleRoot()?.sequence else {
                throw OverrideProblem.badValue(reason: "no YAML")
            }
            guard let node = list.first, list.count == 1 else {
                let reason = list.isEmpty ? "it is empty" : "it holds \(list.count) values; put a list in brackets"
                throw OverrideProblem.badValue(reason: reason)
            }
            try check(node)
            // Anchors are gone with the parser.
            return withExtendedLifetime(parser) { node }
        } catch let problem as OverrideProblem {
            throw problem
        } catch {
            throw .badValue(reason: reason(of: error))
        }
    }

    private static func checkSize(_ text: String) throws(OverrideProblem) {
        guard text.utf8.count <= largestSize else {
            throw .badValue(reason: "it has \(text.utf8.count) bytes; expected at most \(largestSize)")
        }
        guard text.isOneLine else { throw .badValue(reason: "it holds a line break or another control character") }
        // Counted without regard to quotes: nothing that looks like one may hide a depth that the parser would see.
        var depth = 0
        for sign in text.utf8 {
            if sign == UInt8(ascii: "[") || sign == UInt8(ascii: "{") { depth += 1 }
            if sign == UInt8(ascii: "]") || sign == UInt8(ascii: "}") { depth -= 1 }
            if depth > largestDepth { throw .badValue(reason: "it is nested more than \(largestDepth) deep") }
        }
    }

    /// Refuses what a plain value does not need: anchors, tags, keys that are no words, and keys that are there twice.
    private static func check(_ node: Node) throws(OverrideProblem) {
        guard node.anchor == nil else { throw .badValue(reason: "anchors and aliases (& and *) are not for values") }
        switch node {
        case .scalar(let scalar):
            // Not resolved yet, so that a tag that is there was written.
            guard scalar.tag.description.isEmpty else { throw .badValue(reason: "tags (!) are not for values") }
        case .sequence(let sequence):
            guard sequence.tag.description.isEmpty else { throw .badValue(reason: "tags (!) are not for values") }
            for element in sequence { try check(element) }
        case .mapping(let mapping):
            guard mapping.tag.description.isEmpty else { throw .badValue(reason: "tags (!) are not for values") }
            var keys: Set<String> = []
            for (key, value) in mapping {
                guard let word = key.scalar?.string, key.anchor == nil else {
                    throw .badValue(reason: "a key is no single word")
                }
                guard keys.insert(word).inserted else {
                    throw .badValue(reason: "key '\(word)' is there twice")
                }
                try check(value)
            }
        case .alias: throw .badValue(reason: "anchors and aliases (& and *) are not for values")
        }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? YamlError else { return "it is not valid YAML" }
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            return "it is not one value in YAML's flow style (\(problem))"
        case .duplicatedKeysInMapping(let keys, _): return "key '\(keys.first ?? "")' is there twice"
        default: return "it is not valid YAML"
        }
    }
}

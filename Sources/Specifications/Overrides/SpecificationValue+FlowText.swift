import Foundation
import Yams

extension SpecificationValue {
    /// The value in YAML's flow style, on one line, as a ``SpecificationOverride`` takes it; nil after noting why not.
    ///
    /// It reads back as the same value: words that need no quotes stay as they are written.
    public func flowText() -> String? {
        var writer = FlowWriter()
        if let problem = writer.write(node, depth: 0) {
            fail(problem)
            return nil
        }
        return writer.text
    }
}

/// Writes a tree in YAML's flow style, within the limits of an override's value.
private struct FlowWriter {
    private(set) var text = ""

    /// Writes a node; returns what is wrong with it.
    mutating func write(_ node: Node, depth: Int) -> String? {
        guard depth <= OverrideValue.largestDepth else {
            return "the value is nested more than \(OverrideValue.largestDepth) deep."
        }
        switch node {
        case .scalar(let scalar): text += Self.word(scalar)
        case .sequence(let sequence):
            text += "["
            for (index, element) in sequence.enumerated() {
                text += index == 0 ? "" : ", "
                if let problem = write(element, depth: depth + 1) { return problem }
            }
            text += "]"
        case .mapping(let mapping):
            text += "{"
            for (index, entry) in mapping.enumerated() {
                guard let key = entry.key.scalar else { return "a key of the value is no single word." }
                text += (index == 0 ? "" : ", ") + Self.word(key) + ": "
                if let problem = write(entry.value, depth: depth + 1) { return problem }
            }
            text += "}"
        case .alias: return "the value holds an alias that stands for nothing."
        }
        return text.utf8.count <= OverrideValue.largestSize
            ? nil : "the value is larger than \(OverrideValue.largestSize) bytes."
    }

    /// A word, in quotes unless it is plain and needs none.
    private static func word(_ scalar: Node.Scalar) -> String {
        guard scalar.style == .plain else { return quoted(scalar.string) }
        if ["", "~", "null"].contains(scalar.string) { return "~" }
        return isPlain(scalar.string) ? scalar.string : quoted(scalar.string)
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, SpecificationPath.isBare(first) || "+.".utf8.contains(first) else {
            return false
        }
        // A lone sign and `---` mean something else.
        return text.utf8.allSatisfy { SpecificationPath.isBare($0) || "+.".utf8.contains($0) }
            && text.utf8.contains { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: ".") }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .unassigned, .privateUse:
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            default:
                if scalar == "\"" || scalar == "\\" { result += "\\" }
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

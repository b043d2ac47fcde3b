import Testing

/// A change of a text that works, and what is said of it.
struct TextMistake<Text>: Sendable, CustomTestStringConvertible {
    let name: String
    /// The text that begins where the message points to; it is there once.
    let fault: String
    let message: String
    let change: @Sendable (inout Text) -> Void

    init(
        _ name: String, at fault: String, _ message: String, _ change: @escaping @Sendable (inout Text) -> Void
    ) {
        (self.name, self.fault, self.message, self.change) = (name, fault, message, change)
    }

    var testDescription: String { name }
}

/// Whether an error says exactly this, but for the folder before each `s.yaml`.
func said(_ error: String, _ message: String) -> Bool {
    let own = error.split(separator: "\n").map { line in
        line.firstRange(of: "/s.yaml").map { String(line[line.index(after: $0.lowerBound)...]) } ?? String(line)
    }.joined(separator: "\n")
    if own != message { print("FOUND \(own)\nEXPECTED \(message)") }
    return own == message
}

/// `s.yaml:line:column` of a text that occurs once in a file.
func place(of fault: String, in text: String) -> String {
    let ranges = text.ranges(of: fault)
    guard ranges.count == 1 else { return "\(ranges.count) times '\(fault)'" }
    let before = text[..<ranges[0].lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
    return "s.yaml:\(before.count):\((before.last?.count ?? 0) + 1)"
}

/// Words for a POSIX shell: the only way in which text that users chose gets into scripts and printed commands.
public enum ShellWord {
    /// The text as one word, in single quotes: no shell finds anything to expand in it.
    ///
    /// POSIX.1-2024, XCU 2.2.2: between single quotes every sign stands for itself; a single quote itself is written
    /// between two such words as `\'`. `xargs` without `-d` and `parallel` read these words likewise.
    ///
    /// - Parameters:
    ///   - text: The word.
    ///   - what: What messages call it.
    /// - Throws: ``BatchError/scheduler(program:reason:)`` for control characters: a line break would end a line of a
    ///   list of commands, and some schedulers cut scripts at others.
    public static func quoted(_ text: String, as what: String = "the path") throws(BatchError) -> String {
        try refuseControlCharacters(text, as: what)
        // Scalar by scalar: a quote followed by a combining accent is one Character.
        var word = "'"
        for scalar in text.unicodeScalars {
            if scalar == "'" { word += "'\\''" } else { word.unicodeScalars.append(scalar) }
        }
        return word + "'"
    }

    /// Refuses text that cannot be written in a script or a list of commands.
    static func refuseControlCharacters(_ text: String, as what: String) throws(BatchError) {
        guard let bad = text.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) else { return }
        let code = String(bad.value, radix: 16, uppercase: true)
        throw .scheduler(
            program: "script",
            reason: "\(what) '\(visible(text))' holds the control character U+"
                + String(repeating: "0", count: max(0, 4 - code.count)) + code
                + ", which scripts cannot hold. Rename it.")
    }

    /// Text of others for a message: lines joined, control characters written out, at most 2,000 characters.
    static func visible(_ text: String, lineBreak: String = "\\n") -> String {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            line.unicodeScalars.map { scalar in
                scalar.properties.generalCategory == .control
                    ? "\\u{" + String(scalar.value, radix: 16) + "}" : String(scalar)
            }.joined()
        }
        let joined = lines.joined(separator: lineBreak)
        return joined.count > 2_000 ? String(joined.prefix(2_000)) + "..." : joined
    }
}

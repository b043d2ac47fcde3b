/// A word or a sign of a formula or of a condition on rows.
struct FormulaToken {
    enum Kind: Equatable {
        case name(String)
        case number(String)
        case text(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// The character of the formula at which it begins, from 0.
    let position: Int

    /// The token for messages.
    var words: String {
        switch kind {
        case .name(let text), .number(let text), .symbol(let text): "'\(text)'"
        case .text(let text): "the text '\(text)'"
        case .end: "the end of the formula"
        }
    }

    /// The tokens of a formula, with an end token last.
    static func tokens(of text: String) throws(FormulaError) -> [FormulaToken] {
        let characters = Array(text)
        var tokens: [FormulaToken] = []
        var position = 0
        while position < characters.count {
            let character = characters[position]
            if character.isWhitespace {
                position += 1
            } else if character == "`" {
                tokens.append(try quoted(characters, &position, "a backtick opens a name") { .name($0) })
            } else if character == "\"" || character == "'" {
                tokens.append(try quoted(characters, &position, "a quotation mark opens a text") { .text($0) })
            } else if isNameStart(character) {
                tokens.append(word(characters, &position) { .name($0) })
            } else if character.isASCII && character.isNumber {
                tokens.append(number(characters, &position))
            } else {
                tokens.append(try symbol(characters, &position))
            }
        }
        tokens.append(FormulaToken(kind: .end, position: characters.count))
        return tokens
    }

    private static func isNameStart(_ character: Character) -> Bool {
        character.isLetter || character == "." || character == "_"
    }

    /// Whether a name can stand without backticks.
    static func isPlainName(_ name: String) -> Bool {
        name.first.map(isNameStart) ?? false && name.allSatisfy { isNameStart($0) || $0.isNumber }
    }

    private static func word(_ characters: [Character], _ position: inout Int, _ kind: (String) -> Kind) -> FormulaToken
    {
        let start = position
        while position < characters.count, isNameStart(characters[position]) || characters[position].isNumber {
            position += 1
        }
        return FormulaToken(kind: kind(String(characters[start..<position])), position: start)
    }

    /// A word that begins with a digit; an exponent may have a sign: `2.5e-3`.
    private static func number(_ characters: [Character], _ position: inout Int) -> FormulaToken {
        let start = position
        while position < characters.count {
            let character = characters[position]
            let followsExponent = position > start && "eE".contains(characters[position - 1])
            guard isNameStart(character) || character.isNumber || followsExponent && "+-".contains(character) else {
                break
            }
            position += 1
        }
        return FormulaToken(kind: .number(String(characters[start..<position])), position: start)
    }

    private static func quoted(
        _ characters: [Character], _ position: inout Int, _ opening: String, _ kind: (String) -> Kind
    ) throws(FormulaError) -> FormulaToken {
        let start = position
        guard let end = characters[(start + 1)...].firstIndex(of: characters[start]), end > start + 1 else {
            throw FormulaError("\(opening) that is empty or never closed.", at: start)
        }
        position = end + 1
        return FormulaToken(kind: kind(String(characters[(start + 1)..<end])), position: start)
    }

    private static func symbol(_ characters: [Character], _ position: inout Int) throws(FormulaError) -> FormulaToken {
        let start = position
        let two = String(characters[start..<min(start + 2, characters.count)])
        if ["||", "==", "!=", "<=", ">="].contains(two) {
            position += 2
            return FormulaToken(kind: .symbol(two), position: start)
        }
        guard "~+-*/:^()|,=<>[]!&".contains(characters[start]) else {
            throw FormulaError("unexpected character '\(characters[start])'.", at: start)
        }
        position += 1
        return FormulaToken(kind: .symbol(String(characters[start])), position: start)
    }
}

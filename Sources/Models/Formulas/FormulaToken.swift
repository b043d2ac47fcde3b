/// A word or a sign of a formula.
struct FormulaToken {
    enum Kind: Equatable {
        case name(String)
        case number(String)
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
                tokens.append(try quotedName(characters, &position))
            } else if isNameStart(character) {
                tokens.append(word(characters, &position) { .name($0) })
            } else if character.isASCII && character.isNumber {
                tokens.append(word(characters, &position) { .number($0) })
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

    private static func word(_ characters: [Character], _ position: inout Int, _ kind: (String) -> Kind) -> FormulaToken
    {
        let start = position
        while position < characters.count, isNameStart(characters[position]) || characters[position].isNumber {
            position += 1
        }
        return FormulaToken(kind: kind(String(characters[start..<position])), position: start)
    }

    private static func quotedName(_ characters: [Character], _ position: inout Int) throws(FormulaError)
        -> FormulaToken
    {
        let start = position
        guard let end = characters[(start + 1)...].firstIndex(of: "`"), end > start + 1 else {
            throw FormulaError("a backtick opens a name that is empty or never closed.", at: start)
        }
        position = end + 1
        return FormulaToken(kind: .name(String(characters[(start + 1)..<end])), position: start)
    }

    private static func symbol(_ characters: [Character], _ position: inout Int) throws(FormulaError) -> FormulaToken {
        let start = position
        let character = characters[position]
        guard "~+-*/:^()|".contains(character) else {
            throw FormulaError("unexpected character '\(character)'.", at: start)
        }
        position += 1
        if character == "|", position < characters.count, characters[position] == "|" {
            position += 1
            return FormulaToken(kind: .symbol("||"), position: start)
        }
        return FormulaToken(kind: .symbol(String(character)), position: start)
    }
}

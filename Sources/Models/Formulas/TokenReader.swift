/// Tokens with the place reached in them.
struct TokenReader {
    private let tokens: [FormulaToken]
    private var next = 0

    init(_ text: String) throws(FormulaError) { tokens = try FormulaToken.tokens(of: text) }

    /// The token to be read next; the end token again and again at the end.
    var token: FormulaToken { tokens[next] }
    /// The token after it.
    var following: FormulaToken { tokens[min(next + 1, tokens.count - 1)] }
    /// The tokens not yet read.
    var rest: ArraySlice<FormulaToken> { tokens[next...] }

    mutating func advance() { next = min(next + 1, tokens.count - 1) }

    /// Reads a symbol if it comes next.
    mutating func accept(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String, for reason: String) throws(FormulaError) {
        guard accept(symbol) else {
            throw FormulaError("found \(token.words); expected '\(symbol)' \(reason).", at: token.position)
        }
    }
}

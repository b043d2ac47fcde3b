import Testing

@testable import Models

@Suite struct FormulaTests {
    private func terms(_ text: String) throws -> [String] {
        let formula = try Formula(parsing: text)
        return (formula.fixed.hasIntercept ? ["1"] : [])
            + formula.fixed.terms.map { $0.variables.joined(separator: ":") }
    }

    // Expected: attr(terms(formula), "term.labels") of R 4.2.2.
    @Test(arguments: [
        ("y ~ a * b", ["1", "a", "b", "a:b"]),
        ("y ~ a * b * c", ["1", "a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]),
        ("y ~ b:a + a", ["1", "a", "b:a"]),
        ("y ~ (a + b)^2 - a:b", ["1", "a", "b"]),
        ("y ~ a / b", ["1", "a", "a:b"]),
        ("y ~ 0 + a", ["a"]),
        ("y ~ a - 1", ["a"]),
        ("y ~ 1", ["1"]),
        ("y ~ a + a + a:a", ["1", "a"]),
        ("y ~ (a + b) * c", ["1", "a", "b", "c", "a:c", "b:c"]),
        ("y ~ `odd name` + x", ["1", "odd name", "x"]),
    ])
    func expandsAsRDoes(text: String, expected: [String]) throws {
        #expect(try terms(text) == expected)
    }

    @Test func readsRandomEffects() throws {
        let formula = try Formula(
            parsing: "score ~ time * ses + (1 + time | pupil) + (1 + time || school) + (1 | s/c)")
        #expect(formula.random.map(\.grouping.variables) == [["pupil"], ["school"], ["school"], ["s"], ["s", "c"]])
        #expect(formula.random.map(\.predictor.hasIntercept) == [true, true, false, true, true])
        #expect(formula.random.map { $0.predictor.terms.map(\.variables) } == [[["time"]], [], [["time"]], [], []])
        #expect(formula.variables == ["score", "time", "ses", "pupil", "school", "s", "c"])
    }

    @Test(arguments: [
        ("score time", 6, "found 'time'; expected '~' after the response 'score'."),
        ("~ a", 0, "found '~'; expected the response before '~'."),
        ("y ~ a +", 7, "found the end of the formula; expected a column's name."),
        ("y ~ a b", 6, "found 'b'; expected '+', ':', '*' or the end."),
        ("y ~ (a | )", 9, "found ')'; expected a column's name."),
        (
            "y ~ cut(a)", 4,
            "unknown function 'cut'; available are offset, I, poly, ns, scale, log, log2, log10, log1p, exp, expm1, sqrt, "
                + "abs. Otherwise put a column with the computed values in the data."
        ),
        ("y ~ a + 2", 8, "found '2'; the only numbers in a formula are 0 and 1."),
        ("y ~ a + (1 | g", 14, "found the end of the formula; expected ')' after the grouping factor."),
        ("y ~ y + a", 0, "the response 'y' is also on the right-hand side."),
        ("y ~ a % b", 6, "unexpected character '%'."),
        ("y ~ (0 | g)", 4, "the random-effects term has no effect before the bar."),
        ("y ~ `a", 4, "a backtick opens a name that is empty or never closed."),
    ])
    func saysWhereAFormulaGoesWrong(text: String, position: Int, message: String) {
        #expect(throws: FormulaError(message, at: position)) { try Formula(parsing: text) }
    }
}

import Testing

@testable import Models

/// Functions and offsets in formulas, and conditions on rows, before they meet data.
@Suite struct TermsFormulaTests {
    // Expected: attr(terms(formula), "term.labels") of R 4.2.2.
    @Test(arguments: [
        ("y ~ poly(time,2)*ses", ["poly(time, 2)", "ses", "poly(time, 2):ses"]),
        ("y ~ ns( time , df=3 ) : ses", ["ns(time, df = 3):ses"]),
        (
            "y ~ ns(time, knots = c(1,2.5), Boundary.knots=c(0,4))",
            ["ns(time, knots = c(1, 2.5), Boundary.knots = c(0, 4))"]
        ),
        ("y ~ poly(time, degree=2, raw=TRUE)", ["poly(time, degree = 2, raw = TRUE)"]),
        ("y ~ I(time^2)+log(x)+sqrt(x)+exp(x)+scale(x)", ["I(time^2)", "log(x)", "sqrt(x)", "exp(x)", "scale(x)"]),
        ("y ~ I((a-1)/2*b) + I(-a) + I(2^-a)", ["I((a - 1)/2 * b)", "I(-a)", "I(2^-a)"]),
        ("y ~ log(x) + log( x )", ["log(x)"]),
        ("y ~ log(x) * a - log(x)", ["a", "log(x):a"]),
        ("y ~ a + offset(log(n)) + offset(2*b)", ["a"]),
        ("y ~ poly(log(`odd name`), 2)", ["poly(log(`odd name`), 2)"]),
        ("y ~ (I(a^2) + b)^2", ["I(a^2)", "b", "I(a^2):b"]),
    ])
    func namesTermsAsRDoes(text: String, expected: [String]) throws {
        #expect(try Formula(parsing: text).fixed.terms.map { $0.variables.joined(separator: ":") } == expected)
    }

    @Test func listsTheColumnsWithinFunctions() throws {
        let formula = try Formula(
            parsing: "y ~ poly(time, 2):ses + offset(log(n) - w) + (ns(age, df = 2) | pupil) + (1 | school)")
        #expect(formula.variables == ["y", "time", "ses", "age", "pupil", "school", "n", "w"])
        #expect(formula.fixedColumns == ["time", "ses"])
        #expect(formula.effectColumns == ["time", "ses", "age", "n", "w"])
        #expect(formula.offsets.map(\.text) == ["log(n) - w"])
        #expect(formula.functions.keys.sorted() == ["ns(age, df = 2)", "poly(time, 2)"])
    }

    @Test(arguments: [
        ("y ~ nss(time, df = 3)", 4, "unknown function 'nss'. Did you mean 'ns'?"),
        ("y ~ a + poli(time, 2)", 8, "unknown function 'poli'. Did you mean 'poly'?"),
        (
            "y ~ factor(time)", 4,
            "'factor(...)' is not available in formulas. Declare the column as a factor under data, columns."
        ),
        ("y ~ log(scale(x))", 8, "'scale' depends on all rows: it cannot be inside another function."),
        ("y ~ ns(time, fd = 3)", 13, "'ns' has no argument 'fd'. Did you mean 'df'?"),
        ("y ~ ns(time, df = 2.5)", 13, "'df' of 'ns' is a whole number from 1 to 100."),
        ("y ~ poly(time, 0)", 15, "'degree' of 'poly' is a whole number from 1 to 100."),
        ("y ~ poly(time, 2, raw = 1)", 18, "'raw' of 'poly' is TRUE or FALSE."),
        ("y ~ poly(2)", 4, "'poly' names no column."),
        ("y ~ ns(time, df = 3, knots = 1)", 6, "'ns' has both 'df' and 'knots'. Give one of them."),
        ("y ~ ns(time, knots = time)", 13, "'knots' of 'ns' is a number or a list such as c(1, 2.5)."),
        ("y ~ ns(time, Boundary.knots = c(3, 1))", 6, "'Boundary.knots' are two rising numbers: c(0, 4)."),
        ("y ~ log(a, b)", 11, "'log' has too many arguments."),
        ("y ~ log(a", 9, "found the end of the formula; expected ')' to close 'log('."),
        ("y ~ I(a +)", 9, "found ')'; expected a column's name or a number."),
        (
            "log(y) ~ a", 0,
            "the response is a column, not a function of one. Put a column with the computed values in the data."
        ),
        ("y ~ log(y)", 0, "the response 'y' is also on the right-hand side."),
        ("y ~ a - offset(b)", 8, "an offset cannot be removed."),
        ("y ~ a:offset(b)", 6, "an offset stands on its own: '... + offset(x)', among the fixed effects."),
        ("y ~ a + (1 + offset(b) | g)", 8, "random effects have no offset."),
        ("y ~ (a + offset(b))", 4, "an offset cannot be inside parentheses."),
        ("y ~ a + (1 | log(g))", 13, "a grouping factor is a column, not a function of one."),
    ])
    func saysWhereAFunctionGoesWrong(text: String, position: Int, message: String) {
        #expect(throws: FormulaError(message, at: position)) { try Formula(parsing: text) }
    }

    @Test func pointsAtTheCharacter() {
        let error = FormulaError("", at: 8)
        #expect(error.excerpt(of: "y ~ a + plo(time, 2)") == "    y ~ a + plo(time, 2)\n            ^")
        let long = "y ~ " + String(repeating: "a + ", count: 40) + "?"
        let lines = FormulaError("", at: 164).excerpt(of: long).split(separator: "\n")
        #expect(lines[0].hasPrefix("    ...") && lines[0].count == 97)
        #expect(lines[0].count == lines[1].count && lines[0].last == "?")
    }

    @Test(arguments: [
        ("time < ", 7, "found the end of the condition; expected a column, a number or a text in quotation marks."),
        ("time = 3", 5, "found '='; expected a comparison: ==, !=, <, <=, >, >= or in."),
        ("time == 3 & a == 1", 10, "found '&'; expected 'and', 'or' or the end."),
        ("(time == 3", 10, "found the end of the condition; expected 'and', 'or' or ')'."),
        ("time in 3", 8, "found '3'; expected '[' and a list such as [1, 2]."),
        ("time in [3; 4]", 10, "unexpected character ';'."),
        ("time in [3, b]", 12, "expected a number or a text in quotation marks in the list."),
        ("1 < 2", 0, "the comparison has no column."),
        ("year == 2016/17", 12, "found '/'; expected 'and', 'or' or the end."),
        ("a == \"x", 5, "a quotation mark opens a text that is empty or never closed."),
    ])
    func saysWhereAConditionGoesWrong(text: String, position: Int, message: String) {
        #expect(throws: FormulaError(message, at: position)) { try RowCondition(parsing: text) }
    }
}

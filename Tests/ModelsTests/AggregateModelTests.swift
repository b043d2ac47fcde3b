import TestSupport
import Testing

@testable import Models

@Suite struct AggregateModelTests {
    private func fitted(_ text: String) throws -> ModelFit {
        let folder = try TemporaryFolder()
        return try ModelFile(path: folder.write(text, to: "model.yaml")).fit().fit
    }

    @Test func twoFiguresOfOneCellArePooledByInverseVariance() throws {
        let fit = try fitted(
            """
            kind: aggregate
            standard_deviations: {reading: 10}
            figures:
              - {id: a, outcome: reading, estimate: 1, std_error: 1, cells: [{cohort: x}], source: s}
              - {id: b, outcome: reading, estimate: 4, std_error: 2, cells: [{cohort: x}], source: s}
            """)
        // Weights 1 and 1/4: mean (1 + 1) / 1.25 = 1.6, variance 1 / 1.25; Q = 9 / (1 + 4).
        #expect(abs(fit.coefficients.values[0] - 1.6) < 1e-14)
        #expect(abs(fit.coefficients.covariance[0, 0] - 0.8) < 1e-14)
        let q = try #require(fit.diagnostics.first { $0.name == "cochran_q" }?.value)
        #expect(abs(q - 1.8) < 1e-12)
    }

    @Test func correlatedFiguresAreWeightedByTheirCovariance() throws {
        // Var 1 and 4, correlation 0.5: covariance 1. GLS weights (4 - 1, 1 - 1) / (1 + 4 - 2) = (1, 0).
        let fit = try fitted(
            """
            kind: aggregate
            standard_deviations: {reading: 10}
            figures:
              - {id: a, outcome: reading, estimate: 1, std_error: 1, cells: [{cohort: x}], source: s}
              - {id: b, outcome: reading, estimate: 4, std_error: 2, cells: [{cohort: x}], source: s}
            correlations:
              - {between: [a, b], value: 0.5}
            """)
        #expect(abs(fit.coefficients.values[0] - 1) < 1e-14)
        #expect(abs(fit.coefficients.covariance[0, 0] - 1) < 1e-14)
    }

    @Test func aPublishedDifferenceIdentifiesACellThroughAnother() throws {
        let fit = try fitted(
            """
            kind: aggregate
            standard_deviations: {reading: 10}
            figures:
              - {id: base, outcome: reading, estimate: 12, n: 400, sd: 10, cells: [{cohort: before}], source: s}
              - {id: change, outcome: reading, estimate: -3, std_error: 0.5, cells: [{cohort: after}, {cohort: before, weight: -1}], source: s}
            """)
        let after = try #require(fit.estimates?.labels.firstIndex { $0.cohort == "after" })
        #expect(abs(fit.coefficients.values[after] - 9) < 1e-12)
        #expect(abs(fit.coefficients.covariance[after, after] - 0.5) < 1e-12)  // 0.25 + 100/400
    }

    @Test(arguments: [
        (
            "figures: [{id: a, outcome: r, estimate: 1, std_error: 1, cells: [{cohort: x}, {cohort: y}], source: s}]\nstandard_deviations: {r: 1}",
            "the figures do not determine cell 'r:y'. Add a figure that contains it, or remove the cell."
        ),
        (
            """
            standard_deviations: {r: 1}
            figures:
              - {id: a, outcome: r, estimate: 1, std_error: 1, cells: [{cohort: x}], source: s}
              - {id: b, outcome: r, estimate: 1, std_error: 1, cells: [{cohort: x}], source: s}
              - {id: c, outcome: r, estimate: 1, std_error: 1, cells: [{cohort: x}], source: s}
            correlations:
              - {between: [a, b], value: -0.9}
              - {between: [a, c], value: -0.9}
              - {between: [b, c], value: -0.9}
            """,
            "the declared correlations contradict each other: no covariance matrix has them. Check their signs and sizes."
        ),
        (
            "figures: [{id: a, outcome: r, estimate: 1, cells: [{cohort: x}], source: s}]\nstandard_deviations: {r: 1}",
            "the figure has no uncertainty: give 'std_error', or 'n' and 'sd'; or 'percent' or 'count' with 'n' for a share."
        ),
        (
            "figures: [{id: a, outcome: r, estimate: 1, std_error: 0, cells: [{cohort: x}], source: s}]\nstandard_deviations: {r: 1}",
            "found 0; expected a number above 0."
        ),
        (
            "figures: [{id: a, outcome: r, estimate: 1, std_error: 1, cells: [{cohort: x}], source: s}]\nstandard_deviations: {q: 1}",
            "no standard deviation is declared for outcome 'r'. Add it to 'standard_deviations'."
        ),
    ])
    func mistakesEndInOneMessage(text: String, message: String) throws {
        #expect {
            try fitted("kind: aggregate\n" + text)
        } throws: {
            "\($0)".hasSuffix(message)
        }
    }
}

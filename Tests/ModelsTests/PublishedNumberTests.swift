import TestSupport
import Testing

@testable import Models

@Suite("Published numbers and their errors")
struct PublishedNumberTests {
    private func fit(_ figures: String, more: String = "") throws -> ModelFit {
        let folder = try TemporaryFolder()
        let text = "kind: aggregate\nquantity: level\nmargin: 1\n\(more)figures:\n\(figures)\n"
        return try ModelFile(path: folder.write(text, to: "model.yaml")).fit().fit
    }

    @Test(
        "Each way of publishing gives its standard error",
        arguments: [
            ("percent: 40, n: 600", 40, 2),  // 100 sqrt(0.4 0.6 / 600)
            ("count: 240, n: 600", 40, 2),
            ("percent: 40, n: 600, design_effect: 2.25", 40, 3),
            ("percent: 40, std_error: 1.5", 40, 1.5),
            ("estimate: 7.1, n: 400, sd: 2", 7.1, 0.1),
            // Rounding to 0.1: variance 0.01 / 12 more.
            ("estimate: 7.1, std_error: 0.05, rounded_to: 0.1", 7.1, (0.05 * 0.05 + 0.01 / 12).squareRoot()),
            // Nobody of 96: Agresti and Coull's (0 + 2) / (96 + 4) = 0.02; 100 sqrt(0.02 0.98 / 96).
            ("count: 0, n: 96", 0, 100 * (0.02 * 0.98 / 96).squareRoot()),
        ])
    func standardErrors(figure: String, estimate: Double, error: Double) throws {
        let fit = try fit("  - {id: a, outcome: y, \(figure), cells: [{cohort: \"2021\"}], source: s}")
        #expect(abs(fit.coefficients.values[0] - estimate) < 1e-12)
        #expect(relativeDifference(fit.coefficients.standardErrors[0], error) < 1e-12)
    }

    @Test("Years that share a link error compare with others as if its variance were added once")
    func linkErrors() throws {
        let figure = { (id: String, year: String, group: String) in
            "  - {id: \(id), outcome: y, estimate: 1, std_error: 1, cells: [{cohort: \"\(year)\", ses: \(group)}], source: s}"
        }
        let fit = try fit(
            [figure("a", "2018", "low"), figure("b", "2022", "low"), figure("c", "2022", "high")].joined(
                separator: "\n"),
            more: "link_errors: [{outcome: y, years: [\"2022\"], std_error: 2, source: s}]\n")
        let estimates = try #require(fit.estimates)
        #expect(abs(estimates.functional([-1, 1, 0]).standardError - 6.0.squareRoot()) < 1e-12)
        // The gap within 2022 does not hang on the link.
        #expect(abs(estimates.functional([0, 1, -1]).standardError - 2.0.squareRoot()) < 1e-12)
    }

    @Test(
        "Mistakes end in one located message",
        arguments: [
            ("percent: 140, n: 10", "model.yaml:5:34: found 140; expected a number from 0 to 100."),
            (
                "count: 12, n: 10",
                "model.yaml:5:32: found a count of 12 out of n = 10; a count is at most its base."
            ),
            ("count: 12", "model.yaml:5:5: missing key 'n' in figure."),
            ("percent: 12, n: 0", "model.yaml:5:41: found 0; expected a number above 0."),
            ("percent: 12, count: 1, n: 5", "model.yaml:5:45: give one of 'estimate', 'percent' and 'count'."),
            ("percent: 12, n: 5, sd: 1", "model.yaml:5:48: a share needs no 'sd': its error follows from 'n'."),
            (
                "estimate: 1",
                "model.yaml:5:5: the figure has no uncertainty: give 'std_error', or 'n' and 'sd'; or 'percent' or 'count' with 'n' for a share."
            ),
        ])
    func mistakes(figure: String, message: String) throws {
        let error = #expect(throws: (any Error).self) {
            try fit("  - {id: a, outcome: y, \(figure), cells: [{cohort: \"2021\"}], source: s}")
        }
        #expect("\(try #require(error))".hasSuffix(message), "\(String(describing: error))")
    }
}

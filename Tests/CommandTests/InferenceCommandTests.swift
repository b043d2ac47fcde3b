import TestSupport
import Testing

@Suite struct InferenceCommandTests {
    private let scores =
        "pupil,school,time,score,passed,schools1\n"
        + (0..<120).map { row in
            let (pupil, moment) = (row / 4, row % 4)
            let score =
                50 + (pupil * 37) % 11 + 3 * moment + (row * row * 7) % 5 + (pupil / 5) % 3 + (pupil % 4) * moment
            return
                "p\(pupil),s\(pupil / 5),\(moment),\(score),\((pupil * 7 + moment * 3 + row) % 5 < 2 + moment / 2 ? 1 : 0),\(row % 7)"
        }.joined(separator: "\n") + "\n"

    private func folder(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(scores, to: "scores.csv")
        for (name, text) in files { try folder.write(text, to: name) }
        return folder
    }

    private static let head = "kind: growth\ndata: {file: scores.csv}\n"

    @Test func everythingAskedForIsWrittenAndNamed() throws {
        let folder = try folder([
            "m.yaml": Self.head + "formula: score ~ time + (1 + time | pupil)\n"
                + "inference:\n  degrees_of_freedom: kenward_roger\n  intervals: [wald, profile, bootstrap]\n"
                + "  bootstrap: {replicates: 20, seed: 7}\noutput: [conditional_modes, residuals]\n"
        ])
        let result = try herstel(["fit", "m.yaml", "--output", "out"], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(
            result.output.contains(
                "Standard errors: model-based, adjusted by Kenward-Roger. Degrees of freedom: Kenward-Roger."))
        func rows(_ file: String) throws -> Int {
            try contents(of: folder.file("out/" + file)).split(separator: "\n").count - 1
        }
        // Two fixed effects, two standard deviations, a correlation and the residual, by three methods.
        #expect(try rows("intervals.csv") == 18)
        #expect(try rows("bootstrap.csv") == 20 * 6)
        #expect(try rows("conditional_modes.csv") == 60)
        #expect(try rows("residuals.csv") == 120)
        #expect(try contents(of: folder.file("out/datapackage.json")).contains("conditional_modes.csv"))
    }

    @Test func comparesNestedModels() throws {
        let folder = try folder([
            "small.yaml": Self.head + "formula: score ~ time + (1 | pupil)\n",
            "large.yaml": Self.head + "formula: score ~ time + (1 + time | pupil)\n",
        ])
        let result = try herstel(["fit", "small.yaml", "large.yaml", "--compare", "--output", "out"], in: folder.path)
        #expect(
            result.code == 0 && result.output.contains("Likelihood-ratio tests (fitted again by maximum likelihood)"))
        #expect(
            try contents(of: folder.file("out/likelihood_ratio_tests.csv")).contains(
                "small,large,"))
        let turned = try herstel(["fit", "large.yaml", "small.yaml", "--compare"], in: folder.path)
        #expect(turned.code == 1 || turned.code == 2)
        #expect(turned.errors.contains("small.yaml: a likelihood-ratio test compares nested models"))
        #expect(try herstel(["fit", "small.yaml", "--compare"], in: folder.path).code == 2)
    }

    @Test func fitsABinomialModel() throws {
        let folder = try folder([
            "m.yaml": Self.head + "formula: passed ~ time + (1 | school)\nfamily: binomial\nquadrature_points: 7\n"
        ])
        let result = try herstel(["fit", "m.yaml", "--output", "out"], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.contains("Log-likelihood (7 quadrature points)"))
        #expect(try contents(of: folder.file("out/diagnostics.csv")).contains("binomial, logit link"))
        #expect(try contents(of: folder.file("out/conditional_modes.csv")).split(separator: "\n").count == 7)
    }

    static let mistakes: [(String, String)] = [
        (
            "formula: score ~ time + school + schools1 + (1 | pupil)\n",
            "two fixed effects would both be named 'schools1'"
        ),
        (
            "formula: score ~ time * school + (1 | pupil)\nreport: {time: time, cohort: school, group: school}\n",
            "m.yaml:4:9: time, cohort and group name the same column twice"
        ),
        (
            "formula: score ~ time + (1 | pupil)\ninference: {degrees_of_freedom: kr}\n",
            "m.yaml:4:33: found 'kr'; expected"
        ),
        (
            "formula: score ~ time + (1 | pupil)\nestimation: ML\ninference: {degrees_of_freedom: kenward_roger}\n",
            "m.yaml:5:33: Kenward-Roger needs 'estimation: REML'."
        ),
        (
            "formula: score ~ time + (1 | pupil)\ninference: {robust: {cluster: school}}\n",
            "'school' is no grouping factor of the formula; there are: pupil."
        ),
        (
            "formula: score ~ time + (1 | pupil)\ninference: {intervals: [waldd]}\n",
            "found 'waldd'; expected wald, profile, bootstrap."
        ),
        (
            "formula: score ~ time + (1 | pupil)\ninference: {bootstrap: {replicates: 1.5}}\n",
            "'replicates' must be a whole number from 2 to 1000000."
        ),
        (
            "formula: passed ~ time + (1 | school)\nfamily: binomial\noutput: [residuals]\n",
            "'output' is for gaussian models only."
        ),
        (
            "formula: score ~ time + (1 | pupil)\nquadrature_points: 5\n",
            "quadrature points are for a family other than"
        ),
        ("formula: passed ~ time + (1 | school)\nfamily: binomal\n", "Did you mean 'binomial'?"),
        ("formula: score ~ time + (1 | school)\nfamily: binomial\n", "a binomial response lies between 0 and 1"),
        (
            "formula: score ~ time + (1 | pupil) + (1 | school)\ninference: {robust: {cluster: pupil}}\n",
            "m.yaml: "
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreNamed(text: String, message: String) throws {
        let folder = try folder(["m.yaml": Self.head + text])
        let result = try herstel(["fit", "m.yaml"], in: folder.path)
        #expect(result.code != 0 && result.output.isEmpty)
        #expect(result.errors.contains(message), "\(result.errors)")
    }
}

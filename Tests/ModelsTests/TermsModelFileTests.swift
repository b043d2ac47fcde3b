import TestSupport
import Testing

@testable import Models

/// Contrasts, subsets, offsets and functions from a model file to reported growth.
@Suite struct TermsModelFileTests {
    /// Three cohorts of pupils of two groups at four moments; plain integer arithmetic makes the numbers.
    private var scores: String {
        var rows = ["pupil,cohort,ses,time,score"]
        for pupil in 0..<60 {
            for time in 0..<4 {
                let (year, isLow) = (pupil % 3, pupil % 2 == 0)
                let noise = Double((pupil * 37 + time * 53 + pupil * time * 11) % 29) / 4
                let score = 40 + 6 * Double(time) - 0.4 * Double(time * time) + Double(year * time) / 3 + noise
                rows.append(
                    "p\(pupil),\(2016 + year)/\(17 + year),\(isLow ? "practical" : "theoretical"),\(time),\(score)")
            }
        }
        return rows.joined(separator: "\n") + "\n"
    }

    private func fitted(_ lines: String, formula: String, report: String = "") throws -> FittedModel {
        let folder = try TemporaryFolder()
        try folder.write(scores, to: "scores.csv")
        let text = """
            kind: growth
            data:
              file: scores.csv
              columns: {cohort: {type: factor}, ses: {type: factor, levels: [theoretical, practical]}}
            formula: \(formula)
            report: {time: time, cohort: cohort, group: ses, outcome: reading\(report)}
            \(lines)
            """
        return try ModelFile(path: folder.write(text, to: "m.yaml")).fit()
    }

    private func growth(_ lines: String, _ formula: String, report: String = "") throws -> Estimates {
        try #require(try fitted(lines, formula: formula, report: report).fit.estimates)
    }

    private func expectSame(_ found: Estimates, _ expected: Estimates, tolerance: Double = 1e-8) {
        #expect(found.labels == expected.labels)
        for index in expected.values.indices {
            #expect(relativeDifference(found.values[index], expected.values[index]) < tolerance)
            #expect(
                relativeDifference(found.standardErrors[index], expected.standardErrors[index]) < 100 * tolerance)
        }
    }

    @Test(arguments: [
        "contrasts: {cohort: sum}", "contrasts: {cohort: helmert, ses: sum}",
        "contrasts: {cohort: {treatment: 2018/19}, ses: {treatment: practical}}", "contrasts: {ses: treatment}",
    ])
    func reportedGrowthDoesNotDependOnTheCoding(contrasts: String) throws {
        let formula = "score ~ ns(time, df = 2) * cohort * ses + (1 + time | pupil)"
        expectSame(try growth(contrasts, formula), try growth("", formula))
    }

    @Test func reportedGrowthDoesNotDependOnThePolynomialsBasis() throws {
        let raw = try growth(
            "", "score ~ (time + I(time^2)) * cohort * ses + (1 | pupil)", report: ", from: 0.5, to: 2.7")
        for basis in ["poly(time, 2)", "poly(time, 2, raw = TRUE)"] {
            expectSame(
                try growth("", "score ~ \(basis) * cohort * ses + (1 | pupil)", report: ", from: 0.5, to: 2.7"), raw)
        }
    }

    @Test func anOffsetMovesTheSlopeAndNotTheGrowth() throws {
        let plain = try fitted("", formula: "score ~ time * cohort * ses + (1 + time | pupil)")
        let moved = try fitted("", formula: "score ~ time * cohort * ses + offset(5 * time) + (1 + time | pupil)")
        expectSame(try #require(moved.fit.estimates), try #require(plain.fit.estimates))
        let slopes = [plain, moved].compactMap { fitted in
            fitted.fit.coefficients.position(of: "time").map { fitted.fit.coefficients.values[$0] }
        }
        try #require(slopes.count == 2)
        #expect(abs(slopes[0] - slopes[1] - 5) < 1e-9)
        #expect(
            relativeDifference(
                try #require(moved.growth).criterionValue, try #require(plain.growth).criterionValue) < 1e-12)
    }

    @Test func rowsOutsideTheSubsetAreCountedApart() throws {
        let formula = "score ~ time * cohort * ses + (1 | pupil)"
        let result = try fitted("subset: cohort != \"2016/17\" and time <= 2", formula: formula)
        let growth = try #require(result.growth)
        #expect(growth.rowCount == 120 && growth.rowsOutsideSubset == 120 && growth.rowsLeftOut == 0)
        #expect(
            try #require(result.fit.estimates).labels.map(\.cohort) == ["2017/18", "2017/18", "2018/19", "2018/19"])
        #expect(result.fit.diagnostics.contains { $0.name == "rows_outside_subset" && $0.value == 120 })
        #expect(try !fitted("", formula: formula).fit.diagnostics.contains { $0.name == "rows_outside_subset" })
    }

    @Test func aSubsetMayUseAColumnThatIsNotInTheFormula() throws {
        let folder = try TemporaryFolder()
        try folder.write(scores, to: "scores.csv")
        let text =
            "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil)\nsubset: ses == \"practical\"\n"
        let fit = try ModelFile(path: folder.write(text, to: "m.yaml")).fit()
        #expect(try #require(fit.growth).rowCount == 120)
    }

    @Test(arguments: [
        (
            "contrasts: {cohrt: sum}",
            "m.yaml:4:13: 'cohrt' is not among the effects of the formula. Did you mean 'cohort'?"
        ),
        (
            "contrasts: {cohort: sums}",
            "m.yaml:4:21: found 'sums'; expected 'treatment', 'sum' or 'helmert'. Did you mean 'sum'?"
        ),
        (
            "contrasts: {cohort: {sum: a}}",
            "m.yaml:4:21: missing key 'treatment' in contrast.\nm.yaml:4:22: unknown key 'sum' in contrast; expected 'treatment'."
        ),
        (
            "subset: time << 3",
            "m.yaml:4:9: in the subset, at character 7: found '<'; expected a column, a number or a text in quotation marks.\n"
                + "    time << 3\n          ^"
        ),
    ])
    func saysWhatIsWrongInTheFile(line: String, message: String) throws {
        let folder = try TemporaryFolder()
        let text =
            "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time * cohort + (1 | pupil)\n\(line)\n"
        let path = try folder.write(text, to: "m.yaml")
        do {
            _ = try ModelFile(path: path)
            Issue.record("the file was read")
        } catch {
            let first = "\(error)".replacing(folder.path + "/", with: "")
            #expect(first.hasPrefix(message), "\(first)")
        }
    }

    @Test func pointsIntoTheSubset() throws {
        let folder = try TemporaryFolder()
        try folder.write(scores, to: "scores.csv")
        let text =
            "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil)\nsubset: ses == practical\n"
        let path = try folder.write(text, to: "m.yaml")
        do {
            _ = try ModelFile(path: path).fit()
            Issue.record("the model was fitted")
        } catch {
            #expect(
                "\(error)"
                    == "\(path): in the subset, at character 8: unknown column 'practical'. A text stands in quotation "
                    + "marks: \"practical\".\n    ses == practical\n           ^")
        }
    }

    @Test func pointsIntoTheFormula() throws {
        let folder = try TemporaryFolder()
        let text = "kind: growth\ndata: {file: scores.csv}\nformula: score ~ nss(time, df = 3) + (1 | pupil)\n"
        let path = try folder.write(text, to: "m.yaml")
        do {
            _ = try ModelFile(path: path)
            Issue.record("the file was read")
        } catch {
            #expect(
                "\(error)"
                    == "\(path):3:10: in the formula, at character 9: unknown function 'nss'. Did you mean 'ns'?\n"
                    + "    score ~ nss(time, df = 3) + (1 | pupil)\n            ^")
        }
    }
}

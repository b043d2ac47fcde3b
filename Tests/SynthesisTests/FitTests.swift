import Foundation
import Models
import Tables
import TestSupport
import Testing

@testable import Synthesis

/// A growth model fitted to what was drawn finds the truth again.
@Suite struct FitTests {
    private static let text = """
        kind: synthetic
        seed: 4
        structure:
          schools: 60
          pupils_per_school: {mean: 20, sd: 5}
          moves: {share: 0.1, within_region: 0.8, region_size: 10}
        moments: [0, 1, 2, 3]
        missing: 0.1
        factors:
          cohort: {levels: ["2017/18", "2018/19", "2019/20"]}
          ses: {levels: [theoretical, practical], shares: [0.6, 0.4], school_sd: 0.5}
        outcome: {name: score, family: gaussian, residual_sd: 4}
        fixed: {"(Intercept)": 50, time: 6, sespractical: -5, "time:cohort2019/20": -1.5, "time:sespractical": -0.5}
        random:
          pupil: {"(Intercept)": 8, time: 2, correlation: -0.25}
          school: {"(Intercept)": 4}
        """

    /// The truth's value and an approximate standard error for each variance component.
    private static let components: [(name: String, value: Double, standardError: Double)] = {
        let (pupils, schools) = (1200.0, 60.0)
        // A pupil's own line through 3.6 of the times 0 to 3: variances of intercept and slope around the pupil's effects.
        let (intercept, slope) = (16 * 0.7 / 0.9, 16 * 0.2 / 0.9)
        let own = (64 + intercept, 4 + slope)
        return [
            ("pupil (Intercept)", 64, own.0 * (2 / pupils).squareRoot()),
            ("pupil time", 4, own.1 * (2 / pupils).squareRoot()),
            ("pupil (Intercept) time", -4, (own.0 * own.1 / pupils).squareRoot()),
            ("school (Intercept)", 16, (16 + own.0 / 20) * (2 / schools).squareRoot()),
            ("Residual ", 16, 16 * (2 / (pupils * 1.6)).squareRoot()),
        ]
    }()

    private func fit(_ text: String, formula: String, weights: String = "") throws -> GrowthFit {
        let folder = try TemporaryFolder()
        try Microdata(truth(text)).write(to: folder.file("scores.csv"), threads: 2)
        let model = try folder.write(
            """
            kind: growth
            data: {file: scores.csv, columns: {ses: {levels: [theoretical, practical]}}}
            formula: \(formula)
            \(weights)
            """, to: "m.yaml")
        return try #require(ModelFile(path: model).fit().growth)
    }

    private func check(_ fit: GrowthFit, effects: [String: Double], components: [(String, Double, Double)]) {
        for (position, term) in fit.coefficients.labels.enumerated() {
            let estimate = fit.coefficients.estimate(at: position)
            #expect(
                agrees(estimate.value, with: effects[term] ?? 0, standardError: estimate.standardError), "\(term)")
        }
        #expect(Set(effects.keys).isSubset(of: fit.coefficients.labels))
        for (name, value, standardError) in components {
            let component = fit.varianceComponents.first {
                [$0.group, $0.term, $0.withTerm].compactMap { $0 }.joined(separator: " ") == name
            }
            #expect(agrees(component?.variance ?? .nan, with: value, standardError: standardError), "\(name)")
        }
    }

    @Test func aGrowthModelRecoversTheTruth() throws {
        let fit = try fit(
            Self.text, formula: "score ~ time * cohort * ses + (1 + time | pupil) + (1 | school)")
        let effects = [
            "(Intercept)": 50, "time": 6, "sespractical": -5, "time:cohort2019/20": -1.5, "time:sespractical": -0.5,
        ]
        #expect(fit.coefficients.labels.count == 12 && fit.rowsLeftOut > 0)
        check(fit, effects: effects, components: Self.components)
    }

    @Test func weightsAndClassesAreRecoveredToo() throws {
        let text =
            Self.text.replacing(
                "pupils_per_school: {mean: 20, sd: 5}", with: "pupils_per_school: 20\n  classes_per_school: 4"
            ) + "\n  class: {\"(Intercept)\": 3}\nweights: {name: w, from: 0.5, to: 2}\n"
        let fit = try fit(
            text, formula: "score ~ time * cohort + time * ses + (1 + time | pupil) + (1 | school/class)",
            weights: "weights: w")
        let classes = [("school:class (Intercept)", 9.0, (9 + 80.0 / 5) * (2.0 / 180).squareRoot())]
        check(
            fit,
            effects: [
                "(Intercept)": 50, "time": 6, "sespractical": -5, "time:cohort2019/20": -1.5,
                "time:sespractical": -0.5,
            ],
            components: Self.components.filter { $0.name.hasPrefix("pupil") || $0.name == "Residual " }
                .map { ($0.name, $0.value, $0.standardError) } + classes)
    }

    @Test func theShippedTruthFitsTheShippedModel() throws {
        let truth = try Truth(path: repositoryFile("models/synthetic.yaml"))
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("models"), withIntermediateDirectories: false)
        let model = try folder.write(
            contents(of: repositoryFile("models/synthetic-growth.yaml")), to: "models/synthetic-growth.yaml")
        try Microdata(truth, size: .pupils(3000)).write(to: folder.file("scores.csv"), threads: 2)
        let fitted = try ModelFile(path: model).fit()
        let names = EffectNames(truth.factors)
        for (position, term) in fitted.fit.coefficients.labels.enumerated() {
            let column = try names.term(term).get()
            let value = truth.fixed.first { $0.term == column }?.value ?? 0
            let estimate = fitted.fit.coefficients.estimate(at: position)
            #expect(agrees(estimate.value, with: value, standardError: estimate.standardError), "\(term)")
        }
        #expect(fitted.fit.coefficients.labels.count == 24)
    }
}

import Models

/// What a meta-analysis says, in words and tables for a reader.
struct EvidenceReport {
    let fit: EvidenceFit

    /// The method and the counts.
    var heading: String {
        let studies = fit.studyCount.map { " in \($0) studies" } ?? ""
        let version = fit.version.isEmpty ? "" : "\n  Version of the effect table: \(fit.version)"
        let likelihood = fit.logLikelihood.map { "; log-likelihood \(significant($0))" } ?? ""
        return "  Meta-analysis: \(fit.method.words)\n  Effects: \(fit.rowCount)\(studies)\(likelihood)\(version)"
    }

    /// Heterogeneity, effects with prediction intervals, tests.
    var parts: [String] {
        [heterogeneity] + (fit.effects.isEmpty ? [] : [effects]) + [tests, influence].filter { !$0.isEmpty }
    }

    private var percent: String { fixed(100 * fit.method.coverage, fit.method.coverage == 0.95 ? 0 : 1) }

    private var heterogeneity: String {
        let found = fit.heterogeneity
        var lines = [
            "  Cochran's Q \(fixed(found.q, 2)) on \(found.degreesOfFreedom) df, p \(Self.p(found.pValue)); I^2 "
                + "\(fixed(found.iSquared, 1))%, H^2 \(fixed(found.hSquared, 2))"
                + (found.rSquared.map { "; moderators explain \(fixed($0, 1))% of tau^2" } ?? "")
        ]
        guard !found.components.isEmpty else { return "Heterogeneity\n" + lines.joined(separator: "\n") }
        var table = TextTable(
            ["variance of true effects", "estimate", "std. error", "std. dev.", "\(percent)% interval", "I^2"],
            numeric: [false, true, true, true, true, true])
        for component in found.components {
            table.append([
                component.name, significant(component.variance), component.standardError.map(significant) ?? "",
                significant(component.variance.squareRoot()),
                "\(significant(component.interval.lowerBound)) to \(significant(component.interval.upperBound))",
                fixed(component.iSquared, 1) + "%",
            ])
        }
        lines.append(table.text)
        return "Heterogeneity\n" + lines.joined(separator: "\n")
    }

    private var effects: String {
        var table = TextTable(
            ["effect", "estimate", "\(percent)% confidence", "new study's scale", "df", "\(percent)% prediction"],
            numeric: [false, true, true, true, true, true])
        for effect in fit.effects {
            let confidence = effect.estimate.confidenceInterval(coverage: fit.method.coverage)
            let prediction = effect.predictive.interval(coverage: fit.method.coverage)
            let df = effect.predictive.degreesOfFreedom
            table.append([
                effect.name, significant(effect.estimate.value), Self.range(confidence),
                significant(effect.predictive.scale), df.isFinite ? fixed(df, 1) : "inf", Self.range(prediction),
            ])
        }
        let strength = fit.strength.map {
            "\n  Evidence graded \($0.grade.rawValue): the scale of a new study's effect is widened by a factor of "
                + "\(significant($0.widening))."
        }
        let rule = "\n  Prediction of a new study's true effect: estimate and scale times t with df (inf: normal)."
        return "Effects, and the effect to expect in a new study\n" + table.text + rule + (strength ?? "")
    }

    private var tests: String {
        var lines: [String] = []
        if let omnibus = fit.omnibus {
            let df = omnibus.denominatorDegreesOfFreedom
            lines.append(
                "  Moderators: \(omnibus.name) = \(fixed(omnibus.statistic, 3)) on \(omnibus.degreesOfFreedom)"
                    + (df.isFinite ? " and \(fixed(df, 1))" : "") + " df, p \(Self.p(omnibus.pValue))")
        }
        for test in fit.smallStudyTests {
            let name = test.name == "regression" ? "regression on the standard error" : "Egger sandwich (CR2)"
            let limit = test.limit.map {
                "; effect at a standard error of 0: \(significant($0.value)) (se \(significant($0.standardError)))"
            }
            lines.append(
                "  Small studies, \(name): slope \(significant(test.slope.value)) (se "
                    + "\(significant(test.slope.standardError))), p \(test.slope.pValue.map(Self.p) ?? "-")"
                    + (limit ?? ""))
        }
        lines += fit.smallStudyProblems.map { "  No test of small studies: \($0)" }
        return lines.isEmpty ? "" : "Tests\n" + lines.joined(separator: "\n")
    }

    /// How far the first coefficient moves when an effect or a study is left out.
    private var influence: String {
        var lines: [String] = []
        for part in [LeftOut.Part.effect, .study] {
            let moved = fit.leaveOneOut.filter { $0.part == part }.compactMap { left in
                left.coefficients.map { (name: left.name, value: $0.values[0]) }
            }
            guard let low = moved.min(by: { $0.value < $1.value }), let high = moved.max(by: { $0.value < $1.value })
            else { continue }
            lines.append(
                "  Without one \(part.rawValue), \(fit.coefficients.labels[0]) is from \(significant(low.value)) "
                    + "(without \(low.name)) to \(significant(high.value)) (without \(high.name))")
        }
        return lines.isEmpty ? "" : "Leave one out\n" + lines.joined(separator: "\n")
    }

    private static func range(_ range: ClosedRange<Double>) -> String {
        "\(fixed(range.lowerBound, 4)) to \(fixed(range.upperBound, 4))"
    }

    private static func p(_ value: Double) -> String { value < 0.0001 ? "<0.0001" : fixed(value, 4) }

    /// What `herstel explain` prints of a model file of this kind.
    static func explanation(_ evidence: EvidenceSpecification, heading: [String]) -> String {
        var lines = heading + ["A meta-analysis: \(evidence.method.words).", "  formula   \(evidence.formula.text)"]
        if !evidence.version.isEmpty { lines.append("  version   \(evidence.version)") }
        if let path = evidence.data.path { lines.append("  data      \(path)") }
        if let strength = evidence.strength {
            lines.append(
                "  evidence  \(strength.grade.rawValue): the predictive standard deviation is multiplied by "
                    + significant(strength.widening))
        }
        for prediction in evidence.predictions {
            let values = prediction.values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("  predicts  \(prediction.name): \(values.joined(separator: ", "))")
        }
        if let rows = evidence.data.rows {
            var table = TextTable(
                ["effect", "study", "estimate", "std. error", "source"], numeric: [false, false, true, true, false])
            for row in rows {
                table.append([
                    row.name, row.study, significant(row.estimate), significant(row.standardError), row.source,
                ])
            }
            lines.append(table.text)
        }
        return lines.joined(separator: "\n")
    }
}

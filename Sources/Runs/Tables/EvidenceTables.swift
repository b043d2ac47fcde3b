import Models
import Tables

extension TableSchema {
    static let evidence = TableSchema(
        name: "evidence",
        description: "Meta-analyses: one row per coefficient, effect, and test of moderators or small studies.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("version", .string, "the version of the effect table"),
            Column(
                "quantity", .string,
                "coefficient; effect (pooled, or at declared moderators); moderators (their joint test); "
                    + "small_study_slope and small_study_limit (effect at a standard error of zero)"),
            Column("term", .string, "the coefficient, the effect's name, or the test"),
            Column("method", .string, "model, estimator and inference"),
            Column("estimate", .number, "units of the effects", "the estimate; empty for a joint test"),
            Column("std_error", .number, "units of the effects", "its standard error"),
            Column("df", .number, "degrees of freedom of t, or of a test's denominator; empty means infinite"),
            Column("statistic", .number, "estimate over standard error; chi-squared or F of a joint test"),
            Column("numerator_df", .integer, "coefficients in a joint test; empty otherwise"),
            Column("p_value", .number, "two-sided p-value; of a larger statistic for a joint test"),
            Column("coverage", .number, "the coverage of the intervals"),
            Column("conf_low", .number, "units of the effects", "lower end of the confidence interval"),
            Column("conf_high", .number, "units of the effects", "upper end of the confidence interval"),
            Column(
                "predictive_scale", .number, "units of the effects",
                "what t with df is multiplied by for the true effect in a new study, widened"),
            Column("widening", .number, "what the predictive scale was multiplied by for weak evidence"),
            Column(
                "prediction_low", .number, "units of the effects", "lower end for a new study's true effect, t with df"),
            Column(
                "prediction_high", .number, "units of the effects", "upper end for a new study's true effect, t with df"
            ),
        ])

    static let heterogeneity = TableSchema(
        name: "heterogeneity", description: "How much the effects of a meta-analysis differ beyond sampling error.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column(
                "component", .string,
                "total; tau2 of one level; between_studies and within_studies of three levels"),
            Column("method", .string, "model, estimator and inference"),
            Column(
                "variance", .number, "squared units of the effects",
                "the variance of true effects; empty for a common effect, which has none"),
            Column("std_error", .number, "squared units of the effects", "its standard error"),
            Column("coverage", .number, "the coverage of the interval"),
            Column(
                "conf_low", .number, "squared units of the effects",
                "lower end of the interval: Q-profile; profile likelihood for three levels"),
            Column("conf_high", .number, "squared units of the effects", "upper end of the interval"),
            Column("i_squared", .number, "%", "share of the variance of estimates"),
            Column("h_squared", .number, "variance of estimates over that of sampling errors; total only"),
            Column("r_squared", .number, "%", "share of tau2 that moderators explain; total only"),
            Column("q", .number, "Cochran's Q after the moderators; total only"),
            Column("df", .integer, "its degrees of freedom"), Column("p_value", .number, "its p-value"),
        ])

    static let leaveOneOut = TableSchema(
        name: "leave_one_out", description: "Each coefficient of a meta-analysis without one effect or one study.",
        columns: [
            Column("model", .string, "the model file's name"), Column("left_out", .string, "effect or study"),
            Column("name", .string, "the effect or the study"), Column("term", .string, "the coefficient"),
            Column("estimate", .number, "units of the effects", "the estimate without it"),
            Column("std_error", .number, "units of the effects", "its standard error"),
            Column("df", .number, "its degrees of freedom; empty means infinite"),
            Column("coverage", .number, "the coverage of the interval"),
            Column("conf_low", .number, "units of the effects", "lower end of the confidence interval"),
            Column("conf_high", .number, "units of the effects", "upper end of the confidence interval"),
            Column("variance", .number, "squared units of the effects", "variance of true effects, all levels"),
            Column("q", .number, "Cochran's Q without it"), Column("note", .string, "why the rest cannot be fitted"),
        ])

    static let funnel = TableSchema(
        name: "funnel", description: "The points of a funnel plot: each estimate with its standard error.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("row", .integer, "the data row, from 1"), Column("study", .string, "the study"),
            Column("effect", .string, "the effect's name"),
            Column("estimate", .number, "units of the effects", "the estimate"),
            Column("std_error", .number, "units of the effects", "its standard error"),
            Column("fitted", .number, "units of the effects", "what the moderators predict"),
            Column("source", .string, "where it was published"),
        ])

    static let persistence = TableSchema(
        name: "persistence", description: "Decay of effects to a plateau: plateau, rate, half-life, share left.",
        columns: [
            Column("model", .string, "the model file's name"), Column("version", .string, "the table's version"),
            Column("quantity", .string, "plateau, rate (per month), half_life (months) or share_left"),
            Column("months", .number, "months", "months after the intervention, of a share left"),
            Column("estimate", .number, "the estimate"),
            Column("std_error", .number, "its standard error; empty where the plateau is zero, the bound"),
            Column("coverage", .number, "the coverage of the interval"),
            Column("conf_low", .number, "lower end, made on the logit or log scale"),
            Column("conf_high", .number, "upper end, made on the logit or log scale"),
        ])

    static let followUps = TableSchema(
        name: "follow_ups", description: "The follow-ups of a model of persistence, with what its curves predict.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("months", .number, "months", "months after the intervention"),
            Column("ratio", .number, "the share left"), Column("std_error", .number, "its standard error"),
            Column("studies", .integer, "the number of studies"), Column("fitted", .number, "with a plateau"),
            Column("single_exponential", .number, "without one"),
            Column("source", .string, "where it was published"),
        ])
}

/// The tables of meta-analyses and of models of persistence.
struct EvidenceTables {
    let models: [FittedModel]

    /// The tables that have rows.
    var tables: [ResultTable] {
        [evidence, heterogeneity, leaveOneOut, funnel, persistence, followUps].filter { $0.rowCount > 0 }
    }

    private var fits: [(name: String, fit: EvidenceFit)] {
        models.compactMap { model in model.evidence.map { (model.fit.model, $0) } }
    }

    private var decays: [(model: FittedModel, fit: PersistenceFit)] {
        models.compactMap { model in model.persistence.map { (model, $0) } }
    }

    private var evidence: ResultTable {
        var table = ResultTable(.evidence)
        for (name, fit) in fits {
            for (position, term) in fit.coefficients.labels.enumerated() {
                table.append(row(name, fit, "coefficient", term, fit.coefficients.estimate(at: position)))
            }
            for effect in fit.effects {
                table.append(row(name, fit, "effect", effect.name, effect.estimate, effect.predictive))
            }
            if let omnibus = fit.omnibus { table.append(row(name, fit, omnibus)) }
            for test in fit.smallStudyTests {
                let limit = test.limit.map { [("small_study_limit", $0)] } ?? []
                let estimates = [("small_study_slope", test.slope)] + limit
                for (quantity, estimate) in estimates {
                    table.append(row(name, fit, quantity, test.name, estimate, method: test.method))
                }
            }
        }
        return table
    }

    private func row(
        _ name: String, _ fit: EvidenceFit, _ quantity: String, _ term: String, _ estimate: Estimate,
        _ predictive: EvidencePredictive? = nil, method: EvidenceMethod? = nil
    ) -> [CSVWriter.Cell] {
        let coverage = fit.method.coverage
        let interval = estimate.confidenceInterval(coverage: coverage)
        let prediction = predictive?.interval(coverage: coverage)
        return [
            .text(name), .text(fit.version), .text(quantity), .text(term), .text((method ?? fit.method).words),
            .double(estimate.value), .double(estimate.standardError), .double(estimate.degreesOfFreedom),
            .optional(estimate.statistic), .missing, .optional(estimate.pValue), .double(coverage),
            .double(interval.lowerBound), .double(interval.upperBound), .optional(predictive?.scale),
            .optional(predictive?.widening), .optional(prediction?.lowerBound), .optional(prediction?.upperBound),
        ]
    }

    private func row(_ name: String, _ fit: EvidenceFit, _ test: OmnibusTest) -> [CSVWriter.Cell] {
        [
            .text(name), .text(fit.version), .text("moderators"), .text(test.name), .text(fit.method.words), .missing,
            .missing, .double(test.denominatorDegreesOfFreedom), .double(test.statistic), .int(test.degreesOfFreedom),
            .double(test.pValue), .missing, .missing, .missing, .missing, .missing, .missing, .missing,
        ]
    }

    private var heterogeneity: ResultTable {
        var table = ResultTable(.heterogeneity)
        for (name, fit) in fits {
            let found = fit.heterogeneity
            for component in found.components {
                table.append([
                    .text(name), .text(component.name), .text(fit.method.words), .double(component.variance),
                    .optional(component.standardError),
                    .double(fit.method.coverage), .double(component.interval.lowerBound),
                    .double(component.interval.upperBound), .double(component.iSquared), .missing, .missing, .missing,
                    .missing, .missing,
                ])
            }
            table.append([
                .text(name), .text("total"), .text(fit.method.words),
                found.components.isEmpty ? .missing : .double(found.variance), .missing, .missing, .missing, .missing,
                .double(found.iSquared), .double(found.hSquared), .optional(found.rSquared), .double(found.q),
                .int(found.degreesOfFreedom), .double(found.pValue),
            ])
        }
        return table
    }

    private var leaveOneOut: ResultTable {
        var table = ResultTable(.leaveOneOut)
        for (name, fit) in fits {
            for left in fit.leaveOneOut {
                for (position, term) in fit.coefficients.labels.enumerated() {
                    let estimate = left.coefficients?.estimate(at: position)
                    let interval = estimate?.confidenceInterval(coverage: fit.method.coverage)
                    table.append([
                        .text(name), .text(left.part.rawValue), .text(left.name), .text(term),
                        .optional(estimate?.value), .optional(estimate?.standardError),
                        .optional(estimate?.degreesOfFreedom), .double(fit.method.coverage),
                        .optional(interval?.lowerBound), .optional(interval?.upperBound), .optional(left.variance),
                        .optional(left.q), .text(left.note),
                    ])
                }
            }
        }
        return table
    }

    private var funnel: ResultTable {
        var table = ResultTable(.funnel)
        for (name, fit) in fits {
            for point in fit.funnel {
                table.append([
                    .text(name), .int(point.row), .text(point.study), .text(point.effect), .double(point.estimate),
                    .double(point.standardError), .double(point.fitted), .text(point.source),
                ])
            }
        }
        return table
    }

    private var persistence: ResultTable {
        var table = ResultTable(.persistence)
        for (model, fit) in decays {
            guard case .persistence(let specification) = model.file.kind else { continue }
            for quantity in fit.quantities {
                table.append([
                    .text(model.fit.model), .text(specification.version), .text(quantity.name),
                    .optional(quantity.months), .double(quantity.estimate), .optional(quantity.standardError),
                    .double(fit.coverage), .optional(quantity.interval?.lowerBound),
                    .optional(quantity.interval?.upperBound),
                ])
            }
        }
        return table
    }

    private var followUps: ResultTable {
        var table = ResultTable(.followUps)
        for (model, fit) in decays {
            for followUp in fit.followUps {
                table.append([
                    .text(model.fit.model), .double(followUp.months), .double(followUp.ratio),
                    .double(followUp.standardError), followUp.studies.map { .int($0) } ?? .missing,
                    .double(fit.curve.share(after: followUp.months)),
                    .optional(fit.singleExponential?.curve.share(after: followUp.months)), .text(followUp.source),
                ])
            }
        }
        return table
    }
}

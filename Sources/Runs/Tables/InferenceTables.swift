import Models
import Tables

extension TableSchema {
    static let intervals = TableSchema(
        name: "intervals", description: "Confidence intervals of all parameters of a growth model, by method.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column("kind", .string, "fixed_effect, standard_deviation or correlation"),
            Column("group", .string, "the grouping factor, or Residual; empty for a fixed effect"),
            Column("term", .string, "the term"),
            Column("with_term", .string, "the other random effect of a correlation"),
            Column("method", .string, "wald, profile or bootstrap"),
            Column("coverage", .number, "the share of such intervals that contain the truth"),
            Column("estimate", .number, "the estimate; for a profile that of the maximum likelihood fit"),
            Column("conf_low", .number, "lower end"), Column("conf_high", .number, "upper end"),
            Column("note", .string, "what to know of it"),
        ])

    static let bootstrap = TableSchema(
        name: "bootstrap", description: "The estimates of each replicate of the parametric bootstrap.",
        columns: [
            Column("model", .string, "the model file's name"), Column("replicate", .integer, "from 1"),
            Column("kind", .string, "fixed_effect, standard_deviation or correlation"),
            Column("group", .string, "the grouping factor, or Residual"), Column("term", .string, "the term"),
            Column("with_term", .string, "the other random effect of a correlation"),
            Column("estimate", .number, "the replicate's estimate"),
        ])

    static let conditionalModes = TableSchema(
        name: "conditional_modes",
        description: "The predicted random effects of every factor level, given the data and the estimates.",
        columns: [
            Column("model", .string, "the model file's name"), Column("group", .string, "the grouping factor"),
            Column("factor_level", .string, "its level"), Column("term", .string, "the random effect"),
            Column("mode", .number, "the conditional mode (BLUP)"),
            Column("std_error", .number, "conditional standard deviation, the estimates taken as known"),
        ])

    static let residuals = TableSchema(
        name: "residuals", description: "Fitted value and residual of every row that was used.",
        columns: [
            Column("model", .string, "the model file's name"), Column("row", .integer, "the data row, from 1"),
            Column("fitted", .number, "fixed part, offset and conditional modes"),
            Column("residual", .number, "response minus fitted value"),
            Column("scaled_residual", .number, "residual over sigma / sqrt(weight)"),
        ])

    static let likelihoodRatioTests = TableSchema(
        name: "likelihood_ratio_tests",
        description: "Each model against the one before it, in which it must be nested.",
        columns: [
            Column("model", .string, "the smaller model"), Column("against", .string, "the larger model"),
            Column("statistic", .number, "twice the difference of the log-likelihoods"),
            Column("df", .integer, "difference in the number of parameters"),
            Column("p_value", .number, "chi-squared; conservative where a variance is tested against zero"),
            Column("note", .string, "whether the models were fitted again by maximum likelihood"),
        ])
}

/// The tables of what model files ask for beyond estimates and standard errors.
struct InferenceTables {
    let models: [FittedModel]
    let tests: [ModelComparison]

    /// The tables that have rows.
    var tables: [ResultTable] {
        [intervals, bootstrap, conditionalModes, residuals, likelihoodRatioTests].filter { $0.rowCount > 0 }
    }

    private var intervals: ResultTable {
        var table = ResultTable(.intervals)
        for (model, inference) in inferences {
            guard case .growth(let specification) = model.file.kind else { continue }
            for interval in inference.intervals {
                table.append([
                    .text(model.fit.model), .text(interval.kind), .text(interval.group), .text(interval.term),
                    .text(interval.withTerm), .text(interval.method.rawValue),
                    .double(specification.inference.coverage), .double(interval.estimate), .optional(interval.lower),
                    .optional(interval.upper), .text(interval.remark),
                ])
            }
        }
        return table
    }

    private var inferences: [(FittedModel, GrowthInference)] {
        models.compactMap { model in model.inference.map { (model, $0) } }
    }

    private var bootstrap: ResultTable {
        var table = ResultTable(.bootstrap)
        for (model, inference) in inferences {
            guard let bootstrap = inference.bootstrap, let growth = model.growth else { continue }
            let names = bootstrap.parameters.map { growth.name(of: $0) }
            for (replicate, estimates) in bootstrap.replicates.enumerated() {
                for (name, estimate) in zip(names, estimates ?? []) {
                    table.append([
                        .text(model.fit.model), .int(replicate + 1), .text(name.kind), .text(name.group),
                        .text(name.term), .text(name.withTerm), .double(estimate),
                    ])
                }
            }
        }
        return table
    }

    private var conditionalModes: ResultTable {
        var table = ResultTable(.conditionalModes)
        for model in models {
            for modes in (model.inference?.conditionalModes ?? []) + (model.generalised?.conditionalModes ?? []) {
                for level in 0..<modes.levels.count {
                    let (values, errors) = (modes.modes(of: level), modes.covariance(of: level).diagonal)
                    for (effect, term) in modes.effectNames.enumerated() {
                        table.append([
                            .text(model.fit.model), .text(modes.factor), .text(modes.levels[level]), .text(term),
                            .double(values[effect]), .double(max(0, errors[effect]).squareRoot()),
                        ])
                    }
                }
            }
        }
        return table
    }

    private var residuals: ResultTable {
        var table = ResultTable(.residuals)
        for (model, inference) in inferences {
            guard let fitted = inference.fittedValues else { continue }
            for (index, row) in fitted.rows.enumerated() {
                table.append([
                    .text(model.fit.model), .int(row + 1), .double(fitted.fitted[index]),
                    .double(fitted.residuals[index]), .double(fitted.scaledResiduals[index]),
                ])
            }
        }
        return table
    }

    private var likelihoodRatioTests: ResultTable {
        var table = ResultTable(.likelihoodRatioTests)
        for comparison in tests {
            table.append([
                .text(comparison.smaller), .text(comparison.larger), .double(comparison.test.statistic),
                .int(comparison.test.degreesOfFreedom), .double(comparison.test.pValue),
                .text(comparison.test.isRefitted ? "both fitted again by maximum likelihood" : ""),
            ])
        }
        return table
    }
}

/// A likelihood-ratio test of two of a run's models.
public struct ModelComparison: Sendable {
    /// The smaller model's name.
    public let smaller: String
    /// The larger model's name.
    public let larger: String
    /// The test.
    public let test: LikelihoodRatioTest

    /// The test of each model against the one before it.
    ///
    /// - Throws: ``Models/LocatedModelError`` when two are not growth models of the same rows, or not nested.
    static func chain(_ models: [FittedModel]) throws -> [ModelComparison] {
        try zip(models, models.dropFirst()).map { smaller, larger in
            do throws(ModelError) {
                guard let left = smaller.growth, let right = larger.growth else {
                    throw .notNested("only gaussian growth models can be compared.")
                }
                return ModelComparison(
                    smaller: smaller.fit.model, larger: larger.fit.model,
                    test: try LikelihoodRatioTest(left, within: right))
            } catch {
                throw LocatedModelError(path: larger.file.path, error: error)
            }
        }
    }
}

import Models
import Recovery
import Tables

extension TableSchema {
    static let ratios = TableSchema(
        name: "ratios",
        description:
            "How many times as often something happens in one group or year as in another: risk ratios of shares.",
        columns: [
            Column("model", .string, "the model file's name"), Column("outcome", .string, "outcome"),
            Column("sector", .string, "sector"), Column("cohort", .string, "year or cohort"),
            Column("ses", .string, "the group whose share is divided; empty for all"),
            Column("reference", .string, "what it is divided by: a group's share in the same year, or the baseline"),
            Column("ratio", .number, "the risk ratio"),
            Column("log_ratio_se", .number, "the standard error of its natural logarithm (delta method)"),
            Column("df", .number, "degrees of freedom of the logarithm; empty means infinite"),
            Column("conf_low", .number, "lower end of the 95% confidence interval, symmetric on the logarithm's scale"),
            Column("conf_high", .number, "upper end of the 95% confidence interval"),
            Column("p_value", .number, "two-sided p-value of equal shares"),
        ])
}

/// The risk ratios of models of careers.
struct RatiosTable {
    let models: [FittedModel]
    let analyses: [String: RecoveryAnalysis]

    /// The table; none without a ratio.
    func tables() throws -> [ResultTable] {
        var table = ResultTable(.ratios)
        for model in models where model.file.kind.isRates {
            guard let analysis = analyses[model.fit.model] else { continue }
            for finding in try analysis.ratioFindings() {
                table.append([
                    .text(model.fit.model), .text(finding.cell.outcome), .text(finding.cell.sector),
                    .text(finding.cell.cohort), .text(finding.cell.group), .text(finding.reference.words),
                    .double(finding.ratio), .double(finding.logStandardError), .double(finding.degreesOfFreedom),
                    .double(finding.interval.lowerBound), .double(finding.interval.upperBound),
                    .optional(finding.pValue),
                ])
            }
        }
        return table.rowCount > 0 ? [table] : []
    }
}

extension RatioFinding.Reference {
    /// The reference in words.
    fileprivate var words: String {
        switch self {
        case .group(let name): name
        case .baseline(let kind): "baseline \(kind.rawValue)"
        }
    }
}

extension ModelFile.Kind {
    /// Whether its cells are shares of one kind of event, which can be divided.
    fileprivate var isRates: Bool {
        guard case .transitions(.rates) = self else { return false }
        return true
    }
}

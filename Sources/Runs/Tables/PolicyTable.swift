import Models
import Tables

extension TableSchema {
    static let policy = TableSchema(
        name: "policy",
        description:
            "Each year after the baseline of a careers model: its deviation on the log-odds scale, split into skill and policy "
            + "under a stated assumption.",
        columns: [
            Column("model", .string, "the model file's name"), Column("outcome", .string, "outcome"),
            Column("sector", .string, "sector"), Column("cohort", .string, "year"),
            Column("ses", .string, "SES or other group; empty for all"),
            Column("rules", .string, "what was other than before in this year; empty for a year under the old rules"),
            Column("rules_source", .string, "where that is from"),
            Column(
                "against", .string, "how the baseline is continued: mean, trend, mean_with_scatter, trend_with_scatter"),
            Column("expected", .number, "log-odds", "what the baseline's years lead to expect"),
            Column("expected_se", .number, "log-odds", "its standard error"),
            Column("deviation", .number, "log-odds", "observed minus expected"),
            Column("deviation_se", .number, "log-odds", "its standard error"),
            Column("df", .number, "degrees of freedom of the row; empty means infinite: normal quantiles"),
            Column("deviation_points", .number, "percentage points", "observed minus expected"),
            Column("deviation_points_se", .number, "percentage points", "its standard error (delta method)"),
            Column(
                "identification", .string, "the assumption on skill, by its name in the model file; empty without one"),
            Column("skill", .number, "log-odds", "what skill would have done under the old rules"),
            Column("skill_se", .number, "log-odds", "its standard error"),
            Column("skill_points", .number, "percentage points", "the same as a move of the rate"),
            Column("skill_points_se", .number, "percentage points", "its standard error (delta method)"),
            Column("policy", .number, "log-odds", "deviation minus skill; empty for a year under the old rules"),
            Column("policy_se", .number, "log-odds", "its standard error"),
            Column("policy_low", .number, "log-odds", "lower end of its confidence interval"),
            Column("policy_high", .number, "log-odds", "upper end of its confidence interval"),
            Column(
                "policy_points", .number, "percentage points", "the rate minus what it would have been by skill alone"),
            Column("policy_points_se", .number, "percentage points", "its standard error (delta method)"),
            Column("policy_points_low", .number, "percentage points", "lower end of its confidence interval"),
            Column("policy_points_high", .number, "percentage points", "upper end of its confidence interval"),
            Column("coverage", .number, "the intervals' coverage"),
            Column("assumption", .string, "what has to hold for the split to be what it says"),
            Column("not_identified", .string, "what the data do not tell without the assumption"),
        ])
}

/// The table of policy years; none when no model asks for it.
struct PolicyTable {
    let models: [FittedModel]

    var tables: [ResultTable] {
        var table = ResultTable(.policy)
        for model in models {
            for finding in model.transitions?.policy ?? [] { table.append(Self.cells(finding, model.fit.model)) }
        }
        return table.rowCount > 0 ? [table] : []
    }

    private static func cells(_ finding: PolicyFinding, _ model: String) -> [CSVWriter.Cell] {
        let cell = finding.cell
        let keys: [CSVWriter.Cell] = [
            .text(model), .text(cell.outcome), .text(cell.sector), .text(cell.cohort), .text(cell.group),
            finding.policyYear.map { .text($0.what) } ?? .missing,
            finding.policyYear.map { .text($0.source) } ?? .missing,
            .text(finding.against.rawValue),
        ]
        let deviation: [CSVWriter.Cell] = [
            .double(finding.expected.value), .double(finding.expected.standardError),
            .double(finding.deviation.logOdds.value), .double(finding.deviation.logOdds.standardError),
            .double(finding.deviation.logOdds.degreesOfFreedom), .double(finding.deviation.points.value),
            .double(finding.deviation.points.standardError),
        ]
        return keys + deviation + [finding.identification.map { .text($0) } ?? .missing] + parts(finding)
            + [.double(finding.coverage), .text(finding.assumption), .text(finding.notIdentified)]
    }

    private static func parts(_ finding: PolicyFinding) -> [CSVWriter.Cell] {
        let (skill, policy) = (finding.skill, finding.policy)
        return [
            .optional(skill?.logOdds.value), .optional(skill?.logOdds.standardError), .optional(skill?.points.value),
            .optional(skill?.points.standardError), .optional(policy?.logOdds.value),
            .optional(policy?.logOdds.standardError), .optional(finding.interval?.lowerBound),
            .optional(finding.interval?.upperBound), .optional(policy?.points.value),
            .optional(policy?.points.standardError), .optional(finding.pointsInterval?.lowerBound),
            .optional(finding.pointsInterval?.upperBound),
        ]
    }
}

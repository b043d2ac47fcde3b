import Models
import Tables

extension TableSchema {
    static let representativeness = TableSchema(
        name: "representativeness", description: "The response against its population, a row for each stratifier.",
        columns: responseKeys + [
            Column("response", .number, "respondents", "the response"),
            Column("population", .number, "the population"), Column("categories", .integer, "categories compared"),
            Column("chi_squared", .number, "Pearson's goodness of fit, as if drawn with replacement"),
            Column("df", .number, "its degrees of freedom"), Column("p_value", .number, "its p-value"),
            Column(
                "finite_chi_squared", .number, "the same for a sample without replacement; empty for a complete one"),
            Column("finite_p_value", .number, "its p-value"),
            Column("dissimilarity", .number, "%", "the share of respondents who would have to change category"),
            Column("cramers_v", .number, "Cramer's V of responding by category: 0 none, 1 full"),
            Column(
                "r_indicator", .number, "R-indicator of the response rates, adjusted for noise: 1 when all are alike"),
            Column("r_indicator_se", .number, "its standard error; empty when nothing is left after adjustment"),
            Column(
                "maximal_bias", .number, "SD", "largest bias of an unweighted mean if categories explain responding"),
            Column("from_percents", .string, "yes when counts were made from rounded percents"),
        ])

    static let responseComposition = TableSchema(
        name: "response_composition", description: "Each category of a stratifier in the response and the population.",
        columns: responseKeys + [
            Column("category", .string, "the category"), Column("response", .number, "respondents", "the response"),
            Column("population", .number, "the population"),
            Column("response_share", .number, "%", "its share of the response"),
            Column("population_share", .number, "%", "its share of the population"),
            Column(
                "standardised_difference", .number, "SD",
                "difference of the shares over the population's standard deviation"),
            Column("response_rate", .number, "%", "the response rate of the category"),
        ])

    static let response = TableSchema(
        name: "response", description: "Whom a survey was to reach, who answered, and whose answers are used.",
        columns: [
            Column("model", .string, "the model file's name"), Column("sector", .string, "the sector"),
            Column("wave", .string, "the wave"), Column("frame", .integer, "who was to be reached"),
            Column("gross", .integer, "who answered at all; empty when not given"),
            Column("net", .integer, "whose answers are used"), Column("gross_rate", .number, "%", "gross over frame"),
            Column("net_rate", .number, "%", "net over frame"),
            Column("conf_low", .number, "%", "lower end of the net rate's interval, as of a sample"),
            Column("conf_high", .number, "%", "upper end of the net rate's interval"),
            Column("coverage", .number, "the interval's coverage"),
            Column("unusable", .number, "%", "share of answers that could not be used"),
        ])

    static let inconsistencies = TableSchema(
        name: "inconsistencies", description: "Printed percents and bases that published counts do not give.",
        columns: [
            Column("model", .string, "the model file's name"),
            Column(
                "kind", .string,
                "percent (not count over base), missing_base, or more_than_base (answers that exclude each other)"),
            Column("place", .string, "the file and line, or the row of the model file"),
            Column("table", .string, "the published table"), Column("item", .string, "the answer"),
            Column("sector", .string, "the sector"), Column("wave", .string, "the wave"),
            Column("split", .string, "what respondents are grouped by"), Column("group", .string, "the group"),
            Column("count", .integer, "the count"), Column("base", .integer, "the base; empty when not given"),
            Column("printed", .number, "%", "the percent as printed"),
            Column("recomputed", .number, "%", "count over base"),
            Column("row_base_low", .integer, "smallest base with which the row's percent fits; empty when none does"),
            Column("row_base_high", .integer, "largest such base"),
            Column("table_base_low", .integer, "smallest base with which all rows of the table fit; empty when none"),
            Column("table_base_high", .integer, "largest such base"),
        ])

    private static let responseKeys = [
        Column("model", .string, "the model file's name"), Column("stratifier", .string, "what is compared"),
        Column("sector", .string, "the sector"), Column("wave", .string, "the wave"),
    ]
}

/// The tables about the response of surveys, and about what printed tables get wrong.
struct ResponseTables {
    let surveys: [(name: String, findings: SurveyFindings)]

    /// The tables that have rows.
    var tables: [ResultTable] {
        [representativeness, composition, response, inconsistencies].filter { $0.rowCount > 0 }
    }

    private var representativeness: ResultTable {
        var table = ResultTable(.representativeness)
        for (name, findings) in surveys {
            for row in findings.representativeness {
                table.append([
                    .text(name), .text(row.stratifier), .text(row.sector), .text(row.wave), .double(row.response),
                    .double(row.population), .int(row.categories), .double(row.chiSquared),
                    .double(row.degreesOfFreedom), .double(row.pValue), .optional(row.finiteChiSquared),
                    .optional(row.finitePValue), .double(100 * row.dissimilarity), .double(row.cramersV),
                    .double(row.rIndicator), .optional(row.rIndicatorStandardError), .double(row.maximalBias),
                    .text(row.isFromPercents ? "yes" : "no"),
                ])
            }
        }
        return table
    }

    private var composition: ResultTable {
        var table = ResultTable(.responseComposition)
        for (name, findings) in surveys {
            for row in findings.standardisedDifferences {
                table.append([
                    .text(name), .text(row.stratifier), .text(row.sector), .text(row.wave), .text(row.category),
                    .double(row.response), .double(row.population), .double(100 * row.responseShare),
                    .double(100 * row.populationShare), .double(row.standardisedDifference), .double(100 * row.rate),
                ])
            }
        }
        return table
    }

    private var response: ResultTable {
        var table = ResultTable(.response)
        for (name, findings) in surveys {
            for row in findings.response {
                table.append([
                    .text(name), .text(row.sector), .text(row.wave), .int(row.frame), Self.optional(row.gross),
                    .int(row.net), .optional(row.grossRate.map { 100 * $0 }), .double(100 * row.netRate.value),
                    .optional(row.netRate.interval.map { 100 * $0.lowerBound }),
                    .optional(row.netRate.interval.map { 100 * $0.upperBound }), .double(findings.coverage),
                    .optional(row.unusable.map { 100 * $0 }),
                ])
            }
        }
        return table
    }

    private var inconsistencies: ResultTable {
        var table = ResultTable(.inconsistencies)
        for (name, findings) in surveys {
            for row in findings.inconsistencies {
                let cell = row.cell
                let keys = [
                    name, row.kind.rawValue, row.place, cell.table, cell.item, cell.sector, cell.wave, cell.split,
                    cell.group,
                ]
                table.append(
                    keys.map { .text($0) } + [
                        .int(row.count), Self.optional(row.base), .optional(row.printed), .optional(row.recomputed),
                        Self.optional(row.rowBases?.lowerBound), Self.optional(row.rowBases?.upperBound),
                        Self.optional(row.tableBases?.lowerBound), Self.optional(row.tableBases?.upperBound),
                    ])
            }
        }
        return table
    }

    private static func optional(_ number: Int?) -> CSVWriter.Cell { number.map { .int($0) } ?? .missing }
}

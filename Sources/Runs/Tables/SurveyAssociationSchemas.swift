extension TableSchema {
    static let surveyCorrelations = TableSchema(
        name: "survey_correlations",
        description: "Correlations of two items by sector and wave, with the shares in the top-boxes of both.",
        columns: [
            Column("model", .string, "the model file's name"), Column("name", .string, "the correlation's name"),
            Column("first_item", .string, "the first item's name"),
            Column("first_label", .string, "the first item in words"),
            Column("second_item", .string, "the second item's name"),
            Column("second_label", .string, "the second item in words"),
            Column("sector", .string, "the sector; empty when not declared"),
            Column("wave", .string, "the wave; empty when not declared"),
            Column("method", .string, "pearson, spearman or polychoric"),
            Column("n", .integer, "respondents", "respondents with both answers, unweighted"),
            Column(
                "missing", .integer, "respondents",
                "respondents without one of them; empty where a row of the sector and wave is withheld"),
            Column("clusters", .integer, "first-stage clusters of them; empty when unknown"),
            Column("n_weighted", .number, "the sum of their weights"),
            Column("correlation", .number, "the correlation, -1 to 1"),
            Column("std_error", .number, "its standard error by the design"),
            Column("df", .number, "degrees of freedom of the sector and wave; empty means infinite"),
            Column("conf_low", .number, "lower end of its interval, symmetric on Fisher's scale"),
            Column("conf_high", .number, "upper end of its interval"),
            Column("coverage", .number, "the coverage of all intervals"),
            Column("statistic", .number, "t, that there is no correlation; empty means infinite"),
            Column("p_value", .number, "two-sided, not adjusted for the number of correlations"),
            Column("first_top", .string, "the first item's answers that are reported together; empty for none"),
            Column("second_top", .string, "the second item's answers that are reported together; empty for none"),
        ] + topShare("both_tops", "the share in the top of both items")
            + topShare("second_among_first_top", "the share in the second's top among those in the first's") + [
                Column(
                    "tops_suppressed", .string,
                    "why the shares in the tops are withheld: count (one of the four cells is too small) or suppressed_row"
                ),
                Column(
                    "suppressed", .string,
                    "why all numbers are withheld: count, clusters, or suppressed_row where an item's rows are"),
            ])

    private static func topShare(_ name: String, _ description: String) -> [Column] {
        [
            Column(name, .number, "%", description + "; empty where an item has no top"),
            Column(name + "_se", .number, "%", "its standard error"),
            Column(name + "_low", .number, "%", "lower end of its interval"),
            Column(name + "_high", .number, "%", "upper end of its interval"),
        ]
    }

    static let surveyRankComparisons = TableSchema(
        name: "survey_rank_comparisons",
        description: "The order of options in two questions, tables or waves: a row for each option of both.",
        columns: [
            Column("model", .string, "the model file's name"), Column("name", .string, "the comparison's name"),
            Column("first", .string, "the battery, item or table of the first order"),
            Column("first_sector", .string, "its sector; empty when not declared"),
            Column("first_wave", .string, "its wave; empty when not declared"),
            Column("second", .string, "the battery, item or table of the second order"),
            Column("second_sector", .string, "its sector; empty when not declared"),
            Column("second_wave", .string, "its wave; empty when not declared"),
            Column("option", .string, "the option's name in the first order"),
            Column("label", .string, "the option in words"),
            Column("first_share", .number, "%", "its share in the first order"),
            Column("second_share", .number, "%", "its share in the second order"),
            Column("first_rank", .number, "its place, 1 for the largest; equal shares have the mean of their places"),
            Column("second_rank", .number, "its place in the second order"),
            Column(
                "moved_up", .number, "places that it moved up from the first order to the second; negative for down"),
            Column("in_both_top_threes", .string, "yes or no: among the first three of both orders"),
            Column("spearman", .number, "Spearman's correlation of the places of all options"),
            Column("kendall", .number, "Kendall's tau-b of them"),
            Column("suppressed", .string, "suppressed_row where the share of an option is withheld"),
        ])
}

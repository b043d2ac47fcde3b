extension TableSchema {
    static let surveyShares = TableSchema(
        name: "survey_shares", description: "Shares of respondents by answer, for all and by group of each split.",
        columns: surveyKeys + [
            Column(
                "kind", .string,
                "category (one answer), top (answers together), option (of several choices) or published (a printed count)"
            )
        ] + surveyCounts + [
            Column("count", .integer, "respondents", "respondents who gave the answer, unweighted"),
            Column("share", .number, "%", "the weighted share"),
        ] + surveyEstimate("%") + [
            Column("printed_percent", .number, "%", "the percent as it was printed; empty when nothing was"),
            suppressed,
        ])

    static let surveyMeans = TableSchema(
        name: "survey_means", description: "Means of numbers and scales, for all and by group of each split.",
        columns: surveyKeys + surveyCounts + [
            Column("mean", .number, "unit of the item", "the weighted mean"),
            Column("std_dev", .number, "unit of the item", "the weighted standard deviation between respondents"),
        ] + surveyEstimate("unit of the item") + [suppressed])

    static let surveyTests = TableSchema(
        name: "survey_tests", description: "Tests between the groups of a split, p-values adjusted over their family.",
        columns: surveyKeys + [
            Column(
                "kind", .string,
                "association (item and groups), trend (over ordered groups) or difference (a group from the others)"),
            Column(
                "method", .string,
                "rao_scott_f, wald_f, pearson_chi_squared, slope_t or difference_t"),
            Column("n", .integer, "respondents", "respondents that it rests on"),
            Column(
                "estimate", .number, "% points; unit of the item for a mean",
                "the difference, or the slope per group; empty for an association"),
            Column("std_error", .number, "% points; unit of the item for a mean", "its standard error"),
            Column("conf_low", .number, "% points; unit of the item for a mean", "lower end of its interval"),
            Column("conf_high", .number, "% points; unit of the item for a mean", "upper end of its interval"),
            Column("coverage", .number, "the interval's coverage"), Column("statistic", .number, "t, F or chi-squared"),
            Column(
                "df", .number, "degrees of freedom: of t; of an F's or chi-squared's numerator; empty means infinite"),
            Column("denominator_df", .number, "of an F's denominator; empty means infinite, or none"),
            Column("p_value", .number, "its p-value"),
            Column("adjusted_p_value", .number, "the p-value adjusted over its family"),
            Column("family_size", .integer, "tests of the same kind about the same item in the same sector"),
            Column("significant", .string, "yes or no: the adjusted p-value at most the declared level"), suppressed,
        ])

    static let surveyChanges = TableSchema(
        name: "survey_changes", description: "Changes of shares and means from a wave to the next.",
        columns: surveyKeys + [
            Column("from_wave", .string, "the earlier wave; the column wave is the later one"),
            Column("from_n", .integer, "respondents", "respondents of the earlier wave"),
            Column("n", .integer, "respondents", "respondents of the later wave"),
            Column("from_estimate", .number, "%; unit of the item for a mean", "the earlier wave's figure"),
            Column("estimate", .number, "%; unit of the item for a mean", "the later wave's figure"),
            Column("change", .number, "% points; unit of the item for a mean", "later minus earlier"),
            Column(
                "std_error", .number, "% points; unit of the item for a mean",
                "its standard error; the largest possible where the waves overlap and their correlation is unknown"),
            Column(
                "smallest_std_error", .number, "% points; unit of the item for a mean",
                "the smallest that the overlap allows; equal to std_error where the correlation is known"),
            Column("covariance", .string, "how the waves hang together: independent, design, declared or bounded"),
            Column("df", .number, "degrees of freedom; empty means infinite"),
            Column("conf_low", .number, "% points; unit of the item for a mean", "lower end of its interval"),
            Column("conf_high", .number, "% points; unit of the item for a mean", "upper end of its interval"),
            Column("coverage", .number, "the interval's coverage"), Column("statistic", .number, "t"),
            Column("p_value", .number, "two-sided p-value"),
            Column("adjusted_p_value", .number, "the p-value adjusted over its family"),
            Column("family_size", .integer, "changes of the same item in the same sector"),
            Column("significant", .string, "yes or no: the adjusted p-value at most the declared level"), suppressed,
        ])

    static let surveyRanks = TableSchema(
        name: "survey_ranks",
        description: "The options of multiple-response items in order of how often they were chosen.",
        columns: surveyKeys + [
            Column("share", .number, "%", "the share that chose it"),
            Column("rank", .number, "1 for the largest share; equal shares have the mean of their ranks"),
            Column(
                "lowest_rank", .integer, "the best rank that agrees with the data, by Holm over all pairs of options"),
            Column("highest_rank", .integer, "the worst rank that agrees with the data"),
            Column("coverage", .number, "the joint coverage of all ranks"), suppressed,
        ])

    private static let surveyKeys = [
        Column("model", .string, "the model file's name"), Column("item", .string, "the question's name"),
        Column("label", .string, "the question or option in words"),
        Column("table", .string, "the battery or published table; empty for none"),
        Column("category", .string, "the answer, option or answers together; empty for a mean, or for all of them"),
        Column("sector", .string, "the sector; empty when not declared"),
        Column("wave", .string, "the wave; empty when not declared"),
        Column("split", .string, "what respondents are grouped by; empty for all"),
        Column("group", .string, "the group; empty for all"),
    ]

    private static let surveyCounts = [
        Column("n", .integer, "respondents", "respondents in the base: in the group, with an answer; unweighted"),
        Column(
            "missing", .integer, "respondents",
            "respondents without an answer; empty where a row of the sector and wave is withheld"),
        Column("clusters", .integer, "first-stage clusters of the base; empty when unknown"),
        Column("n_weighted", .number, "the sum of the respondents' weights"),
    ]

    private static func surveyEstimate(_ unit: String) -> [Column] {
        [
            Column("std_error", .number, unit, "its standard error; empty when a single cluster leaves it unknown"),
            Column("df", .number, "degrees of freedom; empty means infinite"),
            Column("conf_low", .number, unit, "lower end of the confidence interval"),
            Column("conf_high", .number, unit, "upper end of the confidence interval"),
            Column("coverage", .number, "the interval's coverage"),
            Column(
                "design_effect", .number, "variance over that of a simple random sample with replacement of as many"),
        ]
    }

    private static let suppressed = Column(
        "suppressed", .string,
        "why the numbers are withheld: count, clusters, complementary, or suppressed_row for what rests on such a row")
}

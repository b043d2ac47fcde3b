/// What can go wrong with a survey. Rows, strata and stages count from 0 here and from 1 in words.
public enum SurveyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A design weight is negative, missing or infinite.
    case badWeight(row: Int, found: Double)
    /// No row has a weight above 0.
    case noWeight
    /// Rows of a stratum name different population sizes.
    case populationVaries(stratum: Int, row: Int)
    /// A stratum's population is missing, or smaller than what was drawn from it.
    case populationTooSmall(stratum: Int, population: Double, drawn: Int)
    /// A stratum has a single cluster, so that its variance cannot be told.
    case lonelyCluster(stage: Int, stratum: Int)
    /// A domain has no row with weight and value.
    case emptyDomain(String)
    /// A domain has fewer rows than a statistic needs.
    case tooFewRows(domain: String, found: Int, needed: Int)
    /// A ratio's denominator adds up to 0 in a domain.
    case zeroDenominator(domain: String)
    /// No degrees of freedom are left for an interval.
    case noDegreesOfFreedom(Double)
    /// A share is below 0, above 1 or missing.
    case notAShare(Double)
    /// Something is wrong with replicate weights.
    case replicates(ReplicateProblem)
    /// Something is wrong with calibration totals.
    case calibration(CalibrationProblem)
    /// Something is wrong with completed data sets.
    case imputation(ImputationProblem)
    /// Something is wrong with a test, a correlation or a regression.
    case analysis(AnalysisProblem)

    /// The message, without the place: what reads the design from columns knows their names and lines.
    public var description: String {
        switch self {
        case .badWeight(let row, let found):
            "row \(row + 1) has weight \(found.isNaN ? "missing" : "\(found)"). A design weight must be a number of 0 or more: "
                + "correct it, or leave the row out with 'subset'."
        case .noWeight: "no row has a design weight above 0. Check the column of weights and the subset."
        case .populationVaries(let stratum, let row):
            "rows of stratum \(stratum + 1) name different population sizes, at row \(row + 1) for the first time. Give each "
                + "stratum one number: the clusters in its population."
        case .populationTooSmall(let stratum, let population, let drawn):
            "stratum \(stratum + 1) has a population of \(population.isNaN ? "missing" : "\(population)") clusters, and \(drawn) "
                + "were drawn from it. Give the number of clusters in the population: as many as were drawn, or more."
        case .lonelyCluster(let stage, let stratum):
            "stratum \(stratum + 1) of stage \(stage + 1) has a single cluster, so its variance cannot be told. Join it with a "
                + "stratum like it, or say what it adds: 'lonely_clusters: certainty', 'centre', or 'average' where other strata "
                + "have two or more."
        case .emptyDomain(let name):
            "no row with a weight and a value is in \(name). Leave it out, or join it with another."
        case .tooFewRows(let domain, let found, let needed):
            "\(found == 1 ? "1 row" : "\(found) rows") with a weight and a value in \(domain); needed \(needed) or more. Join it "
                + "with another domain."
        case .zeroDenominator(let domain):
            "the denominator adds up to 0 in \(domain), so it has no ratio. Leave it out, or choose another denominator."
        case .noDegreesOfFreedom(let found):
            "found \(found) degrees of freedom: as many strata as clusters. An interval needs 1 or more: join strata or domains."
        case .notAShare(let found):
            "found a share of \(found.isNaN ? "missing" : "\(found)") where a number from 0 to 1 was expected. Intervals for "
                + "shares are for shares only."
        case .replicates(let problem): problem.description
        case .calibration(let problem): problem.description
        case .imputation(let problem): problem.description
        case .analysis(let problem): problem.description
        }
    }
}

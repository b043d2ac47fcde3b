/// How the rows of a survey were drawn: design weights, and strata and clusters of one or more stages.
///
/// Clusters were drawn at the first stage within its strata, then clusters within these, and so on. A stage that names its
/// strata's population sizes is corrected for a finite population; without them the first stage stands for all, as if drawn with
/// replacement (Särndal, Swensson and Wretman 1992, sections 4.3 and 4.6).
public struct SurveyDesign: Sendable {
    /// What a stratum with a single cluster adds to the variance, which its cluster alone cannot tell (R survey's
    /// `survey.lonely.psu`). A stratum of which every cluster was drawn adds nothing and is never lonely.
    public enum LonelyClusters: String, Sendable, CaseIterable {
        /// It is refused (`fail`).
        case refuse
        /// Nothing: the cluster was certain to be drawn (`certainty`, `remove`).
        case certainty
        /// Its squared distance from 0, where linearised totals have their centre over all clusters (`adjust`). Errs on the
        /// large side, of plain totals by far.
        case centre
        /// The mean of what the other strata add (`average`), strata of which every cluster was drawn among them. At a later
        /// stage the mean over the strata of the same cluster.
        case average
    }

    /// The design weight of each row: how many of the population it stands for; above 0, or 0 for a row that only completes the
    /// design.
    public let weights: [Double]
    /// The stages, first to last; at least one.
    public let stages: [Stage]
    /// What strata with a single cluster add.
    public let lonelyClusters: LonelyClusters
    /// First-stage clusters minus first-stage strata, of those that hold a row with weight (R survey's `degf`).
    public let degreesOfFreedom: Int
    /// The factors of each stage's strata in the variance.
    let factors: [StratumFactors]

    /// A design.
    ///
    /// A later stage whose strata or clusters run across clusters of the stage before is read as counted within them.
    ///
    /// - Throws: ``SurveyError/badWeight(row:found:)``, ``SurveyError/noWeight``, or
    ///   ``SurveyError/lonelyCluster(stage:stratum:)`` where a lonely cluster is to be refused or there is no stratum to average.
    public init(
        weights: [Double], stages: [Stage], lonelyClusters: LonelyClusters = .refuse
    ) throws(SurveyError) {
        precondition(!stages.isEmpty, "a design has a stage")
        precondition(stages.allSatisfy { $0.clusters.count == weights.count }, "a row has a weight and a cluster")
        for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
            throw .badWeight(row: row, found: weight)
        }
        guard weights.contains(where: { $0 > 0 }) else { throw .noWeight }
        self.weights = weights
        self.lonelyClusters = lonelyClusters
        self.stages = try Self.nested(stages)
        factors = try StratumFactors.ofStages(self.stages, lonelyClusters: lonelyClusters)
        degreesOfFreedom = self.stages[0].degreesOfFreedom { weights[$0] > 0 }
    }

    /// A simple random sample: every row its own cluster.
    ///
    /// - Parameter populationSize: The size of the population for the finite-population correction; nil for none.
    /// - Throws: ``SurveyError/badWeight(row:found:)`` or ``SurveyError/populationTooSmall(stratum:population:drawn:)``.
    public init(weights: [Double], populationSize: Double? = nil) throws(SurveyError) {
        let stage = try Stage(
            clusters: weights.indices.map { Int32($0) },
            populationSizes: populationSize.map { Array(repeating: $0, count: weights.count) })
        try self.init(weights: weights, stages: [stage])
    }

    /// The number of rows.
    public var rowCount: Int { weights.count }

    /// The stages with each inside the one before.
    private static func nested(_ stages: [Stage]) throws(SurveyError) -> [Stage] {
        var result = [stages[0]]
        for stage in stages.dropFirst() {
            let parent = result[result.count - 1]
            let above = Renumbering(codes: parent.clusters, count: parent.clusterCount)
            if Renumbering(codes: stage.strata, count: stage.stratumCount).isNested(in: above) {
                result.append(stage)
                continue
            }
            let sizes = stage.populationSizes
            result.append(
                try Stage(
                    strata: stage.strata, clusters: stage.clusters,
                    populationSizes: sizes.isEmpty ? nil : stage.strata.map { sizes[Int($0)] }, within: parent))
        }
        return result
    }
}

/// The factors of the delete-one jackknife, stratum by stratum and cluster by cluster in order of appearance.
///
/// The replicate without a cluster of stratum h, which has n of them, gives its other clusters the factor n / (n - 1); its
/// square counts `(1 - f) (n - 1) / n` (Wolter 2007, section 4.5). A stratum of which every cluster was drawn has no replicates.
/// A stratum with a single cluster adds, by the design's choice, nothing; or the replicate that leaves it out and gives all
/// others H / (H - 1), H the strata, counted (H - 1) / H; or what the others add on average per cluster.
func jackknifeFactors(_ design: SurveyDesign) throws(ReplicateProblem) -> ReplicateFactors {
    let stage = design.stages[0]
    let strata = design.clustersByStratum
    let plan = JackknifePlan(design, strata: strata)
    guard plan.count > 0 else { throw .wholePopulation }
    try ReplicateFactors.check(count: plan.count, rows: design.rowCount)
    var (factors, scales): ([[Double]], [Double]) = ([], [])
    let ones = [Double](repeating: 1, count: stage.clusterCount)
    for stratum in plan.ordinary {
        let members = strata[stratum]
        let share = Double(members.count - 1) / Double(members.count)
        for left in members {
            var factor = ones
            for cluster in members { factor[cluster] = cluster == left ? 0 : 1 / share }
            factors.append(factor)
            scales.append((1 - stage.samplingFraction(of: stratum)) * share)
        }
    }
    for stratum in plan.centred {
        let share = Double(strata.count - 1) / Double(strata.count)
        var factor = ones.map { _ in 1 / share }
        factor[strata[stratum][0]] = 0
        factors.append(factor)
        scales.append(share)
    }
    return ReplicateFactors(
        clusters: factors, scales: ReplicateScales(scale: plan.scale, each: scales),
        degreesOfFreedom: jackknifeRank(plan, strata: strata, weights: design.clusterWeights) - 1)
}

/// Which strata have replicates of the jackknife.
private struct JackknifePlan {
    /// Strata with two clusters or more, not all of their population.
    let ordinary: [Int]
    /// Strata with a single cluster that is left out against all others.
    let centred: [Int]
    /// The number of replicates.
    let count: Int
    /// The factor of all squares: above 1 where strata with a single cluster count as the average of the others.
    let scale: Double

    init(_ design: SurveyDesign, strata: [[Int]]) {
        let stage = design.stages[0]
        let varying = strata.indices.filter { stage.samplingFraction(of: $0) < 1 }
        let lonely = varying.filter { strata[$0].count == 1 }
        ordinary = varying.filter { strata[$0].count > 1 }
        centred = design.lonelyClusters == .centre && strata.count > 1 ? lonely : []
        let clusters = ordinary.reduce(0) { $0 + strata[$1].count }
        count = clusters + centred.count
        scale =
            design.lonelyClusters == .average && clusters > 0 ? Double(clusters + lonely.count) / Double(clusters) : 1
    }
}

/// The rank of the jackknife's weights: one for the full sample, and in each stratum one less than its clusters; a cluster
/// without weight leaves nothing to tell. Counted rather than computed, since there may be thousands of replicates.
private func jackknifeRank(_ plan: JackknifePlan, strata: [[Int]], weights: [Double]) -> Int {
    let weighted = weights.count { $0 > 0 }
    let contrasts = plan.ordinary.reduce(0) { sum, stratum in
        sum + min(strata[stratum].count - 1, strata[stratum].count { weights[$0] > 0 })
    }
    return min(1 + contrasts + plan.centred.count, weighted)
}

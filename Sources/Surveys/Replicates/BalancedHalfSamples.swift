/// The factors of balanced half samples: in each replicate one cluster of every stratum gets 2 - rho and the other rho.
///
/// Which one follows from a Hadamard matrix with more rows than strata: replicate r takes the first cluster of stratum h where
/// entry (h + 1, r) is -1. The first row, all +1, is not used, so every stratum is halved evenly: totals then have exactly the
/// variance by linearisation (McCarthy 1969; Wolter 2007, section 3.2).
func halfSampleFactors(
    _ design: SurveyDesign, kind: ReplicateKind, rho: Double
) throws(ReplicateProblem) -> ReplicateFactors {
    guard rho >= 0, rho < 1 else { throw .badFactor(rho) }
    let strata = design.clustersByStratum
    for (stratum, clusters) in strata.enumerated() where clusters.count != 2 {
        throw .notPaired(stratum: stratum, clusters: clusters.count)
    }
    // Before the matrix is made: its order is a few more than the strata.
    try ReplicateFactors.check(count: strata.count + 1, rows: design.rowCount)
    let matrix = HadamardMatrix(atLeast: strata.count + 1)
    try ReplicateFactors.check(count: matrix.order, rows: design.rowCount)
    let factors = (0..<matrix.order).map { replicate in
        var factor = [Double](repeating: 0, count: design.stages[0].clusterCount)
        for (stratum, clusters) in strata.enumerated() {
            let takesFirst = matrix.rows[stratum + 1][replicate] < 0
            factor[clusters[0]] = takesFirst ? 2 - rho : rho
            factor[clusters[1]] = takesFirst ? rho : 2 - rho
        }
        return factor
    }
    let scales = try kind.scales(count: matrix.order, largest: nil, scale: nil, replicateScales: nil)
    let weights = design.clusterWeights
    let weighted = strata.count { $0.contains { weights[$0] > 0 } }
    // Rows of the matrix are independent, so the rank is one more than the strata that have a weight.
    let rank = min(weighted + 1, weights.count { $0 > 0 })
    return ReplicateFactors(clusters: factors, scales: scales, degreesOfFreedom: rank - 1)
}

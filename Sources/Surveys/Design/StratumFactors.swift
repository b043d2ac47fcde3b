/// By how much the squares of each stratum's clusters count in the variance, at one stage.
struct StratumFactors: Sendable {
    /// For a stratum of m clusters `(1 - f) m / (m - 1)`, times the fractions drawn of the clusters around it; 0 where it adds
    /// nothing.
    private(set) var values: [Double]
    /// Whether a stratum's clusters are squared around their mean, rather than around 0.
    let isCentred: [Bool]

    /// Whether the stage adds nothing.
    var isZero: Bool { values.allSatisfy { $0 == 0 } }

    /// The factors of every stage; a stage's strata lie within clusters of the stage before.
    ///
    /// - Throws: ``SurveyError/lonelyCluster(stage:stratum:)``.
    static func ofStages(
        _ stages: [SurveyDesign.Stage], lonelyClusters: SurveyDesign.LonelyClusters
    ) throws(SurveyError) -> [StratumFactors] {
        var result: [StratumFactors] = []
        /// The product of the fractions drawn at the stages before, by their last stage's cluster.
        var shares = [1.0]
        var parents = [Int32](repeating: 0, count: stages[0].stratumCount)
        for (number, stage) in stages.enumerated() {
            if number > 0 {
                let above = Renumbering(codes: stages[number - 1].clusters, count: stages[number - 1].clusterCount)
                parents = Renumbering(codes: stage.strata, count: stage.stratumCount).parents(in: above)
            }
            let shareOfStratum = parents.map { shares[Int($0)] }
            var factors = StratumFactors(stage, shares: shareOfStratum, lonelyClusters: lonelyClusters)
            if let lonely = factors.refused(stage, shares: shareOfStratum, lonelyClusters, parents: parents) {
                throw .lonelyCluster(stage: number, stratum: lonely)
            }
            result.append(factors)
            shares = stage.stratumOfCluster.map { shareOfStratum[Int($0)] * stage.samplingFraction(of: Int($0)) }
        }
        return result
    }

    private init(_ stage: SurveyDesign.Stage, shares: [Double], lonelyClusters: SurveyDesign.LonelyClusters) {
        values = (0..<stage.stratumCount).map { stratum in
            let remaining = shares[stratum] * (1 - stage.samplingFraction(of: stratum))
            if stage.isCertain(stratum) { return 0 }
            if stage.isLonely(stratum) { return lonelyClusters == .centre ? remaining : 0 }
            let drawn = Double(stage.clustersInStratum[stratum])
            return remaining * drawn / (drawn - 1)
        }
        isCentred = (0..<stage.stratumCount).map { stage.clustersInStratum[$0] > 1 }
    }

    /// Scales for averaging where that is asked for; a lonely stratum that may not be, or cannot be averaged, if any.
    private mutating func refused(
        _ stage: SurveyDesign.Stage, shares: [Double], _ lonelyClusters: SurveyDesign.LonelyClusters, parents: [Int32]
    ) -> Int? {
        let lonely = values.indices.filter { shares[$0] > 0 && stage.isLonely($0) }
        if lonelyClusters == .refuse { return lonely.first }
        guard lonelyClusters == .average, !lonely.isEmpty else { return nil }
        let parentCount = Int(parents.max() ?? 0) + 1
        var (all, told) = ([Double](repeating: 0, count: parentCount), [Double](repeating: 0, count: parentCount))
        for (stratum, parent) in parents.enumerated() {
            all[Int(parent)] += 1
            if !stage.isLonely(stratum) { told[Int(parent)] += 1 }
        }
        if let alone = lonely.first(where: { told[Int(parents[$0])] == 0 }) { return alone }
        for (stratum, parent) in parents.enumerated() where values[stratum] > 0 {
            values[stratum] *= all[Int(parent)] / told[Int(parent)]
        }
        return nil
    }
}

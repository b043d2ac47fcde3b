import Parallelism

/// How replicate weights are made from a design.
///
/// All use the first stage only: its clusters are left out, halved or drawn again whole. A stratum's population size corrects
/// jackknives and bootstraps for a finite population, as R survey's `as.svrepdesign` does; later stages' sizes are not used.
public enum ReplicateMethod: Sendable, Equatable {
    /// Leaves each cluster of a design without strata out once (JK1).
    case jackknife
    /// Leaves each cluster of each stratum out once (JKn). A stratum with a single cluster does as the design says:
    /// certainty, centre (R's `adjust`) or average.
    case stratifiedJackknife
    /// Balanced half samples of strata with two clusters each (BRR; McCarthy 1969); population sizes are not used.
    case balanced
    /// Balanced half samples in which the other half keeps a factor rho of its weight (Judkins 1990), 0 <= rho < 1.
    case fay(rho: Double)
    /// Clusters drawn again. The seed and the order of rows fix the replicates; machines and threads do not matter.
    case bootstrap(BootstrapScheme, replicates: Int, seed: UInt64)
}

/// How a bootstrap draws clusters again.
public enum BootstrapScheme: Sendable, Equatable {
    /// n - 1 of a stratum's n clusters with replacement, weights times `n / (n - 1)`; shrunk towards the design weights by
    /// `sqrt(1 - f)` in a finite population (Rao, Wu and Yue 1992; without population sizes R's `subbootstrap`).
    case raoWu
    /// n of a stratum's n clusters: with replacement, or without it from as many copies of them as the population has
    /// clusters (Canty and Davison 1999; R's `bootstrap`). Scaled for the harmonic mean of the clusters in a stratum.
    case cantyDavison
}

extension ReplicateWeights {
    /// Replicate weights made from a design.
    ///
    /// - Parameters:
    ///   - design: The design; its weights are the full sample's.
    ///   - method: How they are made.
    ///   - centre: Around what the estimates will spread.
    /// - Throws: ``SurveyError/replicates(_:)`` when the design does not suit the method, or would need more than
    ///   ``largestCount`` weights.
    public init(_ design: SurveyDesign, by method: ReplicateMethod, centre: Centre = .fullSample) throws(SurveyError) {
        let factors: ReplicateFactors
        do throws(ReplicateProblem) {
            factors = try ReplicateFactors(design, method)
        } catch {
            throw .replicates(error)
        }
        let (weights, clusters) = (design.weights, design.stages[0].clusters)
        var replicates = [[Double]](repeating: [], count: factors.clusters.count)
        replicates.withUnsafeMutableBufferPointer { replicates in
            // Every index is written by one thread only.
            nonisolated(unsafe) let replicates = replicates
            Threads.forEach(replicates.count) { number in
                let factor = factors.clusters[number]
                replicates[number] = weights.indices.map { weights[$0] * factor[Int(clusters[$0])] }
            }
        }
        self.init(
            weights: weights, replicates: replicates, scale: factors.scales.scale, replicateScales: factors.scales.each,
            degreesOfFreedom: Double(factors.degreesOfFreedom), centre: centre)
    }
}

/// The factors of the design weights of every cluster in every replicate.
struct ReplicateFactors {
    /// Factors by replicate, then by cluster of the first stage.
    let clusters: [[Double]]
    let scales: ReplicateScales
    let degreesOfFreedom: Int

    init(_ design: SurveyDesign, _ method: ReplicateMethod) throws(ReplicateProblem) {
        switch method {
        case .jackknife:
            let strata = design.stages[0].stratumCount
            guard strata == 1 else { throw .stratified(strata: strata) }
            self = try jackknifeFactors(design)
        case .stratifiedJackknife: self = try jackknifeFactors(design)
        case .balanced: self = try halfSampleFactors(design, kind: .balanced, rho: 0)
        case .fay(let rho): self = try halfSampleFactors(design, kind: .fay(rho: rho), rho: rho)
        case .bootstrap(let scheme, let count, let seed):
            self = try bootstrapFactors(design, scheme, replicates: count, seed: seed)
        }
    }

    init(clusters: [[Double]], scales: ReplicateScales, degreesOfFreedom: Int) {
        (self.clusters, self.scales, self.degreesOfFreedom) = (clusters, scales, max(1, degreesOfFreedom))
    }

    /// Refuses replicates that would be too few, or too many to hold.
    static func check(count: Int, rows: Int) throws(ReplicateProblem) {
        guard count >= 2 else { throw .tooFew(count) }
        guard count <= ReplicateWeights.largestCount / max(1, rows) else {
            throw .tooLarge(replicates: count, rows: rows)
        }
    }
}

extension SurveyDesign {
    /// For each first-stage cluster the length of its weights; 0 when none of them is above 0.
    var clusterWeights: [Double] {
        var squares = [Double](repeating: 0, count: stages[0].clusterCount)
        for (row, weight) in weights.enumerated() { squares[Int(stages[0].clusters[row])] += weight * weight }
        return squares.map { $0.squareRoot() }
    }

    /// The first-stage clusters of each stratum, in order of appearance.
    var clustersByStratum: [[Int]] {
        var result = [[Int]](repeating: [], count: stages[0].stratumCount)
        for (cluster, stratum) in stages[0].stratumOfCluster.enumerated() { result[Int(stratum)].append(cluster) }
        return result
    }
}

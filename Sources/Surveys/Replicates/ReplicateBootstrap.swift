import Parallelism
import Probability

/// The factors of a bootstrap of first-stage clusters.
///
/// A stratum with a single cluster, or of which every cluster was drawn, keeps its weights and adds nothing.
func bootstrapFactors(
    _ design: SurveyDesign, _ scheme: BootstrapScheme, replicates: Int, seed: UInt64
) throws(ReplicateProblem) -> ReplicateFactors {
    try ReplicateFactors.check(count: replicates, rows: design.rowCount)
    let stage = design.stages[0]
    let drawn = design.clustersByStratum.enumerated().compactMap { number, clusters in
        stage.samplingFraction(of: number) < 1 && clusters.count > 1
            ? BootstrapStratum(
                number: number, clusters: clusters,
                population: stage.populationSizes.isEmpty ? nil : stage.populationSizes[number])
            : nil
    }
    guard !drawn.isEmpty else { throw .wholePopulation }
    let copied = scheme == .cantyDavison ? drawn.map { $0.shuffled(seed: seed) } : drawn
    var factors = [[Double]](repeating: [], count: replicates)
    factors.withUnsafeMutableBufferPointer { factors in
        // Every index is written by one thread only.
        nonisolated(unsafe) let factors = factors
        Threads.forEach(factors.count) { replicate in
            var factor = [Double](repeating: 1, count: stage.clusterCount)
            for stratum in copied { stratum.draw(scheme, replicate: replicate, seed: seed, into: &factor) }
            factors[replicate] = factor
        }
    }
    var scale = 1 / Double(replicates - 1)
    if scheme == .cantyDavison {
        let harmonic = 1 / (drawn.reduce(0) { $0 + 1 / Double($1.clusters.count) } / Double(drawn.count))
        scale *= harmonic / (harmonic - 1)
    }
    let weights = design.clusterWeights
    let rank = rank(ofReplicates: factors.map { factor in zip(factor, weights).map { $0 * $1 } })
    return ReplicateFactors(
        clusters: factors, scales: ReplicateScales(scale: scale, each: Array(repeating: 1, count: replicates)),
        degreesOfFreedom: rank - 1)
}

/// A stratum of which clusters are drawn again.
private struct BootstrapStratum {
    let number: Int
    let clusters: [Int]
    /// The number of clusters in its population, when known.
    let population: Double?

    /// The stratum with its clusters in random order: the first ones then get the copies that do not come out even.
    func shuffled(seed: UInt64) -> BootstrapStratum {
        let random = ClusterStream(seed: seed, draw: .max, stratum: number)
        var shuffled = clusters
        for last in stride(from: shuffled.count - 1, to: 0, by: -1) {
            shuffled.swapAt(last, random.below(last + 1, at: last))
        }
        return BootstrapStratum(number: number, clusters: shuffled, population: population)
    }

    /// Draws one replicate.
    func draw(_ scheme: BootstrapScheme, replicate: Int, seed: UInt64, into factors: inout [Double]) {
        let random = ClusterStream(seed: seed, draw: UInt32(truncatingIfNeeded: replicate), stratum: number)
        let count = clusters.count
        for cluster in clusters { factors[cluster] = 0 }
        switch scheme {
        case .raoWu:
            for position in 0..<(count - 1) { factors[clusters[random.below(count, at: position)]] += 1 }
            let shrinkage = population.map { (1 - Double(count) / $0).squareRoot() } ?? 1
            let inflation = Double(count) / Double(count - 1)
            for cluster in clusters { factors[cluster] = 1 + shrinkage * (inflation * factors[cluster] - 1) }
        case .cantyDavison:
            for cluster in resampled(random) { factors[clusters[cluster]] += 1 }
        }
    }

    /// As many positions of clusters as the stratum has: with replacement, or without it from the copies that make up its
    /// population. Copies are never written out: copy i is of cluster i modulo n, and only moved ones are remembered.
    private func resampled(_ random: ClusterStream) -> [Int] {
        let count = clusters.count
        // More copies than an integer holds exactly differ in nothing from drawing with replacement.
        guard let population, population < 0x1p52 else { return (0..<count).map { random.below(count, at: $0) } }
        let copies = Int(population.rounded(.up))
        var moved: [Int: Int] = [:]
        return (0..<count).map { position in
            let chosen = position + random.below(copies - position, at: position)
            let copy = moved[chosen] ?? chosen
            moved[chosen] = moved[position] ?? position
            return copy % count
        }
    }
}

/// The random numbers of one stratum in one replicate, any number of them.
private struct ClusterStream {
    let seed: UInt64
    let draw: UInt32
    let stratum: Int

    /// A whole number from 0 and below `count`. Its probabilities are equal to within count / 2^52.
    func below(_ count: Int, at position: Int) -> Int {
        // A stream holds 131,072 numbers; strata of more clusters go on in the next, which the key's entity tells apart.
        let (page, index) = position.quotientAndRemainder(dividingBy: 131_072)
        let stream = RandomStream(
            seed: seed, purpose: .surveyBootstrap, draw: draw, entity: UInt64(page) << 32 | UInt64(stratum), period: 0)
        return min(count - 1, Int(stream.uniform(at: UInt32(index)) * Double(count)))
    }
}

/// How the rows of a survey were drawn: design weights, and strata and clusters of one or more stages.
///
/// Clusters were drawn at the first stage within its strata, then clusters within these, and so on. A stage that names its
/// strata's population sizes is corrected for a finite population; without them the first stage stands for all, as if drawn with
/// replacement (Särndal, Swensson and Wretman 1992, sections 4.3 and 4.6).
public struct SurveyDesign: Sendable {
    /// One stage of the drawing.
    public struct Stage: Sendable {
        /// The stratum of each row, from 0.
        public let strata: [Int32]
        /// The cluster of each row, from 0; numbers are not used again in another stratum.
        public let clusters: [Int32]
        /// The number of clusters in the population of each stratum; infinite where unknown or not corrected for. Empty when no
        /// stratum is corrected.
        public let populationSizes: [Double]
        /// The number of strata.
        public let stratumCount: Int
        /// The number of clusters.
        public let clusterCount: Int
        /// The stratum of each cluster.
        public let stratumOfCluster: [Int32]
        /// The number of clusters drawn in each stratum.
        public let clustersInStratum: [Int]

        /// A stage.
        ///
        /// - Parameters:
        ///   - strata: The stratum of each row; nil for a single one.
        ///   - clusters: The cluster of each row; the same number in two strata means two clusters.
        ///   - populationSizes: For each row the number of clusters in its stratum's population, or nil.
        /// - Throws: ``SurveyError/populationVaries(stratum:row:)`` when rows of a stratum disagree, or
        ///   ``SurveyError/populationTooSmall(stratum:population:drawn:)``.
        public init(
            strata: [Int32]? = nil, clusters: [Int32], populationSizes: [Double]? = nil
        ) throws(SurveyError) {
            let count = clusters.count
            precondition(strata.map { $0.count == count } ?? true, "a row has a stratum and a cluster")
            precondition(populationSizes.map { $0.count == count } ?? true, "a row has a population size")
            let strata = strata.map { Self.renumbered($0) } ?? (codes: [Int32](repeating: 0, count: count), count: 1)
            let pairs = (0..<count).map { Int64(strata.codes[$0]) << 32 | Int64(UInt32(bitPattern: clusters[$0])) }
            let nested = Self.renumbered(pairs)
            var (stratumOfCluster, seen) = (
                [Int32](repeating: -1, count: nested.count), [Int](repeating: 0, count: strata.count)
            )
            for row in 0..<count where stratumOfCluster[Int(nested.codes[row])] < 0 {
                stratumOfCluster[Int(nested.codes[row])] = strata.codes[row]
                seen[Int(strata.codes[row])] += 1
            }
            self.strata = strata.codes
            self.clusters = nested.codes
            self.stratumOfCluster = stratumOfCluster
            (stratumCount, clusterCount, clustersInStratum) = (strata.count, nested.count, seen)
            self.populationSizes =
                try populationSizes.map { sizes throws(SurveyError) in
                    try Self.sizes(sizes, strata: strata.codes, drawn: seen)
                } ?? []
        }

        /// One population size a stratum.
        private static func sizes(
            _ sizes: [Double], strata: [Int32], drawn: [Int]
        ) throws(SurveyError) -> [Double] {
            var result = [Double](repeating: .nan, count: drawn.count)
            for (row, stratum) in strata.enumerated() {
                let known = result[Int(stratum)]
                guard known.isNaN || known == sizes[row] else {
                    throw .populationVaries(stratum: Int(stratum), row: row)
                }
                result[Int(stratum)] = sizes[row]
            }
            for (stratum, size) in result.enumerated() where !(size >= Double(drawn[stratum])) {
                throw .populationTooSmall(stratum: stratum, population: size, drawn: drawn[stratum])
            }
            return result
        }

        /// The same distinctions with numbers from 0 in order of first appearance.
        static func renumbered<Code: Hashable>(_ codes: [Code]) -> (codes: [Int32], count: Int) {
            var numbers: [Code: Int32] = [:]
            let new = codes.map { code in
                if let known = numbers[code] { return known }
                let number = Int32(numbers.count)
                numbers[code] = number
                return number
            }
            return (new, numbers.count)
        }

        /// The share of a stratum's clusters that was drawn; 0 without correction.
        func samplingFraction(of stratum: Int) -> Double {
            populationSizes.isEmpty ? 0 : Double(clustersInStratum[stratum]) / populationSizes[stratum]
        }
    }

    /// What a stratum with a single cluster adds to the variance, which its cluster alone cannot tell (R survey's
    /// `survey.lonely.psu`). A stratum of which every cluster was drawn adds nothing and is never lonely.
    public enum LonelyClusters: String, Sendable, CaseIterable {
        /// It is refused.
        case refuse
        /// Nothing: the cluster was certain to be drawn (`certainty`).
        case certainty
        /// Its squared distance from the mean of all clusters (`adjust`), which errs on the large side.
        case centre
        /// The mean of what the other strata add (`average`).
        case average
    }

    /// The design weight of each row: how many of the population it stands for; above 0, or 0 for a row that only completes the
    /// design.
    public let weights: [Double]
    /// The stages, first to last; at least one.
    public let stages: [Stage]
    /// What strata with a single cluster add.
    public let lonelyClusters: LonelyClusters

    /// A design.
    ///
    /// - Throws: ``SurveyError/badWeight(row:found:)``, or ``SurveyError/lonelyCluster(stage:stratum:)`` where that is to be refused.
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
        self.stages = stages
        self.lonelyClusters = lonelyClusters
        guard lonelyClusters == .refuse else { return }
        let corrected = stages.prefix { !$0.populationSizes.isEmpty }.count
        for (number, stage) in stages.prefix(max(1, corrected)).enumerated() {
            if let stratum = stage.clustersInStratum.indices.first(where: { stage.isLonely($0) }) {
                throw .lonelyCluster(stage: number, stratum: stratum)
            }
        }
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

    /// First-stage clusters minus first-stage strata.
    public var degreesOfFreedom: Int { stages[0].clusterCount - stages[0].stratumCount }
}

extension SurveyDesign.Stage {
    /// Whether a stratum has a single cluster, not all of its population.
    func isLonely(_ stratum: Int) -> Bool { clustersInStratum[stratum] == 1 && samplingFraction(of: stratum) < 1 }
}

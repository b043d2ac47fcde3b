extension SurveyDesign {
    /// One stage of the drawing: clusters drawn within strata.
    public struct Stage: Sendable {
        /// The stratum of each row, from 0 in order of first appearance.
        public let strata: [Int32]
        /// The cluster of each row, from 0 in order of first appearance; a number is not used again in another stratum.
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
        ///   - populationSizes: For each row the number of clusters in its stratum's population, infinite for no correction; or
        ///     nil for no correction anywhere.
        ///   - parent: The stage before, for a second or later stage: strata and clusters then count within its clusters, so
        ///     that the same number in two of them means two.
        /// - Throws: ``SurveyError/populationVaries(stratum:row:)`` when rows of a stratum disagree, or
        ///   ``SurveyError/populationTooSmall(stratum:population:drawn:)``.
        /// - Complexity: O(n); hashes only codes that are negative or far above n.
        public init(
            strata: [Int32]? = nil, clusters: [Int32], populationSizes: [Double]? = nil, within parent: Stage? = nil
        ) throws(SurveyError) {
            let count = clusters.count
            precondition(strata.map { $0.count == count } ?? true, "a row has a stratum and a cluster")
            precondition(populationSizes.map { $0.count == count } ?? true, "a row has a population size")
            precondition(parent.map { $0.clusters.count == count } ?? true, "a row has a cluster of the stage before")
            let above = parent.map { Renumbering(codes: $0.clusters, count: $0.clusterCount) }
            let own = strata.map { Renumbering($0).nested(in: above) } ?? above
            let strata = own ?? Renumbering(codes: [Int32](repeating: 0, count: count), count: min(1, count))
            let nested = Renumbering(clusters).nested(in: strata)
            self.strata = strata.codes
            self.clusters = nested.codes
            stratumOfCluster = nested.parents(in: strata)
            var drawn = [Int](repeating: 0, count: strata.count)
            for stratum in stratumOfCluster { drawn[Int(stratum)] += 1 }
            (stratumCount, clusterCount, clustersInStratum) = (strata.count, nested.count, drawn)
            self.populationSizes =
                try populationSizes.map { sizes throws(SurveyError) in
                    try Self.sizes(sizes, strata: strata.codes, drawn: drawn)
                } ?? []
        }

        /// A stage whose population sizes are a function of the row, such as a look-up of its stratum in a frame.
        ///
        /// - Parameter populationSize: For a row, from 0, the number of clusters in its stratum's population.
        /// - Throws: As ``init(strata:clusters:populationSizes:within:)``.
        public init(
            strata: [Int32]? = nil, clusters: [Int32], within parent: Stage? = nil, populationSize: (Int) -> Double
        ) throws(SurveyError) {
            try self.init(
                strata: strata, clusters: clusters, populationSizes: clusters.indices.map(populationSize),
                within: parent)
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
            // A size computed as drawn / fraction may fall short by rounding.
            for (stratum, size) in result.enumerated() where !(size >= Double(drawn[stratum]) * (1 - 1e-9)) {
                throw .populationTooSmall(stratum: stratum, population: size, drawn: drawn[stratum])
            }
            return result
        }

        /// The share of a stratum's clusters that was drawn, at most 1; 0 without correction.
        func samplingFraction(of stratum: Int) -> Double {
            populationSizes.isEmpty ? 0 : min(1, Double(clustersInStratum[stratum]) / populationSizes[stratum])
        }

        /// Whether every cluster of a stratum was drawn, but for rounding: it then adds no variance at this stage.
        func isCertain(_ stratum: Int) -> Bool { 1 - samplingFraction(of: stratum) < 1e-7 }

        /// Whether a stratum has a single cluster, not all of its population.
        func isLonely(_ stratum: Int) -> Bool { clustersInStratum[stratum] == 1 && !isCertain(stratum) }
    }
}

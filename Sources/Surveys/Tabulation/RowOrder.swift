/// A design's rows by stratum and cluster, so that one walk meets each cluster once.
///
/// Rows without weight are left out: they add nothing, and their clusters are counted by the design.
struct RowOrder {
    /// The part of a stratum in the order.
    struct Stratum {
        /// Its number in the design.
        let number: Int
        /// Places of rows that are their cluster's only one.
        let singles: Range<Int>
        /// Clusters of more rows: each cluster's places are between its `bounds` and the next.
        let clusters: Range<Int>
    }

    /// The row at each place.
    let rows: [Int32]
    /// The places where clusters of more rows start, and the last one's end.
    let bounds: [Int]
    /// The strata that have rows with weight.
    let strata: [Stratum]

    /// The order of rows by a stage.
    init(_ stage: SurveyDesign.Stage, weights: [Double]) {
        var sizes = [Int](repeating: 0, count: stage.clusterCount)
        for (row, cluster) in stage.clusters.enumerated() where weights[row] > 0 { sizes[Int(cluster)] += 1 }
        var (starts, bounds, strata) = ([Int](repeating: 0, count: sizes.count), [Int](), [Stratum]())
        var place = 0
        for (number, clusters) in Self.clustersByStratum(stage).enumerated() {
            let (first, firstBound) = (place, bounds.count)
            for cluster in clusters where sizes[cluster] == 1 {
                starts[cluster] = place
                place += 1
            }
            let singles = first..<place
            for cluster in clusters where sizes[cluster] > 1 {
                starts[cluster] = place
                bounds.append(place)
                place += sizes[cluster]
            }
            guard place > first else { continue }
            strata.append(Stratum(number: number, singles: singles, clusters: firstBound..<bounds.count))
            // Singles may follow: the last cluster's end is a bound of its own.
            bounds.append(place)
        }
        var rows = [Int32](repeating: 0, count: place)
        for (row, cluster) in stage.clusters.enumerated() where weights[row] > 0 {
            rows[starts[Int(cluster)]] = Int32(row)
            starts[Int(cluster)] += 1
        }
        (self.rows, self.bounds, self.strata) = (rows, bounds, strata)
    }

    /// Whether the order is the design's own.
    var isIdentity: Bool { rows.indices.allSatisfy { rows[$0] == Int32($0) } }

    private static func clustersByStratum(_ stage: SurveyDesign.Stage) -> [[Int]] {
        var clusters = stage.clustersInStratum.map { count in
            var list = [Int]()
            list.reserveCapacity(count)
            return list
        }
        for (cluster, stratum) in stage.stratumOfCluster.enumerated() { clusters[Int(stratum)].append(cluster) }
        return clusters
    }
}

import LinearAlgebra

extension SurveyDesign {
    /// The covariance of weighted totals of some variables, by the design.
    ///
    /// With z a cluster's total of `w u`, a stratum of m clusters adds `(1 - f) m / (m - 1) sum (z - mean z)(z - mean z)'`; with a
    /// finite population each cluster then adds its own second stage times f, and so on (Särndal, Swensson and Wretman 1992,
    /// equation 4.6.2; R survey's `svyrecvar`). Rows outside a domain stay in with `u = 0`: that is what makes subpopulations right.
    ///
    /// - Parameter scores: n x k, each row's `w u`: already weighted.
    /// - Returns: k x k.
    /// - Complexity: O(n k^2) at worst; O(n k + clusters k^2) with clusters.
    public func covariance(ofTotals scores: Matrix) -> Matrix {
        precondition(scores.rows == rowCount, "a row has a score")
        return stagewise(scores, rows: Array(0..<rowCount), stage: 0)
    }

    private func stagewise(_ scores: Matrix, rows: [Int], stage number: Int) -> Matrix {
        let stage = stages[number]
        let totals = ClusterTotals(scores, rows: rows, stage: stage)
        var covariance = totals.covariance(stage, lonely: lonelyClusters)
        guard number + 1 < stages.count, !stage.populationSizes.isEmpty else { return covariance }
        for (position, members) in totals.members.enumerated() {
            let fraction = stage.samplingFraction(of: Int(totals.strata[position]))
            guard fraction > 0 else { continue }
            covariance = covariance + fraction * stagewise(scores, rows: members, stage: number + 1)
        }
        return covariance
    }
}

/// The totals of the clusters of one stage, among some rows.
private struct ClusterTotals {
    /// Totals by cluster, k values each.
    let totals: [[Double]]
    /// Each cluster's stratum.
    let strata: [Int32]
    /// Each cluster's rows.
    let members: [[Int]]
    let width: Int

    init(_ scores: Matrix, rows: [Int], stage: SurveyDesign.Stage) {
        width = scores.columns
        var positions: [Int32: Int] = [:]
        var (totals, strata, members): ([[Double]], [Int32], [[Int]]) = ([], [], [])
        for row in rows {
            let cluster = stage.clusters[row]
            let position: Int
            if let known = positions[cluster] {
                position = known
            } else {
                position = totals.count
                positions[cluster] = position
                totals.append([Double](repeating: 0, count: scores.columns))
                strata.append(stage.strata[row])
                members.append([])
            }
            members[position].append(row)
            for column in 0..<scores.columns { totals[position][column] += scores[row, column] }
        }
        (self.totals, self.strata, self.members) = (totals, strata, members)
    }

    func covariance(_ stage: SurveyDesign.Stage, lonely: SurveyDesign.LonelyClusters) -> Matrix {
        var sum = Matrix(rows: width, columns: width)
        var (strataCounted, strataLonely) = (0, 0)
        let centre = mean(Array(totals.indices))
        for (stratum, clusters) in clustersByStratum {
            let fraction = stage.samplingFraction(of: Int(stratum))
            if fraction >= 1 { continue }
            if clusters.count > 1 {
                strataCounted += 1
                let count = Double(clusters.count)
                sum = sum + (1 - fraction) * count / (count - 1) * squares(clusters, around: mean(clusters))
            } else {
                strataLonely += 1
                if lonely == .centre { sum = sum + (1 - fraction) * squares(clusters, around: centre) }
            }
        }
        guard lonely == .average, strataCounted > 0 else { return sum }
        return (Double(strataCounted + strataLonely) / Double(strataCounted)) * sum
    }

    /// The clusters of each stratum, strata in order.
    private var clustersByStratum: [(Int32, [Int])] {
        var groups: [Int32: [Int]] = [:]
        for (position, stratum) in strata.enumerated() { groups[stratum, default: []].append(position) }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func mean(_ clusters: [Int]) -> [Double] {
        var sum = [Double](repeating: 0, count: width)
        for cluster in clusters { for column in 0..<width { sum[column] += totals[cluster][column] } }
        return sum.map { $0 / Double(max(clusters.count, 1)) }
    }

    private func squares(_ clusters: [Int], around centre: [Double]) -> Matrix {
        var centred = Matrix(rows: clusters.count, columns: width)
        for (row, cluster) in clusters.enumerated() {
            for column in 0..<width { centred[row, column] = totals[cluster][column] - centre[column] }
        }
        return centred.transposedTimes(centred)
    }
}

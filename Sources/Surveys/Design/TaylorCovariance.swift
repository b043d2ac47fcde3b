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
    /// - Complexity: O(n k + clusters k^2) a stage. Memory: the clusters' totals; none where every row is its own cluster.
    public func covariance(ofTotals scores: Matrix) -> Matrix {
        precondition(scores.rows == rowCount, "a row has a score")
        var sum = Matrix(rows: scores.columns, columns: scores.columns)
        for (stage, factors) in zip(stages, factors) where !factors.isZero {
            let totals = stage.totals(of: scores)
            sum = sum + stage.covariance(ofClusterTotals: totals, factors: factors)
        }
        return sum
    }

    /// The covariance of weighted totals of variables that are made one at a time, so that they need not be in memory together.
    ///
    /// - Parameters:
    ///   - count: k, the number of variables.
    ///   - scores: A variable's `w u` in each row, by its position.
    /// - Returns: k x k.
    func covariance(ofTotals count: Int, scores: (Int) -> [Double]) -> Matrix {
        var totals = stages.map { Matrix(rows: $0.clusterCount, columns: count) }
        for column in 0..<count {
            let values = scores(column)
            for (number, stage) in stages.enumerated() where !factors[number].isZero {
                let target = column * stage.clusterCount
                for row in 0..<rowCount { totals[number].elements[target + Int(stage.clusters[row])] += values[row] }
            }
        }
        var sum = Matrix(rows: count, columns: count)
        for (number, stage) in stages.enumerated() where !factors[number].isZero {
            sum = sum + stage.covariance(ofClusterTotals: totals[number], factors: factors[number])
        }
        return sum
    }
}

extension SurveyDesign.Stage {
    /// The totals of the clusters, clusters x k, rows added in their order.
    fileprivate func totals(of scores: Matrix) -> Matrix {
        // Numbered in order of first appearance: as many clusters as rows means the same order.
        if clusterCount == scores.rows { return scores }
        var totals = [Double](repeating: 0, count: clusterCount * scores.columns)
        for column in 0..<scores.columns {
            let (source, target) = (column * scores.rows, column * clusterCount)
            for row in 0..<scores.rows { totals[target + Int(clusters[row])] += scores.elements[source + row] }
        }
        return Matrix(rows: clusterCount, columns: scores.columns, elements: totals)
    }

    /// The clusters' mean in each stratum, strata x k; 0 where squares are taken around 0.
    private func centres(_ totals: Matrix, factors: StratumFactors) -> Matrix {
        var centres = Matrix(rows: stratumCount, columns: totals.columns)
        for column in 0..<totals.columns {
            let (source, target) = (column * clusterCount, column * stratumCount)
            for cluster in 0..<clusterCount {
                centres.elements[target + Int(stratumOfCluster[cluster])] += totals.elements[source + cluster]
            }
            for stratum in 0..<stratumCount {
                let sum = centres.elements[target + stratum]
                centres.elements[target + stratum] =
                    factors.isCentred[stratum] ? sum / Double(clustersInStratum[stratum]) : 0
            }
        }
        return centres
    }

    /// Clusters that are centred and squared together: small enough to stay in the cache beside their products.
    private static let blockLength = 4096

    /// The sum of squares and products of the centred totals, times their strata's factors.
    fileprivate func covariance(ofClusterTotals totals: Matrix, factors: StratumFactors) -> Matrix {
        let centres = centres(totals, factors: factors)
        let roots = factors.values.map { $0.squareRoot() }
        var sum = Matrix(rows: totals.columns, columns: totals.columns)
        for start in stride(from: 0, to: clusterCount, by: Self.blockLength) {
            let block = start..<min(start + Self.blockLength, clusterCount)
            var centred = Matrix(rows: block.count, columns: totals.columns)
            for column in 0..<totals.columns {
                for cluster in block {
                    let stratum = Int(stratumOfCluster[cluster])
                    let distance = totals[cluster, column] - centres[stratum, column]
                    centred[cluster - start, column] = roots[stratum] * distance
                }
            }
            sum = sum + centred.transposedTimes(centred)
        }
        return sum
    }
}

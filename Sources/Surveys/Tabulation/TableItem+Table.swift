import LinearAlgebra

/// From an item to its table. Every kind has its case, so that the loops over rows are compiled for each kind.
extension TableItem {
    /// The same rows in another order.
    func ordered(by order: [Int32]) -> TableItem {
        switch self {
        case .categories(let codes): .categories(codes.ordered(by: order))
        case .options(let choices): .options(choices.ordered(by: order))
        case .number(let column): .number(column.ordered(by: order))
        }
    }

    /// The table of an item in the order of a design, with errors by linearisation.
    ///
    /// - Parameter covariance: The covariance where the design alone does not give it.
    func table(
        by split: TableSplit, weights: [Double], design: SurveyDesign, order: RowOrder, degreesOfFreedom: Double,
        covariance: (() -> Matrix)?
    ) -> DomainTable {
        func table(_ variable: some CellVariable) -> DomainTable {
            let totals = CellTotals(variable, split: split, weights: weights)
            let found = CellCovariance(
                variable, split: split, weights: weights, totals: totals, design: design, order: order)
            return self.table(
                variable, totals, split: split, weights: weights, clusters: found.clusters, strata: found.strata,
                covariance: covariance?() ?? found.matrix, degreesOfFreedom: degreesOfFreedom)
        }
        return switch self {
        case .categories(let codes): table(codes)
        case .options(let choices): table(choices)
        case .number(let column): table(column)
        }
    }

    /// The covariance of the table by the sample's own, plain road.
    func covariance(_ sample: SurveySample, _ split: TableSplit) -> Matrix {
        func influence(_ variable: some CellVariable) -> Matrix {
            CellStatistic(variable: variable, split: split).influence(weights: sample.weights)
        }
        return switch self {
        case .categories(let codes): sample.covariance(ofInfluence: influence(codes))
        case .options(let choices): sample.covariance(ofInfluence: influence(choices))
        case .number(let column): sample.covariance(ofInfluence: influence(column))
        }
    }

    /// The table with errors by replicate weights.
    func table(by split: TableSplit, replicates: ReplicateWeights) throws(SurveyError) -> DomainTable {
        func table(_ variable: some CellVariable) throws(SurveyError) -> DomainTable {
            let statistic = CellStatistic(variable: variable, split: split)
            let totals = CellTotals(variable, split: split, weights: replicates.weights)
            let covariance = try replicates.covariance(around: totals.means) { weights throws(SurveyError) in
                statistic.values(weights: weights)
            }
            return self.table(
                variable, totals, split: split, weights: replicates.weights, clusters: [], strata: [],
                covariance: covariance, degreesOfFreedom: replicates.degreesOfFreedom)
        }
        return switch self {
        case .categories(let codes): try table(codes)
        case .options(let choices): try table(choices)
        case .number(let column): try table(column)
        }
    }

    private func table(
        _ variable: some CellVariable, _ totals: CellTotals, split: TableSplit, weights: [Double], clusters: [Int],
        strata: [Int], covariance: Matrix, degreesOfFreedom: Double
    ) -> DomainTable {
        let (means, origin) = (totals.means, variable.origin)
        if case .number(let column) = self {
            let weighted = zip(totals.weighted, totals.base).map { $0 + origin * $1 }
            return DomainTable(
                totals, values: means.map { origin + $0 },
                variances: column.variances(totals, split: split, weights: weights), counts: totals.respondents,
                weightedCounts: weighted, clusters: clusters, strata: strata, covariance: covariance,
                degreesOfFreedom: degreesOfFreedom)
        }
        let variances = means.indices.map { index in
            let count = Double(totals.respondents[index / totals.cellCount])
            return means[index] * (1 - means[index]) * count / (count - 1)
        }
        return DomainTable(
            totals, values: means, variances: variances, counts: totals.unweighted.map { Int($0) },
            weightedCounts: totals.weighted, clusters: clusters, strata: strata, covariance: covariance,
            degreesOfFreedom: degreesOfFreedom)
    }
}

extension NumberColumn {
    /// The weighted variance of each group's numbers, times n / (n - 1).
    fileprivate func variances(_ totals: CellTotals, split: TableSplit, weights: [Double]) -> [Double] {
        let means = totals.means
        var squares = [Double](repeating: 0, count: totals.groupCount)
        for (row, group) in split.groups.enumerated() where group >= 0 && isAnswered(row) {
            let distance = distances[row] - means[Int(group)]
            squares[Int(group)] += weights[row] * distance * distance
        }
        return squares.indices.map { group in
            let count = Double(totals.respondents[group])
            return squares[group] / totals.base[group] * count / (count - 1)
        }
    }
}

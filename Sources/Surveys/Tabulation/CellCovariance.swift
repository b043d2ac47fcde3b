import LinearAlgebra

/// The covariance of a table's means by a one-stage design, and the clusters of each group.
///
/// The same as ``SurveyDesign/covariance(ofTotals:)`` of the means' linearised scores, without a matrix of rows by cells.
struct CellCovariance {
    /// k x k for k cells, by group; 0 in groups without respondents.
    let matrix: Matrix
    /// The clusters with respondents, by group.
    let clusters: [Int]
    /// The strata with respondents, by group.
    let strata: [Int]

    /// Walks once over the rows in the order of the design.
    ///
    /// - Parameters:
    ///   - variable: The item, in the order.
    ///   - split: The groups, in the order.
    ///   - weights: The design weights, in the order.
    ///   - totals: The sums of the first pass.
    init<Variable: CellVariable>(
        _ variable: Variable, split: TableSplit, weights: [Double], totals: CellTotals, design: SurveyDesign,
        order: RowOrder
    ) {
        var walk = StratumWalk(variable, split: split, weights: weights, totals: totals, order: order)
        let (factors, stage) = (design.factors[0], design.stages[0])
        for stratum in order.strata {
            let factor = factors.values[stratum.number]
            // Squares around 0 less those of the total are squares around the stratum's mean. A lonely cluster has its distance
            // from the mean of all clusters, which is 0: scores of a ratio add up to 0.
            let meanFactor =
                factors.isCentred[stratum.number] ? -factor / Double(stage.clustersInStratum[stratum.number]) : 0
            walk.visit(stratum, factor: factor, meanFactor: meanFactor)
        }
        if Variable.picksOneCell { walk.scatter.add(walk.pairs) }
        matrix = walk.scatter.matrix
        (clusters, strata) = (walk.clusters, walk.strata)
    }
}

/// A walk over a table's rows, stratum by stratum.
private struct StratumWalk<Variable: CellVariable> {
    let variable: Variable
    let groups: [Int32]
    let weights: [Double]
    let bounds: [Int]
    let scatter: CellScatter
    var clusters: [Int]
    var strata: [Int]
    let pairs: CellPairs
    private let cluster: CellSums
    private let stratum: CellSums
    private let squares: CellSums

    init(_ variable: Variable, split: TableSplit, weights: [Double], totals: CellTotals, order: RowOrder) {
        (self.variable, groups, self.weights, bounds) = (variable, split.groups, weights, order.bounds)
        scatter = CellScatter(totals)
        pairs = CellPairs(size: Variable.picksOneCell ? totals.groupCount * totals.cellCount : 0)
        clusters = Array(repeating: 0, count: split.groupCount)
        strata = clusters
        cluster = CellSums(groupCount: split.groupCount, cellCount: variable.cellCount)
        stratum = CellSums(groupCount: split.groupCount, cellCount: variable.cellCount)
        squares = CellSums(groupCount: split.groupCount, cellCount: variable.cellCount)
    }

    mutating func visit(_ part: RowOrder.Stratum, factor: Double, meanFactor: Double) {
        if Variable.picksOneCell {
            visitAlike(part.singles, factor: factor)
        } else {
            for place in part.singles { visitCluster(place..<place + 1, factor: factor) }
        }
        for number in part.clusters {
            let places = bounds[number]..<bounds[number + 1]
            if Variable.picksOneCell && places.count <= CellPairs.largestCluster {
                visitSmall(places, factor: factor)
            } else {
                visitCluster(places, factor: factor)
            }
        }
        for group in stratum.touched { strata[group] += 1 }
        if meanFactor != 0 { scatter.add(stratum, factor: meanFactor) }
        stratum.clear()
    }

    /// Rows that are clusters of their own, all at once.
    private mutating func visitAlike(_ places: Range<Int>, factor: Double) {
        for place in places {
            let group = Int(groups[place])
            guard group >= 0, variable.isAnswered(place) else { continue }
            let weight = weights[place]
            stratum.add(variable, row: place, group: group, weight: weight)
            squares.add(variable, row: place, group: group, weight: weight * weight)
            clusters[group] += 1
        }
        if factor != 0 { scatter.add(squaredWeights: squares, factor: factor) }
        squares.clear()
    }

    /// A cluster of a few rows that picked one cell each.
    private mutating func visitSmall(_ places: Range<Int>, factor: Double) {
        for place in places {
            let group = Int(groups[place])
            guard group >= 0, variable.isAnswered(place) else { continue }
            let weight = weights[place]
            stratum.add(variable, row: place, group: group, weight: weight)
            pairs.add(cell: group * variable.cellCount + variable.cell(of: place), weight: weight)
            let isNew = !places.prefix { $0 < place }.contains {
                groups[$0] == groups[place] && variable.isAnswered($0)
            }
            if isNew { clusters[group] += 1 }
        }
        pairs.closeCluster(factor: factor)
    }

    private mutating func visitCluster(_ places: Range<Int>, factor: Double) {
        for place in places {
            let group = Int(groups[place])
            guard group >= 0, variable.isAnswered(place) else { continue }
            cluster.add(variable, row: place, group: group, weight: weights[place])
        }
        guard cluster.touchedCount > 0 else { return }
        for group in cluster.touched { clusters[group] += 1 }
        if factor != 0 { scatter.add(cluster, factor: factor) }
        stratum.add(cluster)
        cluster.clear()
    }
}

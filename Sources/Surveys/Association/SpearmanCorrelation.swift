import LinearAlgebra

/// The rank correlation of two variables: the weighted correlation of weighted midranks.
///
/// With equal weights it is Spearman's rho with ties at their mean rank (R's `cor(method = "spearman")`). Its influence counts
/// that a row moves the ranks of others, too.
public struct SpearmanCorrelation: SurveyStatistic {
    private let pairs: CompletePairs

    /// The rank correlation of x and y.
    ///
    /// - Parameters:
    ///   - x: One a row; NaN where missing, which leaves the row out.
    ///   - y: The same.
    ///   - domain: Whether each row is in the subpopulation of interest; nil for all.
    /// - Throws: ``AnalysisProblem``.
    public init(_ x: [Double], _ y: [Double], domain: [Bool]? = nil) throws(SurveyError) {
        pairs = try CompletePairs(x, y, domain: domain)
    }

    /// The rank correlation, a single value.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        [try RankMoments(pairs, weights: weights).correlation]
    }

    /// The influence on the mean product of ranks, and through the ranks' variances.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let moments = try RankMoments(pairs, weights: weights)
        var influence = Matrix(rows: weights.count, columns: 1)
        for (position, row) in moments.rows.enumerated() {
            influence[row, 0] = moments.influence(at: position) / moments.x.total
        }
        return influence
    }
}

/// Weighted midranks as shares of the total weight.
struct WeightedRanks {
    /// The rows' midranks, 0...1; their weighted mean is 1/2.
    let ranks: [Double]
    let total: Double
    private let groups: [Range<Int>]
    private let order: [Int]
    private let weights: [Double]

    /// - Parameters:
    ///   - values: One a row.
    ///   - weights: One a row, all above 0.
    init(_ values: [Double], weights: [Double]) {
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        var (groups, begin): ([Range<Int>], Int) = ([], 0)
        for position in order.indices
        where position + 1 == order.count || values[order[position]] != values[order[position + 1]] {
            groups.append(begin..<(position + 1))
            begin = position + 1
        }
        let total = weights.reduce(0, +)
        var (ranks, below) = ([Double](repeating: 0, count: values.count), 0.0)
        for group in groups {
            let weight = group.reduce(0) { $0 + weights[order[$1]] }
            for position in group { ranks[order[position]] = (below + weight / 2) / total }
            below += weight
        }
        (self.groups, self.order, self.weights) = (groups, order, weights)
        (self.ranks, self.total) = (ranks, total)
    }

    /// For each row, the mean over all rows of a function, of those above in full and of those alike half.
    func meanAbove(_ function: [Double]) -> [Double] {
        var (result, above) = (function, 0.0)
        for group in groups.reversed() {
            let own = group.reduce(0) { $0 + weights[order[$1]] * function[order[$1]] }
            for position in group { result[order[position]] = (above + own / 2) / total }
            above += own
        }
        return result
    }
}

/// The moments of the midranks of two variables, and what a row adds to them.
private struct RankMoments {
    let rows: [Int]
    let x, y: WeightedRanks
    let correlation: Double
    private let product, squareX, squareY: Double
    private let aboveXofY, aboveYofX, aboveX, aboveY: [Double]

    init(_ pairs: CompletePairs, weights: [Double]) throws(SurveyError) {
        let rows = try pairs.rows(weights)
        let used = rows.map { weights[$0] }
        let x = WeightedRanks(rows.map { pairs.x[$0] }, weights: used)
        let y = WeightedRanks(rows.map { pairs.y[$0] }, weights: used)
        func mean(_ a: WeightedRanks, _ b: WeightedRanks) -> Double {
            rows.indices.reduce(0) { $0 + used[$1] * (a.ranks[$1] - 0.5) * (b.ranks[$1] - 0.5) } / x.total
        }
        (product, squareX, squareY) = (mean(x, y), mean(x, x), mean(y, y))
        guard squareX > 1e-14 else { throw problem(.noVariation("the first variable")) }
        guard squareY > 1e-14 else { throw problem(.noVariation("the second variable")) }
        correlation = min(1, max(-1, product / (squareX * squareY).squareRoot()))
        (aboveXofY, aboveYofX) = (x.meanAbove(y.ranks), y.meanAbove(x.ranks))
        (aboveX, aboveY) = (x.meanAbove(x.ranks), y.meanAbove(y.ranks))
        (self.rows, self.x, self.y) = (rows, x, y)
    }

    /// Means of products of ranks are functionals of three rows: the row itself, one that x ranks and one that y ranks.
    func influence(at row: Int) -> Double {
        let (a, b) = (x.ranks[row], y.ranks[row])
        let ofProduct = a * b + aboveXofY[row] + aboveYofX[row] - 3 * (product + 0.25)
        let ofX = a * a + 2 * aboveX[row] - 3 * (squareX + 0.25)
        let ofY = b * b + 2 * aboveY[row] - 3 * (squareY + 0.25)
        return ofProduct / (squareX * squareY).squareRoot() - correlation / 2 * (ofX / squareX + ofY / squareY)
    }
}

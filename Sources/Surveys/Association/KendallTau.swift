import LinearAlgebra

/// Kendall's tau-b of two variables, weighted: concordant less discordant pairs over the pairs not tied.
///
/// A pair of rows weighs the product of their weights. With equal weights it is R's `cor(method = "kendall")`.
///
/// - Complexity: Quadratic in the number of different pairs of values: cheap for items, not for measurements of many rows.
public struct KendallTau: SurveyStatistic {
    private let pairs: CompletePairs

    /// Tau of x and y.
    ///
    /// - Parameters:
    ///   - x: One a row; NaN where missing, which leaves the row out.
    ///   - y: The same.
    ///   - domain: Whether each row is in the subpopulation of interest; nil for all.
    /// - Throws: ``AnalysisProblem``.
    public init(_ x: [Double], _ y: [Double], domain: [Bool]? = nil) throws(SurveyError) {
        pairs = try CompletePairs(x, y, domain: domain)
    }

    /// Tau, a single value.
    public func values(weights: [Double]) throws(SurveyError) -> [Double] {
        [try Concordance(pairs, weights: weights).tau]
    }

    /// The influence on concordance, and through the pairs not tied.
    public func influence(weights: [Double]) throws(SurveyError) -> Matrix {
        let concordance = try Concordance(pairs, weights: weights)
        var influence = Matrix(rows: weights.count, columns: 1)
        for (row, cell) in concordance.cellOfRow { influence[row, 0] = concordance.influence(of: cell) }
        return influence
    }
}

/// Sums over pairs of cells, a cell being all rows with the same two values.
private struct Concordance {
    private struct Values: Hashable { let x, y: Double }

    let tau: Double
    /// The cell of each row with weight.
    private(set) var cellOfRow: [(row: Int, cell: Int)] = []
    /// For each cell the weight of concordant less discordant rows, and of rows not tied in x and in y.
    private var (concordant, untiedX, untiedY): ([Double], [Double], [Double])
    private let (sumX, sumY): (Double, Double)

    init(_ pairs: CompletePairs, weights: [Double]) throws(SurveyError) {
        var (numbers, cells, sizes): ([Values: Int], [Values], [Double]) = ([:], [], [])
        var cellOfRow: [(row: Int, cell: Int)] = []
        for row in try pairs.rows(weights) {
            let values = Values(x: pairs.x[row], y: pairs.y[row])
            let cell = numbers[values] ?? cells.count
            if cell == cells.count {
                numbers[values] = cell
                cells.append(values)
                sizes.append(0)
            }
            sizes[cell] += weights[row]
            cellOfRow.append((row, cell))
        }
        self.cellOfRow = cellOfRow
        let zeros = [Double](repeating: 0, count: cells.count)
        var (concordant, untiedX, untiedY) = (zeros, zeros, zeros)
        for one in cells.indices {
            for other in cells.indices {
                let (dx, dy) = (Self.sign(cells[one].x, cells[other].x), Self.sign(cells[one].y, cells[other].y))
                concordant[one] += sizes[other] * dx * dy
                untiedX[one] += sizes[other] * dx * dx
                untiedY[one] += sizes[other] * dy * dy
            }
        }
        (sumX, sumY) = (dot(sizes, untiedX), dot(sizes, untiedY))
        guard sumX > 0 else { throw problem(.noVariation("the first variable")) }
        guard sumY > 0 else { throw problem(.noVariation("the second variable")) }
        tau = dot(sizes, concordant) / (sumX.squareRoot() * sumY.squareRoot())
        (self.concordant, self.untiedX, self.untiedY) = (concordant, untiedX, untiedY)
    }

    func influence(of cell: Int) -> Double {
        2 * concordant[cell] / (sumX.squareRoot() * sumY.squareRoot())
            - tau * (untiedX[cell] / sumX + untiedY[cell] / sumY)
    }

    private static func sign(_ one: Double, _ other: Double) -> Double { one > other ? 1 : one < other ? -1 : 0 }
}

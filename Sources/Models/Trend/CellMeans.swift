import Surveys

/// Weighted means of outcomes in domains that may overlap: `sum w y / sum w` over the rows of a domain with a value.
///
/// A value missing in one outcome leaves the row out of that outcome's means only.
struct CellMeans: ColumnwiseStatistic {
    /// One mean: an outcome's values, and whose.
    struct MeanCell: Sendable {
        let name: String
        /// The position of the values among ``CellMeans/values``.
        let variable: Int
        /// The rows of the domain with a value, ascending.
        let rows: [Int32]
    }

    /// Values of each outcome, one a row, NaN where missing.
    let values: [[Double]]
    /// The means.
    let cells: [MeanCell]

    func values(weights: [Double]) throws(SurveyError) -> [Double] {
        var means: [Double] = []
        for cell in cells {
            let (sum, total) = sums(cell, weights)
            guard total > 0 else { throw .emptyDomain(cell.name) }
            means.append(sum / total)
        }
        return means
    }

    func influence(on position: Int, values: [Double], weights: [Double]) -> [Double] {
        let cell = cells[position]
        let (_, total) = sums(cell, weights)
        let (scores, mean) = (self.values[cell.variable], values[position])
        var influence = [Double](repeating: 0, count: weights.count)
        for row in cell.rows { influence[Int(row)] = (scores[Int(row)] - mean) / total }
        return influence
    }

    private func sums(_ cell: MeanCell, _ weights: [Double]) -> (sum: Double, total: Double) {
        let values = values[cell.variable]
        var (sum, total) = (0.0, 0.0)
        for row in cell.rows {
            sum += weights[Int(row)] * values[Int(row)]
            total += weights[Int(row)]
        }
        return (sum, total)
    }

    /// The weighted standard deviation within a cell: the population's, not the sample's.
    func standardDeviation(_ cell: MeanCell, weights: [Double]) -> Double {
        let (sum, total) = sums(cell, weights)
        guard total > 0 else { return 0 }
        let values = values[cell.variable]
        let mean = sum / total
        var squares = 0.0
        for row in cell.rows {
            let distance = values[Int(row)] - mean
            squares += weights[Int(row)] * distance * distance
        }
        return (squares / total).squareRoot()
    }
}

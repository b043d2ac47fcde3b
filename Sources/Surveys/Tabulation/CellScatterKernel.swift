import LinearAlgebra

/// A sum of squares and products of clusters' scores, the second pass of a table.
///
/// The score of cell k in group g is `(T_gk - mean_gk T_g) / N_g`, with T the cluster's weighted totals and N_g the weight of the
/// group's respondents: the linearised ratio mean (Särndal, Swensson and Wretman 1992, section 5.6). It is 0 in groups that the
/// cluster has no respondents of, so that only pairs of its own groups are visited. Scores are centred at the means before they
/// are squared, so that large clusters lose no digits.
///
/// The memory is a pointer, since there are as many squares as pairs of cells for each cluster.
final class CellScatter {
    private let totals: CellTotals
    private let means: UnsafeMutableBufferPointer<Double>
    private let wholes: UnsafeMutableBufferPointer<Double>
    private let size: Int
    /// The lower triangle, row by row, in a full square.
    private let squares: UnsafeMutableBufferPointer<Double>
    private let scores: UnsafeMutableBufferPointer<Double>

    init(_ totals: CellTotals) {
        self.totals = totals
        size = totals.groupCount * totals.cellCount
        squares = .allocate(capacity: max(1, size * size))
        scores = .allocate(capacity: max(1, size))
        means = .allocate(capacity: max(1, size))
        wholes = .allocate(capacity: max(1, totals.groupCount))
        _ = means.initialize(from: totals.means)
        _ = wholes.initialize(from: totals.base)
        squares.initialize(repeating: 0)
        scores.initialize(repeating: 0)
    }

    deinit {
        squares.deallocate()
        scores.deallocate()
        means.deallocate()
        wholes.deallocate()
    }

    /// The matrix, size x size.
    var matrix: Matrix {
        var matrix = Matrix(rows: size, columns: size)
        for row in 0..<size {
            for column in 0...row {
                let value = squares[row * size + column]
                matrix[row, column] = value
                matrix[column, row] = value
            }
        }
        return matrix
    }

    /// Adds `factor z z'` for the scores of a cluster's, or of a whole stratum's, sums.
    func add(_ sums: CellSums, factor: Double) {
        sums.sortTouched()
        let (groups, count) = (sums.touched, totals.cellCount)
        for group in groups { score(group, sums) }
        for position in groups.indices {
            let first = groups[position] * count
            for row in first..<first + count {
                let (score, start) = (factor * scores[row], row * size)
                for earlier in groups.startIndex..<position {
                    let other = groups[earlier] * count
                    for column in other..<other + count { squares[start + column] += score * scores[column] }
                }
                for column in first...row { squares[start + column] += score * scores[column] }
            }
        }
    }

    @inline(__always) private func score(_ group: Int, _ sums: CellSums) {
        let (first, base, whole) = (group * totals.cellCount, sums.base(of: group), wholes[group])
        for cell in 0..<totals.cellCount {
            scores[first + cell] = (sums.total(group, cell) - means[first + cell] * base) / whole
        }
    }

    /// Adds `factor z z'` of all rows that are their clusters' only ones and picked one cell each, at once: rows of a cell differ by
    /// their weights alone, so that the cell's sum of squared weights has all of them.
    ///
    /// With e_k the unit vector of cell k and p the group's shares, it is `sum_k W2_k (e_k - p)(e_k - p)' / N^2`, in an order that
    /// keeps the digits of shares near 0 and 1.
    func add(squaredWeights sums: CellSums, factor: Double) {
        let count = totals.cellCount
        for group in sums.touched {
            let (first, scale) = (group * count, factor / (wholes[group] * wholes[group]))
            let all = sums.base(of: group)
            for cell in 0..<count {
                let (row, own, share) = (first + cell, sums.total(group, cell), means[first + cell])
                let rest = 1 - share
                squares[row * size + row] += scale * (own * rest * rest + (all - own) * share * share)
                for column in first..<row {
                    let (otherOwn, other) = (sums.total(group, column - first), means[column])
                    let both = (all - own - otherOwn) * share * other
                    squares[row * size + column] += scale * (both - own * rest * other - otherOwn * share * (1 - other))
                }
            }
        }
    }

    /// Adds `L A L'` with A the sums of pairs and L the matrix that makes scores of totals of cells.
    func add(_ pairs: CellPairs) {
        var half = [Double](repeating: 0, count: size * size)
        for row in 0..<size { setScores(row: row, of: &half) { pairs[row, $0] } }
        var whole = [Double](repeating: 0, count: size)
        for row in 0..<size {
            setScores(row: 0, of: &whole) { half[$0 * size + row] }
            for column in row..<size { squares[column * size + row] += whole[column] }
        }
    }

    /// The scores of a row of totals of cells that make up their groups.
    private func setScores(row: Int, of scores: inout [Double], total: (Int) -> Double) {
        let count = totals.cellCount
        for group in 0..<totals.groupCount where wholes[group] > 0 {
            let cells = group * count..<(group + 1) * count
            let base = cells.reduce(0) { $0 + total($1) }
            for cell in cells { scores[row * size + cell] = (total(cell) - means[cell] * base) / wholes[group] }
        }
    }
}

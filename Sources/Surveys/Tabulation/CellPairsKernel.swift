/// Sums over small clusters of `factor w_i w_j` by the cells that their rows i and j picked: what households need instead of a score
/// for each cell of their groups.
///
/// Scores are linear in the totals of cells, so that one change of variables at the end of a table makes squares of scores of them.
/// Squares around 0 lose digits as clusters grow; of a few rows it is none that the shares have.
final class CellPairs {
    /// Clusters of more rows are left to ``CellScatter``.
    static let largestCluster = 8

    private let size: Int
    /// The lower triangle, row by row, in a full square.
    private let sums: UnsafeMutableBufferPointer<Double>
    private let cells: UnsafeMutableBufferPointer<Int>
    private let weights: UnsafeMutableBufferPointer<Double>
    private var count = 0

    init(size: Int) {
        self.size = size
        sums = .allocate(capacity: max(1, size * size))
        cells = .allocate(capacity: Self.largestCluster)
        weights = .allocate(capacity: Self.largestCluster)
        sums.initialize(repeating: 0)
        cells.initialize(repeating: 0)
        weights.initialize(repeating: 0)
    }

    deinit {
        sums.deallocate()
        cells.deallocate()
        weights.deallocate()
    }

    /// The sum of a pair of cells.
    @inline(__always)
    subscript(one: Int, other: Int) -> Double { sums[max(one, other) * size + min(one, other)] }

    /// Adds a row to the cluster.
    @inline(__always)
    func add(cell: Int, weight: Double) {
        (cells[count], weights[count]) = (cell, weight)
        count += 1
    }

    /// Adds the cluster's pairs, and starts the next cluster.
    @inline(__always)
    func closeCluster(factor: Double) {
        for i in 0..<count {
            let (cell, weight) = (cells[i], factor * weights[i])
            sums[cell * size + cell] += weight * weights[i]
            for j in 0..<i {
                let other = cells[j]
                let product = weight * weights[j]
                // The pair of a cell with itself is there twice: i with j and j with i.
                sums[max(cell, other) * size + min(cell, other)] += cell == other ? 2 * product : product
            }
        }
        count = 0
    }
}

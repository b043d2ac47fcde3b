/// Weighted sums of the cells of some rows, with the groups they are in.
///
/// The memory is a pointer, since every row of every table comes here; groups are checked where splits and items are made.
final class CellSums {
    let groupCount: Int
    let cellCount: Int
    /// The groups of rows added since the last clearing; `sortTouched()` puts them in order.
    private(set) var touched: [Int] = []
    private let cells: UnsafeMutableBufferPointer<Double>
    private let base: UnsafeMutableBufferPointer<Double>
    private let isTouched: UnsafeMutableBufferPointer<Bool>

    init(groupCount: Int, cellCount: Int) {
        (self.groupCount, self.cellCount) = (groupCount, cellCount)
        cells = .allocate(capacity: max(1, groupCount * cellCount))
        base = .allocate(capacity: max(1, groupCount))
        isTouched = .allocate(capacity: max(1, groupCount))
        cells.initialize(repeating: 0)
        base.initialize(repeating: 0)
        isTouched.initialize(repeating: false)
    }

    deinit {
        cells.deallocate()
        base.deallocate()
        isTouched.deallocate()
    }

    var cellValues: [Double] { Array(cells.prefix(groupCount * cellCount)) }
    var baseValues: [Double] { Array(base.prefix(groupCount)) }

    @inline(__always) func base(of group: Int) -> Double { base[group] }
    @inline(__always) func total(_ group: Int, _ cell: Int) -> Double { cells[group * cellCount + cell] }

    /// Adds a row.
    @inline(__always)
    func add<Variable: CellVariable>(_ variable: Variable, row: Int, group: Int, weight: Double) {
        touch(group)
        base[group] += weight
        guard let start = cells.baseAddress else { return }
        variable.add(weight, of: row, to: start + group * cellCount)
    }

    /// Adds another's sums.
    func add(_ other: CellSums) {
        for group in other.touched {
            touch(group)
            base[group] += other.base[group]
            for cell in group * cellCount..<(group + 1) * cellCount { cells[cell] += other.cells[cell] }
        }
    }

    /// Puts the touched groups in order, so that sums of pairs go to one triangle.
    func sortTouched() { touched.sort() }

    /// Sets all sums to 0, at the cost of the groups touched.
    func clear() {
        for group in touched {
            isTouched[group] = false
            base[group] = 0
            for cell in group * cellCount..<(group + 1) * cellCount { cells[cell] = 0 }
        }
        touched.removeAll(keepingCapacity: true)
    }

    @inline(__always) private func touch(_ group: Int) {
        guard !isTouched[group] else { return }
        isTouched[group] = true
        touched.append(group)
    }
}

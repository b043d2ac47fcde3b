/// Weighted sums of the cells of some rows, with the groups they are in.
///
/// The memory is a pointer, since every row of every table comes here; groups are checked where splits and items are made.
final class CellSums {
    let groupCount: Int
    let cellCount: Int
    /// The number of groups of rows added since the last clearing.
    private(set) var touchedCount = 0
    private let cells: UnsafeMutableBufferPointer<Double>
    private let base: UnsafeMutableBufferPointer<Double>
    private let isTouched: UnsafeMutableBufferPointer<Bool>
    private let touchedGroups: UnsafeMutableBufferPointer<Int>

    init(groupCount: Int, cellCount: Int) {
        (self.groupCount, self.cellCount) = (groupCount, cellCount)
        cells = .allocate(capacity: max(1, groupCount * cellCount))
        base = .allocate(capacity: max(1, groupCount))
        isTouched = .allocate(capacity: max(1, groupCount))
        touchedGroups = .allocate(capacity: max(1, groupCount))
        cells.initialize(repeating: 0)
        base.initialize(repeating: 0)
        isTouched.initialize(repeating: false)
        touchedGroups.initialize(repeating: 0)
    }

    deinit {
        cells.deallocate()
        base.deallocate()
        isTouched.deallocate()
        touchedGroups.deallocate()
    }

    /// The groups of rows added since the last clearing; in order after `sortTouched()`.
    var touched: UnsafeMutableBufferPointer<Int>.SubSequence { touchedGroups[0..<touchedCount] }
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
        for position in 0..<other.touchedCount {
            let group = other.touchedGroups[position]
            touch(group)
            base[group] += other.base[group]
            for cell in group * cellCount..<(group + 1) * cellCount { cells[cell] += other.cells[cell] }
        }
    }

    /// Puts the touched groups in order, so that sums of pairs go to one triangle.
    func sortTouched() {
        // By insertion: small clusters have few groups, and of large ones the next is mostly met in order.
        for position in 1..<max(1, touchedCount) {
            let group = touchedGroups[position]
            var place = position
            while place > 0, touchedGroups[place - 1] > group {
                touchedGroups[place] = touchedGroups[place - 1]
                place -= 1
            }
            touchedGroups[place] = group
        }
    }

    /// Sets all sums to 0, at the cost of the groups touched.
    func clear() {
        for position in 0..<touchedCount {
            let group = touchedGroups[position]
            isTouched[group] = false
            base[group] = 0
            for cell in group * cellCount..<(group + 1) * cellCount { cells[cell] = 0 }
        }
        touchedCount = 0
    }

    @inline(__always) private func touch(_ group: Int) {
        guard !isTouched[group] else { return }
        isTouched[group] = true
        touchedGroups[touchedCount] = group
        touchedCount += 1
    }
}

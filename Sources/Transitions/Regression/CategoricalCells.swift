/// The rows of a design with all equal rows made one: equal in covariates and group, bit by bit.
///
/// Cells are sorted by group, then by appearance. Rows of weight zero are left out.
struct CategoricalCells: Sendable {
    /// The covariates of each cell, cells x p, row by row; one number more than needed, so that it is never empty.
    var x: [Double]
    /// p.
    var width: Int
    /// The summed weight of each cell in each state, cells x K.
    let counts: [Double]
    /// K.
    let stateCount: Int
    /// The cells of group j are `groupStart[j]..<groupStart[j + 1]`; one group when the design has none.
    let groupStart: [Int]

    /// The number of cells.
    var count: Int { counts.count / stateCount }

    /// The number of groups with cells.
    var filledGroupCount: Int { (1..<groupStart.count).count { groupStart[$0] > groupStart[$0 - 1] } }

    /// - Parameter place: The position of each state among a cell's counts.
    /// - Complexity: O(n p) expected, by hashing.
    init(_ design: CategoricalDesign, place: [Int]) {
        let rows = (0..<design.rowCount).filter { design.weights[$0] > 0 }
        var table = CategoricalRowTable(design, capacity: rows.count)
        let found = rows.map { table.cell(of: $0) }
        let first = table.representatives
        let groups = design.groups

        var start = [Int](repeating: 0, count: (groups?.names.count ?? 1) + 1)
        for row in first { start[(groups?.codes[row] ?? 0) + 1] += 1 }
        for group in 1..<start.count { start[group] += start[group - 1] }
        var next = start
        let (p, k) = (design.columns.count, design.states.count)
        var position = [Int](repeating: 0, count: first.count)
        var x = [Double](repeating: 0, count: first.count * p + 1)
        for (cell, row) in first.enumerated() {
            let group = groups?.codes[row] ?? 0
            position[cell] = next[group]
            next[group] += 1
            for column in 0..<p { x[position[cell] * p + column] = design.rows[row * p + column] }
        }
        var counts = [Double](repeating: 0, count: first.count * k)
        for (row, cell) in zip(rows, found) {
            counts[position[cell] * k + place[design.responses[row]]] += design.weights[row]
        }
        (self.x, width, self.counts, stateCount, groupStart) = (x, p, counts, k, start)
    }

    /// Keeps these columns of the covariates only.
    mutating func keep(_ columns: [Int]) {
        guard columns != Array(0..<width) else { return }
        var kept = [Double](repeating: 0, count: count * columns.count + 1)
        for cell in 0..<count {
            for (position, column) in columns.enumerated() {
                kept[cell * columns.count + position] = x[cell * width + column]
            }
        }
        (x, width) = (kept, columns.count)
    }
}

/// Finds equal rows by an open-addressing hash table of the first row of each kind.
private struct CategoricalRowTable {
    let design: CategoricalDesign
    private(set) var representatives: [Int] = []
    /// Positions in ``representatives``, or -1; a power of two above twice the number of rows.
    private var slots: [Int32]

    init(_ design: CategoricalDesign, capacity: Int) {
        self.design = design
        var size = 16
        while size < 2 * capacity { size *= 2 }
        slots = Array(repeating: -1, count: size)
    }

    mutating func cell(of row: Int) -> Int {
        var slot = Int(truncatingIfNeeded: hash(row)) & (slots.count - 1)
        while slots[slot] >= 0 {
            let cell = Int(slots[slot])
            if isEqual(row, representatives[cell]) { return cell }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(representatives.count)
        representatives.append(row)
        return representatives.count - 1
    }

    private func hash(_ row: Int) -> UInt64 {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        func mix(_ bits: UInt64) {
            state = (state ^ bits) &* 0xff51_afd7_ed55_8ccd
            state ^= state >> 32
        }
        let p = design.columns.count
        for index in (row * p)..<((row + 1) * p) { mix(design.rows[index].bitPattern) }
        if let groups = design.groups { mix(UInt64(truncatingIfNeeded: groups.codes[row])) }
        return state
    }

    private func isEqual(_ row: Int, _ other: Int) -> Bool {
        if let groups = design.groups, groups.codes[row] != groups.codes[other] { return false }
        let p = design.columns.count
        for column in 0..<p
        where design.rows[row * p + column].bitPattern != design.rows[other * p + column].bitPattern { return false }
        return true
    }
}

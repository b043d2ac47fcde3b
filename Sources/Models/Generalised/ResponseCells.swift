/// The rows of a design with all equal rows made one: the likelihood only needs their summed totals and sizes.
///
/// Equal in fixed-effects columns, random-effects columns, offset and factor levels, bit by bit. Cells are sorted by the
/// first block's factor level, then by appearance.
struct ResponseCells: Sendable {
    /// The row that stands for each cell.
    let representatives: [Int]
    /// The cell of each row.
    let cellOfRow: [Int]
    /// Summed successes or counts of each cell.
    let totals: [Double]
    /// Summed trials or weights of each cell.
    let sizes: [Double]
    /// The cells of level j of the first block are `levelStart[j]..<levelStart[j + 1]`.
    let levelStart: [Int]

    var count: Int { representatives.count }

    /// - Complexity: O(n (p + q)) expected, by hashing.
    init(_ design: GeneralisedDesign, _ response: ResponseTotals, firstBlock: RandomEffectsBlock) {
        var table = RowTable(design)
        let found = (0..<design.rowCount).map { table.cell(of: $0) }
        let rows = table.representatives

        var start = [Int](repeating: 0, count: firstBlock.levelCount + 1)
        for row in rows { start[Int(firstBlock.codes[row]) + 1] += 1 }
        for level in 0..<firstBlock.levelCount { start[level + 1] += start[level] }
        var next = start
        var position = [Int](repeating: 0, count: rows.count)
        var sorted = position
        for (cell, row) in rows.enumerated() {
            let level = Int(firstBlock.codes[row])
            position[cell] = next[level]
            sorted[next[level]] = row
            next[level] += 1
        }
        representatives = sorted
        cellOfRow = found.map { position[$0] }
        levelStart = start
        var totals = [Double](repeating: 0, count: rows.count)
        var sizes = totals
        for (row, cell) in cellOfRow.enumerated() {
            totals[cell] += response.totals[row]
            sizes[cell] += response.sizes[row]
        }
        self.totals = totals
        self.sizes = sizes
    }
}

/// Finds equal rows by an open-addressing hash table of the first row of each kind.
private struct RowTable {
    let design: GeneralisedDesign
    private(set) var representatives: [Int] = []
    /// Positions in ``representatives``, or -1; a power of two above twice the number of rows.
    private var slots: [Int32]

    init(_ design: GeneralisedDesign) {
        self.design = design
        var size = 16
        while size < 2 * design.rowCount { size *= 2 }
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
        let p = design.columnCount
        for index in (row * p)..<((row + 1) * p) { mix(design.columns[index].bitPattern) }
        if let offset = design.offset { mix(offset[row].bitPattern) }
        for block in design.blocks {
            mix(UInt64(truncatingIfNeeded: block.codes[row]))
            for index in (row * block.width)..<((row + 1) * block.width) { mix(block.matrix[index].bitPattern) }
        }
        return state
    }

    private func isEqual(_ row: Int, _ other: Int) -> Bool {
        for block in design.blocks where block.codes[row] != block.codes[other] { return false }
        let p = design.columnCount
        for column in 0..<p where !same(design.columns[row * p + column], design.columns[other * p + column]) {
            return false
        }
        for block in design.blocks {
            let width = block.width
            for effect in 0..<width
            where !same(block.matrix[row * width + effect], block.matrix[other * width + effect]) { return false }
        }
        guard let offset = design.offset else { return true }
        return same(offset[row], offset[other])
    }

    private func same(_ x: Double, _ y: Double) -> Bool { x.bitPattern == y.bitPattern }
}

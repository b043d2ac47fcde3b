/// Where the random effects of each cell stand in the penalised system.
///
/// The effects of the first block (the factor with most levels) form the *head*: independent small systems, one a level. All
/// other blocks form the *tail*, a dense system. The blocking follows MixedModels.jl.
struct EffectsLayout: Sendable {
    /// The number of effects of a level, by block.
    let widths: [Int]
    /// The number of levels, by block.
    let levelCounts: [Int]
    /// Where each block begins in a cell's row of effects.
    let starts: [Int]
    /// The length of a cell's row of effects.
    let rowWidth: Int
    /// The first column of each block in the tail; 0 for the head.
    let tailOffsets: [Int]
    /// q2, the number of effects in the tail.
    let tailCount: Int
    /// The cells of level j of the first block are `cellStart[j]..<cellStart[j + 1]`.
    let cellStart: [Int]
    /// The tail columns that share cells with level j, ascending: `linkedColumns[linkedStart[j]..<linkedStart[j + 1]]`.
    private(set) var linkedStart: [Int] = [0]
    private(set) var linkedColumns: [Int] = []
    /// For each cell and tail block, the first of its columns in the tail.
    let tailColumns: [Int]
    /// For each cell and tail block, the position of that column in ``linkedColumns``.
    private(set) var linkedPositions: [Int]

    /// K, the number of effects of a level of the first block.
    var width: Int { widths[0] }
    /// J, the number of levels of the first block.
    var levelCount: Int { levelCounts[0] }
    /// The number of blocks in the tail.
    var tailBlockCount: Int { widths.count - 1 }

    init(_ blocks: [RandomEffectsBlock], _ cells: ResponseCells) {
        widths = blocks.map(\.width)
        levelCounts = blocks.map(\.levelCount)
        var (starts, rowWidth, offsets, tailCount) = ([Int](), 0, [Int](), 0)
        for (index, block) in blocks.enumerated() {
            starts.append(rowWidth)
            rowWidth += block.width
            offsets.append(tailCount)
            if index > 0 { tailCount += block.effectCount }
        }
        (self.starts, self.rowWidth, tailOffsets, self.tailCount) = (starts, rowWidth, offsets, tailCount)
        cellStart = cells.levelStart
        let tail = Array(blocks.dropFirst())
        tailColumns = cells.representatives.flatMap { row in
            tail.indices.map { offsets[$0 + 1] + Int(tail[$0].codes[row]) * tail[$0].width }
        }
        linkedPositions = Array(repeating: 0, count: tailColumns.count)
        guard !tail.isEmpty else {
            linkedStart = Array(repeating: 0, count: blocks[0].levelCount + 1)
            return
        }
        for level in 0..<blocks[0].levelCount { addLinks(of: level) }
    }

    private mutating func addLinks(of level: Int) {
        let own = (cellStart[level] * tailBlockCount)..<(cellStart[level + 1] * tailBlockCount)
        var widthOfColumn: [Int: Int] = [:]
        for index in own { widthOfColumn[tailColumns[index]] = widths[index % tailBlockCount + 1] }
        var position: [Int: Int] = [:]
        for first in widthOfColumn.keys.sorted() {
            position[first] = linkedColumns.count
            for effect in 0..<(widthOfColumn[first] ?? 0) { linkedColumns.append(first + effect) }
        }
        for index in own { linkedPositions[index] = position[tailColumns[index]] ?? 0 }
        linkedStart.append(linkedColumns.count)
    }
}

/// A value for each random effect: those of the head level by level, then the tail's.
struct EffectsVector: Sendable {
    var head: [Double]
    var tail: [Double]

    /// Zeros.
    init(_ layout: EffectsLayout) {
        head = Array(repeating: 0, count: layout.levelCount * layout.width)
        tail = Array(repeating: 0, count: layout.tailCount)
    }

    /// The sum of products with another vector.
    func dot(_ other: EffectsVector) -> Double {
        var sum = 0.0
        for index in head.indices { sum += head[index] * other.head[index] }
        for index in tail.indices { sum += tail[index] * other.tail[index] }
        return sum
    }

    /// Adds a multiple of another vector.
    mutating func add(_ factor: Double, _ other: EffectsVector) {
        for index in head.indices { head[index] += factor * other.head[index] }
        for index in tail.indices { tail[index] += factor * other.tail[index] }
    }
}

extension EffectsLayout {
    /// A cell's effects times a vector: `a_i' u`.
    @inline(__always)
    func product(_ effects: [Double], cell: Int, level: Int, _ vector: EffectsVector) -> Double {
        let (k, row) = (width, cell * rowWidth)
        var sum = 0.0
        for effect in 0..<k { sum += effects[row + effect] * vector.head[level * k + effect] }
        for block in 0..<tailBlockCount {
            let (column, start) = (tailColumns[cell * tailBlockCount + block], row + starts[block + 1])
            for effect in 0..<widths[block + 1] { sum += effects[start + effect] * vector.tail[column + effect] }
        }
        return sum
    }

    /// Adds a multiple of a cell's effects to a vector: `u + factor a_i`.
    @inline(__always)
    func add(_ factor: Double, _ effects: [Double], cell: Int, level: Int, to vector: inout EffectsVector) {
        let (k, row) = (width, cell * rowWidth)
        for effect in 0..<k { vector.head[level * k + effect] += factor * effects[row + effect] }
        for block in 0..<tailBlockCount {
            let (column, start) = (tailColumns[cell * tailBlockCount + block], row + starts[block + 1])
            for effect in 0..<widths[block + 1] { vector.tail[column + effect] += factor * effects[start + effect] }
        }
    }

    /// `A' r`: the sum over cells of their effects times a value each.
    func transposedProduct(_ effects: [Double], _ values: [Double]) -> EffectsVector {
        var result = EffectsVector(self)
        for level in 0..<levelCount {
            for cell in cellStart[level]..<cellStart[level + 1] {
                add(values[cell], effects, cell: cell, level: level, to: &result)
            }
        }
        return result
    }
}

import LinearAlgebra

/// All cross-products of random effects, fixed effects and response that a linear mixed model needs: after them the
/// rows are not looked at again.
///
/// The random effects of the first grouping factor (the one with most effects) form independent small blocks, one per
/// factor level. All other columns form the *tail*, in the order: other random effects, fixed effects, response.
/// Notation of Bates, Maechler, Bolker and Walker (2015), section 3; the blocking follows MixedModels.jl.
struct CrossProducts: Sendable {
    /// A factor level of another grouping factor that shares rows with a level of the first one.
    struct Link: Sendable {
        /// The other block, an index into ``CrossProducts/tailBlocks``.
        let block: Int
        /// The first column of that level in the tail.
        let column: Int
        /// Where its K x k products begin in ``CrossProducts/linkValues``.
        let offset: Int
    }

    /// The place of another grouping factor's random effects in the tail.
    struct TailBlock: Sendable {
        let offset: Int
        let width: Int
        let levelCount: Int
    }

    /// K, the number of effects of a level of the first grouping factor.
    let width: Int
    /// The number of levels of the first grouping factor.
    let levelCount: Int
    /// Z'Z of each level of the first grouping factor, K x K each.
    private(set) var gram: [Double]
    /// Z'[X y] of each level, K x (p + 1) each.
    private(set) var fixed: [Double]
    /// The links of level j are `links[linkStart[j]..<linkStart[j + 1]]`, by column.
    private(set) var linkStart: [Int]
    private(set) var links: [Link]
    private(set) var linkValues: [Double]
    let tailBlocks: [TailBlock]
    /// q2, the number of random effects in the tail.
    let otherCount: Int
    /// p, the number of fixed effects.
    let fixedCount: Int
    /// The products among the tail's columns; the lower triangle holds them.
    private(set) var tail: Matrix
    /// n.
    let rowCount: Int

    /// The order of the tail: q2 + p + 1.
    var tailSize: Int { otherCount + fixedCount + 1 }

    /// Adds up the products.
    ///
    /// - Parameters:
    ///   - blocks: The random effects, the first grouping factor first.
    ///   - columns: The fixed-effects columns, row by row, p a row.
    ///   - response: The (centred) response.
    ///   - rootWeights: Square roots of the prior weights, or nil.
    init(blocks: [RandomEffectsBlock], columns: [Double], fixedCount p: Int, response: [Double], rootWeights: [Double]?)
    {
        let first = blocks[0]
        let n = response.count
        width = first.width
        levelCount = first.levelCount
        fixedCount = p
        rowCount = n
        var tailBlocks: [TailBlock] = []
        var offset = 0
        for block in blocks.dropFirst() {
            tailBlocks.append(TailBlock(offset: offset, width: block.width, levelCount: block.levelCount))
            offset += block.effectCount
        }
        self.tailBlocks = tailBlocks
        otherCount = offset
        gram = Array(repeating: 0, count: first.levelCount * first.width * first.width)
        fixed = Array(repeating: 0, count: first.levelCount * first.width * (p + 1))
        linkStart = [0]
        links = []
        linkValues = []
        tail = Matrix(rows: offset + p + 1, columns: offset + p + 1)

        var row = WeightedRow(blocks: blocks, fixedCount: p)
        let order = Self.rowsByLevel(first)
        for level in 0..<first.levelCount {
            var levelLinks: [Link] = []
            for position in order.start[level]..<order.start[level + 1] {
                let index = order.rows[position]
                row.load(index, blocks, columns, response, weight: rootWeights?[index] ?? 1)
                add(row, level: level, links: &levelLinks)
            }
            links += levelLinks.sorted { $0.column < $1.column }
            linkStart.append(links.count)
        }
    }

    private mutating func add(_ row: WeightedRow, level: Int, links levelLinks: inout [Link]) {
        let (k, p) = (width, fixedCount)
        let z = row.effects[0]
        let xy = row.fixed
        for column in 0..<k {
            for other in 0..<k { gram[(level * k + column) * k + other] += z[column] * z[other] }
        }
        for column in 0...p {
            for effect in 0..<k { fixed[(level * (p + 1) + column) * k + effect] += z[effect] * xy[column] }
            for other in column...p {
                tail[otherCount + other, otherCount + column] += xy[column] * xy[other]
            }
        }
        for (block, place) in tailBlocks.enumerated() {
            let w = row.effects[block + 1]
            let start = place.offset + row.levels[block + 1] * place.width
            let offset = linkOffset(block: block, column: start, width: place.width, among: &levelLinks)
            for effect in 0..<place.width {
                for own in 0..<k { linkValues[offset + effect * k + own] += z[own] * w[effect] }
                for column in 0...p { tail[otherCount + column, start + effect] += w[effect] * xy[column] }
                for other in effect..<place.width { tail[start + other, start + effect] += w[effect] * w[other] }
            }
            for (laterBlock, laterPlace) in tailBlocks.enumerated() where laterBlock > block {
                let v = row.effects[laterBlock + 1]
                let laterStart = laterPlace.offset + row.levels[laterBlock + 1] * laterPlace.width
                for effect in 0..<place.width {
                    for other in 0..<laterPlace.width {
                        tail[laterStart + other, start + effect] += w[effect] * v[other]
                    }
                }
            }
        }
    }

    /// Where the products with a level of another factor are kept; levels link to few others, so a scan is enough.
    private mutating func linkOffset(block: Int, column: Int, width w: Int, among links: inout [Link]) -> Int {
        if let known = links.first(where: { $0.column == column }) { return known.offset }
        let offset = linkValues.count
        linkValues.append(contentsOf: repeatElement(0, count: width * w))
        links.append(Link(block: block, column: column, offset: offset))
        return offset
    }

    /// The rows of each factor level, in the order of the data: a counting sort.
    private static func rowsByLevel(_ block: RandomEffectsBlock) -> (start: [Int], rows: [Int]) {
        var start = [Int](repeating: 0, count: block.levelCount + 1)
        for code in block.codes { start[Int(code) + 1] += 1 }
        for level in 0..<block.levelCount { start[level + 1] += start[level] }
        var next = start
        var rows = [Int](repeating: 0, count: block.codes.count)
        for (row, code) in block.codes.enumerated() {
            rows[next[Int(code)]] = row
            next[Int(code)] += 1
        }
        return (start, rows)
    }
}

/// One row of all model matrices, times the root of its weight.
private struct WeightedRow {
    /// For each block its effects' values.
    var effects: [[Double]]
    /// For each block the row's factor level.
    var levels: [Int]
    /// The fixed-effects columns, then the response.
    var fixed: [Double]

    init(blocks: [RandomEffectsBlock], fixedCount: Int) {
        effects = blocks.map { Array(repeating: 0, count: $0.width) }
        levels = Array(repeating: 0, count: blocks.count)
        fixed = Array(repeating: 0, count: fixedCount + 1)
    }

    mutating func load(
        _ row: Int, _ blocks: [RandomEffectsBlock], _ columns: [Double], _ response: [Double], weight: Double
    ) {
        for (index, block) in blocks.enumerated() {
            levels[index] = Int(block.codes[row])
            for effect in 0..<block.width {
                effects[index][effect] = weight * block.matrix[row * block.width + effect]
            }
        }
        let p = fixed.count - 1
        for column in 0..<p { fixed[column] = weight * columns[row * p + column] }
        fixed[p] = weight * response[row]
    }
}

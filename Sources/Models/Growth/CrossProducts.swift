import LinearAlgebra

/// The model matrices of a linear mixed model, one row a cell, times the root of the cell's prior weight.
struct CellMatrices: Sendable {
    /// p, the number of fixed effects.
    let fixedCount: Int
    /// The fixed-effects columns, cell by cell, p a cell.
    let fixed: [Double]
    /// The random effects' columns of each grouping factor, cell by cell.
    let random: [[Double]]
    /// The number of random effects of a level of each grouping factor.
    let widths: [Int]
}

/// All cross-products of random and fixed effects that a linear mixed model needs. After them, and those with the
/// response, the rows are not looked at again.
///
/// The random effects of the first grouping factor (the one with most levels) form independent small blocks, one per
/// factor level. All other columns form the *tail*, in the order: other random effects, fixed effects, response.
/// Notation of Bates, Maechler, Bolker and Walker (2015), section 3; the blocking follows MixedModels.jl.
struct DesignProducts: Sendable {
    /// The products of two levels of different factors that share rows.
    struct Pair: Sendable {
        /// The level of the earlier factor, numbered through all other factors.
        let first: Int
        /// The level of the later factor.
        let second: Int
        /// `Z_first' Z_second`, column by column.
        let values: [Double]
    }

    let grouping: LevelGrouping
    /// K, the number of effects of a level of the first grouping factor.
    let width: Int
    /// The number of effects of a level of each other grouping factor.
    let otherWidths: [Int]
    /// p, the number of fixed effects.
    let fixedCount: Int
    /// The number of rows and of levels of the first factor that take part.
    private(set) var rowCount = 0
    private(set) var levelCount = 0
    /// The number of levels of each group and of each pattern.
    let groupCounts: [Double]
    private(set) var patternCounts: [Double]
    /// Z'Z of each pattern, K x K.
    private(set) var gram: [Double] = []
    /// Z'X of each pattern: p values for each effect.
    private(set) var fixed: [Double] = []
    /// Where the slots of a pattern begin in ``linkGram``, and the values `Z'Z_other`, K a column.
    private(set) var linkStart: [Int] = [0]
    private(set) var linkGram: [Double] = []
    /// Z'Z of each level of each other factor, w x w.
    private(set) var otherGram: [[Double]]
    private(set) var otherPairs: [Pair] = []
    /// X'Z of the other random effects: p values a column; columns in the order of ``LevelGrouping/factorStart``.
    private(set) var otherFixed: [Double]
    /// X'X, p x p.
    private(set) var fixedGram: Matrix

    /// The number of other random effects.
    var otherCount: Int { columnStart(ofFactor: otherWidths.count) }

    /// The first column of an other factor.
    func columnStart(ofFactor factor: Int) -> Int {
        (0..<factor).reduce(0) { $0 + otherWidths[$1] * (grouping.factorStart[$1 + 1] - grouping.factorStart[$1]) }
    }

    /// Adds up the products.
    ///
    /// - Parameter isIncluded: Whether the levels of a group take part; nil for all.
    init(_ grouping: LevelGrouping, _ matrices: CellMatrices, isIncluded: [Bool]? = nil) {
        let p = matrices.fixedCount
        self.grouping = grouping
        width = matrices.widths[0]
        otherWidths = Array(matrices.widths.dropFirst())
        fixedCount = p
        var groupCounts = [Double](repeating: 0, count: grouping.groupCount)
        for group in grouping.groupOfLevel where isIncluded?[Int(group)] ?? true { groupCounts[Int(group)] += 1 }
        self.groupCounts = groupCounts
        patternCounts = grouping.patterns.indices.map { pattern in
            groupCounts[grouping.groupStart[pattern]..<grouping.groupStart[pattern + 1]].reduce(0, +)
        }
        otherGram = otherWidths.indices.map { factor in
            let levels = grouping.factorStart[factor + 1] - grouping.factorStart[factor]
            return Array(repeating: 0, count: levels * matrices.widths[factor + 1] * matrices.widths[factor + 1])
        }
        otherFixed = []
        fixedGram = Matrix(rows: p, columns: p)
        otherFixed = Array(repeating: 0, count: p * otherCount)
        addPatterns(matrices)
    }

    private mutating func addPatterns(_ matrices: CellMatrices) {
        var cellCounts = [Double](
            repeating: 0,
            count: matrices.fixedCount > 0
                ? matrices.fixed.count / matrices.fixedCount : matrices.random[0].count / max(1, width))
        var pairs = PairSums()
        for (index, pattern) in grouping.patterns.enumerated() {
            let count = patternCounts[index]
            for cell in pattern.cells { cellCounts[Int(cell)] += count }
            levelCount += Int(count)
            rowCount += Int(count) * pattern.cells.count
            appendOwn(pattern, matrices)
            addOther(index, pattern, matrices, &pairs)
        }
        otherPairs = pairs.list
        addFixedGram(matrices, cellCounts)
    }

    /// Z'Z, Z'X and the links of one pattern.
    private mutating func appendOwn(_ pattern: LevelGrouping.Pattern, _ matrices: CellMatrices) {
        let (k, p) = (width, fixedCount)
        let (gramBase, fixedBase, linkBase) = (gram.count, fixed.count, linkGram.count)
        gram.append(contentsOf: repeatElement(0, count: k * k))
        fixed.append(contentsOf: repeatElement(0, count: k * p))
        var offsets: [Int] = []
        for factor in pattern.slotFactors {
            offsets.append(linkGram.count)
            linkGram.append(contentsOf: repeatElement(0, count: k * otherWidths[factor]))
        }
        linkStart.append(linkGram.count)
        precondition(linkBase == linkStart[linkStart.count - 2], "patterns are added in order")
        for (row, cell) in pattern.cells.enumerated() {
            for effect in 0..<k {
                let z = matrices.random[0][Int(cell) * k + effect]
                if z == 0 { continue }
                for other in 0..<k {
                    gram[gramBase + effect * k + other] += z * matrices.random[0][Int(cell) * k + other]
                }
                for column in 0..<p {
                    fixed[fixedBase + effect * p + column] += z * matrices.fixed[Int(cell) * p + column]
                }
                for factor in otherWidths.indices {
                    let w = otherWidths[factor]
                    let offset = offsets[Int(pattern.slots[row * otherWidths.count + factor])]
                    for other in 0..<w {
                        linkGram[offset + other * k + effect] += z * matrices.random[factor + 1][Int(cell) * w + other]
                    }
                }
            }
        }
    }

    /// The products of the other factors' effects among each other and with X, for all groups of one pattern.
    private mutating func addOther(
        _ index: Int, _ pattern: LevelGrouping.Pattern, _ matrices: CellMatrices, _ pairs: inout PairSums
    ) {
        let factors = otherWidths.count
        guard factors > 0, patternCounts[index] > 0 else { return }
        let p = fixedCount
        let slots = SlotSums(pattern, matrices, otherWidths: otherWidths)
        for group in grouping.groupStart[index]..<grouping.groupStart[index + 1] where groupCounts[group] > 0 {
            let count = groupCounts[group]
            let links = grouping.links[grouping.linkStart[group]..<grouping.linkStart[group + 1]]
            for (slot, link) in links.enumerated() {
                let factor = pattern.slotFactors[slot]
                let (w, level) = (otherWidths[factor], Int(link) - grouping.factorStart[factor])
                for index in 0..<(w * w) { otherGram[factor][level * w * w + index] += count * slots.gram[slot][index] }
                let base = (columnStart(ofFactor: factor) + level * w) * p
                for index in 0..<(w * p) { otherFixed[base + index] += count * slots.fixed[slot][index] }
            }
            for pair in slots.pairs {
                pairs.add(
                    Int(links[links.startIndex + pair.first]), Int(links[links.startIndex + pair.second]), pair.values,
                    count)
            }
        }
    }

    private mutating func addFixedGram(_ matrices: CellMatrices, _ cellCounts: [Double]) {
        let p = fixedCount
        guard p > 0 else { return }
        var weighted = matrices.fixed
        for cell in cellCounts.indices {
            for column in 0..<p { weighted[cell * p + column] *= cellCounts[cell] }
        }
        fixedGram =
            Matrix(rows: p, columns: cellCounts.count, elements: weighted)
            .timesTransposed(Matrix(rows: p, columns: cellCounts.count, elements: matrices.fixed)).symmetrised
    }
}

/// The products among the other factors' effects and with X within one pattern.
private struct SlotSums {
    /// w x w of each slot.
    var gram: [[Double]]
    /// p values for each effect of each slot.
    var fixed: [[Double]]
    /// Of slots of different factors that share rows.
    var pairs: [(first: Int, second: Int, values: [Double])] = []

    init(_ pattern: LevelGrouping.Pattern, _ matrices: CellMatrices, otherWidths: [Int]) {
        let (p, factors) = (matrices.fixedCount, otherWidths.count)
        gram = pattern.slotFactors.map { Array(repeating: 0, count: otherWidths[$0] * otherWidths[$0]) }
        fixed = pattern.slotFactors.map { Array(repeating: 0, count: otherWidths[$0] * p) }
        for (row, cellCode) in pattern.cells.enumerated() {
            let cell = Int(cellCode)
            for factor in 0..<factors {
                let (w, slot) = (otherWidths[factor], Int(pattern.slots[row * factors + factor]))
                for effect in 0..<w {
                    let z = matrices.random[factor + 1][cell * w + effect]
                    for other in 0..<w {
                        gram[slot][effect * w + other] += z * matrices.random[factor + 1][cell * w + other]
                    }
                    for column in 0..<p { fixed[slot][effect * p + column] += z * matrices.fixed[cell * p + column] }
                }
                for later in (factor + 1)..<max(factors, factor + 1) {
                    add(slot, Int(pattern.slots[row * factors + later]), factor, later, cell, matrices)
                }
            }
        }
    }

    private mutating func add(
        _ first: Int, _ second: Int, _ factor: Int, _ later: Int, _ cell: Int, _ matrices: CellMatrices
    ) {
        let (w, v) = (matrices.widths[factor + 1], matrices.widths[later + 1])
        let known = pairs.firstIndex { $0.first == first && $0.second == second }
        if known == nil { pairs.append((first, second, Array(repeating: 0, count: w * v))) }
        let place = known ?? pairs.count - 1
        for column in 0..<v {
            for row in 0..<w {
                pairs[place].values[column * w + row] +=
                    matrices.random[factor + 1][cell * w + row] * matrices.random[later + 1][cell * v + column]
            }
        }
    }
}

/// Sums of the products of pairs of levels, by pair.
private struct PairSums {
    private var coder = KeyCoder()
    private var values: [[Double]] = []

    mutating func add(_ first: Int, _ second: Int, _ addition: [Double], _ count: Double) {
        let key = [UInt32(first), UInt32(second)]
        let code = key.withUnsafeBufferPointer { coder.code($0) }
        if code == values.count { values.append(Array(repeating: 0, count: addition.count)) }
        for index in addition.indices { values[code][index] += count * addition[index] }
    }

    var list: [DesignProducts.Pair] {
        values.indices.map { code in
            let key = Array(coder.key(code))
            return DesignProducts.Pair(first: Int(key[0]), second: Int(key[1]), values: values[code])
        }
    }
}

/// The scores with where they belong.
struct CellRows: Sendable {
    /// The cell of each row.
    let cellOfRow: [Int32]
    /// The factor level of each row, for each grouping factor but the first.
    let otherCodes: [[Int32]]
    /// The response, one value a row.
    let response: [Double]
    /// What is subtracted from the response in each cell before products are formed.
    let centre: [Double]
    /// The root of each cell's prior weight, or nil.
    let rootWeights: [Double]?

    /// The centred response times the root of its weight.
    @inline(__always)
    func value(_ row: Int, _ cell: Int) -> Double {
        let value = response[row] - centre[cell]
        return rootWeights.map { value * $0[cell] } ?? value
    }
}

/// The cross-products of a response with the effects: all that an evaluation needs of the scores.
struct ResponseProducts: Sendable {
    /// The sum of Z'y over each group's levels, K a group.
    private(set) var groups: [Double]
    /// The same over each pattern's levels.
    private(set) var patterns: [Double]
    /// The sum over each pattern's levels of Z'y y'Z, K x K.
    private(set) var squares: [Double]
    /// Z'y of the other random effects.
    private(set) var other: [Double]
    /// X'y.
    private(set) var fixed: [Double]
    /// y'y.
    private(set) var total = 0.0

    /// One pass over the rows.
    ///
    /// - Parameters:
    ///   - design: The design; groups that have no levels in it are left out here too.
    ///   - matrices: The design's columns.
    ///   - rows: The scores.
    init(_ design: DesignProducts, _ matrices: CellMatrices, _ rows: CellRows) {
        let k = design.width
        groups = Array(repeating: 0, count: design.grouping.groupCount * k)
        patterns = Array(repeating: 0, count: design.grouping.patterns.count * k)
        squares = Array(repeating: 0, count: design.grouping.patterns.count * k * k)
        other = Array(repeating: 0, count: design.otherCount)
        fixed = Array(repeating: 0, count: design.fixedCount)
        var cellSums = [Double](repeating: 0, count: rows.centre.count)
        addRows(design, matrices, rows, &cellSums)
        addPatterns(design)
        let p = design.fixedCount
        for (cell, sum) in cellSums.enumerated() {
            for column in 0..<p { fixed[column] += sum * matrices.fixed[cell * p + column] }
        }
    }

    private mutating func addRows(
        _ design: DesignProducts, _ matrices: CellMatrices, _ rows: CellRows, _ cellSums: inout [Double]
    ) {
        let (grouping, k) = (design.grouping, design.width)
        let columnStarts = design.otherWidths.indices.map { design.columnStart(ofFactor: $0) }
        let patternOfGroup = grouping.patternOfGroup
        let random = matrices.random[0]
        var own = [Double](repeating: 0, count: k)
        for level in grouping.groupOfLevel.indices {
            let group = Int(grouping.groupOfLevel[level])
            guard design.groupCounts[group] > 0 else { continue }
            for effect in 0..<k { own[effect] = 0 }
            for position in grouping.rowStart[level]..<grouping.rowStart[level + 1] {
                let row = grouping.order.map { Int($0[position]) } ?? position
                let cell = Int(rows.cellOfRow[row])
                let value = rows.value(row, cell)
                cellSums[cell] += value
                total += value * value
                for effect in 0..<k { own[effect] += value * random[cell * k + effect] }
                for (factor, start) in columnStarts.enumerated() {
                    let w = design.otherWidths[factor]
                    let column = start + Int(rows.otherCodes[factor][row]) * w
                    for effect in 0..<w {
                        other[column + effect] += value * matrices.random[factor + 1][cell * w + effect]
                    }
                }
            }
            let square = Int(patternOfGroup[group]) * k * k
            for effect in 0..<k {
                groups[group * k + effect] += own[effect]
                for second in 0..<k { squares[square + effect * k + second] += own[effect] * own[second] }
            }
        }
    }

    private mutating func addPatterns(_ design: DesignProducts) {
        let k = design.width
        for pattern in design.grouping.patterns.indices {
            for group in design.grouping.groupStart[pattern]..<design.grouping.groupStart[pattern + 1] {
                for effect in 0..<k { patterns[pattern * k + effect] += groups[group * k + effect] }
            }
        }
    }
}

/// All cross-products of a linear mixed model: those of the design, and those with the response.
struct CrossProducts: Sendable {
    let design: DesignProducts
    let response: ResponseProducts
}

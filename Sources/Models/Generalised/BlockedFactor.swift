import LinearAlgebra
import Probability

/// The Cholesky factor of `H = A'W A + I`, with `A = Z Lambda`: the curvature of the penalised log-likelihood in u.
///
/// `H = [D C; C' E]` with D block diagonal: D is factorised level by level, and the tail is left with the Schur complement
/// `E - C' D^-1 C`.
struct BlockedFactor {
    /// The lower factors L_j of D's blocks, K x K each, column by column.
    private(set) var head: [Double]
    /// `L_j^-1 C_j`, K rows, a column for each linked column.
    private(set) var links: [Double]
    /// The lower factor of the Schur complement.
    let tail: Matrix
    /// `log|H|`.
    let logDeterminant: Double
    private let layout: EffectsLayout

    /// - Parameters:
    ///   - effects: A, cells x row width, row by row.
    ///   - weights: W, one a cell, not negative.
    /// - Throws: ``ModelError/numericalBreakdown``.
    init(_ layout: EffectsLayout, effects: [Double], weights: [Double]) throws(ModelError) {
        let k = layout.width
        var head = [Double](repeating: 0, count: layout.levelCount * k * k)
        var links = [Double](repeating: 0, count: layout.linkedColumns.count * k)
        var tail = Matrix.identity(layout.tailCount)
        var logDeterminant = 0.0
        for level in 0..<layout.levelCount {
            let block = level * k * k
            for cell in layout.cellStart[level]..<layout.cellStart[level + 1] {
                let (row, weight) = (cell * layout.rowWidth, weights[cell])
                for column in 0..<k {
                    let scaled = weight * effects[row + column]
                    for other in column..<k { head[block + column * k + other] += scaled * effects[row + other] }
                }
                if layout.tailBlockCount > 0 {
                    layout.addTail(cell, weight: weight, effects, links: &links, tail: &tail)
                }
            }
            for effect in 0..<k { head[block + effect * (k + 1)] += 1 }
            logDeterminant += try factorise(&head, at: block, size: k)
            if layout.tailBlockCount > 0 { layout.eliminate(level, head, &links, &tail) }
        }
        if layout.tailCount > 0 {
            do {
                tail = try Cholesky(tail).lower
            } catch {
                throw .numericalBreakdown
            }
            for pivot in tail.diagonal { logDeterminant += 2 * Elementary.log(pivot) }
        }
        guard logDeterminant.isFinite else { throw .numericalBreakdown }
        (self.layout, self.head, self.links, self.tail) = (layout, head, links, tail)
        self.logDeterminant = logDeterminant
    }

    /// x in `H x = b`.
    func solve(_ right: EffectsVector) -> EffectsVector {
        let k = layout.width
        var x = right
        for level in 0..<layout.levelCount {
            forwardSolve(head, at: level * k * k, size: k, &x.head, at: level * k)
            for position in layout.linkedStart[level]..<layout.linkedStart[level + 1] {
                var sum = 0.0
                for effect in 0..<k { sum += links[position * k + effect] * x.head[level * k + effect] }
                x.tail[layout.linkedColumns[position]] -= sum
            }
        }
        if layout.tailCount > 0 {
            forwardSolve(tail.elements, at: 0, size: layout.tailCount, &x.tail, at: 0)
            backSolve(tail.elements, at: 0, size: layout.tailCount, &x.tail, at: 0)
        }
        for level in 0..<layout.levelCount {
            for position in layout.linkedStart[level]..<layout.linkedStart[level + 1] {
                let value = x.tail[layout.linkedColumns[position]]
                for effect in 0..<k { x.head[level * k + effect] -= links[position * k + effect] * value }
            }
            backSolve(head, at: level * k * k, size: k, &x.head, at: level * k)
        }
        return x
    }
}

extension EffectsLayout {
    /// Adds a cell's products of head and tail, and within the tail.
    fileprivate func addTail(
        _ cell: Int, weight: Double, _ effects: [Double], links: inout [Double], tail: inout Matrix
    ) {
        let (k, row, count) = (width, cell * rowWidth, tailBlockCount)
        for block in 0..<count {
            let (start, column) = (row + starts[block + 1], tailColumns[cell * count + block])
            let position = linkedPositions[cell * count + block]
            for effect in 0..<widths[block + 1] {
                let scaled = weight * effects[start + effect]
                for own in 0..<k { links[(position + effect) * k + own] += scaled * effects[row + own] }
                for other in block..<count {
                    let (otherStart, first) = (row + starts[other + 1], tailColumns[cell * count + other])
                    for index in (other == block ? effect : 0)..<widths[other + 1] {
                        tail[first + index, column + effect] += scaled * effects[otherStart + index]
                    }
                }
            }
        }
    }

    /// Solves a level's links and subtracts their products from the tail's lower triangle.
    fileprivate func eliminate(_ level: Int, _ head: [Double], _ links: inout [Double], _ tail: inout Matrix) {
        let (k, range) = (width, linkedStart[level]..<linkedStart[level + 1])
        for left in range { forwardSolve(head, at: level * k * k, size: k, &links, at: left * k) }
        for left in range {
            for right in left..<range.upperBound {
                var sum = 0.0
                for effect in 0..<k { sum += links[left * k + effect] * links[right * k + effect] }
                tail[linkedColumns[right], linkedColumns[left]] -= sum
            }
        }
    }
}

/// Replaces the lower triangle of a small symmetric matrix within an array by its Cholesky factor.
///
/// - Returns: The logarithm of the determinant.
private func factorise(_ elements: inout [Double], at start: Int, size k: Int) throws(ModelError) -> Double {
    var logDeterminant = 0.0
    for column in 0..<k {
        for inner in 0..<column {
            let factor = elements[start + inner * k + column]
            for row in column..<k {
                elements[start + column * k + row] -= factor * elements[start + inner * k + row]
            }
        }
        let pivot = elements[start + column * (k + 1)]
        guard pivot > 0, pivot.isFinite else { throw .numericalBreakdown }
        logDeterminant += Elementary.log(pivot)
        let root = pivot.squareRoot()
        for row in column..<k { elements[start + column * k + row] /= root }
    }
    return logDeterminant
}

/// Replaces b by `L^-1 b`, both within arrays.
private func forwardSolve(_ lower: [Double], at start: Int, size k: Int, _ x: inout [Double], at offset: Int) {
    for column in 0..<k {
        let value = x[offset + column] / lower[start + column * (k + 1)]
        x[offset + column] = value
        for row in (column + 1)..<max(k, column + 1) { x[offset + row] -= lower[start + column * k + row] * value }
    }
}

/// Replaces b by `L'^-1 b`, both within arrays.
private func backSolve(_ lower: [Double], at start: Int, size k: Int, _ x: inout [Double], at offset: Int) {
    for column in stride(from: k - 1, through: 0, by: -1) {
        var value = x[offset + column]
        for row in (column + 1)..<max(k, column + 1) { value -= lower[start + column * k + row] * x[offset + row] }
        x[offset + column] = value / lower[start + column * (k + 1)]
    }
}

// MARK: The inverse

/// The blocks of `V = H^-1` that cells need: those between effects that share a cell.
struct InverseBlocks {
    /// V of the tail, both triangles.
    let tail: Matrix
    /// V_jj of the level loaded last, K x K, column by column.
    private(set) var own: [Double]
    /// V between the level loaded last and its linked columns, K a column.
    private(set) var shared: [Double] = []
    private let factor: BlockedFactor
    private let layout: EffectsLayout

    init(_ factor: BlockedFactor, _ layout: EffectsLayout) {
        self.factor = factor
        self.layout = layout
        tail = inverseOfLeadingBlock(factor.tail, size: layout.tailCount)
        own = Array(repeating: 0, count: layout.width * layout.width)
    }

    /// Makes the blocks of a level of the first factor: with `B = L^-1 C` and the tail's V,
    /// `V_jt = -L'^-1 B V_tt` and `V_jj = L'^-1 (I + B V_tt B') L^-1`.
    mutating func load(level: Int) {
        let (k, first) = (layout.width, layout.linkedStart[level])
        let count = layout.linkedStart[level + 1] - first
        shared.removeAll(keepingCapacity: true)
        for right in 0..<count {
            let column = layout.linkedColumns[first + right]
            for effect in 0..<k {
                var sum = 0.0
                for left in 0..<count {
                    sum += factor.links[(first + left) * k + effect] * tail[layout.linkedColumns[first + left], column]
                }
                shared.append(-sum)
            }
            backSolve(factor.head, at: level * k * k, size: k, &shared, at: right * k)
        }
        // V_jj = L'^-1 (L^-1 - (V_jt B')' ...): column by column, (L'^-1 (e - B V_tj)) with V_tj = shared'.
        for column in 0..<k {
            for row in 0..<k { own[column * k + row] = row == column ? 1 : 0 }
            forwardSolve(factor.head, at: level * k * k, size: k, &own, at: column * k)
            for left in 0..<count {
                let value = shared[left * k + column]
                for row in 0..<k { own[column * k + row] -= factor.links[(first + left) * k + row] * value }
            }
            backSolve(factor.head, at: level * k * k, size: k, &own, at: column * k)
        }
    }

    /// `V a_i` in the effects of a cell of the level loaded last; in the order of the cell's row of effects.
    func multiply(_ effects: [Double], cell: Int, level: Int, into result: inout [Double]) {
        let (k, row, count) = (layout.width, cell * layout.rowWidth, layout.tailBlockCount)
        for effect in 0..<k {
            var sum = 0.0
            for other in 0..<k { sum += own[other * k + effect] * effects[row + other] }
            result[effect] = sum
        }
        for block in 0..<count {
            let (start, column) = (layout.starts[block + 1], layout.tailColumns[cell * count + block])
            let position = layout.linkedPositions[cell * count + block] - layout.linkedStart[level]
            for effect in 0..<layout.widths[block + 1] {
                let value = effects[row + start + effect]
                var sum = 0.0
                for own in 0..<k {
                    let link = shared[(position + effect) * k + own]
                    result[own] += link * value
                    sum += link * effects[row + own]
                }
                for other in 0..<count {
                    let (otherStart, first) = (layout.starts[other + 1], layout.tailColumns[cell * count + other])
                    for index in 0..<layout.widths[other + 1] {
                        sum += tail[first + index, column + effect] * effects[row + otherStart + index]
                    }
                }
                result[start + effect] = sum
            }
        }
    }
}

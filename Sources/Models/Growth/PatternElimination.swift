import CLAPACK
import LinearAlgebra
import Parallelism
import RealModule

/// Takes the first grouping factor out of the penalised system (its Schur complement), pattern by pattern, and gives
/// back what the gradient needs of it.
struct PatternElimination {
    let products: CrossProducts
    /// The relative covariance factors, the first grouping factor's first.
    let lambdas: [Matrix]

    private var design: DesignProducts { products.design }

    /// Subtracts `W'W`, with `W = L^-1 Lambda' [Z'Z_other Lambda_other, Z'X, Z'y]`, from the tail.
    ///
    /// - Returns: The logarithm of the determinant of the eliminated part.
    /// - Throws: ``ModelError/numericalBreakdown``.
    func eliminate(from tail: inout TailSystem) throws(ModelError) -> Double {
        var logDeterminant = 0.0
        var system = PatternSystem(products, lambdas)
        var batch = ColumnBatch(rows: design.fixedCount)
        for pattern in design.grouping.patterns.indices where design.patternCounts[pattern] > 0 {
            let count = design.patternCounts[pattern]
            logDeterminant += count * (try system.load(pattern))
            batch.append(system.fixed, factor: count.squareRoot()) { $0.subtractSquare(from: &tail.corner) }
            subtractResponse(pattern, system, from: &tail.corner)
            if !system.linked.isEmpty { subtractLinks(pattern, system, from: &tail) }
        }
        batch.subtractSquare(from: &tail.corner)
        return logDeterminant
    }

    private func subtractResponse(_ pattern: Int, _ system: PatternSystem, from corner: inout Matrix) {
        let (k, p) = (design.width, design.fixedCount)
        for effect in 0..<k {
            var response = 0.0
            for inner in 0..<k {
                response += system.solved[effect + inner * k] * products.response.patterns[pattern * k + inner]
            }
            for column in 0..<p { corner[p, column] -= system.fixed[effect * p + column] * response }
            for a in 0..<k {
                for b in 0..<k {
                    corner[p, p] -=
                        system.solved[effect + a * k] * system.solved[effect + b * k]
                        * products.response.squares[(pattern * k + a) * k + b]
                }
            }
        }
    }

    private func subtractLinks(_ pattern: Int, _ system: PatternSystem, from tail: inout TailSystem) {
        let (k, p, width) = (design.width, design.fixedCount, design.fixedCount + 1)
        let shared = system.linkedProducts
        var response = [Double](repeating: 0, count: k)
        for group in design.grouping.groupStart[pattern]..<design.grouping.groupStart[pattern + 1] {
            let count = design.groupCounts[group]
            guard count > 0 else { continue }
            system.loadResponse(group, products, into: &response)
            let links = design.grouping.linkStart[group]
            for (index, slot) in system.linked.enumerated() {
                let level = Int(design.grouping.links[links + slot.slot])
                let border = (tail.layout.position[level] + slot.effect) * width
                for row in 0..<p { tail.border[border + row] -= count * shared.fixed[index * p + row] }
                for inner in 0..<k { tail.border[border + p] -= system.links[index * k + inner] * response[inner] }
            }
            var pair = 0
            for (left, slot) in system.linked.enumerated() {
                let level = Int(design.grouping.links[links + slot.slot])
                for right in 0...left {
                    let other = system.linked[right]
                    let otherLevel = Int(design.grouping.links[links + other.slot])
                    let place = tail.index(level, otherLevel, slot.effect, other.effect)
                    tail.random[place] -= count * shared.random[pair]
                    pair += 1
                }
            }
        }
    }

    // MARK: For the gradient

    /// For the gradient: sums over levels of the diagonal blocks of the inverse, and of the effects' products.
    ///
    /// - Parameters:
    ///   - inverse: The inverse of the tail.
    ///   - beta: The fixed effects.
    ///   - others: The spherical effects u of the other factors, by column.
    /// - Returns: `sum C_jj` and `sum u_j u_j'`, each K x K.
    /// - Throws: ``ModelError/numericalBreakdown``.
    func inverseAndEffects(
        inverse: TailInverse, beta: [Double], others: [Double]
    ) throws(ModelError) -> (inverse: Matrix, effects: Matrix) {
        let chunks = Self.chunks(design.grouping.patterns.count)
        var sums = [(inverse: Matrix, effects: Matrix)?](repeating: nil, count: chunks.count)
        let cornerFactor = try inverse.cornerFactor()
        sums.withUnsafeMutableBufferPointer { sums in
            Threads.forEach(chunks.count) { index in
                sums[index] = try? self.sums(chunks[index], inverse, cornerFactor, beta, others)
            }
        }
        // In the order of the chunks, whatever thread was first.
        let k = design.width
        var result = (inverse: Matrix(rows: k, columns: k), effects: Matrix(rows: k, columns: k))
        for sum in sums {
            guard let sum else { throw .numericalBreakdown }
            result.inverse = result.inverse + sum.inverse
            result.effects = result.effects + sum.effects
        }
        return result
    }

    /// Ranges of patterns; they do not hang on the number of threads, so neither do the sums.
    private static func chunks(_ count: Int) -> [Range<Int>] {
        let parts = min(64, max(1, count / 16))
        return (0..<parts).map { $0 * count / parts..<($0 + 1) * count / parts }
    }

    private func sums(
        _ patterns: Range<Int>, _ inverse: TailInverse, _ cornerFactor: Matrix, _ beta: [Double], _ others: [Double]
    ) throws(ModelError) -> (inverse: Matrix, effects: Matrix) {
        let k = design.width
        var result = (inverse: Matrix(rows: k, columns: k), effects: Matrix(rows: k, columns: k))
        var system = PatternSystem(products, lambdas)
        var middle = Matrix(rows: k, columns: k)
        var outer = Matrix(rows: k, columns: k)
        for pattern in patterns where design.patternCounts[pattern] > 0 {
            _ = try system.load(pattern)
            loadFixedPart(pattern, system, cornerFactor, beta, &middle, &outer)
            if !system.linked.isEmpty { addLinks(pattern, system, inverse, beta, others, &middle, &outer) }
            system.addBackSolved(middle, to: &result.inverse)
            system.addBackSolved(outer, to: &result.effects)
        }
        return result
    }

    /// `count (I + F C_xx F')`, with C_xx by its Cholesky factor, and `sum (Q z - F beta)(Q z - F beta)'` as far as they hang on the pattern alone.
    private func loadFixedPart(
        _ pattern: Int, _ system: PatternSystem, _ cornerFactor: Matrix, _ beta: [Double], _ middle: inout Matrix,
        _ outer: inout Matrix
    ) {
        let (k, p, count) = (design.width, design.fixedCount, design.patternCounts[pattern])
        let image = system.fixedTimes(lower: cornerFactor)
        let fitted = system.fitted(beta)
        var (own, square) = ([Double](repeating: 0, count: k), Matrix(rows: k, columns: k))
        for a in 0..<k {
            for inner in 0..<k {
                own[a] += system.solved[a + inner * k] * products.response.patterns[pattern * k + inner]
            }
            for b in 0..<k { square[a, b] = products.response.squares[(pattern * k + a) * k + b] }
        }
        let squares = system.congruence(square)
        for a in 0..<k {
            for b in 0..<k {
                var sum = 0.0
                for column in 0..<p { sum += image[a * p + column] * image[b * p + column] }
                middle[a, b] = count * ((a == b ? 1 : 0) + sum)
                outer[a, b] = squares[a, b] - own[a] * fitted[b] - fitted[a] * own[b] + count * fitted[a] * fitted[b]
            }
        }
    }

    /// Adds what the links to other factors change: with W the linked columns,
    /// `count W C_ll W' + W C_lx F' + F C_xl W'`, and the products with `h = W u`.
    private func addLinks(
        _ pattern: Int, _ system: PatternSystem, _ inverse: TailInverse, _ beta: [Double], _ others: [Double],
        _ middle: inout Matrix, _ outer: inout Matrix
    ) {
        let (k, p, columns) = (design.width, design.fixedCount, system.linked.count)
        let (layout, fitted) = (inverse.layout, system.fitted(beta))
        var random = [Double](repeating: 0, count: columns * columns)
        var border = [Double](repeating: 0, count: columns * p)
        var (response, shared) = ([Double](repeating: 0, count: k), [Double](repeating: 0, count: k))
        var positions = [Int](repeating: 0, count: columns)
        for group in design.grouping.groupStart[pattern]..<design.grouping.groupStart[pattern + 1] {
            let count = design.groupCounts[group]
            guard count > 0 else { continue }
            let links = design.grouping.linkStart[group]
            for (index, slot) in system.linked.enumerated() {
                positions[index] = layout.position[Int(design.grouping.links[links + slot.slot])] + slot.effect
            }
            let cluster = layout.clusters[Int(layout.clusterOf[Int(design.grouping.links[links])])]
            for index in 0..<columns {
                for row in 0..<p { border[index * p + row] += count * inverse.border[positions[index] * p + row] }
                for other in 0..<columns {
                    random[index * columns + other] +=
                        count * inverse.element(cluster, positions[index], positions[other])
                }
            }
            system.loadResponse(group, products, into: &response)
            for row in 0..<k {
                shared[row] = 0
                for index in 0..<columns { shared[row] += system.links[index * k + row] * others[positions[index]] }
            }
            for a in 0..<k {
                for b in 0..<k {
                    outer[a, b] +=
                        count * (shared[a] * shared[b] + shared[a] * fitted[b] + fitted[a] * shared[b])
                        - response[a] * shared[b] - shared[a] * response[b]
                }
            }
        }
        system.addLinked(random, border, to: &middle)
    }
}

/// The factor of one pattern's system with the columns it turns the products into; its arrays are used again.
struct PatternSystem {
    /// One column among the linked random effects.
    struct LinkedColumn {
        let slot: Int
        let effect: Int
    }

    private let products: CrossProducts
    private let lambdas: [Matrix]
    private let k: Int
    /// L of `Lambda' Z'Z Lambda + I`, lower triangular, K x K.
    private(set) var lower: [Double]
    /// `Q = L^-1 Lambda'`, K x K, column by column.
    private(set) var solved: [Double]
    /// F = Q Z'X: p values for each effect.
    private(set) var fixed: [Double]
    /// The linked columns, and `W = Q Z'Z_other Lambda_other`, K a column.
    private(set) var linked: [LinkedColumn] = []
    private(set) var links: [Double] = []

    init(_ products: CrossProducts, _ lambdas: [Matrix]) {
        self.products = products
        self.lambdas = lambdas
        k = products.design.width
        lower = Array(repeating: 0, count: k * k)
        solved = lower
        fixed = Array(repeating: 0, count: k * products.design.fixedCount)
    }

    /// Factorises a pattern's system.
    ///
    /// - Returns: The logarithm of its determinant.
    /// - Throws: ``ModelError/numericalBreakdown``.
    mutating func load(_ pattern: Int) throws(ModelError) -> Double {
        loadSystem(pattern)
        let logDeterminant = try factorise()
        loadSolved()
        loadFixed(pattern)
        loadLinks(pattern)
        return logDeterminant
    }

    /// `Lambda' Z'Z Lambda + I`.
    private mutating func loadSystem(_ pattern: Int) {
        let (lambda, base) = (lambdas[0].elements, pattern * k * k)
        for column in 0..<k {
            for row in column..<k {
                var sum = row == column ? 1.0 : 0
                // Lambda is lower triangular: its column j begins at row j.
                for a in row..<k {
                    for b in column..<k {
                        sum += lambda[a + row * k] * products.design.gram[base + a * k + b] * lambda[b + column * k]
                    }
                }
                lower[row + column * k] = sum
            }
        }
    }

    private mutating func factorise() throws(ModelError) -> Double {
        var logDeterminant = 0.0
        for column in 0..<k {
            for inner in 0..<column {
                let factor = lower[column + inner * k]
                for row in column..<k { lower[row + column * k] -= factor * lower[row + inner * k] }
            }
            let pivot = lower[column + column * k]
            guard pivot > 0, pivot.isFinite else { throw .numericalBreakdown }
            logDeterminant += Double.log(pivot)
            let root = pivot.squareRoot()
            for row in column..<k { lower[row + column * k] /= root }
        }
        return logDeterminant
    }

    private mutating func loadSolved() {
        let lambda = lambdas[0].elements
        for column in 0..<k {
            for row in 0..<k {
                var value = lambda[column + row * k]
                for inner in 0..<row { value -= lower[row + inner * k] * solved[inner + column * k] }
                solved[row + column * k] = value / lower[row + row * k]
            }
        }
    }

    private mutating func loadFixed(_ pattern: Int) {
        let p = products.design.fixedCount
        for effect in 0..<k {
            for column in 0..<p { fixed[effect * p + column] = 0 }
            for inner in 0..<k {
                let factor = solved[effect + inner * k]
                if factor == 0 { continue }
                let base = (pattern * k + inner) * p
                for column in 0..<p { fixed[effect * p + column] += factor * products.design.fixed[base + column] }
            }
        }
    }

    private mutating func loadLinks(_ pattern: Int) {
        linked.removeAll(keepingCapacity: true)
        links.removeAll(keepingCapacity: true)
        var offset = products.design.linkStart[pattern]
        for (slot, factor) in products.design.grouping.patterns[pattern].slotFactors.enumerated() {
            let other = lambdas[factor + 1]
            let w = other.rows
            for effect in 0..<w {
                linked.append(LinkedColumn(slot: slot, effect: effect))
                for row in 0..<k {
                    var sum = 0.0
                    for inner in effect..<w {
                        var image = 0.0
                        for index in 0..<k {
                            image += solved[row + index * k] * products.design.linkGram[offset + inner * k + index]
                        }
                        sum += image * other[inner, effect]
                    }
                    links.append(sum)
                }
            }
            offset += k * w
        }
    }

    /// `F'W`, p a linked column, and the lower triangle of `W'W` row by row.
    var linkedProducts: (fixed: [Double], random: [Double]) {
        let p = products.design.fixedCount
        var (border, random) = ([Double](repeating: 0, count: linked.count * p), [Double]())
        for column in linked.indices {
            for effect in 0..<k {
                let factor = links[column * k + effect]
                for row in 0..<p { border[column * p + row] += factor * fixed[effect * p + row] }
            }
            for other in 0...column {
                var sum = 0.0
                for effect in 0..<k { sum += links[column * k + effect] * links[other * k + effect] }
                random.append(sum)
            }
        }
        return (border, random)
    }

    /// `Q sum of Z'y` over a group's levels.
    func loadResponse(_ group: Int, _ products: CrossProducts, into target: inout [Double]) {
        for row in 0..<k {
            var sum = 0.0
            for inner in 0..<k { sum += solved[row + inner * k] * products.response.groups[group * k + inner] }
            target[row] = sum
        }
    }

    /// `F beta`.
    func fitted(_ beta: [Double]) -> [Double] {
        (0..<k).map { effect in
            var sum = 0.0
            for (column, value) in beta.enumerated() { sum += fixed[effect * beta.count + column] * value }
            return sum
        }
    }

    /// `F L` for a lower triangular L, p values for each effect.
    func fixedTimes(lower: Matrix) -> [Double] {
        let p = lower.rows
        var image = [Double](repeating: 0, count: k * p)
        for effect in 0..<k {
            for column in 0..<p {
                var sum = 0.0
                for row in column..<p { sum += fixed[effect * p + row] * lower.elements[row + column * p] }
                image[effect * p + column] = sum
            }
        }
        return image
    }

    /// `Q A Q'`.
    func congruence(_ matrix: Matrix) -> Matrix {
        let q = Matrix(rows: k, columns: k, elements: solved)
        return (q * matrix).timesTransposed(q)
    }

    /// Adds `W A W' + W B F' + F B' W'`, for the sums over groups of the inverse's blocks.
    func addLinked(_ random: [Double], _ border: [Double], to target: inout Matrix) {
        let (p, columns) = (products.design.fixedCount, linked.count)
        var image = [Double](repeating: 0, count: columns * k)
        for column in 0..<columns {
            for effect in 0..<k {
                var sum = 0.0
                for other in 0..<columns { sum += random[column * columns + other] * links[other * k + effect] }
                var fixedSum = 0.0
                for row in 0..<p { fixedSum += border[column * p + row] * fixed[effect * p + row] }
                image[column * k + effect] = sum + 2 * fixedSum
            }
        }
        for column in 0..<columns {
            for a in 0..<k {
                for b in 0..<k {
                    target[a, b] +=
                        0.5
                        * (links[column * k + a] * image[column * k + b] + links[column * k + b] * image[column * k + a])
                }
            }
        }
    }

    /// K.
    var solvedSize: Int { k }

    /// `Q z`.
    func solvedTimes(_ z: [Double]) -> [Double] {
        (0..<k).map { row in
            var sum = 0.0
            for inner in 0..<k { sum += solved[row + inner * k] * z[inner] }
            return sum
        }
    }

    /// `L^-T x`.
    func backSolved(_ x: [Double]) -> [Double] {
        var result = x
        for row in stride(from: k - 1, through: 0, by: -1) {
            for inner in (row + 1)..<max(k, row + 1) { result[row] -= lower[inner + row * k] * result[inner] }
            result[row] /= lower[row + row * k]
        }
        return result
    }

    /// Adds `L^-T A L^-1`.
    func addBackSolved(_ matrix: Matrix, to target: inout Matrix) {
        var inverse = Matrix(rows: k, columns: k)
        for column in 0..<k {
            for row in column..<k {
                var value = row == column ? 1.0 : 0
                for inner in column..<row { value -= lower[row + inner * k] * inverse[inner, column] }
                inverse[row, column] = value / lower[row + row * k]
            }
        }
        for a in 0..<k {
            for b in 0..<k {
                var sum = 0.0
                for i in a..<k { for j in b..<k { sum += inverse[i, a] * matrix[i, j] * inverse[j, b] } }
                target[a, b] += sum
            }
        }
    }
}

/// Columns gathered until there are enough for one BLAS call.
private struct ColumnBatch {
    let rows: Int
    private var columns: [Double] = []
    private static let size = 512

    init(rows: Int) { self.rows = rows }

    /// Adds columns, times a factor; calls `flush` and empties the batch when it is full.
    mutating func append(_ values: [Double], factor: Double, flush: (ColumnBatch) -> Void) {
        for value in values { columns.append(factor * value) }
        guard rows > 0, columns.count >= Self.size * rows else { return }
        flush(self)
        columns.removeAll(keepingCapacity: true)
    }

    /// Subtracts the sum of the columns' squares from the leading lower triangle of a matrix.
    func subtractSquare(from target: inout Matrix) {
        guard rows > 0, !columns.isEmpty else { return }
        var (n, k, ldc, minus, one) = (Int32(rows), Int32(columns.count / rows), Int32(target.rows), -1.0, 1.0)
        dsyrk_("L", "N", &n, &k, &minus, columns, &n, &one, &target.elements, &ldc, 1, 1)
    }
}

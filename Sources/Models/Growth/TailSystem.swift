import CLAPACK
import LinearAlgebra
import Parallelism

/// The penalised equations of the tail: what is left when the first grouping factor's effects are taken out.
///
/// The other random effects form clusters that do not touch, each with a dense lower triangle; below them lie the rows
/// of the fixed effects and the response (the border), and the corner where these meet.
struct TailSystem {
    let layout: TailLayout
    /// p.
    let fixedCount: Int
    /// The clusters' matrices, column by column; lower triangles.
    var random: [Double]
    /// The rows of X and, last, y: p + 1 values for each random effect.
    var border: [Double]
    /// X and y among themselves, of order p + 1; the lower triangle.
    var corner: Matrix

    /// The order of the corner.
    var width: Int { fixedCount + 1 }

    /// `Lambda' A Lambda + I` for the random effects, `A Lambda` for their products with X and y.
    ///
    /// - Parameter lambdas: The relative covariance factors of the other grouping factors.
    init(_ products: CrossProducts, _ layout: TailLayout, lambdas: [Matrix]) {
        self.layout = layout
        fixedCount = products.design.fixedCount
        random = Array(repeating: 0, count: layout.elementCount)
        border = Array(repeating: 0, count: layout.columnCount * (fixedCount + 1))
        corner = Matrix(rows: fixedCount + 1, columns: fixedCount + 1)
        loadCorner(products)
        for factor in lambdas.indices { loadFactor(factor, products, lambdas[factor]) }
        for pair in products.design.otherPairs { load(pair, products, lambdas) }
    }

    private mutating func loadCorner(_ products: CrossProducts) {
        let p = fixedCount
        for column in 0..<p {
            for row in 0..<p { corner[row, column] = products.design.fixedGram[row, column] }
            corner[p, column] = products.response.fixed[column]
        }
        corner[p, p] = products.response.total
    }

    private mutating func loadFactor(_ factor: Int, _ products: CrossProducts, _ lambda: Matrix) {
        let (design, w, p) = (products.design, lambda.rows, fixedCount)
        let firstLevel = design.grouping.factorStart[factor]
        let firstColumn = design.columnStart(ofFactor: factor)
        for level in 0..<(design.grouping.factorStart[factor + 1] - firstLevel) {
            let position = layout.position[firstLevel + level]
            for effect in 0..<w {
                for inner in effect..<w {
                    let factor = lambda[inner, effect]
                    let source = firstColumn + level * w + inner
                    let target = (position + effect) * width
                    for row in 0..<p { border[target + row] += factor * design.otherFixed[source * p + row] }
                    border[target + p] += factor * products.response.other[source]
                }
            }
            let gram = Array(design.otherGram[factor][level * w * w..<(level + 1) * w * w])
            let scaled = lambda.transposedTimes(Matrix(rows: w, columns: w, elements: gram)) * lambda
            for column in 0..<w {
                for row in column..<w {
                    self[firstLevel + level, firstLevel + level, row, column] =
                        scaled[row, column] + (row == column ? 1 : 0)
                }
            }
        }
    }

    private mutating func load(_ pair: DesignProducts.Pair, _ products: CrossProducts, _ lambdas: [Matrix]) {
        func lambda(_ level: Int) -> Matrix {
            let starts = products.design.grouping.factorStart
            return lambdas[starts.dropFirst().firstIndex { level < $0 }.map { $0 - 1 } ?? 0]
        }
        let (left, right) = (lambda(pair.first), lambda(pair.second))
        let product = Matrix(rows: left.rows, columns: right.rows, elements: pair.values)
        let scaled = left.transposedTimes(product) * right
        for column in 0..<right.rows {
            for row in 0..<left.rows { self[pair.first, pair.second, row, column] = scaled[row, column] }
        }
    }

    /// The element of two levels' effects, wherever it lies in the lower triangle; the levels share a cluster.
    subscript(level: Int, other: Int, effect: Int, otherEffect: Int) -> Double {
        get { random[index(level, other, effect, otherEffect)] }
        set { random[index(level, other, effect, otherEffect)] = newValue }
    }

    @inline(__always)
    func index(_ level: Int, _ other: Int, _ effect: Int, _ otherEffect: Int) -> Int {
        let cluster = layout.clusters[Int(layout.clusterOf[level])]
        let (a, b) = (layout.position[level] + effect, layout.position[other] + otherEffect)
        return cluster.offset + max(a, b) - cluster.start + (min(a, b) - cluster.start) * cluster.size
    }

    // MARK: Factorisation

    /// Factorises in place: clusters, border, corner.
    ///
    /// - Throws: ``ModelError/numericalBreakdown``.
    mutating func factorise() throws(ModelError) {
        try factoriseClusters()
        var (n, q, minus, one) = (Int32(width), Int32(layout.columnCount), -1.0, 1.0)
        if q > 0 { dsyrk_("L", "N", &n, &q, &minus, border, &n, &one, &corner.elements, &n, 1, 1) }
        do {
            try factorLowerInPlace(&corner.elements, size: width)
        } catch {
            throw .numericalBreakdown
        }
    }

    /// `S = L L'` and `B <- B L^-T`, cluster by cluster.
    private mutating func factoriseClusters() throws(ModelError) {
        let (width, clusters) = (width, layout.clusters)
        var isFine = [Bool](repeating: true, count: clusters.count)
        random.withUnsafeMutableBufferPointer { random in
            border.withUnsafeMutableBufferPointer { border in
                isFine.withUnsafeMutableBufferPointer { isFine in
                    guard let random = random.baseAddress, let border = border.baseAddress else { return }
                    func factorise(_ index: Int) {
                        let cluster = clusters[index]
                        let lower = random + cluster.offset
                        do {
                            try TiledCholesky(lower, size: cluster.size).factorise()
                        } catch {
                            isFine[index] = false
                            return
                        }
                        solveRight(lower, cluster.size, "T", border + cluster.start * width, width)
                    }
                    // A single cluster has the threads to itself.
                    if clusters.count == 1 { factorise(0) } else { Threads.forEach(clusters.count, factorise) }
                }
            }
        }
        guard isFine.allSatisfy(\.self) else { throw .numericalBreakdown }
    }

    /// The sum of the logarithms of the squared pivots of the random effects.
    var logDeterminantRandom: Double {
        var sum = 0.0
        for cluster in layout.clusters {
            for index in 0..<cluster.size { sum += 2 * Double.log(random[cluster.offset + index * (cluster.size + 1)]) }
        }
        return sum
    }

    /// The spherical effects u, by column: `L^-T (b_y - B_X' beta)`.
    func effects(_ beta: [Double]) -> [Double] {
        var u = [Double](repeating: 0, count: layout.columnCount)
        for column in u.indices {
            var value = border[column * width + fixedCount]
            for row in 0..<fixedCount { value -= border[column * width + row] * beta[row] }
            u[column] = value
        }
        random.withUnsafeBufferPointer { random in
            u.withUnsafeMutableBufferPointer { u in
                guard let random = random.baseAddress, let u = u.baseAddress else { return }
                for cluster in layout.clusters {
                    var (n, one, ld, columns) = (Int32(cluster.size), 1.0, Int32(cluster.size), Int32(1))
                    dtrsm_(
                        "L", "L", "T", "N", &n, &columns, &one, random + cluster.offset, &ld, u + cluster.start, &ld,
                        1, 1, 1, 1)
                }
            }
        }
        return u
    }
}

/// `B <- B L^-T` or `B <- B L^-1`.
private func solveRight(
    _ lower: UnsafePointer<Double>, _ size: Int, _ form: String, _ border: UnsafeMutablePointer<Double>, _ width: Int
) {
    var (m, n, one, lda, ldb) = (Int32(width), Int32(size), 1.0, Int32(max(size, 1)), Int32(width))
    guard n > 0 else { return }
    dtrsm_("R", "L", form, "N", &m, &n, &one, lower, &lda, border, &ldb, 1, 1, 1, 1)
}

/// The inverse of a factorised tail without the response, in the clusters and their border.
struct TailInverse {
    let layout: TailLayout
    /// p.
    let fixedCount: Int
    /// The clusters' blocks, lower triangles.
    let random: [Double]
    /// The block of X and random effects: p values for each random effect.
    let border: [Double]
    /// The block of X.
    let corner: Matrix

    /// Inverts a factorised tail, whose clusters' memory it takes over: the system is of no use afterwards.
    ///
    /// - Parameter includesFixedEffects: False for the inverse of the random effects' part alone (ML); border and corner
    ///   are then zero.
    init(_ system: inout TailSystem, includesFixedEffects: Bool) {
        let (p, width, layout) = (system.fixedCount, system.width, system.layout)
        let q = layout.columnCount
        // G = B S^-1, from B L^-T.
        var back = [Double](repeating: 0, count: includesFixedEffects ? p * q : 0)
        if includesFixedEffects {
            for column in 0..<q { for row in 0..<p { back[column * p + row] = system.border[column * width + row] } }
        }
        let corner = includesFixedEffects ? inverseOfLeadingBlock(system.corner, size: p) : Matrix(rows: p, columns: p)
        var shifted = back
        system.random.withUnsafeMutableBufferPointer { random in
            back.withUnsafeMutableBufferPointer { back in
                shifted.withUnsafeMutableBufferPointer { shifted in
                    guard let random = random.baseAddress else { return }
                    let (back, shifted) = (back.baseAddress, shifted.baseAddress)
                    func invert(_ index: Int) {
                        let cluster = layout.clusters[index]
                        let lower = random + cluster.offset
                        guard includesFixedEffects, p > 0, let back, let shifted else {
                            return TiledCholesky(lower, size: cluster.size).invert()
                        }
                        let (own, product) = (back + cluster.start * p, shifted + cluster.start * p)
                        solveRight(lower, cluster.size, "N", own, p)
                        TiledCholesky(lower, size: cluster.size).invert()
                        addFixedPart(lower, cluster.size, own, product, corner)
                    }
                    if layout.clusters.count == 1 { invert(0) } else { Threads.forEach(layout.clusters.count, invert) }
                }
            }
        }
        self.layout = layout
        self.includesFixedEffects = includesFixedEffects
        fixedCount = p
        self.random = system.random
        system.random = []
        border = includesFixedEffects ? shifted.map { -$0 } : Array(repeating: 0, count: p * q)
        self.corner = corner
    }

    private let includesFixedEffects: Bool

    /// The Cholesky factor of ``corner``; zero where the fixed effects are left out.
    ///
    /// - Throws: ``ModelError/numericalBreakdown``.
    func cornerFactor() throws(ModelError) -> Matrix {
        guard includesFixedEffects else { return Matrix(rows: fixedCount, columns: fixedCount) }
        guard let factor = try? Cholesky(corner) else { throw .numericalBreakdown }
        return factor.lower
    }

    /// The element of two levels' effects.
    @inline(__always)
    func element(_ cluster: TailLayout.Cluster, _ a: Int, _ b: Int) -> Double {
        random[cluster.offset + max(a, b) - cluster.start + (min(a, b) - cluster.start) * cluster.size]
    }
}

/// `H = C_xx G` into product, and `S^-1 + G' H` into the lower triangle.
private func addFixedPart(
    _ inverse: UnsafeMutablePointer<Double>, _ size: Int, _ back: UnsafePointer<Double>,
    _ product: UnsafeMutablePointer<Double>, _ corner: Matrix
) {
    var (p, n, one, zero) = (Int32(corner.rows), Int32(size), 1.0, 0.0)
    dgemm_("N", "N", &p, &n, &p, &one, corner.elements, &p, back, &p, &zero, product, &p, 1, 1)
    // Strips of columns, from the diagonal down; each strip on its own thread.
    let strip = 256
    Threads.forEach((size + strip - 1) / strip) { index in
        let first = index * strip
        var (rows, columns, ld) = (Int32(size - first), Int32(min(strip, size - first)), Int32(size))
        var (inner, alpha, beta) = (Int32(corner.rows), 1.0, 1.0)
        dgemm_(
            "T", "N", &rows, &columns, &inner, &alpha, back + first * corner.rows, &inner,
            product + first * corner.rows, &inner, &beta, inverse + first * (size + 1), &ld, 1, 1)
    }
}

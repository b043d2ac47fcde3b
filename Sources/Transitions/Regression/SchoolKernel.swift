/// One school's part of the Laplace deviance: its conditional mode, the approximated integral and the gradient.
///
/// With b the spherical effects, u = Lambda b and l the log-likelihood of the school's cells, the integral over b is
/// approximated by `-log L = g(b) + log|H(b)| / 2` at the minimum of `g(b) = -l(u) + b'b / 2`, where
/// `H = I + Lambda' W Lambda` and W is minus the second derivative of l by u. Its derivatives go through b by the implicit
/// function theorem: `db/dphi = -H^-1 d2g/db dphi`. Bates, Maechler, Bolker and Walker (2015), vignette of lme4, for the
/// approximation; Skaug and Fournier (2006), Computational Statistics and Data Analysis 51(2), section 2, for the gradient.
struct SchoolKernel<Likelihood: StateLikelihood> {
    let likelihood: Likelihood
    let cells: CellPointers
    /// d x d, column by column, upper triangle zero.
    let lambda: UnsafePointer<Double>
    let work: SchoolWork

    private var d: Int { likelihood.effectCount }
    private var m: Int { likelihood.predictorCount }

    /// A spherical effect moves less than this when the search stops; the next Newton step would move its square.
    private static var tolerance: Double { 1e-7 }
    /// Steps longer than this are watched: they may overshoot.
    private static var longStep: Double { 0.5 }

    /// The school's part of minus the log-likelihood; its gradient is added. NaN when the mode was not found.
    ///
    /// - Parameters:
    ///   - b: Where the search starts, and the mode afterwards.
    ///   - gradient: By the coefficients, then by all elements of Lambda, d x d column by column.
    func addDeviance(
        of range: Range<Int>, _ b: UnsafeMutablePointer<Double>, coefficientCount: Int,
        to gradient: UnsafeMutablePointer<Double>
    ) -> Double {
        predict(range)
        guard findMode(range, b), factorAtMode(range, b) else { return .nan }
        let value = penalised(range, b) + SmallCholesky.halfLogDeterminant(work.hessian, d)
        invertHessian()
        multiply(work.inverse, into: work.image)
        timesLambdaTransposed(work.image, into: work.spread)
        addGradient(range, b, coefficientCount, to: gradient)
        return value
    }

    /// The conditional covariance of u at the mode, d x d: `Lambda H^-1 Lambda'`; nil when the mode was not found.
    func modeCovariance(of range: Range<Int>, _ b: UnsafeMutablePointer<Double>) -> UnsafePointer<Double>? {
        predict(range)
        guard findMode(range, b), factorAtMode(range, b) else { return nil }
        invertHessian()
        multiply(work.inverse, into: work.image)
        timesLambdaTransposed(work.image, into: work.spread)
        return UnsafePointer(work.spread)
    }

    private func predict(_ range: Range<Int>) {
        for (index, cell) in range.enumerated() { likelihood.predict(cells.x(cell), into: work.eta + index * m) }
    }

    /// Newton's method; the function is strictly convex, so that only long steps may fail to lower it.
    private func findMode(_ range: Range<Int>, _ b: UnsafeMutablePointer<Double>) -> Bool {
        for _ in 0..<100 {
            guard factorAtMode(range, b) else { return false }
            for effect in 0..<d {
                var slope = b[effect]
                for row in effect..<d { slope += lambda[effect * d + row] * work.gamma[row] }
                work.step[effect] = -slope
            }
            SmallCholesky.solve(work.hessian, d, work.step)
            var longest = 0.0
            for effect in 0..<d { longest = max(longest, abs(work.step[effect])) }
            guard longest.isFinite else { return false }
            if longest > Self.longStep {
                guard watchedStep(range, b) else { return false }
                continue
            }
            for effect in 0..<d { b[effect] += work.step[effect] }
            if longest < Self.tolerance { return true }
        }
        return false
    }

    /// Half steps until the function falls.
    private func watchedStep(_ range: Range<Int>, _ b: UnsafeMutablePointer<Double>) -> Bool {
        let before = penalised(range, b)
        for effect in 0..<d { b[effect] += work.step[effect] }
        for _ in 0..<60 {
            respond(range, b)
            if penalised(range, b) <= before { return true }
            for effect in 0..<d {
                work.step[effect] /= 2
                b[effect] -= work.step[effect]
            }
        }
        return false
    }

    /// u and the caches of all cells.
    private func respond(_ range: Range<Int>, _ b: UnsafePointer<Double>) {
        for row in 0..<d {
            var sum = 0.0
            for column in 0...row { sum += lambda[column * d + row] * b[column] }
            work.u[row] = sum
        }
        let size = likelihood.cacheCount
        for (index, cell) in range.enumerated() {
            likelihood.respond(work.eta + index * m, work.u, cells.counts(cell), work.cache + index * size)
        }
    }

    /// g(b), where the caches were filled.
    private func penalised(_ range: Range<Int>, _ b: UnsafePointer<Double>) -> Double {
        var sum = 0.0
        let size = likelihood.cacheCount
        for (index, cell) in range.enumerated() {
            sum += likelihood.value(work.eta + index * m, work.u, cells.counts(cell), work.cache + index * size)
        }
        for effect in 0..<d { sum += b[effect] * b[effect] / 2 }
        return sum
    }

    /// Caches, gamma, W and the factor of H at b.
    private func factorAtMode(_ range: Range<Int>, _ b: UnsafePointer<Double>) -> Bool {
        respond(range, b)
        for index in 0..<d { work.gamma[index] = 0 }
        for index in 0..<(d * d) { work.weight[index] = 0 }
        let size = likelihood.cacheCount
        for (index, cell) in range.enumerated() {
            likelihood.addEffectDerivatives(
                cells.counts(cell), work.cache + index * size, slope: work.gamma, curvature: work.weight)
        }
        for column in 0..<d {
            for row in 0..<column { work.weight[column * d + row] = work.weight[row * d + column] }
        }
        for column in 0..<d {
            // The column of W Lambda, then Lambda' times it.
            for row in 0..<d {
                var sum = 0.0
                for inner in column..<d { sum += work.weight[inner * d + row] * lambda[column * d + inner] }
                work.step[row] = sum
            }
            for row in column..<d {
                var sum = row == column ? 1.0 : 0.0
                for inner in row..<d { sum += lambda[row * d + inner] * work.step[inner] }
                work.hessian[column * d + row] = sum
            }
        }
        return SmallCholesky.factor(work.hessian, d)
    }

    private func invertHessian() {
        for index in 0..<(d * d) { work.inverse[index] = 0 }
        for column in 0..<d {
            work.inverse[column * d + column] = 1
            SmallCholesky.solve(work.hessian, d, work.inverse + column * d)
        }
    }

    /// Lambda times a matrix.
    private func multiply(_ right: UnsafePointer<Double>, into product: UnsafeMutablePointer<Double>) {
        for column in 0..<d {
            for row in 0..<d {
                var sum = 0.0
                for inner in 0...row { sum += lambda[inner * d + row] * right[column * d + inner] }
                product[column * d + row] = sum
            }
        }
    }

    /// A matrix times Lambda'.
    private func timesLambdaTransposed(_ left: UnsafePointer<Double>, into product: UnsafeMutablePointer<Double>) {
        for column in 0..<d {
            for row in 0..<d {
                var sum = 0.0
                for inner in 0...column { sum += left[inner * d + row] * lambda[inner * d + column] }
                product[column * d + row] = sum
            }
        }
    }

    /// With q half the contracted third derivatives, `v = H^-1 Lambda' sum of w'q` and `r = slope + q - curvature w Lambda v`,
    /// the gradient is `Z' r` by the coefficients and
    /// `(sum of w'r)_i b_j + (W Lambda H^-1)_ij - gamma_i v_j` by Lambda_ij.
    private func addGradient(
        _ range: Range<Int>, _ b: UnsafePointer<Double>, _ coefficientCount: Int,
        to gradient: UnsafeMutablePointer<Double>
    ) {
        let size = likelihood.cacheCount
        for index in 0..<d { work.total[index] = 0 }
        for (index, cell) in range.enumerated() {
            let (r, cache) = (work.slopes + index * m, work.cache + index * size)
            likelihood.slope(cells.counts(cell), cache, into: r)
            likelihood.addThird(cells.counts(cell), cache, work.spread, to: r)
            likelihood.addEffects(r, to: work.total)
        }
        for effect in 0..<d {
            var sum = 0.0
            for row in effect..<d { sum += lambda[effect * d + row] * (work.total[row] - work.gamma[row]) }
            work.turn[effect] = sum
        }
        SmallCholesky.solve(work.hessian, d, work.turn)
        for row in 0..<d {
            var sum = 0.0
            for column in 0...row { sum += lambda[column * d + row] * work.turn[column] }
            work.u[row] = sum
            work.total[row] = 0
        }
        for (index, cell) in range.enumerated() {
            let r = work.slopes + index * m
            likelihood.subtractCurvature(cells.counts(cell), work.cache + index * size, times: work.u, from: r)
            likelihood.addEffects(r, to: work.total)
            likelihood.addScore(cells.x(cell), r, to: gradient)
        }
        addCovarianceGradient(b, to: gradient + coefficientCount)
    }

    private func addCovarianceGradient(_ b: UnsafePointer<Double>, to gradient: UnsafeMutablePointer<Double>) {
        for column in 0..<d {
            for row in column..<d {
                var sum = work.total[row] * b[column] - work.gamma[row] * work.turn[column]
                for inner in 0..<d { sum += work.weight[inner * d + row] * work.image[column * d + inner] }
                gradient[column * d + row] += sum
            }
        }
    }
}

/// The numbers a school's kernel works with, for schools of at most so many cells; allocated once a block.
struct SchoolWork {
    private let space: Workspace
    let eta, cache, slopes: UnsafeMutablePointer<Double>
    let u, gamma, step, turn, total: UnsafeMutablePointer<Double>
    let weight, hessian, inverse, image, spread: UnsafeMutablePointer<Double>

    init<Likelihood: StateLikelihood>(_ likelihood: Likelihood, cells: Int) {
        let (m, d, size) = (likelihood.predictorCount, likelihood.effectCount, likelihood.cacheCount)
        space = Workspace(cells * (2 * m + size) + 5 * d + 5 * d * d)
        var next = space.start
        func take(_ count: Int) -> UnsafeMutablePointer<Double> {
            defer { next += count }
            return next
        }
        (eta, cache, slopes) = (take(cells * m), take(cells * size), take(cells * m))
        (u, gamma, step, turn, total) = (take(d), take(d), take(d), take(d), take(d))
        (weight, hessian, inverse, image, spread) = (take(d * d), take(d * d), take(d * d), take(d * d), take(d * d))
    }
}

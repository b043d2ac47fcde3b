import Probability

/// The baseline-category logit: m = K - 1 predictors, the reference state last. With two states, the binomial logit.
///
/// The cache holds the K probabilities, each computed from its own exponential: no digits of a rare one are lost.
/// McCullagh and Nelder (1989), Generalized Linear Models, section 5.2.4; the third derivatives are the cumulants of a
/// multinomial variable.
struct SoftmaxLikelihood: StateLikelihood {
    let predictorCount: Int
    /// p.
    let width: Int
    private let coefficients: [Double]

    init(_ shape: CategoricalShape, coefficients: [Double]) {
        predictorCount = shape.predictorCount
        width = shape.width
        self.coefficients = coefficients
    }

    var isValid: Bool { true }
    var effectCount: Int { predictorCount }
    var cacheCount: Int { predictorCount + 1 }

    @inline(__always)
    func predict(_ x: UnsafePointer<Double>, into eta: UnsafeMutablePointer<Double>) {
        coefficients.withUnsafeBufferPointer { beta in
            for state in 0..<predictorCount {
                var sum = 0.0
                for column in 0..<width { sum += x[column] * beta[state * width + column] }
                eta[state] = sum
            }
        }
    }

    @inline(__always)
    func addScore(_ x: UnsafePointer<Double>, _ r: UnsafePointer<Double>, to gradient: UnsafeMutablePointer<Double>) {
        for state in 0..<predictorCount {
            let own = gradient + state * width
            for column in 0..<width { own[column] += x[column] * r[state] }
        }
    }

    @inline(__always)
    func addInformation(
        _ x: UnsafePointer<Double>, _ curvature: UnsafePointer<Double>, to information: UnsafeMutablePointer<Double>
    ) {
        let size = predictorCount * width
        for one in 0..<predictorCount {
            for other in one..<predictorCount {
                let weight = curvature[one * predictorCount + other]
                for column in 0..<width {
                    let scaled = weight * x[column]
                    let target = information + (one * width + column) * size + other * width
                    for row in (one == other ? column : 0)..<width { target[row] += scaled * x[row] }
                }
            }
        }
    }

    @inline(__always)
    func respond(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ counts: UnsafePointer<Double>,
        _ cache: UnsafeMutablePointer<Double>
    ) {
        fill(eta, u, cache)
    }

    @inline(__always)
    private func fill(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ p: UnsafeMutablePointer<Double>
    ) {
        let m = predictorCount
        if m == 1 {
            // One exponential for both states.
            let t = eta[0] + u[0]
            let e = Elementary.exp(-abs(t))
            let (near, far) = (1 / (1 + e), e / (1 + e))
            p[0] = t >= 0 ? near : far
            p[1] = t >= 0 ? far : near
            return
        }
        var highest = 0.0
        for state in 0..<m {
            p[state] = eta[state] + u[state]
            if !(p[state] <= highest) { highest = p[state] }
        }
        var sum = Elementary.exp(-highest)
        p[m] = sum
        for state in 0..<m {
            p[state] = Elementary.exp(p[state] - highest)
            sum += p[state]
        }
        for state in 0...m { p[state] /= sum }
    }

    @inline(__always)
    func value(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ counts: UnsafePointer<Double>,
        _ cache: UnsafePointer<Double>
    ) -> Double {
        var sum = 0.0
        for state in 0...predictorCount where counts[state] > 0 {
            let logarithm =
                cache[state] > 0x1p-1000 ? Elementary.log(cache[state]) : logProbability(state, eta, u)
            sum -= counts[state] * logarithm
        }
        return sum
    }

    /// The logarithm of a probability too small to be a number.
    private func logProbability(_ state: Int, _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>) -> Double {
        var highest = 0.0
        for other in 0..<predictorCount where !(eta[other] + u[other] <= highest) { highest = eta[other] + u[other] }
        var sum = Elementary.exp(-highest)
        for other in 0..<predictorCount { sum += Elementary.exp(eta[other] + u[other] - highest) }
        let own = state == predictorCount ? 0 : eta[state] + u[state]
        return own - highest - Elementary.log(sum)
    }

    @inline(__always)
    private func total(_ counts: UnsafePointer<Double>) -> Double {
        var sum = 0.0
        for state in 0...predictorCount { sum += counts[state] }
        return sum
    }

    @inline(__always)
    func slope(_ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, into r: UnsafeMutablePointer<Double>) {
        let n = total(counts)
        for state in 0..<predictorCount { r[state] = n * cache[state] - counts[state] }
    }

    @inline(__always)
    func curvature(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>
    ) {
        let (n, m) = (total(counts), predictorCount)
        for one in 0..<m {
            var others = 0.0
            for other in 0...m where other != one {
                others += cache[other]
                if other < m { matrix[one * m + other] = -n * cache[one] * cache[other] }
            }
            // The sum of the others rather than 1 - p keeps the digits of a probability near 1.
            matrix[one * m + one] = n * cache[one] * others
        }
    }

    @inline(__always)
    func addEffects(_ r: UnsafePointer<Double>, to total: UnsafeMutablePointer<Double>) {
        for state in 0..<predictorCount { total[state] += r[state] }
    }

    @inline(__always)
    func addEffectDerivatives(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>,
        curvature: UnsafeMutablePointer<Double>
    ) {
        let (n, m) = (total(counts), predictorCount)
        for one in 0..<m {
            slope[one] += n * cache[one] - counts[one]
            var others = cache[m]
            for other in 0..<m where other != one {
                others += cache[other]
                if other > one { curvature[one * m + other] -= n * cache[one] * cache[other] }
            }
            curvature[one * m + one] += n * cache[one] * others
        }
    }

    @inline(__always)
    func addThird(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, _ a: UnsafePointer<Double>,
        to r: UnsafeMutablePointer<Double>
    ) {
        let (n, m) = (total(counts), predictorCount)
        if m == 1 {
            r[0] += 0.5 * n * a[0] * cache[0] * cache[1] * (cache[1] - cache[0])
            return
        }
        // k(a, b, c) contracted with A over b and c: p_a (A_aa - 2 (A p)_a - p . diag A + 2 p' A p).
        var (form, diagonal) = (0.0, 0.0)
        for one in 0..<m {
            diagonal += cache[one] * a[one * m + one]
            for other in 0..<m { form += cache[one] * a[one * m + other] * cache[other] }
        }
        for one in 0..<m {
            var image = 0.0
            for other in 0..<m { image += a[one * m + other] * cache[other] }
            r[one] += 0.5 * n * cache[one] * (a[one * m + one] - 2 * image - diagonal + 2 * form)
        }
    }

    @inline(__always)
    func subtractCurvature(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, times y: UnsafePointer<Double>,
        from r: UnsafeMutablePointer<Double>
    ) {
        let (n, m) = (total(counts), predictorCount)
        if m == 1 {
            r[0] -= n * cache[0] * cache[1] * y[0]
            return
        }
        var mean = 0.0
        for state in 0..<m { mean += cache[state] * y[state] }
        for state in 0..<m { r[state] -= n * cache[state] * (y[state] - mean) }
    }

    func probabilities(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, into p: UnsafeMutablePointer<Double>,
        slopes: UnsafeMutablePointer<Double>
    ) {
        fill(eta, u, p)
        let m = predictorCount
        for state in 0...m {
            for one in 0..<m {
                var others = 0.0
                for other in 0...m where other != one { others += p[other] }
                slopes[state * m + one] = state == one ? p[state] * others : -p[state] * p[one]
            }
        }
    }
}

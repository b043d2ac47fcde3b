import Probability

/// The ordered logit: `P(Y <= k) = F(tau_k)` with predictors `tau_k = alpha_k - x' beta - u`, m = K - 1 of them and one u.
///
/// `F(b) - F(a) = F(b) (1 - F(a)) (1 - exp(a - b))`, so that no digits cancel in the middle states, and what the distance of
/// two thresholds does is the same for all cells: it drops out of all derivatives by u. The cache holds F(tau_k) and
/// 1 - F(tau_k), each with its own digits, threshold by threshold.
/// McCullagh (1980), Journal of the Royal Statistical Society B 42(2), section 2; Agresti (2010), Analysis of Ordinal
/// Categorical Data, section 3.2.
struct CumulativeLikelihood: StateLikelihood {
    let predictorCount: Int
    /// p.
    let width: Int
    private let coefficients: [Double]
    /// For each state, 1 / (exp(D) - 1) for D the distance between its thresholds; 0 for the first and the last.
    private let closeness: [Double]
    /// For each state, log(1 - exp(-D)); 0 for the first and the last.
    private let logGap: [Double]

    init(_ shape: CategoricalShape, coefficients: [Double]) {
        let (m, p) = (shape.predictorCount, shape.width)
        predictorCount = m
        width = p
        self.coefficients = coefficients
        let gaps = (0...m).map {
            $0 == 0 || $0 == m ? Double.infinity : coefficients[p + $0] - coefficients[p + $0 - 1]
        }
        closeness = gaps.map { $0 == .infinity ? 0 : 1 / Elementary.expm1($0) }
        logGap = gaps.map { $0 == .infinity ? 0 : Elementary.log(-Elementary.expm1(-$0)) }
    }

    var isValid: Bool { closeness.allSatisfy { $0 >= 0 && $0 < .infinity } }
    var effectCount: Int { 1 }
    var cacheCount: Int { 2 * predictorCount }

    @inline(__always)
    func predict(_ x: UnsafePointer<Double>, into eta: UnsafeMutablePointer<Double>) {
        coefficients.withUnsafeBufferPointer { beta in
            var sum = 0.0
            for column in 0..<width { sum += x[column] * beta[column] }
            for threshold in 0..<predictorCount { eta[threshold] = beta[width + threshold] - sum }
        }
    }

    @inline(__always)
    func addScore(_ x: UnsafePointer<Double>, _ r: UnsafePointer<Double>, to gradient: UnsafeMutablePointer<Double>) {
        var sum = 0.0
        for threshold in 0..<predictorCount {
            sum += r[threshold]
            gradient[width + threshold] += r[threshold]
        }
        for column in 0..<width { gradient[column] -= x[column] * sum }
    }

    @inline(__always)
    func addInformation(
        _ x: UnsafePointer<Double>, _ curvature: UnsafePointer<Double>, to information: UnsafeMutablePointer<Double>
    ) {
        let (m, size) = (predictorCount, width + predictorCount)
        var sum = 0.0
        for one in 0..<m {
            var own = 0.0
            for other in 0..<m { own += curvature[one * m + other] }
            sum += own
            for column in 0..<width { information[column * size + width + one] -= own * x[column] }
            for other in one..<m {
                information[(width + one) * size + width + other] += curvature[one * m + other]
            }
        }
        for column in 0..<width {
            let scaled = sum * x[column]
            for row in column..<width { information[column * size + row] += scaled * x[row] }
        }
    }

    @inline(__always)
    func respond(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ counts: UnsafePointer<Double>,
        _ cache: UnsafeMutablePointer<Double>
    ) {
        for threshold in 0..<predictorCount {
            // Only the thresholds beside a state that occurs matter.
            guard counts[threshold] + counts[threshold + 1] > 0 else {
                (cache[2 * threshold], cache[2 * threshold + 1]) = (0, 0)
                continue
            }
            (cache[2 * threshold], cache[2 * threshold + 1]) = Self.logistic(eta[threshold] - u[0])
        }
    }

    /// F(t) and 1 - F(t).
    @inline(__always)
    private static func logistic(_ t: Double) -> (Double, Double) {
        let e = Elementary.exp(-abs(t))
        let (near, far) = (1 / (1 + e), e / (1 + e))
        return t >= 0 ? (near, far) : (far, near)
    }

    @inline(__always)
    func value(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ counts: UnsafePointer<Double>,
        _ cache: UnsafePointer<Double>
    ) -> Double {
        var sum = 0.0
        for threshold in 0..<predictorCount {
            let (below, above) = (counts[threshold], counts[threshold + 1])
            guard below + above > 0 else { continue }
            let t = eta[threshold] - u[0]
            sum += (below + above) * Elementary.log1p(Elementary.exp(-abs(t)))
            sum += t >= 0 ? above * t : -below * t
        }
        for state in 1..<max(predictorCount, 1) where counts[state] > 0 { sum -= counts[state] * logGap[state] }
        return sum
    }

    @inline(__always)
    func slope(_ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, into r: UnsafeMutablePointer<Double>) {
        for threshold in 0..<predictorCount {
            let (below, above) = (counts[threshold], counts[threshold + 1])
            let (f, rest) = (cache[2 * threshold], cache[2 * threshold + 1])
            let distances = above * closeness[threshold + 1] - below * closeness[threshold]
            r[threshold] = (above * f - below * rest) + distances
        }
    }

    @inline(__always)
    func curvature(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>
    ) {
        let m = predictorCount
        for index in 0..<(m * m) { matrix[index] = 0 }
        for threshold in 0..<m {
            let (below, above) = (counts[threshold], counts[threshold + 1])
            let (f, rest) = (cache[2 * threshold], cache[2 * threshold + 1])
            let lower = below * closeness[threshold] * (1 + closeness[threshold])
            let upper = above * closeness[threshold + 1] * (1 + closeness[threshold + 1])
            matrix[threshold * m + threshold] = (below + above) * f * rest + lower + upper
            if threshold > 0 {
                matrix[threshold * m + threshold - 1] = -lower
                matrix[(threshold - 1) * m + threshold] = -lower
            }
        }
    }

    @inline(__always)
    func addEffects(_ r: UnsafePointer<Double>, to total: UnsafeMutablePointer<Double>) {
        for threshold in 0..<predictorCount { total[0] -= r[threshold] }
    }

    @inline(__always)
    func addEffectDerivatives(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>,
        curvature: UnsafeMutablePointer<Double>
    ) {
        for threshold in 0..<predictorCount {
            let (below, above) = (counts[threshold], counts[threshold + 1])
            let (f, rest) = (cache[2 * threshold], cache[2 * threshold + 1])
            slope[0] -= above * f - below * rest
            curvature[0] += (below + above) * f * rest
        }
    }

    @inline(__always)
    func addThird(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, _ a: UnsafePointer<Double>,
        to r: UnsafeMutablePointer<Double>
    ) {
        for threshold in 0..<predictorCount {
            let n = counts[threshold] + counts[threshold + 1]
            let (f, rest) = (cache[2 * threshold], cache[2 * threshold + 1])
            r[threshold] += 0.5 * a[0] * n * f * rest * (rest - f)
        }
    }

    @inline(__always)
    func subtractCurvature(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, times y: UnsafePointer<Double>,
        from r: UnsafeMutablePointer<Double>
    ) {
        // w is -1 for all thresholds, so a minus becomes a plus.
        for threshold in 0..<predictorCount {
            let n = counts[threshold] + counts[threshold + 1]
            let (f, rest) = (cache[2 * threshold], cache[2 * threshold + 1])
            r[threshold] += n * f * rest * y[0]
        }
    }

    func probabilities(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, into p: UnsafeMutablePointer<Double>,
        slopes: UnsafeMutablePointer<Double>
    ) {
        let m = predictorCount
        for index in 0..<((m + 1) * m) { slopes[index] = 0 }
        // What is above the threshold below a state; 1 below the first.
        var above = 1.0
        for state in 0...m {
            guard state < m else {
                p[state] = above
                break
            }
            let t = eta[state] - u[0]
            let (f, rest) = Self.logistic(t)
            p[state] = above * f * -Elementary.expm1(state == 0 ? -.infinity : eta[state - 1] - eta[state])
            slopes[state * m + state] = f * rest
            slopes[(state + 1) * m + state] = -f * rest
            above = rest
        }
    }
}

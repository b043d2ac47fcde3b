import Probability

/// The binomial quantile: the least k such that at most k of n independent trials succeed with probability u or more.
///
/// One uniform number makes one binomial number, and more trials, a higher probability or a larger u never make it smaller:
/// what scenarios with the same u share moves together. Own arithmetic, so the same bits on every machine.
///
/// With p above 1/2 failures are counted instead. Sums of probabilities from 0 where few successes are expected; else from the
/// Cornish-Fisher approximation, corrected by the incomplete beta function: `P(X <= k) = I_{1-p}(n - k, k + 1)`.
///
/// - Parameters:
///   - u: A uniform number, such as ``Probability/RandomStream/uniform(at:)``; 0 gives 0 and 1 gives n.
///   - n: The number of trials; 0 gives 0.
///   - p: The probability of success; 0, below and not-a-number give 0, 1 and above give n.
/// - Returns: From 0 to n. Exact but where u is within rounding, about 1e-14 (1e-11 for 100,000 trials), of a step.
/// - SeeAlso: Devroye (1986), Non-Uniform Random Variate Generation, sections III.2 and X.4, for inversion. Other name: `qbinom`.
@inlinable
public func binomialQuantile(_ u: Double, trials n: Int, probability p: Double) -> Int {
    guard n > 0, p > 0, u > 0 else { return 0 }
    guard p < 1, u < 1 else { return n }
    // Most cells of a school hold few pupils, and most of these go on: the answer is mostly 0.
    if p <= 0.5 {
        let none = integerPower(1 - p, n)
        if u <= none, none > 0 { return 0 }
        return BinomialSearch(n: n, p: p, q: 1 - p).quantile(u, none: none)
    }
    return n - BinomialSearch(n: n, p: 1 - p, q: p).quantileAbove(1 - u, none: integerPower(p, n))
}

/// x to a power of 0 or more, by squaring.
@inlinable @inline(__always)
func integerPower(_ x: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, x, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}

/// The search for a binomial quantile, p at most 1/2.
@usableFromInline
struct BinomialSearch {
    @usableFromInline let n: Int
    @usableFromInline let p, q: Double

    /// Successes beyond which sums do not begin at 0: they would be long, and later begin below the least number.
    private static var mostFromZero: Double { 24 }

    @usableFromInline
    init(n: Int, p: Double, q: Double) { (self.n, self.p, self.q) = (n, p, q) }

    /// The least k with `P(X <= k) >= u`.
    ///
    /// - Parameter none: `P(X = 0)`.
    @usableFromInline
    func quantile(_ u: Double, none: Double) -> Int {
        Double(n) * p < Self.mostFromZero ? fromZero(none) { $0 >= u } : fromGuess(u) { $0 >= u }
    }

    /// The least k with `P(X <= k) > v`.
    @usableFromInline
    func quantileAbove(_ v: Double, none: Double) -> Int {
        Double(n) * p < Self.mostFromZero ? fromZero(none) { $0 > v } : fromGuess(v) { $0 > v }
    }

    @inline(__always)
    private func fromZero(_ none: Double, _ isEnough: (Double) -> Bool) -> Int {
        var (term, sum, k) = (none, none, 0)
        let odds = p / q
        while !isEnough(sum), k < n {
            term *= odds * Double(n - k) / Double(k + 1)
            k += 1
            // What is left is lost in rounding: u is within rounding of 1.
            guard sum + term > sum else { return k }
            sum += term
        }
        return k
    }

    private func fromGuess(_ u: Double, _ isEnough: (Double) -> Bool) -> Int {
        let z = standardNormalQuantile(u)
        let (mean, variance) = (Double(n) * p, Double(n) * p * q)
        let guess = mean + variance.squareRoot() * z + (q - p) * (z * z - 1) / 6
        var k = min(max(guess.isFinite ? Int(guess) : n, 0), n)
        guard isEnough(probability(atMost: k)) else {
            while k < n, !isEnough(probability(atMost: k)) { k += 1 }
            return k
        }
        while k > 0, isEnough(probability(atMost: k - 1)) { k -= 1 }
        return k
    }

    private func probability(atMost k: Int) -> Double {
        k >= n ? 1 : regularizedIncompleteBeta(q, a: Double(n - k), b: Double(k + 1))
    }
}

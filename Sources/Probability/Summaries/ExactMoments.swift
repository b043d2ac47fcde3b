/// Mean, variance and fourth central moment of draws that arrive in any order and in any parts: the same bits always.
///
/// Holds the exact sums of the first four powers. Central moments are formed from them around the mean without rounding in
/// between, so that an offset costs no digits: each is rounded a few times in all. Powers are exact for |x| from 1e-70 to 1e70;
/// smaller numbers lose what is below 1e-300, and larger ones make the higher moments infinite or NaN.
///
/// - SeeAlso: Dekker (1971), Numerische Mathematik 18, 224-242, for the exact product; Chan, Golub and LeVeque (1983), The
///   American Statistician 37, 242-247, for moments around a rounded mean.
public struct ExactMoments: Sendable, Equatable {
    /// The number of draws.
    public private(set) var count = 0
    private var first = ExactSum()
    private var second = ExactSum()
    private var third = ExactSum()
    private var fourth = ExactSum()

    /// No draws.
    public init() {}

    /// The moments of draws.
    public init(_ draws: some Sequence<Double>) {
        for draw in draws { add(draw) }
    }

    /// Adds a draw.
    public mutating func add(_ x: Double) {
        count += 1
        first.add(x)
        let (high, low) = exactProduct(x, x)
        second.add(high)
        second.add(low)
        third.add(product: (high, x))
        third.add(product: (low, x))
        fourth.add(product: (high, high))
        fourth.add(product: (2 * high, low))
        fourth.add(product: (low, low))
    }

    /// Adds other draws.
    public mutating func merge(_ other: ExactMoments) {
        count += other.count
        first.merge(other.first)
        second.merge(other.second)
        third.merge(other.third)
        fourth.merge(other.fourth)
    }

    /// The mean; nil without draws. NaN or infinite if a draw is.
    public var mean: Double? {
        guard count > 0 else { return nil }
        let quotient = first.value / Double(count)
        // Twice rounded; what that lost is put back, so that the mean of equal draws is the draw.
        return quotient.isFinite ? quotient + deviation(from: quotient) / Double(count) : quotient
    }

    /// The sum of the draws less as many times a centre, rounded once.
    private func deviation(from centre: Double) -> Double {
        var sum = first
        sum.add(product: (-centre, Double(count)))
        return sum.value
    }

    /// The variance with divisor n - 1; nil for fewer than two draws, NaN if a draw is not finite.
    public var variance: Double? {
        guard count > 1, let mean else { return nil }
        guard mean.isFinite else { return .nan }
        // The sum of squares around a rounded mean, less what the rounding adds.
        let deviation = deviation(from: mean)
        let squares = centred([second.expansion, first.expansion], binomial: [1, -2], around: mean)
        return max(squares - deviation * deviation / Double(count), 0) / Double(count - 1)
    }

    /// The standard deviation, the square root of ``variance``.
    public var standardDeviation: Double? { variance.map { $0.squareRoot() } }

    /// The MCSE of the standard deviation, as ``DrawSummary/mcseOfStandardDeviation``; nil for fewer than two draws.
    public var mcseOfStandardDeviation: Double? {
        guard count > 1, let mean else { return nil }
        guard mean.isFinite else { return .nan }
        let sums = [first.expansion, second.expansion, third.expansion, fourth.expansion]
        let n = Double(count)
        let m2 = max(centred([sums[1], sums[0]], binomial: [1, -2], around: mean), 0) / n
        let m4 = max(centred([sums[3], sums[2], sums[1], sums[0]], binomial: [1, -4, 6, -4], around: mean), 0) / n
        guard m2 > 0 else { return m2.isNaN ? .nan : 0 }
        return (max(m4 - m2 * m2, 0) / n).squareRoot() / (2 * m2.squareRoot())
    }

    /// `sum (x - c)^k = S_k - k c S_(k-1) + ... + n c^k`, exact until rounded at the end; k is even.
    ///
    /// - Parameters:
    ///   - sums: S_k down to S_1, each as numbers that add up to it.
    ///   - binomial: Their factors, with signs.
    private func centred(_ sums: [[Double]], binomial: [Double], around centre: Double) -> Double {
        var (total, power) = (ExactSum(), [1.0])
        for (terms, factor) in zip(sums + [[Double(count)]], binomial + [1]) {
            for part in Self.product(power, factor) {
                for term in terms { total.add(product: (term, part)) }
            }
            power = Self.product(power, centre)
        }
        return total.value
    }

    /// A product as numbers that add up to it, of numbers that add up to the one factor.
    private static func product(_ parts: [Double], _ factor: Double) -> [Double] {
        parts.flatMap { part in
            let (high, low) = exactProduct(part, factor)
            return low == 0 ? [high] : [high, low]
        }
    }
}

extension ExactSum {
    /// Adds a product without rounding it.
    mutating func add(product factors: (Double, Double)) {
        let (high, low) = exactProduct(factors.0, factors.1)
        add(high)
        add(low)
    }
}

/// A product as the sum of its rounded value and the rest, which is exact unless it is below the smallest normal number.
///
/// By splitting both factors into halves (Veltkamp, Dekker 1971), without fused operations: the same bits on every machine.
func exactProduct(_ x: Double, _ y: Double) -> (high: Double, low: Double) {
    let product = x * y
    // A rest below 2^-1022 would be lost in part, and one of a product out of range has no meaning.
    guard product.isFinite, product != 0 else { return (product, 0) }
    let (x1, x2) = halves(x)
    let (y1, y2) = halves(y)
    return (product, ((x1 * y1 - product) + x1 * y2 + x2 * y1) + x2 * y2)
}

/// A number as the sum of two of 26 bits.
private func halves(_ x: Double) -> (Double, Double) {
    let scaled = x * 0x1.0000002p27
    let upper = scaled - (scaled - x)
    return (upper, x - upper)
}

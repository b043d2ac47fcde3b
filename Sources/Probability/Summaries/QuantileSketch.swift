/// Quantiles of more draws than one wants to keep: counts of draws in bins of nearly equal relative width.
///
/// A bin is the sign, the exponent and the upper 9 bits of the significand of a number, so that finding it is integer work and
/// its width is 2^-9 of its lower end. Counts add: sketches of parts merge in any order to the same sketch. Zeros and
/// infinite numbers have bins of their own, and NaN is counted. Minimum and maximum are exact.
///
/// An order statistic is told within ``errorBound`` of its own size. Where quantiles matter relative to the spread and not to
/// the size of the numbers, as for draws around a large offset, add differences from the offset instead.
///
/// Memory: one counter for each bin that has draws, at most as many as draws; numbers that spread over k powers of two fill at
/// most 512 k bins per sign. 1,000,000 normal draws fill about 12,000.
///
/// - SeeAlso: Masson, Rim and Lee (2019), DDSketch, Proceedings of the VLDB Endowment 12(12), 2195-2205, for quantiles of
///   bounded relative error that merge; bins from the upper bits of the number are those of HdrHistogram.
public struct QuantileSketch: Sendable, Equatable {
    /// The largest relative error of an order statistic. Numbers below the smallest normal one (2.2e-308) count as zero.
    public static let errorBound = 0x1p-9

    /// The number of draws, with those that are NaN.
    public private(set) var count = 0
    /// The number of draws that are NaN.
    public private(set) var countOfNaN = 0
    /// The smallest draw that is not NaN; nil without one.
    public private(set) var minimum: Double?
    /// The largest draw that is not NaN; nil without one.
    public private(set) var maximum: Double?
    private var counts: [Int32: Int] = [:]

    /// No draws.
    public init() {}

    /// The sketch of draws.
    public init(_ draws: some Sequence<Double>) {
        for draw in draws { add(draw) }
    }

    /// Adds a draw.
    public mutating func add(_ draw: Double) {
        count += 1
        guard !draw.isNaN else {
            countOfNaN += 1
            return
        }
        // Adding zero makes a negative zero positive, so that which of both came first leaves no trace.
        let draw = draw + 0
        minimum = Swift.min(minimum ?? draw, draw)
        maximum = Swift.max(maximum ?? draw, draw)
        counts[Self.bin(of: draw), default: 0] += 1
    }

    /// Adds other draws.
    public mutating func merge(_ other: QuantileSketch) {
        count += other.count
        countOfNaN += other.countOfNaN
        minimum = [minimum, other.minimum].compactMap(\.self).min()
        maximum = [maximum, other.maximum].compactMap(\.self).max()
        counts.merge(other.counts, uniquingKeysWith: +)
    }

    /// The quantile of type 7 (see ``quantile(sorted:probability:)``) at a probability; NaN if a draw is NaN.
    ///
    /// Between two order statistics that are each told within ``errorBound``. At probability 0 and 1 it is exact.
    ///
    /// - Parameter probability: From 0 to 1. There must be at least one draw.
    public func quantile(_ probability: Double) -> Double { quantiles([probability])[0] }

    /// The quantiles at several probabilities, with one sort of the bins.
    public func quantiles(_ probabilities: [Double]) -> [Double] {
        precondition(count > 0, "a quantile needs at least one draw")
        guard countOfNaN == 0, let minimum, let maximum else { return probabilities.map { _ in .nan } }
        let ranks = Ranks(counts: counts, minimum: minimum, maximum: maximum)
        return probabilities.map { probability in
            precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
            let position = Double(count - 1) * probability
            let index = Int(position)
            let share = position - Double(index)
            let low = ranks.value(at: index)
            guard share > 0 else { return low }
            let high = ranks.value(at: index + 1)
            return high == low ? low : (1 - share) * low + share * high
        }
    }

    /// The number of bins with draws, which memory grows with.
    public var binCount: Int { counts.count }

    /// The bin of a number, in the order of numbers: 0 for zero, the negative of the bin of -x for a negative x.
    static func bin(of draw: Double) -> Int32 {
        guard draw.magnitude >= .leastNormalMagnitude else { return 0 }
        let bin = Int32(truncatingIfNeeded: draw.magnitude.bitPattern &>> 43)
        return draw < 0 ? -bin : bin
    }

    /// The end nearest to zero of a bin; infinite for the bin of infinite numbers and the one after.
    static func innerEnd(ofBin bin: Int32) -> Double {
        let magnitude = Double(bitPattern: Swift.min(UInt64(bin.magnitude) &<< 43, Double.infinity.bitPattern))
        return bin < 0 ? -magnitude : magnitude
    }
}

/// The order statistics that counts in bins tell.
private struct Ranks {
    private let bins: [(bin: Int32, before: Int, count: Int)]
    private let minimum, maximum: Double
    private let count: Int

    init(counts: [Int32: Int], minimum: Double, maximum: Double) {
        var before = 0
        bins = counts.sorted { $0.key < $1.key }.map { bin, count in
            defer { before += count }
            return (bin, before, count)
        }
        (self.minimum, self.maximum, count) = (minimum, maximum, before)
    }

    /// The order statistic at an index from 0: the draws of a bin are taken as spread evenly over it.
    func value(at index: Int) -> Double {
        guard index > 0 else { return minimum }
        guard index < count - 1 else { return maximum }
        var (low, high) = (0, bins.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if bins[middle].before <= index { low = middle } else { high = middle }
        }
        let (bin, before, inBin) = bins[low]
        guard bin != 0 else { return 0 }
        let inner = QuantileSketch.innerEnd(ofBin: bin)
        guard inner.isFinite else { return inner }
        let outer = QuantileSketch.innerEnd(ofBin: bin < 0 ? bin - 1 : bin + 1)
        // The outermost bin of finite numbers ends at the largest finite one.
        let end = outer.isFinite ? outer : (bin < 0 ? -1 : 1) * .greatestFiniteMagnitude
        let share = (Double(index - before) + 0.5) / Double(inBin)
        let value = bin < 0 ? end + (inner - end) * share : inner + (end - inner) * share
        return Swift.min(Swift.max(value, minimum), maximum)
    }
}

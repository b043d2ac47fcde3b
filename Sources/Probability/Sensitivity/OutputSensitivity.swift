/// An estimated share of variance.
public struct SensitivityIndex: Sendable, Equatable {
    /// The estimate. An index lies between 0 and 1; an estimate may leave that range by its error, and is not cut off.
    public let estimate: Double
    /// Its Monte Carlo standard error, by the jackknife over replicates.
    public let standardError: Double
    /// The lower end of the 95% confidence interval: `estimate - t * standardError`, t of Student's distribution with one degree
    /// of freedom less than there are replicates.
    public let lower: Double
    /// The upper end.
    public let upper: Double
}

/// How the variance of one output divides among groups of inputs.
public struct OutputSensitivity: Sendable, Equatable {
    /// The mean output, over A and B.
    public let mean: Double
    /// The variance of the output, over A and B.
    public let variance: Double
    /// The first-order index of each group, for a group of several inputs the closed one: the share of variance that knowing the
    /// group's inputs, and nothing else, would take away.
    ///
    /// `mean of f(B) (f(A_B) - c f(A))` over the mean of `f(B)^2` and `f(A_B)^2`, of outputs less their mean. With c = 1 the
    /// numerator is formula b of table 2 of Saltelli and others (2010), the best one for small indices; with c = 0 the whole is
    /// the estimator of Janon, Klein, Lagnoux, Nodet and Prieur (2014, ESAIM: Probability and Statistics 18, 342-364), the best
    /// one for large indices. `f(A) f(B)` has mean zero, so that c is free; here it is 1 less the total index, the correlation of
    /// f(A) and f(A_B), as in regression. An input without effect gets exactly 0.
    ///
    /// Nil if the output does not vary, or in one replicate only, or is not finite somewhere.
    public let first: [SensitivityIndex]?
    /// The total index of each group: the share of variance that would be left if all but the group's inputs were known, with all
    /// interactions in which they take part. Nil as ``first``.
    ///
    /// `mean of (f(A) - f(A_B))^2 / 2 + d f(A) f(B)` over the mean of `f(A)^2` and `f(A_B)^2`: the estimator of Jansen (1999,
    /// Computer Physics Communications 117, 35-43; formula f of Saltelli and others 2010) with the denominator of Janon and
    /// others, and d the first-order index for the same reason as c above. An input without effect gets exactly 0, and all
    /// inputs together get 1, but for products of chance correlations.
    public let total: [SensitivityIndex]?

    /// From the outputs of all rows, in their order.
    init(_ outputs: [Double], of design: SensitivityDesign) {
        let width = design.rowsPerSample
        let starts = stride(from: 0, to: outputs.count, by: width)
        let ordinary = starts.flatMap { [outputs[$0], outputs[$0 + 1]] }
        let mean = CompensatedSum(ordinary).value / Double(ordinary.count)
        self.mean = mean
        variance = CompensatedSum(ordinary.lazy.map { ($0 - mean) * ($0 - mean) }).value / Double(ordinary.count)
        let size = design.samplesPerReplicate * width
        let parts = (0..<design.replicates).map { outputs[($0 * size)..<(($0 + 1) * size)] }
        // One replicate that varies is not enough: without it there is no variance to divide.
        guard outputs.allSatisfy(\.isFinite), parts.count(where: { Self.varies($0, width: width) }) > 1 else {
            (first, total) = (nil, nil)
            return
        }
        let indices = Jackknife(parts.map { Moments($0, centre: mean, width: width) })
        let first = (0..<design.groups.count).map { group in indices.index { $0.first(group) } }
        let total = (0..<design.groups.count).map { group in indices.index { $0.total(group) } }
        // Outputs that vary in a few rows only may leave a denominator of zero.
        let isDefined = (first + total).allSatisfy { $0.estimate.isFinite && $0.standardError.isFinite }
        (self.first, self.total) = isDefined ? (first, total) : (nil, nil)
    }

    /// Whether the outputs of A and B differ by more than rounding makes them.
    private static func varies(_ outputs: ArraySlice<Double>, width: Int) -> Bool {
        var (low, high) = (Double.infinity, -Double.infinity)
        for start in stride(from: outputs.startIndex, to: outputs.endIndex, by: width) {
            low = min(low, outputs[start], outputs[start + 1])
            high = max(high, outputs[start], outputs[start + 1])
        }
        return high - low > max(abs(low), abs(high)) * 0x1p-46
    }
}

/// Sums over base samples from which the indices are formed; they add.
private struct Moments {
    private var samples: Double
    /// Of f(A) + f(B), f(A)^2, f(B)^2 and f(A) f(B).
    private var sum, squaresA, squaresB, products: Double
    /// Of each group, of f(A_B)^2, f(A_B) f(B) and (f(A_B) - f(A))^2.
    private var groups: [SIMD3<Double>]

    /// - Parameter outputs: Of whole base samples.
    init(_ outputs: ArraySlice<Double>, centre: Double, width: Int) {
        let starts = stride(from: outputs.startIndex, to: outputs.endIndex, by: width)
        func total(_ term: (_ a: Double, _ b: Double, _ start: Int) -> Double) -> Double {
            var sum = CompensatedSum()
            for start in starts { sum.add(term(outputs[start] - centre, outputs[start + 1] - centre, start)) }
            return sum.value
        }
        samples = Double(outputs.count / width)
        sum = total { a, b, _ in a + b }
        squaresA = total { a, _, _ in a * a }
        squaresB = total { _, b, _ in b * b }
        products = total { a, b, _ in a * b }
        groups = (2..<width).map { part in
            func mixed(_ start: Int) -> Double { outputs[start + part] - centre }
            return SIMD3(
                total { _, _, start in mixed(start) * mixed(start) },
                total { _, b, start in mixed(start) * b },
                total { a, _, start in (mixed(start) - a) * (mixed(start) - a) })
        }
    }

    /// The sums with other ones added, or taken away when `sign` is -1.
    func adding(_ other: Moments, sign: Double = 1) -> Moments {
        var result = self
        result.samples += sign * other.samples
        result.sum += sign * other.sum
        result.squaresA += sign * other.squaresA
        result.squaresB += sign * other.squaresB
        result.products += sign * other.products
        for group in groups.indices { result.groups[group] += sign * other.groups[group] }
        return result
    }

    /// The closed first-order index of a group: see ``OutputSensitivity/first``.
    ///
    /// `f(A_B) f(B) - f(A) f(B)` is formed before what c leaves, so that without an effect the two cancel exactly.
    func first(_ group: Int) -> Double {
        let numerator = (groups[group][1] - products) + jansen(group) * products
        return 2 * numerator / (squaresB + groups[group][0])
    }

    /// The total index of a group: see ``OutputSensitivity/total``.
    func total(_ group: Int) -> Double {
        (groups[group][2] + 2 * first(group) * products) / (squaresA + groups[group][0])
    }

    /// Jansen's total index, with the variance of A and B.
    private func jansen(_ group: Int) -> Double {
        let mean = sum / (2 * samples)
        let variance = (squaresA + squaresB) / (2 * samples) - mean * mean
        return groups[group][2] / (2 * samples) / variance
    }
}

/// Estimates from all replicates, and their errors from leaving out one at a time (Efron 1982, section 3.1).
private struct Jackknife {
    private let all: Moments
    private let others: [Moments]
    private let t: Double

    /// - Parameter replicates: At least two.
    init(_ replicates: [Moments]) {
        let all = replicates.dropFirst().reduce(replicates[0]) { $0.adding($1) }
        self.all = all
        others = replicates.map { all.adding($0, sign: -1) }
        t = StudentT(degreesOfFreedom: Double(replicates.count - 1)).quantile(0.975)
    }

    func index(_ statistic: (Moments) -> Double) -> SensitivityIndex {
        let estimate = statistic(all)
        let partial = others.map(statistic)
        let count = Double(partial.count)
        let mean = CompensatedSum(partial).value / count
        let squares = CompensatedSum(partial.map { ($0 - mean) * ($0 - mean) }).value
        let error = (squares * (count - 1) / count).squareRoot()
        return SensitivityIndex(
            estimate: estimate, standardError: error, lower: estimate - t * error, upper: estimate + t * error)
    }
}

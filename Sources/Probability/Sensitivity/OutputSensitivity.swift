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
    /// group's inputs, and nothing else, would take away. Nil if the output does not vary, or in one
    /// replicate only, or is not finite somewhere.
    ///
    /// `mean of f(B) (f(A_B) - f(A)) / variance` (Saltelli and others 2010, table 2, formula b), of outputs less their mean.
    public let first: [SensitivityIndex]?
    /// The total index of each group: the share of variance that would be left if all but the group's inputs were known, with all
    /// interactions in which they take part. Nil as ``first``.
    ///
    /// `mean of (f(A) - f(A_B))^2 / 2 / variance` (Jansen 1999, Computer Physics Communications 117, 35-43, as in Saltelli and
    /// others 2010, table 2, formula f).
    public let total: [SensitivityIndex]?

    /// From the outputs of all rows, in their order.
    init(_ outputs: [Double], of design: SensitivityDesign) {
        let width = design.rowsPerSample
        let starts = stride(from: 0, to: outputs.count, by: width)
        let ordinary = starts.flatMap { [outputs[$0], outputs[$0 + 1]] }
        let mean = CompensatedSum(ordinary).value / Double(ordinary.count)
        self.mean = mean
        variance = CompensatedSum(ordinary.lazy.map { ($0 - mean) * ($0 - mean) }).value / Double(ordinary.count)
        guard outputs.allSatisfy(\.isFinite), Self.varies(ordinary) else {
            (first, total) = (nil, nil)
            return
        }
        let replicates = (0..<design.replicates).map { replicate in
            let size = design.samplesPerReplicate * width
            return Moments(outputs[(replicate * size)..<((replicate + 1) * size)], centre: mean, width: width)
        }
        guard let indices = Jackknife(replicates) else {
            (first, total) = (nil, nil)
            return
        }
        first = (0..<design.groups.count).map { group in indices.index { $0.first(group) } }
        total = (0..<design.groups.count).map { group in indices.index { $0.total(group) } }
    }

    /// Whether outputs differ by more than rounding makes them.
    private static func varies(_ outputs: [Double]) -> Bool {
        let (low, high) = outputs.reduce((Double.infinity, -Double.infinity)) { (min($0.0, $1), max($0.1, $1)) }
        return high - low > max(abs(low), abs(high)) * 0x1p-46
    }
}

/// Sums over base samples from which the indices are formed; they add.
private struct Moments {
    var samples: Double
    var sum: Double
    var squares: Double
    var products: [Double]
    var differences: [Double]

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
        squares = total { a, b, _ in a * a + b * b }
        products = (2..<width).map { part in total { a, b, start in b * (outputs[start + part] - centre - a) } }
        differences = (2..<width).map { part in
            total { a, _, start in
                let difference = outputs[start + part] - centre - a
                return difference * difference
            }
        }
    }

    /// The sums with other ones added, or taken away when `sign` is -1.
    func adding(_ other: Moments, sign: Double = 1) -> Moments {
        var result = self
        result.samples += sign * other.samples
        result.sum += sign * other.sum
        result.squares += sign * other.squares
        for group in products.indices {
            result.products[group] += sign * other.products[group]
            result.differences[group] += sign * other.differences[group]
        }
        return result
    }

    /// The variance of the outputs of A and B.
    var variance: Double {
        let mean = sum / (2 * samples)
        return squares / (2 * samples) - mean * mean
    }

    func first(_ group: Int) -> Double { products[group] / samples / variance }

    func total(_ group: Int) -> Double { differences[group] / samples / 2 / variance }
}

/// Estimates from all replicates, and their errors from leaving out one at a time (Efron 1982, section 3.1).
private struct Jackknife {
    private let all: Moments
    private let others: [Moments]
    private let t: Double

    /// Nil if the output varies in one replicate only, so that leaving that one out leaves no variance to divide.
    ///
    /// - Parameter replicates: At least two.
    init?(_ replicates: [Moments]) {
        let all = replicates.dropFirst().reduce(replicates[0]) { $0.adding($1) }
        self.all = all
        others = replicates.map { all.adding($0, sign: -1) }
        guard others.allSatisfy({ $0.variance > 0 }) else { return nil }
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

import Probability

/// The test of Anderson and Darling of a fully known continuous distribution ("case 0").
public enum AndersonDarling {
    /// The statistic of a sample.
    ///
    /// - Parameter sorted: Standard normal numbers under the hypothesis, in ascending order.
    public static func statistic(sortedNormals sorted: [Double]) -> Double {
        // The smaller tail has full relative precision; the larger is what it leaves of 1.
        let tails = sorted.map { standardNormalUpperTail(abs($0)) }
        let smaller = tails.map(Elementary.log)
        let larger = tails.map { Elementary.log1p(-$0) }
        return statistic(
            logsBelow: sorted.indices.map { sorted[$0] < 0 ? smaller[$0] : larger[$0] },
            logsAbove: sorted.indices.map { sorted[$0] < 0 ? larger[$0] : smaller[$0] })
    }

    /// The statistic of a sample of uniform numbers between 0 and 1, in ascending order.
    public static func statistic(sortedUniforms sorted: [Double]) -> Double {
        statistic(logsBelow: sorted.map(Elementary.log), logsAbove: sorted.map { Elementary.log(1 - $0) })
    }

    private static func statistic(logsBelow: [Double], logsAbove: [Double]) -> Double {
        let count = logsBelow.count
        // Less its expectation term by term, because A^2 is of the order of 1 and the sum of the order of n.
        let n = Double(count)
        let terms = (0..<count).lazy.map { i in
            (2 * Double(i) + 1) / n * (logsBelow[i] + logsAbove[count - 1 - i]) + 1
        }
        return -CompensatedSum(terms).value
    }

    /// The statistic of counts in cells, from the lowest to the highest.
    ///
    /// With many cells its distribution is that of the continuous statistic, less what lies beyond the outer borders
    /// (of expectation: the sum of the outer cells' probabilities).
    ///
    /// - Parameters:
    ///   - counts: How many numbers fell into each cell.
    ///   - below: The probability below the upper border of each cell but the last.
    ///   - above: The probability above it, to full precision.
    /// - SeeAlso: Choulakian, Lockhart and Stephens (1994), Cramer-von Mises statistics for discrete distributions,
    ///   Canadian Journal of Statistics 22(1), 125-137.
    public static func statistic(counts: [Int], below: [Double], above: [Double]) -> Double {
        let n = Double(counts.reduce(0, +))
        var (seen, sum) = (0, CompensatedSum())
        for cell in below.indices {
            seen += counts[cell]
            let difference = Double(seen) - n * below[cell]
            let probability = below[cell] - (cell == 0 ? 0 : below[cell - 1])
            sum.add(difference * difference / (n * below[cell] * above[cell]) * probability)
        }
        return sum.value
    }

    /// The probability of a larger statistic in a large sample under the hypothesis. Absolute error 2e-5;
    /// below 1e-4 only the order is right.
    ///
    /// - SeeAlso: Marsaglia and Marsaglia (2004), Evaluating the Anderson-Darling distribution, Journal of Statistical Software 9(2).
    public static func upperTail(_ statistic: Double) -> Double {
        let z = statistic
        guard z > 0 else { return 1 }
        if z < 2 {
            let series = horner(z, [2.00012, 0.247105, -0.0649821, 0.0347962, -0.0116720, 0.00168691])
            return 1 - Elementary.exp(-1.2337141 / z) / z.squareRoot() * series
        }
        let exponent = horner(z, [1.0776, -2.30695, 0.43424, -0.082433, 0.008056, -0.0003146])
        // Beyond 10 the fit turns; the tail falls as exp(-z) there.
        guard z < 10 else { return Elementary.exp(-z) }
        return -Elementary.expm1(-Elementary.exp(exponent))
    }

    private static func horner(_ z: Double, _ coefficients: [Double]) -> Double {
        coefficients.reversed().reduce(0) { $0 * z + $1 }
    }
}

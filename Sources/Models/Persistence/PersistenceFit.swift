import LinearAlgebra
import Probability
import RealModule

/// A fitted decay to a plateau.
public struct PersistenceFit: Sendable {
    /// The names of the coefficients, on the scales on which they are nearly normal.
    public static let names = ["logit(plateau)", "log(rate)"]

    /// The curve.
    public let curve: DecayCurve
    /// Whether the plateau is estimated as zero: a single exponential.
    public let isPlateauZero: Bool
    /// The logit of the plateau and the log of the rate with their covariance, to draw from; without the first when the
    /// plateau is zero. ``DecayCurve/init(logitPlateau:logRate:)`` makes a curve of a draw.
    public let coefficients: Coefficients
    /// The standard errors of the plateau and the rate on their own scales; nil for a plateau of zero.
    public let standardErrors: (plateau: Double?, rate: Double)
    /// The months at which the share left is reported.
    public let reportedMonths: [Double]
    /// The weighted sum of squares, chi-squared when the curve and the standard errors are right.
    public let chiSquared: Double
    /// The number of follow-ups less that of parameters.
    public let degreesOfFreedom: Int
    /// By what the covariance was multiplied because the follow-ups scatter more than their standard errors allow; 1 when
    /// not asked for, or not needed.
    public let dispersion: Double
    /// The best curve without a plateau and its weighted sum of squares; nil when none fits.
    public let singleExponential: (curve: DecayCurve, chiSquared: Double)?
    /// The follow-ups.
    public let followUps: [FollowUp]
    /// The coverage of intervals.
    public let coverage: Double

    init(_ followUps: [FollowUp], isDispersed: Bool, months: [Double], coverage: Double) throws(ModelError) {
        let moments = Set(followUps.map(\.months)).count
        guard followUps.count >= 3, moments >= 2 else {
            throw .persistence(.tooFewFollowUps(rows: followUps.count, moments: moments))
        }
        let search = DecaySearch(followUps: followUps)
        curve = try search.run()
        isPlateauZero = curve.plateau < 1e-9
        chiSquared = search.chiSquared(curve)
        let free = isPlateauZero ? [1] : [0, 1]
        degreesOfFreedom = followUps.count - free.count
        dispersion = isDispersed ? max(1, chiSquared / Double(degreesOfFreedom)) : 1
        let scales = [1 / (curve.plateau * (1 - curve.plateau)), 1 / curve.rate]
        let natural = dispersion * (try Self.covariance(curve, followUps, free: free))
        var covariance = natural
        for (row, first) in free.enumerated() {
            for (column, second) in free.enumerated() {
                covariance[row, column] *= scales[first] * scales[second]
            }
        }
        let roots = natural.diagonal.map { $0.squareRoot() }
        standardErrors = isPlateauZero ? (nil, roots[0]) : (roots[0], roots[1])
        let values = [Double.log(curve.plateau / (1 - curve.plateau)), Double.log(curve.rate)]
        let df = Double(degreesOfFreedom)
        let rule: @Sendable ([Double]) -> Double = { _ in df }
        coefficients = Coefficients(
            labels: free.map { Self.names[$0] }, values: free.map { values[$0] }, covariance: covariance,
            degreesOfFreedom: dispersion > 1 ? rule : nil)
        var single = search
        single.hasPlateau = false
        singleExponential = (try? single.run()).map { ($0, single.chiSquared($0)) }
        self.followUps = followUps
        self.coverage = coverage
        reportedMonths = months
    }

    /// `(J' W J)^-1` in the plateau and the rate.
    private static func covariance(
        _ curve: DecayCurve, _ followUps: [FollowUp], free: [Int]
    ) throws(ModelError) -> Matrix {
        let rows = followUps.map { followUp in
            let gradient = curve.gradient(after: followUp.months)
            return free.map { gradient[$0] / followUp.standardError }
        }
        let jacobian = Matrix(rowVectors: rows)
        let information = jacobian.transposedTimes(jacobian)
        guard let factor = try? Cholesky(information), let last = factor.lower.diagonal.last,
            last * last > 1e-12 * (information.diagonal.last ?? 0)
        else { throw .persistence(.notIdentified) }
        return factor.inverse
    }

    /// The curve that a draw of the coefficients stands for; its bits do not hang on the C library.
    ///
    /// - Parameter draw: A number for each of ``coefficients``, in their order.
    public func curve(of draw: [Double]) -> DecayCurve {
        precondition(draw.count == coefficients.count, "a number for each coefficient")
        return isPlateauZero
            ? DecayCurve(plateau: 0, rate: Elementary.exp(draw[0]))
            : DecayCurve(logitPlateau: draw[0], logRate: draw[1])
    }

    /// The probability of a larger sum of squares when the curve is right.
    public var pValue: Double { ChiSquared(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(chiSquared) }

    /// The test of the single exponential against the plateau: the difference of the sums of squares over the dispersion,
    /// and its probability; halved, because the plateau of the hypothesis lies on the bound (Self and Liang 1987). nil
    /// when there is nothing to compare.
    public var plateauTest: (statistic: Double, pValue: Double)? {
        guard let single = singleExponential, !isPlateauZero else { return nil }
        let statistic = max(0, single.chiSquared - chiSquared) / dispersion
        return (statistic, ChiSquared(degreesOfFreedom: 1).upperTail(statistic) / 2)
    }

    /// A quantity with its interval.
    public struct Quantity: Sendable {
        /// `plateau`, `rate`, `half_life` or `share_left`.
        public let name: String
        /// The months of a share left; nil otherwise.
        public let months: Double?
        /// The estimate.
        public let estimate: Double
        /// Its standard error (delta method); nil where the plateau is zero.
        public let standardError: Double?
        /// Its interval, made on the logit or log scale; nil where the plateau is zero.
        public let interval: ClosedRange<Double>?
    }

    /// Plateau, rate, half-life and the shares left, with intervals.
    public var quantities: [Quantity] {
        let rate = logScale("rate", curve.rate, standardErrors.rate)
        let half = logScale("half_life", curve.halfLife, standardErrors.rate * curve.halfLife / curve.rate)
        let plateau =
            standardErrors.plateau.map { logitScale("plateau", nil, curve.plateau, $0) }
            ?? Quantity(name: "plateau", months: nil, estimate: 0, standardError: nil, interval: nil)
        return [plateau, rate, half] + reportedMonths.map(shareLeft)
    }

    /// The share left after some months with its interval.
    public func shareLeft(after months: Double) -> Quantity {
        let share = curve.share(after: months)
        let gradient = curve.gradient(after: months)
        // In the coefficients: d share / d logit(c) = c (1 - c) d share / dc, and so on.
        let scaled = [gradient[0] * curve.plateau * (1 - curve.plateau), gradient[1] * curve.rate]
        let weights = isPlateauZero ? [scaled[1]] : scaled
        let error = max(0, quadraticForm(coefficients.covariance, weights)).squareRoot()
        return logitScale("share_left", months, share, error)
    }

    private var quantile: Double {
        StudentT(degreesOfFreedom: dispersion > 1 ? Double(degreesOfFreedom) : .infinity).quantile((1 + coverage) / 2)
    }

    private func logScale(_ name: String, _ value: Double, _ error: Double) -> Quantity {
        let half = Double.exp(quantile * error / value)
        return Quantity(
            name: name, months: nil, estimate: value, standardError: error, interval: (value / half)...(value * half))
    }

    private func logitScale(_ name: String, _ months: Double?, _ value: Double, _ error: Double) -> Quantity {
        let centre = Double.log(value / (1 - value))
        let half = quantile * error / (value * (1 - value))
        func share(_ logit: Double) -> Double { 1 / (1 + Double.exp(-logit)) }
        return Quantity(
            name: name, months: months, estimate: value, standardError: error,
            interval: share(centre - half)...share(centre + half))
    }
}

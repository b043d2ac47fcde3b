import LinearAlgebra
import RealModule

/// How autocorrelation enters heteroskedasticity- and autocorrelation-consistent standard errors: the Bartlett kernel.
///
/// - SeeAlso: Newey and West (1987), Econometrica 55, 703-708; (1994), Review of Economic Studies 61, 631-653.
public struct NeweyWest: Sendable, Equatable {
    /// How many years back errors may be correlated.
    public enum Lag: Sendable, Equatable {
        /// A declared number of years.
        case fixed(Int)
        /// `floor(4 (n / 100)^(2/9))`, from the number of years alone.
        case rule
        /// Newey and West's (1994) choice from the autocovariances of the data.
        case automatic
    }

    /// What the distance of two rows is.
    public enum Spacing: String, Sendable, CaseIterable {
        /// Their distance in years: years that are missing count as distance.
        case years
        /// Their distance in the order of rows, as software that does not know the years counts.
        case order
    }

    /// How many years back errors may be correlated.
    public let lag: Lag
    /// What the distance of two rows is.
    public let spacing: Spacing
    /// Whether the scores are whitened by a first-order vector autoregression first (Andrews and Monahan 1992).
    public let isPrewhitened: Bool
    /// Whether the covariance is multiplied by n / (n - k).
    public let isAdjusted: Bool

    /// Newey-West standard errors.
    public init(
        lag: Lag = .rule, spacing: Spacing = .years, isPrewhitened: Bool = false, isAdjusted: Bool = true
    ) {
        self.lag = lag
        self.spacing = spacing
        self.isPrewhitened = isPrewhitened
        self.isAdjusted = isAdjusted
    }

    /// The sum over pairs of rows of `w(distance) u_s u_t'`, k x k, and the lag that was used.
    ///
    /// - Parameters:
    ///   - scores: `x_t e_t`, n x k, in the order of years; the first column belongs to the intercept.
    ///   - series: Where the distances come from.
    /// - Throws: ``SeriesProblem/badLag(_:years:)`` or a problem of prewhitening.
    func middle(_ scores: Matrix, _ series: TimeSeries) throws(ModelError) -> (matrix: Matrix, lag: Int) {
        let places = spacing == .years ? series.years : series.years.indices.map(Double.init)
        let (n, k) = (scores.rows, scores.columns)
        let white = isPrewhitened ? try Prewhitening(scores, series) : nil
        let rows = white?.residuals ?? scores
        let positions = Array(places.suffix(rows.rows))
        let lag = try chosenLag(rows, positions, n: n, span: (places.last ?? 0) - (places.first ?? 0))
        var sum = Matrix(rows: k, columns: k)
        for one in positions.indices {
            for other in positions.indices {
                let weight = 1 - abs(positions[one] - positions[other]) / Double(lag + 1)
                guard weight > 0 else { continue }
                for column in 0..<k {
                    for row in 0..<k { sum[row, column] += weight * rows[one, row] * rows[other, column] }
                }
            }
        }
        if let colouring = white?.colouring { sum = colouring * sum.timesTransposed(colouring) }
        let adjustment = isAdjusted ? Double(n) / Double(n - k) : 1
        return (adjustment * sum, lag)
    }

    private func chosenLag(
        _ rows: Matrix, _ positions: [Double], n: Int, span: Double
    ) throws(ModelError) -> Int {
        let share = Double.pow(Double(n) / 100, 2.0 / 9)
        switch lag {
        case .fixed(let lag):
            let longest = max(n, Int(span.rounded()) + 1)
            guard lag >= 0, lag < longest else { throw .series(.badLag(lag, years: longest)) }
            return lag
        case .rule: return Int(4 * share)
        case .automatic: return automaticLag(rows, positions, n: n, pilot: Int((isPrewhitened ? 3 : 4) * share))
        }
    }

    /// Newey and West (1994), table I and equation (3.9): `1.1447 ((s1 / s0)^2 n)^(1/3)`, s from the autocovariances of
    /// the scores summed over all columns but the intercept's, up to a pilot lag.
    private func automaticLag(_ rows: Matrix, _ positions: [Double], n: Int, pilot: Int) -> Int {
        let from = rows.columns > 1 ? 1 : 0
        let sums = (0..<rows.rows).map { row in (from..<rows.columns).reduce(0) { $0 + rows[row, $1] } }
        var (s0, s1) = (dot(sums, sums), 0.0)
        for one in positions.indices {
            for other in 0..<one {
                let distance = (positions[one] - positions[other]).rounded()
                guard distance <= Double(pilot) else { continue }
                let product = 2 * sums[one] * sums[other]
                s0 += product
                s1 += distance * product
            }
        }
        guard s0 != 0, s1.isFinite else { return 0 }
        let width = 1.1447 * Double.pow((s1 / s0) * (s1 / s0) * Double(n), 1.0 / 3)
        return width < Double(n - 1) ? Int(width) : n - 1
    }
}

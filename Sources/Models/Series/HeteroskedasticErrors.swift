import LinearAlgebra

/// The heteroskedasticity-consistent covariances of MacKinnon and White (1985), Journal of Econometrics 29, 305-325.
public enum HeteroskedasticErrors: String, Sendable, CaseIterable {
    /// White's (1980) own: squared residuals.
    case hc0
    /// Times n / (n - k).
    case hc1
    /// Squared residuals over 1 - leverage.
    case hc2
    /// Squared residuals over (1 - leverage)^2, close to the jackknife.
    case hc3

    /// `sum of x_t x_t' omega_t`, k x k.
    ///
    /// Years of leverage 1 are refused before.
    func middle(_ design: Matrix, _ fit: SeriesLeastSquares) -> Matrix {
        let (n, k) = (design.rows, design.columns)
        var sum = Matrix(rows: k, columns: k)
        for index in 0..<n {
            let row = (0..<k).map { design[index, $0] }
            let square = fit.residuals[index] * fit.residuals[index]
            let free = 1 - quadraticForm(fit.inverseGram, row)
            let omega: Double
            switch self {
            case .hc0: omega = square
            case .hc1: omega = square * Double(n) / Double(n - k)
            case .hc2: omega = square / free
            case .hc3: omega = square / (free * free)
            }
            for column in 0..<k { for other in 0..<k { sum[other, column] += omega * row[other] * row[column] } }
        }
        return sum
    }
}

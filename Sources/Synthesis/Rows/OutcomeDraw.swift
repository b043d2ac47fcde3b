import Probability

/// An outcome at a probability, given the linear predictor: its quantile, so one uniform number is one outcome.
struct OutcomeDraw: Sendable {
    private let family: OutcomeDeclaration.Family
    private let decimals: Decimals

    init(_ outcome: OutcomeDeclaration) {
        family = outcome.family
        decimals = Decimals(outcome.decimals)
    }

    /// Adds the outcome to a row.
    ///
    /// - Parameter weight: The prior weight, 1 where there is none.
    @inline(__always)
    func write(predictor: Double, weight: Double, at probability: Double, to row: inout RowBytes) {
        switch family {
        case .gaussian(let deviation):
            let residual = deviation / weight.squareRoot() * standardNormalQuantile(probability)
            row.append(predictor + residual, decimals: decimals)
        case .binomial: row.append(probability < logistic(predictor) ? 1 : 0)
        case .poisson: row.append(poissonQuantile(probability, logMean: predictor))
        }
    }
}

/// The Poisson count at a probability: exact up to a mean of 500, from there by Cornish and Fisher's expansion, whose
/// error is below one in ten thousand standard deviations.
func poissonQuantile(_ probability: Double, logMean: Double) -> Int {
    let mean = Elementary.exp(min(logMean, 34))
    guard mean <= 500 else {
        let z = standardNormalQuantile(probability)
        let deviation = mean.squareRoot()
        return Int(max(0, mean + deviation * z + (z * z - 1) / 6 + (z - z * z * z) / (72 * deviation) + 0.5))
    }
    var count = 0
    var density = Elementary.exp(-mean)
    var cumulative = density
    // In the far tail the sum may stay a rounding below the probability: what is left of it is then too small to matter.
    while cumulative < probability, density > 0x1p-60 || Double(count) < mean {
        count += 1
        density *= mean / Double(count)
        cumulative += density
    }
    return count
}

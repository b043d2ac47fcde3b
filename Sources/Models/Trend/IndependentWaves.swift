import LinearAlgebra
import Surveys
import Tables

/// Waves that were drawn apart from each other: their estimates do not covary, and each has its own degrees of freedom.
struct IndependentWaves: Sendable {
    /// The wave of each cell.
    private let waves: [Int]
    /// The degrees of freedom of each wave: its clusters less its strata, or those of its replicate weights.
    private let degreesOfFreedom: [Double]
    /// Whether weights were calibrated over all waves at once, which ties them in earnest.
    private let isCalibrated: Bool

    init(_ cells: [Cell], rows: Factor, sample: SurveySample) {
        let domains = DomainCodes(codes: rows.codes, names: rows.levels)
        degreesOfFreedom = sample.degreesOfFreedom(in: domains)
        isCalibrated = !sample.calibrations.isEmpty
        waves = cells.map { rows.levels.firstIndex(of: $0.cohort) ?? 0 }
    }

    /// The covariance without what ties waves together by chance: replicates and plausible values of the same number.
    func withoutTies(_ covariance: Matrix) -> Matrix {
        guard !isCalibrated else { return covariance }
        var result = covariance
        for row in waves.indices {
            for column in waves.indices where waves[row] != waves[column] { result[row, column] = 0 }
        }
        return result
    }

    /// Satterthwaite's degrees of freedom of a functional: `(sum v)^2 / sum (v^2 / df)` over the waves.
    ///
    /// - Parameter ofWave: The degrees of freedom of a functional within a wave, with those that the wave has. A wave of a single
    ///   cluster to a stratum counts as having 1.
    func degreesOfFreedom(
        of weights: [Double], covariance: Matrix, ofWave: ([Double], Double) -> Double
    ) -> Double {
        var (sum, squares) = (0.0, 0.0)
        for wave in Set(waves).sorted() {
            let own = weights.indices.map { waves[$0] == wave ? weights[$0] : 0 }
            let variance = max(0, quadraticForm(covariance, own))
            guard variance > 0 else { continue }
            sum += variance
            squares += variance * variance / ofWave(own, max(1, degreesOfFreedom[wave]))
        }
        return squares > 0 ? sum * sum / squares : .infinity
    }
}

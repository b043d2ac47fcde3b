import Funding
import LinearAlgebra
import Models
import Probability

/// How effects last by a fitted decay, drawn on the scales on which its coefficients are nearly normal.
struct FittedPersistence: Sendable {
    /// The model's name.
    let model: String
    let fit: PersistenceFit
    /// The number that keys the model's draws.
    let stream: UInt64
    /// The mean of the coefficients that draws are taken around, and a lower factor of their covariance.
    var mean: [Double]
    var factor: Matrix

    /// - Parameter stream: The number that keys the model's draws.
    /// - Throws: ``LinearAlgebra/SemidefiniteFactor``'s error when the covariance is none.
    init(_ fit: PersistenceFit, model: String, stream: UInt64) throws {
        self.model = model
        self.fit = fit
        self.stream = stream
        mean = fit.coefficients.values
        factor = try SemidefiniteFactor(fit.coefficients.covariance).lower
    }

    /// The decay in a draw: the same in every scenario.
    func persistence(_ inputs: DrawnInputs) -> Persistence {
        let normals = mean.indices.map { inputs.normal(.estimate(model: stream, element: $0)) }
        let drawn = mean.indices.map { row in
            (0...row).reduce(mean[row]) { $0 + factor[row, $1] * normals[$1] }
        }
        let curve = fit.curve(of: drawn)
        // The fit counts in months, effects in years.
        return Persistence(plateau: curve.plateau, halfLife: 0.6931471805599453 / (12 * curve.rate))
    }
}

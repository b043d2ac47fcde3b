import Funding
import LinearAlgebra

/// Numbers of a fit that a simulation draws from.
///
/// Fits go through BLAS, whose last bits differ between machines. A run that is continued or divided over machines
/// therefore keeps these numbers and draws from those kept.
public struct DrawnEstimate: Codable, Sendable, Equatable {
    /// The model and what the numbers are.
    public let name: String
    /// The numbers; a factor of a covariance row by row up to its diagonal.
    public let values: [Double]

    /// Numbers of a fit.
    public init(name: String, values: [Double]) {
        self.name = name
        self.values = values
    }

    /// By how much the numbers of two fits may differ, relative to the largest of them: fits agree to nine digits.
    public static let tolerance = 1e-6

    /// The position of the first number that differs from another fit's by more than the ``tolerance``; nil when all
    /// agree.
    ///
    /// - Parameter other: As many numbers.
    public func difference(from other: DrawnEstimate) -> Int? {
        let finite = (values + other.values).filter(\.isFinite)
        let scale = finite.reduce(0) { max($0, abs($1)) }
        return zip(values, other.values).enumerated().first { _, pair in
            // Infinite degrees of freedom are equal; what is not a number never is.
            pair.0 != pair.1 && !(abs(pair.0 - pair.1) <= Self.tolerance * scale)
        }?.offset
    }
}

extension SimulationPlan {
    /// Everything that the simulation draws from fitted models: starting states, effects of interventions, their
    /// persistence.
    public var drawnEstimates: [DrawnEstimate] {
        var estimates: [DrawnEstimate] = []
        for start in starts {
            let name = start.model
            estimates.append(DrawnEstimate(name: "\(name): starting means", values: start.mean))
            estimates.append(
                DrawnEstimate(name: "\(name): factor of the starting covariance", values: start.factor.lowerRows))
        }
        if let persistence = fittedPersistence {
            estimates.append(DrawnEstimate(name: "\(persistence.model): coefficients", values: persistence.mean))
            estimates.append(
                DrawnEstimate(
                    name: "\(persistence.model): factor of their covariance", values: persistence.factor.lowerRows))
        }
        for fitted in careers.compactMap(\.fitted) {
            estimates.append(DrawnEstimate(name: "\(fitted.model): log-odds of careers", values: fitted.mean))
            estimates.append(
                DrawnEstimate(
                    name: "\(fitted.model): factor of the covariance of log-odds", values: fitted.factor.lowerRows))
        }
        for reference in interventions?.evidence ?? [] {
            guard let predictive = effect(of: reference)?.predictive else { continue }
            estimates.append(DrawnEstimate(name: Self.name(of: reference), values: predictive.numbers))
        }
        return estimates
    }

    /// The plan that draws from other numbers.
    ///
    /// - Parameter estimates: As ``drawnEstimates``, from a fit of the same models; numbers of other models are left
    /// out.
    public func replacing(_ estimates: [DrawnEstimate]) -> SimulationPlan {
        let byName = Dictionary(estimates.map { ($0.name, $0.values) }, uniquingKeysWith: { first, _ in first })
        var plan = self
        plan.starts = starts.map { start in
            let name = start.model
            return JointStart(
                model: start.model, stream: start.stream, mean: byName["\(name): starting means"] ?? start.mean,
                factor: byName["\(name): factor of the starting covariance"]
                    .flatMap { Matrix(lowerRows: $0, size: start.factor.rows) } ?? start.factor,
                targets: start.targets)
        }
        if var persistence = fittedPersistence {
            persistence.mean = byName["\(persistence.model): coefficients"] ?? persistence.mean
            persistence.factor =
                byName["\(persistence.model): factor of their covariance"]
                .flatMap { Matrix(lowerRows: $0, size: persistence.factor.rows) } ?? persistence.factor
            plan.fittedPersistence = persistence
        }
        for index in careers.indices {
            guard var fitted = careers[index].fitted else { continue }
            fitted.mean = byName["\(fitted.model): log-odds of careers"] ?? fitted.mean
            fitted.factor =
                byName["\(fitted.model): factor of the covariance of log-odds"]
                .flatMap { Matrix(lowerRows: $0, size: fitted.factor.rows) } ?? fitted.factor
            plan.careers[index].fitted = fitted
        }
        for reference in interventions?.evidence ?? [] {
            guard let numbers = byName[Self.name(of: reference)], let predictive = PredictiveEffect(numbers),
                let source = effect(of: reference)?.source
            else { continue }
            plan.interventions?.replaceEffect(
                of: reference.intervention, on: reference.outcome, by: predictive, source: source)
        }
        return plan
    }

    private static func name(of reference: EvidenceReference) -> String {
        "\(reference.model): effect '\(reference.effect)' as that of '\(reference.intervention)' on \(reference.outcome)"
    }

    private func effect(of reference: EvidenceReference) -> (predictive: PredictiveEffect, source: String)? {
        let intervention = interventions?.menu.interventions.first { $0.name == reference.intervention }
        guard let effect = intervention?.effects[reference.outcome], let predictive = effect.byVersion.values.first
        else { return nil }
        return (predictive, effect.source)
    }
}

extension PredictiveEffect {
    fileprivate var numbers: [Double] { [mean, standardError, betweenStudySD, widening, degreesOfFreedom] }

    fileprivate init?(_ numbers: [Double]) {
        // Stored numbers come from a file that anybody can edit.
        guard numbers.count == 5, numbers[0].isFinite, numbers[1] >= 0, numbers[2] >= 0, numbers[3] > 0, numbers[4] > 0
        else { return nil }
        self.init(
            mean: numbers[0], standardError: numbers[1], betweenStudySD: numbers[2], widening: numbers[3],
            degreesOfFreedom: numbers[4])
    }
}

extension Matrix {
    /// The lower triangle of a square matrix, row by row.
    fileprivate var lowerRows: [Double] { (0..<rows).flatMap { row in (0...row).map { self[row, $0] } } }

    /// A lower triangle given row by row; nil when it has another size.
    fileprivate init?(lowerRows: [Double], size: Int) {
        guard lowerRows.count == size * (size + 1) / 2 else { return nil }
        self.init(rows: size, columns: size)
        var next = 0
        for row in 0..<size {
            for column in 0...row {
                self[row, column] = lowerRows[next]
                next += 1
            }
        }
    }
}

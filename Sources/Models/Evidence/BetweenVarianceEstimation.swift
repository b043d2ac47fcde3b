import LinearAlgebra
import Probability

/// Estimates the variances of true effects.
struct BetweenVarianceEstimation: Sendable {
    let rows: EffectRows
    let structure: EvidenceMethod.Structure
    let estimator: EvidenceMethod.Estimator

    /// The variances.
    ///
    /// - Throws: ``EvidenceProblem/oneStudy(effects:)``, ``EvidenceProblem/noRepeatedStudies(studies:)``, or what the
    ///   search throws.
    func run() throws(ModelError) -> BetweenVariances {
        switch (structure, estimator) {
        case (.fixed, _): return BetweenVariances()
        case (.random, .derSimonianLaird): return BetweenVariances(withinStudies: max(0, try momentEstimate()))
        case (.random, .pauleMandel):
            return BetweenVariances(withinStudies: try GeneralisedQ(rows).variance(at: Double(rows.count - rows.width)))
        case (.random, .ml), (.random, .reml): return try likelihood(free: [1])
        case (.threeLevel, _):
            guard rows.studies.count > 1 else { throw .evidence(.oneStudy(effects: rows.count)) }
            guard rows.studies.count < rows.count else {
                throw .evidence(.noRepeatedStudies(studies: rows.studies.count))
            }
            return try likelihood(free: [0, 1])
        }
    }

    private var criterion: VarianceCriterion {
        VarianceCriterion(rows: rows, criterion: estimator == .ml ? .ml : .reml)
    }

    private func likelihood(free: [Int]) throws(ModelError) -> BetweenVariances {
        try VarianceSearch(criterion: criterion, free: free).run()
    }

    /// `(Q - (n - p)) / tr(P)` at inverse sampling variances, which may be negative.
    private func momentEstimate() throws(ModelError) -> Double {
        let fit = try WeightedEffects(rows, BetweenVariances())
        return (fit.weightedSquares - Double(rows.count - rows.width)) / ProjectionMoments(fit).trace
    }

    /// The standard errors of the variances between and within studies; nil where there is none.
    ///
    /// From the expected information for likelihoods, a variance of zero held fixed; for the moments as in metafor.
    func standardErrors(_ variances: BetweenVariances) throws(ModelError) -> [Double?] {
        if structure == .fixed { return [nil, nil] }
        let fit = try WeightedEffects(rows, variances)
        let df = Double(rows.count - rows.width)
        switch estimator {
        case .derSimonianLaird:
            let moments = ProjectionMoments(try WeightedEffects(rows, BetweenVariances()))
            let (t, trace) = (variances.withinStudies, moments.trace)
            let spread = 2 * (df + 2 * t * trace + t * t * moments.squaredTrace)
            return [nil, spread.squareRoot() / trace]
        case .pauleMandel:
            let n = Double(rows.count)
            let weights = fit.covariance.precisions.reduce(0, +)
            return [nil, (2 * n * n / df).squareRoot() / weights]
        case .ml, .reml:
            let information = criterion.derivatives(fit).information
            return errors(information, free: structure == .random ? [1] : [0, 1].filter { variances[$0] > 0 })
        }
    }

    private func errors(_ information: Matrix, free: [Int]) -> [Double?] {
        var block = Matrix(rows: free.count, columns: free.count)
        for (row, first) in free.enumerated() {
            for (column, second) in free.enumerated() { block[row, column] = information[first, second] }
        }
        var result: [Double?] = [nil, nil]
        guard let inverse = try? Cholesky(block).inverse else { return result }
        // The criterion is minus twice the log-likelihood.
        for (position, parameter) in free.enumerated() {
            result[parameter] = (2 * inverse[position, position]).squareRoot()
        }
        return result
    }
}

import LinearAlgebra
import Parallelism
import Probability

/// A parametric bootstrap of a growth model: responses drawn from the fitted model, the model fitted to each.
///
/// A replicate's numbers hang on the seed and its own number only, so they are the same for any number of threads and
/// of replicates.
public struct ParametricBootstrap: Sendable {
    /// The parameters: fixed effects, then variance parameters.
    public let parameters: [ModelParameter]
    /// The estimates of each replicate, in the order of ``parameters``; nil where the fit failed.
    public let replicates: [[Double]?]

    /// The number of replicates whose fit failed.
    public var failureCount: Int { replicates.count { $0 == nil } }

    /// The estimates of one parameter in all replicates that were fitted.
    public func values(_ position: Int) -> [Double] { replicates.compactMap { $0?[position] } }

    /// The percentile interval of a parameter (Davison and Hinkley 1997, section 5.3.1; quantiles by R's type 6, whose
    /// coverage is right for them).
    public func interval(_ position: Int, coverage: Double) -> (lower: Double, upper: Double)? {
        let sorted = values(position).filter { !$0.isNaN }.sorted()
        guard sorted.count > 1 else { return nil }
        func quantile(_ share: Double) -> Double {
            let place = share * Double(sorted.count + 1) - 1
            let below = min(max(Int(place.rounded(.down)), 0), sorted.count - 1)
            let above = min(below + 1, sorted.count - 1)
            return sorted[below] + max(0, place - Double(below)) * (sorted[above] - sorted[below])
        }
        return (quantile((1 - coverage) / 2), quantile((1 + coverage) / 2))
    }
}

extension GrowthFit {
    /// Draws responses from the fitted model and fits the model to each.
    ///
    /// - Parameters:
    ///   - replicates: How many.
    ///   - seed: The seed of the draws.
    public func bootstrap(replicates: Int, seed: UInt64) -> ParametricBootstrap {
        let parameters = ModelParameters(model: model)
        let list = (0..<coefficients.count).map { ModelParameter.fixed($0) } + parameters.varianceParameters
        let sampler = ResponseSampler(self, seed: seed)
        var results = [[Double]?](repeating: nil, count: replicates)
        results.withUnsafeMutableBufferPointer { results in
            Threads.forEach(replicates) { replicate in
                results[replicate] = try? estimates(sampler.response(replicate), parameters)
            }
        }
        return ParametricBootstrap(parameters: list, replicates: results)
    }

    /// The estimates for another response.
    private func estimates(_ response: [Double], _ parameters: ModelParameters) throws(ModelError) -> [Double] {
        let profile = model.profile(of: response)
        let search = CriterionSearch(profile: profile)
        let theta = try search.refined(from: optimum)
        let solution = try profile.solve(theta)
        let sigma = (solution.residualSumOfSquares / profile.residualDegreesOfFreedom).squareRoot()
        let beta = model.columns.backTransformation * zip(model.startingEffects, solution.fixedEffects).map { $0 + $1 }
        return beta + parameters.varianceParameters.map { parameters.value($0, theta: theta, sigma: sigma) }
    }
}

/// Draws responses from a fitted model.
private struct ResponseSampler {
    let fit: GrowthFit
    let seed: UInt64
    /// The fixed part of each cell, and sigma over the root of its weight.
    let fixed: [Double]
    let deviations: [Double]
    /// `sigma Lambda` of each block, for its scaled columns.
    let factors: [Matrix]

    init(_ fit: GrowthFit, seed: UInt64) {
        self.fit = fit
        self.seed = seed
        let model = fit.model
        let declared = fit.coefficients.values
        // The declared fixed effects, back among the centred columns.
        let beta = model.columns.transformed(declared)
        fixed = model.columns.fitted(beta)
        deviations = (0..<model.cells.count).map { fit.sigma / (model.cells.rootWeights?[$0] ?? 1) }
        factors = model.profile.factors(fit.optimum.theta).map { fit.sigma * $0 }
    }

    /// The response of a replicate, without the offset.
    func response(_ replicate: Int) -> [Double] {
        let model = fit.model
        var response = normals(fit.rowCount, replicate, period: 0)
        for row in response.indices {
            let cell = Int(model.rows.cellOfRow[row])
            response[row] = fixed[cell] + deviations[cell] * response[row]
        }
        for (index, block) in model.blocks.enumerated() {
            let k = block.width
            let spherical = normals(block.effectCount, replicate, period: UInt8(index + 1))
            var effects = [Double](repeating: 0, count: spherical.count)
            for level in 0..<block.levelCount {
                for row in 0..<k {
                    for column in 0...row {
                        effects[level * k + row] += factors[index][row, column] * spherical[level * k + column]
                    }
                }
            }
            for row in response.indices {
                let cell = Int(model.rows.cellOfRow[row])
                for effect in 0..<k {
                    response[row] += block.matrix[cell * k + effect] * effects[Int(block.codes[row]) * k + effect]
                }
            }
        }
        return response
    }

    /// Independent standard normal numbers; streams of 131,072 after one another.
    private func normals(_ count: Int, _ replicate: Int, period: UInt8) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(count + 1)
        var entity: UInt64 = 0
        while values.count < count {
            let stream = RandomStream(
                seed: seed, purpose: .bootstrap, draw: UInt32(replicate), entity: entity, period: period)
            let blocks = min(65_536, (count - values.count + 1) / 2)
            for block in 0..<blocks {
                let (first, second) = stream.normals(at: UInt16(block))
                values.append(first)
                values.append(second)
            }
            entity += 1
        }
        if values.count > count { values.removeLast() }
        return values
    }
}

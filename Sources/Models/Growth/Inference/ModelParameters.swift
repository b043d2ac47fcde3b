import LinearAlgebra

/// A parameter of a growth model as intervals name it.
public enum ModelParameter: Hashable, Sendable {
    /// A fixed effect, by its position among the coefficients.
    case fixed(Int)
    /// The standard deviation of a random effect, by block and effect.
    case standardDeviation(block: Int, effect: Int)
    /// The correlation of two random effects of a block.
    case correlation(block: Int, row: Int, column: Int)
    /// The residual standard deviation.
    case sigma
}

/// The parameters of a growth model as functions of theta (of orthogonal columns) and sigma.
struct ModelParameters: Sendable {
    let model: GrowthModel

    /// Every variance parameter: by block, standard deviations before correlations, the residual's last.
    var varianceParameters: [ModelParameter] {
        var list: [ModelParameter] = []
        for (block, template) in model.profile.templates.enumerated() {
            let elements = template.parameters
            list += elements.filter(\.isDiagonal).map { .standardDeviation(block: block, effect: $0.row) }
            list += elements.filter { !$0.isDiagonal }.map {
                .correlation(block: block, row: $0.row, column: $0.column)
            }
        }
        return list + [.sigma]
    }

    /// The value of a variance parameter; nan for a fixed effect, which is no function of theta alone.
    func value(_ parameter: ModelParameter, theta: [Double], sigma: Double) -> Double {
        switch parameter {
        case .fixed: return .nan
        case .sigma: return sigma
        case .standardDeviation(let block, let effect):
            return sigma * norm(declaredFactor(theta, block), effect)
        case .correlation(let block, let row, let column):
            let lambda = declaredFactor(theta, block)
            var product = 0.0
            for inner in 0..<lambda.columns { product += lambda[row, inner] * lambda[column, inner] }
            let norms = norm(lambda, row) * norm(lambda, column)
            return norms > 0 ? product / norms : .nan
        }
    }

    /// A factor of the relative covariance of a block's effects as declared; theta is for orthogonal columns.
    private func declaredFactor(_ theta: [Double], _ block: Int) -> Matrix {
        model.effects[block].back(model.profile.factors(theta)[block])
    }

    private func norm(_ lambda: Matrix, _ row: Int) -> Double {
        var squares = 0.0
        for inner in 0..<lambda.columns { squares += lambda[row, inner] * lambda[row, inner] }
        return squares.squareRoot()
    }

    /// The derivatives of a variance parameter in theta and, last, sigma, by central differences.
    func gradient(_ parameter: ModelParameter, theta: [Double], sigma: Double) -> [Double] {
        (theta.indices).map { index in
            let step = 1e-6 * max(abs(theta[index]), 1e-2)
            var (up, down) = (theta, theta)
            up[index] += step
            down[index] -= step
            return (value(parameter, theta: up, sigma: sigma) - value(parameter, theta: down, sigma: sigma))
                / (2 * step)
        } + [derivativeInSigma(parameter, theta: theta, sigma: sigma)]
    }

    /// Standard deviations are proportional to sigma, correlations do not hang on it.
    private func derivativeInSigma(_ parameter: ModelParameter, theta: [Double], sigma: Double) -> Double {
        switch parameter {
        case .fixed, .correlation: 0
        case .sigma: 1
        case .standardDeviation: value(parameter, theta: theta, sigma: sigma) / sigma
        }
    }

    /// The words in which tables name a parameter: grouping factor, effect, other effect.
    func name(_ parameter: ModelParameter) -> (kind: String, group: String, term: String, withTerm: String) {
        switch parameter {
        case .fixed(let position): ("fixed_effect", "", model.columns.names[position], "")
        case .sigma: ("standard_deviation", "Residual", "", "")
        case .standardDeviation(let block, let effect):
            ("standard_deviation", model.blocks[block].factor, model.blocks[block].effectNames[effect], "")
        case .correlation(let block, let row, let column):
            (
                "correlation", model.blocks[block].factor, model.blocks[block].effectNames[column],
                model.blocks[block].effectNames[row]
            )
        }
    }
}

/// An interval of one parameter of a model.
public struct ParameterInterval: Sendable {
    /// `fixed_effect`, `standard_deviation` or `correlation`.
    public let kind: String
    /// The grouping factor, `Residual`, or empty for a fixed effect.
    public let group: String
    /// The term.
    public let term: String
    /// The other random effect of a correlation, or empty.
    public let withTerm: String
    /// How the interval was found.
    public let method: InferenceSpecification.Interval
    /// The estimate.
    public let estimate: Double
    /// The lower end; nil where there is none, which the remark explains.
    public let lower: Double?
    /// The upper end; nil where there is none.
    public let upper: Double?
    /// What the reader must know of it; mostly empty.
    public let remark: String
}

extension GrowthFit {
    /// The words in which tables name a parameter.
    public func name(of parameter: ModelParameter) -> (kind: String, group: String, term: String, withTerm: String) {
        ModelParameters(model: model).name(parameter)
    }
}

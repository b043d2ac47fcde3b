import LinearAlgebra

/// A fitted regression of states: binomial, multinomial or ordered logit, with or without school intercepts.
///
/// The log-likelihood is that of the rows as individuals: without the multinomial coefficients of counts, as nnet::multinom
/// and MASS::polr give it; R's glm of successes and failures adds them.
public struct CategoricalFit: Sendable {
    /// What a school's random intercepts are.
    public struct Effects: Sendable, Equatable {
        /// The grouping factor.
        public let factor: String
        /// Their names, d: the states they move towards, or `(Intercept)` of an ordered model.
        public let names: [String]
        /// Their covariance matrix, d x d.
        public let covariance: Matrix
        /// The schools' names.
        public let groups: [String]
        /// The conditional modes, schools x d, row by row; 0 for a school without rows.
        public let modes: [Double]
        /// The covariances of the modes given the parameters, schools x d x d.
        public let modeCovariances: [Double]

        /// A school's conditional modes.
        public func modes(of group: Int) -> [Double] {
            Array(modes[(group * names.count)..<((group + 1) * names.count)])
        }

        /// The covariance of a school's conditional modes, given the parameters.
        public func modeCovariance(of group: Int) -> Matrix {
            let size = names.count * names.count
            return Matrix(
                rows: names.count, columns: names.count,
                elements: Array(modeCovariances[(group * size)..<((group + 1) * size)]))
        }
    }

    /// The model.
    public let outcome: CategoricalModel.Outcome
    /// What the groups did.
    public let grouping: CategoricalModel.Grouping
    /// The columns of the design, dropped ones included: what a row to predict for holds.
    public let columns: [String]
    /// The states.
    public let states: [String]
    /// The names of the parameters: `up:year2020` (state and column), or the column and then `below|equal` (thresholds);
    /// then theta, `theta:up` and `theta:down.up`, the elements of Lambda with `Sigma = Lambda Lambda'`.
    public let parameters: [String]
    /// Their estimates.
    public let values: [Double]
    /// Their covariance: of the observed information, or robust. Rows of theta are zero when a singular fit has none.
    public let covariance: Matrix
    /// How many of the parameters are coefficients or thresholds; theta follows.
    public let coefficientCount: Int
    /// The log-likelihood, or the Laplace approximation of it.
    public let logLikelihood: Double
    /// The random intercepts, if any.
    public let effects: Effects?
    /// Steps of the search.
    public let iterations: Int
    /// Rows with a weight above zero.
    public let rowCount: Int
    /// Different rows among them.
    public let cellCount: Int
    /// Groups with rows; 1 when the groups do nothing.
    public let groupCount: Int

    let shape: CategoricalShape

    /// The columns that were dropped as combinations of the ones before them.
    public var droppedColumns: [String] { shape.aliased.dependences.map { columns[$0.column] } }

    /// The standard errors of the parameters.
    public var standardErrors: [Double] { covariance.diagonal.map { max($0, 0).squareRoot() } }

    /// Whether the covariance of the random intercepts has lost a dimension: an eigenvalue of Lambda's below 1e-4, as in
    /// lme4's isSingular.
    public var isSingular: Bool {
        guard let effects, let eigen = SymmetricEigen(effects.covariance) else { return false }
        return eigen.values.contains { $0 < 1e-8 }
    }

    /// The position of a parameter by its name; nil when there is none.
    public func position(of parameter: String) -> Int? { parameters.firstIndex(of: parameter) }
}

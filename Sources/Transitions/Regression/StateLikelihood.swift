/// The log-likelihood of a cell as a function of a few linear predictors, with derivatives up to the third order.
///
/// A cell has m predictors, `eta = Z beta + w u` with Z from its covariates and u the d random intercepts of its school.
/// Everything is minus the log-likelihood, so that curvatures are positive. Pointers run over one cell unless said
/// otherwise; `cache` is what ``respond(_:_:_:_:)`` leaves for the other functions.
protocol StateLikelihood: Sendable {
    /// - Parameter coefficients: As ``CategoricalShape`` orders them.
    init(_ shape: CategoricalShape, coefficients: [Double])

    /// Whether the coefficients give probabilities at all: thresholds must ascend.
    var isValid: Bool { get }
    /// m.
    var predictorCount: Int { get }
    /// d.
    var effectCount: Int { get }
    /// The numbers in a cache.
    var cacheCount: Int { get }

    /// The predictors `Z beta` of a cell with covariates x.
    func predict(_ x: UnsafePointer<Double>, into eta: UnsafeMutablePointer<Double>)
    /// Adds `Z' r` to the gradient by the coefficients, for r one number for each predictor.
    func addScore(_ x: UnsafePointer<Double>, _ r: UnsafePointer<Double>, to gradient: UnsafeMutablePointer<Double>)
    /// Adds `Z' M Z` to the lower triangle of the information, for the m x m curvature M.
    func addInformation(
        _ x: UnsafePointer<Double>, _ curvature: UnsafePointer<Double>, to information: UnsafeMutablePointer<Double>)

    /// Fills the cache at `eta + w u`.
    func respond(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ counts: UnsafePointer<Double>,
        _ cache: UnsafeMutablePointer<Double>)
    /// Minus the log-likelihood at `eta + w u`, where the cache was filled.
    func value(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, _ counts: UnsafePointer<Double>,
        _ cache: UnsafePointer<Double>
    ) -> Double
    /// The m first derivatives by the predictors.
    func slope(_ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, into r: UnsafeMutablePointer<Double>)
    /// The m x m second derivatives, both triangles.
    func curvature(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, into matrix: UnsafeMutablePointer<Double>)

    /// Adds `w' r` for r one number for each predictor.
    func addEffects(_ r: UnsafePointer<Double>, to total: UnsafeMutablePointer<Double>)
    /// Adds the first derivatives by u, d, and the second, d x d, lower triangle.
    func addEffectDerivatives(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, slope: UnsafeMutablePointer<Double>,
        curvature: UnsafeMutablePointer<Double>)
    /// Adds half the third derivatives by the predictors, contracted over two of them with `w A w'`, for A symmetric d x d.
    func addThird(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, _ a: UnsafePointer<Double>,
        to r: UnsafeMutablePointer<Double>)
    /// Subtracts the curvature times `w y`.
    func subtractCurvature(
        _ counts: UnsafePointer<Double>, _ cache: UnsafePointer<Double>, times y: UnsafePointer<Double>,
        from r: UnsafeMutablePointer<Double>)

    /// The K probabilities in the likelihood's order, at `eta + w u`, and their derivatives by the predictors, K x m row by row.
    func probabilities(
        _ eta: UnsafePointer<Double>, _ u: UnsafePointer<Double>, into p: UnsafeMutablePointer<Double>,
        slopes: UnsafeMutablePointer<Double>)
}

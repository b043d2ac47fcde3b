import LinearAlgebra
import OrderedCollections
import Probability
import Tables

/// The rates of each year and group, standardised: the mean of the fitted probabilities over the other covariates of all rows (of
/// the outcome), each by its trials, so that a deviation between years is not one of composition.
///
/// With random intercepts of variances theta^2 a population's probability is `E logit^-1(eta + Z sqrt(sum theta^2))`, by
/// Gauss-Hermite quadrature; its derivative in theta is `theta E g''(eta + Z sqrt(...))` (Stein's identity). Standard errors are the
/// delta method's, in all parameters at once.
///
/// - SeeAlso: Zeger, Liang and Albert (1988), Biometrics 44, 1049-1060; Muller and MacLehose (2014), International Journal of
///   Epidemiology 43, 962-970.
struct StandardisedRates {
    /// The cells' rates in percent, with their covariance.
    let estimates: Estimates
    /// How many each rests on.
    let counts: OrderedDictionary<Cell, CellCount>
    /// The cells without a row, or that the data do not determine.
    let empty: [Cell]

    /// So many nodes are exact to rounding for standard deviations of school effects up to 2.
    private static let nodeCount = 61

    /// - Throws: ``ModelError/noEstimableCell(quantity:)`` or ``ModelError/numericalBreakdown``.
    init(_ specification: RateSpecification, _ rows: RateRows, _ fit: RateFit) throws(ModelError) {
        let grid = RateGrid(specification, rows, fit.design)
        let integral = PopulationMean(
            deviations: specification.schools == .population ? fit.deviations : fit.deviations.map { _ in 0 },
            rule: GaussHermiteRule(count: Self.nodeCount))
        var (labels, values, gradients): ([Cell], [Double], [[Double]]) = ([], [], [])
        var counts: OrderedDictionary<Cell, CellCount> = [:]
        var empty: [Cell] = []
        for place in grid.places {
            let points = grid.points(place)
            guard place.count.individuals > 0, points.allSatisfy({ fit.dependences.isEstimable($0.row) }) else {
                empty.append(place.cell)
                continue
            }
            let found = Self.rate(points, fit, integral)
            labels.append(place.cell)
            counts[place.cell] = place.count
            values.append(100 * found.value)
            gradients.append(found.gradient.map { 100 * $0 })
        }
        guard !labels.isEmpty else { throw .noEstimableCell(quantity: "level") }
        let gradient = Matrix(rowVectors: gradients)
        estimates = Estimates(
            labels: labels, values: values, covariance: (gradient * fit.covariance).timesTransposed(gradient),
            sharedDegreesOfFreedom: fit.degreesOfFreedom)
        (self.counts, self.empty) = (counts, empty)
        guard estimates.isFinite else { throw .numericalBreakdown }
    }

    /// The weighted mean of probabilities and its gradient in (theta, beta).
    private static func rate(
        _ points: [RateGrid.Point], _ fit: RateFit, _ integral: PopulationMean
    ) -> (value: Double, gradient: [Double]) {
        let m = fit.deviations.count
        let (kept, beta) = (fit.dependences.kept, fit.coefficients.values)
        var (value, gradient) = (0.0, [Double](repeating: 0, count: m + beta.count))
        for point in points {
            var eta = 0.0
            for (position, column) in kept.enumerated() { eta += point.row[column] * beta[position] }
            let mean = integral(eta)
            value += point.weight * mean.value
            for (position, column) in kept.enumerated() {
                gradient[m + position] += point.weight * mean.slope * point.row[column]
            }
            for index in 0..<m { gradient[index] += point.weight * integral.deviations[index] * mean.curvature }
        }
        return (value, gradient)
    }
}

/// A probability averaged over normal random intercepts.
struct PopulationMean {
    /// The standard deviations of the intercepts.
    let deviations: [Double]
    private let shifts: [(node: Double, weight: Double)]

    init(deviations: [Double], rule: GaussHermiteRule) {
        self.deviations = deviations
        let spread = deviations.reduce(0) { $0 + $1 * $1 }.squareRoot()
        shifts = spread > 0 ? zip(rule.nodes, rule.weights).map { (spread * $0, $1) } : [(0, 1)]
    }

    /// The mean of the probability, of its slope and of its curvature in the linear predictor.
    func callAsFunction(_ eta: Double) -> (value: Double, slope: Double, curvature: Double) {
        var (value, slope, curvature) = (0.0, 0.0, 0.0)
        for (node, weight) in shifts {
            let cumulants = Family.binomial.cumulants(eta + node)
            value += weight * cumulants.mean
            slope += weight * cumulants.variance
            curvature += weight * cumulants.thirdMoment
        }
        return (value, slope, curvature)
    }
}

extension EstimateVector {
    /// Estimates of which every functional has the same degrees of freedom.
    init(labels: [Label], values: [Double], covariance: Matrix, sharedDegreesOfFreedom df: Double) {
        guard df.isFinite else {
            self.init(labels: labels, values: values, covariance: covariance)
            return
        }
        self.init(labels: labels, values: values, covariance: covariance, degreesOfFreedom: { _ in df })
    }
}

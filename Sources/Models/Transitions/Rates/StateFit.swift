import LinearAlgebra
import OrderedCollections
import Tables
import Transitions

/// A fitted multinomial or ordered logit of the states that rows end in, and the standardised shares of the states.
struct StateFit {
    private let fit: CategoricalFit
    private let rows: RateRows
    private let degreesOfFreedom: Double
    private let errors: String
    /// What was fitted and by what method, for a reader.
    let method: String
    /// The cells' shares in percent, state by state.
    private let estimates: Estimates
    /// How many each rests on: those in any state.
    let counts: OrderedDictionary<Cell, CellCount>
    private let empty: [Cell]

    /// - Throws: ``ModelError/transitions(_:)``, ``ModelError/noEstimableCell(quantity:)``.
    init(_ rows: RateRows, states: Factor, _ specification: RateSpecification) throws(ModelError) {
        let frame = rows.frame
        let design = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        try design.checkNames()
        try Self.checkOutcomes(rows, states, specification)
        let isOrdered = specification.isOrdered
        let reference = specification.reference.flatMap { states.levels.firstIndex(of: $0) } ?? 0
        let groups = try Self.groups(rows, specification)
        do throws(CategoricalProblem) {
            let data = try CategoricalDesign(
                columns: design.columnNames, rows: design.matrixByRows(frame.variables, rowCount: frame.rowCount),
                states: states.levels, responses: states.codes.map { Int($0) }, weights: rows.trials,
                groups: groups?.groups)
            fit = try CategoricalModel(
                data, outcome: isOrdered ? .ordered : .multinomial(reference: reference),
                grouping: groups?.grouping ?? .ignored
            ).fit()
        } catch {
            throw .transitions(.regression(error))
        }
        try Self.checkCoefficients(fit)
        self.rows = rows
        let isClustered = specification.errors != .model
        degreesOfFreedom = isClustered ? Double(fit.groupCount - 1) : .infinity
        errors =
            isClustered ? "clustered by \(groups?.groups.factor ?? ""), with the factor G / (G - 1)" : "the model's"
        let kind =
            isOrdered
            ? "Ordered logit (proportional odds)"
            : "Multinomial logit, log-odds against '\(states.levels[reference])'"
        method =
            kind
            + (frame.formula.random.isEmpty
                ? ", maximum likelihood"
                : " with random intercepts, Laplace's approximation; groups: \(groups?.groups.factor ?? "") \(fit.groupCount)")
        let shares = try StateShares(specification, rows, design, fit, degreesOfFreedom: degreesOfFreedom)
        (estimates, counts, empty) = (shares.estimates, shares.counts, shares.empty)
    }

    /// Refuses two outcomes of one name, as of 'a.b' with the state 'c' and of 'a' with the state 'b.c'.
    private static func checkOutcomes(
        _ rows: RateRows, _ states: Factor, _ specification: RateSpecification
    ) throws(ModelError) {
        guard let per = specification.per else { return }
        var known: [String: (level: String, state: String)] = [:]
        for level in RateFactor(per, rows.frame).levels {
            for state in states.levels {
                let name = "\(specification.outcome).\(level).\(state)"
                if let other = known.updateValue((level, state), forKey: name) {
                    throw .transitions(
                        .sameOutcome(
                            name, first: "'\(other.level)' with the state '\(other.state)'",
                            second: "'\(level)' with the state '\(state)'", column: per))
                }
            }
        }
    }

    private static func checkCoefficients(_ fit: CategoricalFit) throws(ModelError) {
        var known: Set<String> = []
        for name in fit.parameters[..<fit.coefficientCount] where !known.insert(name).inserted {
            throw .transitions(.sameCoefficient(name))
        }
    }

    private static func groups(
        _ rows: RateRows, _ specification: RateSpecification
    ) throws(ModelError) -> (groups: CategoricalGroups, grouping: CategoricalModel.Grouping)? {
        if case .cluster(let column) = specification.errors, let clusters = rows.clusters {
            let groups = CategoricalGroups(
                factor: column, names: clusters.levels, codes: clusters.codes.map { Int($0) })
            return (groups, .clusters(.groups))
        }
        guard !rows.frame.formula.random.isEmpty,
            let block = try RandomEffectsDesign(rows.frame, limit: .asManyAsRows).blocks.first
        else { return nil }
        let groups = CategoricalGroups(
            factor: block.factor, names: (0..<block.levels.count).map { block.levels[$0] },
            codes: block.codes.map { Int($0) })
        return (groups, .random(.full))
    }

    /// The result that every model kind hands on.
    func result(name: String, baseline: BaselineDeclaration?) throws(ModelError) -> ModelFit {
        let own = fit.coefficientCount
        let covariance = Matrix(rowVectors: (0..<own).map { row in (0..<own).map { fit.covariance[row, $0] } })
        return ModelFit(
            model: name,
            coefficients: Coefficients(
                labels: Array(fit.parameters[..<own]), values: Array(fit.values[..<own]), covariance: covariance,
                sharedDegreesOfFreedom: degreesOfFreedom),
            varianceComponents: fit.effects?.components ?? [], estimates: estimates,
            standardDeviations: estimates.spreads(in: baseline?.cohorts ?? []), diagnostics: diagnostics)
    }

    private var diagnostics: [Diagnostic] {
        var list =
            rows.diagnostics + [
                Diagnostic(
                    "log_likelihood", fit.logLikelihood,
                    note: (fit.effects == nil ? "" : "Laplace approximation, ") + "of rows as individuals"),
                Diagnostic("standard_errors", note: errors),
                Diagnostic(
                    "degrees_of_freedom", degreesOfFreedom.isFinite ? degreesOfFreedom : nil,
                    note: degreesOfFreedom.isFinite ? "the number of clusters less one" : "infinite (normal quantiles)"),
            ]
        if fit.isSingular {
            list.append(
                Diagnostic(
                    "singular", note: "the random intercepts have lost a dimension of their covariance", isWarning: true
                ))
        }
        return list + RateFit.dropped(fit.droppedColumns) + Diagnostic.emptyCells(empty)
    }
}

/// The standardised shares of states.
private struct StateShares {
    let estimates: Estimates
    let counts: OrderedDictionary<Cell, CellCount>
    let empty: [Cell]

    init(
        _ specification: RateSpecification, _ rows: RateRows, _ design: PredictorDesign, _ fit: CategoricalFit,
        degreesOfFreedom: Double
    ) throws(ModelError) {
        let grid = RateGrid(specification, rows, design)
        var found: [(place: RateGrid.Place, shares: StateProbabilities)] = []
        var empty: [Cell] = []
        for place in grid.places {
            let points = grid.points(place)
            let shares = try? fit.meanProbabilities(
                rows: points.flatMap(\.row), weights: points.map(\.weight),
                school: specification.schools == .population ? .average : .typical)
            guard place.count.individuals > 0, let shares else {
                empty.append(place.cell)
                continue
            }
            found.append((place, shares))
        }
        guard !found.isEmpty else { throw .noEstimableCell(quantity: "level") }
        var (labels, values, gradients): ([Cell], [Double], [[Double]]) = ([], [], [])
        var counts: OrderedDictionary<Cell, CellCount> = [:]
        for (state, name) in fit.states.enumerated() {
            for (place, shares) in found {
                let cell = place.cell.of(state: name)
                labels.append(cell)
                counts[cell] = place.count
                values.append(100 * shares.values[state])
                gradients.append((0..<shares.jacobian.columns).map { 100 * shares.jacobian[state, $0] })
            }
        }
        let gradient = Matrix(rowVectors: gradients)
        estimates = Estimates(
            labels: labels, values: values, covariance: (gradient * fit.covariance).timesTransposed(gradient),
            sharedDegreesOfFreedom: degreesOfFreedom)
        (self.counts, self.empty) = (counts, empty)
        guard estimates.isFinite else { throw .numericalBreakdown }
    }
}

extension Cell {
    /// The cell of one state: `placement.above`.
    fileprivate func of(state: String) -> Cell {
        Cell(quantity: quantity, outcome: outcome + "." + state, sector: sector, cohort: cohort, group: group)
    }
}

extension RateSpecification {
    /// Whether the states have an order.
    fileprivate var isOrdered: Bool {
        guard case .file(_, .ordered) = source else { return false }
        return true
    }

    /// The state against which log-odds are; nil for the first.
    fileprivate var reference: String? {
        guard case .file(_, .states(_, let reference, _)) = source else { return nil }
        return reference
    }
}

extension CategoricalFit.Effects {
    /// The variances and covariances.
    fileprivate var components: [VarianceComponent] {
        var list: [VarianceComponent] = []
        for row in names.indices {
            let variance = covariance[row, row]
            list.append(
                VarianceComponent(
                    group: factor, term: names[row], withTerm: nil, variance: variance,
                    standardDeviation: max(0, variance).squareRoot(), correlation: nil))
            for column in 0..<row {
                let scale = (variance * covariance[column, column]).squareRoot()
                list.append(
                    VarianceComponent(
                        group: factor, term: names[row], withTerm: names[column], variance: covariance[row, column],
                        standardDeviation: nil, correlation: scale > 0 ? covariance[row, column] / scale : nil))
            }
        }
        return list
    }
}

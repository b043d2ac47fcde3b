import LinearAlgebra
import Surveys
import Transitions

/// What flows say beyond the levels of their indicators.
public struct FlowFindings: Sendable {
    /// The grades, diplomas and ends.
    public let ladder: CareerLadder
    /// The flows of the baseline years together, for simulations; nil when the groups of a state go to different places, so
    /// that no destination can be the reference of all.
    public internal(set) var fitted: FittedFlows?
    /// The years in ``fitted``.
    public let fittedYears: [String]
    /// Every transition of every year and group.
    public internal(set) var rows: [FlowRow]
    /// The numbers of the model file; empty for counted flows.
    public let figures: [PublishedFlows.Figure]
    /// How the years that a cohort spends in grades end.
    public internal(set) var moves: [FlowMoves]
}

/// The probability of going from a state to another in a school year.
public struct FlowRow: Sendable {
    /// What the probability rests on.
    public enum Basis: String, Sendable {
        /// Counted pupils.
        case counted
        /// A published figure.
        case published
        /// An assumption of the model file.
        case assumed
        /// What the figures of the state leave.
        case rest
    }

    /// The school year.
    public let year: String
    /// The group; empty for all.
    public let group: String
    /// The positions of the states.
    public let from, to: Int
    /// What the transition means.
    public let move: CareerMove
    /// What it rests on.
    public let basis: Basis
    /// The pupils who made it and those who could; nil when not counted, or not published.
    public internal(set) var count, base: Double?
    /// The share with its standard error; nil when not published.
    public internal(set) var share: Estimate?
    /// Its confidence interval: Wilson's for counts, on the scale of log-odds for published figures; nil where there is
    /// none.
    public internal(set) var interval: ClosedRange<Double>?
    /// Why nothing is published; nil when it is.
    public internal(set) var suppressed: String?

    static func all(_ flows: FlowCells, _ specification: FlowSpecification) -> [FlowRow] {
        let ladder = specification.ladder
        var effect = 1.0
        if case .file(let file) = specification.source { effect = file.designEffect }
        var rows: [FlowRow] = []
        for cell in flows.cells {
            let bases = cell.counts?.bases
            for from in ladder.states.indices {
                for to in ladder.states.indices where cell.matrix.probabilities[from, to] > 0 {
                    guard let move = ladder.move(from: from, to: to) else { continue }
                    let p = cell.matrix.probabilities[from, to]
                    var row = FlowRow(
                        year: cell.year, group: cell.group, from: from, to: to, move: move,
                        basis: specification.basis(cell, from, to))
                    if let counts = cell.counts, let base = bases?[from] {
                        (row.count, row.base) = (counts.counts[from, to], base)
                        row.share = Estimate(value: p, standardError: (p * (1 - p) * effect / base).squareRoot())
                        row.interval = wilson(p, base / effect, specification.coverage)
                    } else {
                        let error = flows.error(cell, from, to)
                        row.share = Estimate(value: p, standardError: error)
                        row.interval = logit(p, error, specification.coverage)
                    }
                    rows.append(row)
                }
            }
        }
        return rows
    }

    private init(
        year: String, group: String, from: Int, to: Int, move: CareerMove, basis: Basis
    ) {
        (self.year, self.group, self.from, self.to, self.move, self.basis) = (year, group, from, to, move, basis)
    }

    private static func wilson(_ p: Double, _ n: Double, _ coverage: Double) -> ClosedRange<Double>? {
        interval(p, 0, n, .wilson(populationSize: nil), coverage)
    }

    private static func logit(_ p: Double, _ error: Double, _ coverage: Double) -> ClosedRange<Double>? {
        p > 0 && p < 1 && error > 0 ? interval(p, error, 1, .logit, coverage) : nil
    }

    private static func interval(
        _ p: Double, _ error: Double, _ n: Double, _ method: ShareIntervalMethod, _ coverage: Double
    ) -> ClosedRange<Double>? {
        guard
            let share = try? EstimatedShare(p, standardError: error, sampleSize: n, degreesOfFreedom: .infinity),
            let found = try? share.confidenceInterval(method, coverage: coverage), found.lower <= found.upper
        else { return nil }
        return found.lower...found.upper
    }
}

extension FlowCells {
    /// The standard error of a single probability.
    fileprivate func error(_ cell: FlowCell, _ from: Int, _ to: Int) -> Double {
        var gradient = Matrix(rows: cell.matrix.states.count, columns: cell.matrix.states.count)
        gradient[from, to] = 1
        let own = cell.sensitivity(gradient, placements: cell.placements.map { _ in 0 })
        return max(0, uncertainty.covariance(own, own)).squareRoot()
    }
}

extension FlowSpecification {
    fileprivate func basis(_ cell: FlowCell, _ from: Int, _ to: Int) -> FlowRow.Basis {
        guard case .figures(let slopes) = cell.origin, case .published(let flows) = source else { return .counted }
        guard let own = slopes.first(where: { $0.from == from && $0.to == to && $0.factor > 0 }) else { return .rest }
        return flows.figures[own.figure].isAssumed ? .assumed : .published
    }
}

/// How the years that a synthetic cohort spends in grades end.
public struct FlowMoves: Sendable {
    /// The school year.
    public let year: String
    /// The group; empty for all.
    public let group: String
    /// The shares by move, adding up to 1.
    public let shares: [(move: CareerMove, share: Double)]

    static func all(_ flows: FlowCells, _ ladder: CareerLadder) -> [FlowMoves] {
        flows.cells.compactMap { cell in
            guard let cohort = try? SyntheticCohort(ladder: ladder, years: [cell.matrix], placements: cell.placements)
            else { return nil }
            let shares = CareerMove.allCases.filter { $0 != .movedOn }.compactMap { move in
                (try? cohort.value(of: .yearly(move))).map { (move, $0.value) }
            }
            return FlowMoves(year: cell.year, group: cell.group, shares: shares)
        }
    }
}

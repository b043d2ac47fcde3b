import LinearAlgebra
import Models
import OrderedCollections

/// Growth or level, deviation, delay, equity gap and verdict of every cell: linear functionals of the estimates (and, for delay,
/// a ratio by the delta method), with standard errors from their full covariance.
public struct RecoveryAnalysis: Sendable {
    /// The cell estimates.
    public let estimates: Estimates
    /// The declared baseline; nil compares with nothing.
    public let baseline: BaselineDeclaration?
    /// The baseline standard deviation of the level, by outcome.
    public let standardDeviations: [String: Double]
    /// Margin, teaching weeks and groups.
    public let judgement: Judgement

    /// An analysis of cell estimates.
    ///
    /// - Parameter withheldCohorts: Cohorts of which some cells are suppressed; what needs them is not compared.
    /// - Throws: ``RecoveryError/unknownBaselineCohort(_:known:)``, ``RecoveryError/tooFewCohortsForTrend(_:)`` or
    ///   ``RecoveryError/cohortIsNoYear(_:)`` when the baseline cannot be formed.
    public init(
        estimates: Estimates, baseline: BaselineDeclaration?, standardDeviations: [String: Double],
        judgement: Judgement, withheldCohorts: Set<String> = []
    ) throws(RecoveryError) {
        self.estimates = estimates
        self.baseline = baseline
        self.standardDeviations = standardDeviations
        self.judgement = judgement
        guard let baseline else { return }
        let known = OrderedSet(estimates.labels.map(\.cohort))
        for cohort in baseline.cohorts where !known.contains(cohort) && !withheldCohorts.contains(cohort) {
            throw .unknownBaselineCohort(cohort, known: Array(known))
        }
        if baseline.kind == .trend {
            _ = try Baseline(cohorts: baseline.cohorts, kind: .trend).weights(for: baseline.cohorts[0])
        }
    }

    /// An analysis of a fitted model; nil when it reports neither growth nor levels, or both.
    public init?(_ model: FittedModel) throws(RecoveryError) {
        guard let estimates = model.fit.estimates, let quantity = estimates.labels.first?.quantity, quantity != .effect,
            estimates.labels.allSatisfy({ $0.quantity == quantity })
        else { return nil }
        try self.init(
            estimates: estimates, baseline: model.file.baseline, standardDeviations: model.fit.standardDeviations,
            judgement: model.file.judgement, withheldCohorts: Set(model.suppressed.map(\.cell.cohort)))
    }

    /// Whether the cells are growths or levels; they are never mixed.
    public var quantity: Cell.Quantity { estimates.labels.first?.quantity ?? .growth }

    // MARK: Cells

    /// The growth or level of every cell, compared with each kind of baseline that can be formed.
    public func cellFindings() throws(RecoveryError) -> [CellFinding] {
        var findings: [CellFinding] = []
        for cell in estimates.labels {
            let estimate = estimates.functional(weights([(cell, 1)]))
            let kinds = baselineKinds(for: cell)
            if kinds.isEmpty { findings.append(CellFinding(cell: cell, estimate: estimate, comparison: nil)) }
            for kind in kinds {
                let comparison = try comparison(of: cell, with: kind)
                findings.append(CellFinding(cell: cell, estimate: estimate, comparison: comparison))
            }
        }
        return findings
    }

    /// The declared kind first; the other one too when the cohorts are enough and are years. None for the baseline's own cohorts,
    /// and where a baseline cohort has no estimate of the outcome and group.
    func baselineKinds(for cell: Cell) -> [BaselineDeclaration.Kind] {
        guard let baseline, !baseline.cohorts.contains(cell.cohort), hasBaseline(cell, baseline) else { return [] }
        let canTrend = (try? Baseline(cohorts: baseline.cohorts, kind: .trend).weights(for: cell.cohort)) != nil
        let other: BaselineDeclaration.Kind = baseline.kind == .mean ? .trend : .mean
        return [baseline.kind] + (canTrend ? [other] : [])
    }

    private func hasBaseline(_ cell: Cell, _ baseline: BaselineDeclaration) -> Bool {
        baseline.cohorts.allSatisfy { estimates.position(of: sameCell(as: cell, cohort: $0)) != nil }
    }

    private func comparison(
        of cell: Cell, with kind: BaselineDeclaration.Kind
    ) throws(RecoveryError) -> CellFinding.Comparison {
        let reference = try baselineWeights(for: cell, kind: kind)
        let deviationWeights = zip(weights([(cell, 1)]), reference).map { $0 - $1 }
        let deviation = estimates.functional(deviationWeights)
        let baselineEstimate = estimates.functional(reference)
        let interval = deviation.confidenceInterval(coverage: Verdict.coverage)
        let sd = standardDeviations[cell.outcome]
        return CellFinding.Comparison(
            baselineKind: kind, baseline: baselineEstimate, deviation: deviation,
            deviationInSD: sd.map { deviation.value / $0 },
            deviationPercent: baselineEstimate.value > 0 ? 100 * deviation.value / baselineEstimate.value : nil,
            delayWeeks: quantity == .growth
                ? delayEstimate(deviation, deviationWeights, baselineEstimate, reference) : nil,
            interval: interval, margin: judgement.margin(of: cell.outcome, standardDeviation: sd),
            verdict: verdict(on: interval, outcome: cell.outcome))
    }

    /// The verdict, with better up: an outcome of which less is better is judged upside down.
    private func verdict(on interval: ClosedRange<Double>, outcome: String) -> Verdict? {
        guard let margin = judgement.margin(of: outcome, standardDeviation: standardDeviations[outcome]) else {
            return nil
        }
        let isLowerBetter = judgement.direction(of: outcome) == .lower
        return Verdict(
            interval: isLowerBetter ? -interval.upperBound ... -interval.lowerBound : interval, margin: margin)
    }

    /// `-D w / G_B` with the delta method's standard error; D and G_B are correlated through the baseline.
    private func delayEstimate(
        _ deviation: Estimate, _ deviationWeights: [Double], _ baseline: Estimate, _ reference: [Double]
    ) -> Estimate? {
        let weeks = judgement.teachingWeeks
        let points = (ScorePoints(value: deviation.value), ScorePoints(value: baseline.value))
        guard let delay = try? delay(of: points.0, baselineGrowth: points.1, teachingWeeks: weeks) else { return nil }
        let inDeviation = -weeks / baseline.value
        let inBaseline = weeks * deviation.value / (baseline.value * baseline.value)
        let gradient = zip(deviationWeights, reference).map { inDeviation * $0 + inBaseline * $1 }
        let linear = estimates.functional(gradient)
        return Estimate(
            value: delay.value, standardError: linear.standardError, degreesOfFreedom: linear.degreesOfFreedom)
    }

    // MARK: Equity gap

    /// The equity gap of every cohort in which both groups are estimated, against the declared baseline.
    public func gapFindings() throws(RecoveryError) -> [GapFinding] {
        var findings: [GapFinding] = []
        for low in estimates.labels where low.group == judgement.lowGroup {
            let high = sameCell(as: low, group: judgement.highGroup)
            guard estimates.position(of: high) != nil else { continue }
            let gapWeights = weights([(low, 1), (high, -1)])
            let gap = estimates.functional(gapWeights)
            guard let baseline, !baseline.cohorts.contains(low.cohort), hasBaseline(low, baseline),
                hasBaseline(high, baseline)
            else {
                findings.append(gapFinding(low, gap, change: nil))
                continue
            }
            let lowReference = try baselineWeights(for: low, kind: baseline.kind)
            let highReference = try baselineWeights(for: high, kind: baseline.kind)
            let change = zip(gapWeights, zip(lowReference, highReference)).map { $0 - ($1.0 - $1.1) }
            findings.append(gapFinding(low, gap, change: estimates.functional(change)))
        }
        return findings
    }

    private func gapFinding(_ cell: Cell, _ gap: Estimate, change: Estimate?) -> GapFinding {
        let interval = change?.confidenceInterval(coverage: Verdict.coverage)
        let verdict = interval.flatMap { self.verdict(on: $0, outcome: cell.outcome) }
        return GapFinding(
            quantity: cell.quantity, outcome: cell.outcome, sector: cell.sector, cohort: cell.cohort, gap: gap,
            change: change,
            interval: interval, verdict: verdict)
    }

    // MARK: Starting state

    /// The deviations of some cells from the declared baseline, in SD, positive when better, with their joint covariance.
    ///
    /// - Throws: ``RecoveryError/unknownCell(_:known:)`` for a cell without an estimate or without standard deviation.
    public func deviations(of cells: [Cell]) throws(RecoveryError) -> Estimates {
        var rows: [[Double]] = []
        for cell in cells {
            guard estimates.position(of: cell) != nil, let sd = standardDeviations[cell.outcome] else {
                throw .unknownCell(cell.name, known: estimates.labels.map(\.name))
            }
            let reference = try baseline.map { declared throws(RecoveryError) in
                try baselineWeights(for: cell, kind: declared.kind)
            }
            let own = weights([(cell, 1)])
            let unit = judgement.direction(of: cell.outcome) == .lower ? -sd : sd
            rows.append(own.indices.map { (own[$0] - (reference?[$0] ?? 0)) / unit })
        }
        return estimates.transformed(Matrix(rowVectors: rows), labels: cells)
    }

    // MARK: Weights on the estimates

    func weights(_ terms: [(cell: Cell, weight: Double)]) -> [Double] {
        var result = [Double](repeating: 0, count: estimates.count)
        for (cell, weight) in terms {
            if let position = estimates.position(of: cell) { result[position] += weight }
        }
        return result
    }

    func baselineWeights(for cell: Cell, kind: BaselineDeclaration.Kind) throws(RecoveryError) -> [Double] {
        guard let baseline else { return weights([]) }
        let shares = try Baseline(cohorts: baseline.cohorts, kind: kind).weights(for: cell.cohort)
        var terms: [(Cell, Double)] = []
        for (cohort, share) in zip(baseline.cohorts, shares) {
            let reference = sameCell(as: cell, cohort: cohort)
            guard estimates.position(of: reference) != nil else {
                throw .unknownCell(reference.name, known: estimates.labels.map(\.name))
            }
            terms.append((reference, share))
        }
        return weights(terms)
    }

    func sameCell(as cell: Cell, cohort: String? = nil, group: String? = nil) -> Cell {
        Cell(
            quantity: cell.quantity, outcome: cell.outcome, sector: cell.sector, cohort: cohort ?? cell.cohort,
            group: group ?? cell.group)
    }
}

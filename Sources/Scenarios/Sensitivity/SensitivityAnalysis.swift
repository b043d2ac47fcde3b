import Funding
import Parallelism
import Probability

/// A row of `sensitivity.csv`: what one input, or several of one kind, has to do with the uncertainty of a figure.
public struct SensitivityRow: Sendable {
    /// What the inputs have in common.
    public enum Level: String, Sendable {
        /// A source of uncertainty.
        case source
        /// A kind of input: the same parameter of all outcomes, all starting states, all effects of interventions.
        case kind
        /// One input.
        case input
    }

    /// The scenario of the figure.
    public let scenario: String
    /// The scenario it is compared with; nil for a scenario's own figure.
    public let reference: String?
    /// What the figure is.
    public let measure: ScenarioComparison.Measure
    /// What recovery is judged against.
    public let benchmark: RecoveryBenchmark
    /// The sector.
    public let sector: String
    /// The outcome.
    public let outcome: String
    /// The school year.
    public let year: String
    /// What the inputs have in common.
    public let level: Level
    /// The name of the input, kind or source.
    public let input: String
    /// The first-order share of the variance, with its interval; nil for single inputs and figures that do not vary.
    public let first: SensitivityIndex?
    /// The total share of the variance.
    public let total: SensitivityIndex?
    /// The figure with the input at its 5 and 95% quantiles, the others at their medians; nil for kinds and sources.
    public let swing: OneAtATimeDesign.Swing?
}

/// How much each uncertain input has to do with a plan's figures, by variance and one at a time.
///
/// The figures are expectations over schools' noise and heterogeneity given the inputs, by the same kernel: exact for means,
/// because the state equation is linear in both. Inputs are the uniform numbers from which parameters are drawn: with declared
/// correlations the indices are those of the independent scores behind them.
///
/// - SeeAlso: ``Probability/SensitivityDesign`` for the estimators (Saltelli and others 2010, Jansen 1999).
public struct SensitivityAnalysis: Sendable {
    /// The rows of `sensitivity.csv`.
    public let rows: [SensitivityRow]
    /// The number of evaluations.
    public let evaluations: Int
    private let splits: [NationalFigure.Subject: Split]

    /// Where the variance of a comparison comes from.
    private struct Split {
        /// The shares of its expectation's variance.
        let shares: ScenarioComparison.VarianceShares
        /// The variance of the expectation given the inputs.
        let variance: Double
        /// The variance of the rest: schools' noise and heterogeneity.
        let noise: Double
    }

    /// The draws in which the rest is measured, at most.
    private static let noiseDraws = 256

    /// The least and the default number of base samples.
    public static let defaultSamples = 128

    /// Analyses a plan.
    ///
    /// - Parameters:
    ///   - result: The draws, for what schools' noise adds; nil leaves it out.
    ///   - samples: Base samples, rounded up to 16 times a power of two; the plan is evaluated `samples (groups + 2)` times
    ///     for each of two groupings, and twice for each input.
    ///   - cancellation: Set it to stop early.
    /// - Throws: ``ScenarioError/cancelled``.
    public init(
        _ plan: SimulationPlan, result: SimulationResult? = nil, samples: Int = SensitivityAnalysis.defaultSamples,
        cancellation: Cancellation = Cancellation()
    ) throws(ScenarioError) {
        let evaluator = ExpectationEvaluator(plan)
        let figures = NationalFigures(plan, evaluator.layout)
        let (headlines, compared) = (figures.headlines, figures.comparisons)
        let points = SplitInputs(plan.space)
        guard points.count > 0, 2 * points.count <= SobolSequence.maximumDimensions else {
            (rows, evaluations, splits) = ([], 0, [:])
            return
        }
        func indices(_ groups: [InputGroup], _ figures: [NationalFigure]) throws(ScenarioError) -> [OutputSensitivity] {
            let design = SensitivityDesign(
                inputs: points.count, groups: groups.map(\.members), baseSamples: samples, seed: plan.file.seed)
            let outputs = try evaluator.outputs(
                rows: design.rowCount, figures, cancellation: cancellation
            ) { plan.space.drawn(at: points.uniforms(of: design.row($0))) }
            return design.indices(of: outputs)
        }
        let (sources, kinds) = (points.sources, points.kinds)
        let bySource = try indices(sources, compared + headlines)
        let byKind = try indices(kinds, headlines)
        let noise = try evaluator.noise(of: compared, result, draws: Self.noiseDraws, cancellation: cancellation)
        var splits: [NationalFigure.Subject: Split] = [:]
        for (index, figure) in compared.enumerated() {
            guard let shares = ScenarioComparison.VarianceShares(bySource[index], sources) else { continue }
            splits[figure.subject] = Split(shares: shares, variance: bySource[index].variance, noise: noise[index])
        }
        self.splits = splits
        let oneAtATime = OneAtATimeDesign(
            inputs: plan.space.inputs.count, groups: plan.space.inputs.indices.map { [$0] })
        let swings = oneAtATime.swings(
            of: try evaluator.outputs(rows: oneAtATime.rowCount, headlines, cancellation: cancellation) {
                plan.space.drawn(at: oneAtATime.row($0))
            })
        evaluations = samples * (sources.count + kinds.count + 4) + oneAtATime.rowCount
        let names = plan.space.inputs.map(\.name)
        rows = headlines.indices.flatMap { index in
            let subject = headlines[index].subject
            return SensitivityRow.rows(subject, .source, sources, bySource[compared.count + index])
                + SensitivityRow.rows(subject, .kind, kinds, byKind[index])
                + swings[index].filter { $0.change != 0 }.map {
                    SensitivityRow(subject, .input, names[$0.group], first: nil, total: nil, swing: $0)
                }
        }
    }

    /// The time that an analysis of a plan will take, measured with a few evaluations on all threads, s.
    public static func expectedSeconds(_ plan: SimulationPlan, samples: Int) -> Double {
        let points = SplitInputs(plan.space)
        guard points.count > 0, 2 * points.count <= SobolSequence.maximumDimensions else { return 0 }
        let evaluator = ExpectationEvaluator(plan)
        let middle = [Double](repeating: 0.5, count: plan.space.inputs.count)
        let rows = 64
        let start = ContinuousClock.now
        _ = try? evaluator.outputs(rows: rows, [], cancellation: Cancellation()) { row in
            // Both computations of the money's effect take part, as they do in the analysis.
            plan.space.drawn(at: middle.enumerated().map { ($0.offset + row) % 2 == 0 ? 0.3 : 0.7 })
        }
        let perRow = (ContinuousClock.now - start) / .seconds(1) / Double(rows)
        let groups = points.sources.count + points.kinds.count + 4
        return perRow * Double(max(samples, 16) * groups + 1 + 2 * plan.space.inputs.count)
    }

    /// The comparison with its variance split by source.
    ///
    /// Monte Carlo stands for the random numbers of schools and years: the variance, over draws, of the figure less its
    /// expectation given the draw's inputs.
    func split(_ row: ScenarioComparison) -> ScenarioComparison {
        guard let benchmark = row.benchmark, let sd = row.standardDeviation, sd > 0 else { return row }
        // The trend since the pre-crisis year is the same in both scenarios: differences from level and trend are equal.
        let subject = NationalFigure.Subject(
            scenario: row.scenario, reference: row.reference, measure: row.measure,
            benchmark: benchmark == .level ? .trend : benchmark, sector: row.sector, outcome: row.outcome,
            group: row.group, year: row.year)
        guard let split = splits[subject] else { return row }
        var result = row
        result.varianceShares = split.shares.beside(monteCarlo: split.noise / (split.noise + split.variance))
        return result
    }

    /// All comparisons, those split that can be.
    public func split(_ rows: [ScenarioComparison]) -> [ScenarioComparison] { rows.map { split($0) } }
}

extension ScenarioComparison.VarianceShares {
    /// From first-order indices of groups by source; what they leave over is interaction. Estimates below 0 count as 0.
    fileprivate init?(_ sensitivity: OutputSensitivity, _ groups: [InputGroup]) {
        guard let first = sensitivity.first else { return nil }
        func share(_ source: UncertaintySource) -> Double {
            zip(groups, first).reduce(0) { $0 + ($1.0.name == source.rawValue ? max(0, $1.1.estimate) : 0) }
        }
        let own = UncertaintySource.allCases.map(share)
        let sum = own.reduce(0, +)
        let scale = sum > 1 ? 1 / sum : 1
        self.init(
            sampling: share(.sampling) * scale, parameter: share(.parameter) * scale,
            betweenStudy: share(.betweenStudy) * scale, structure: share(.structure) * scale,
            interaction: max(0, 1 - sum), monteCarlo: 0)
    }

    fileprivate func beside(monteCarlo: Double) -> Self {
        let rest = 1 - monteCarlo
        return Self(
            sampling: sampling * rest, parameter: parameter * rest, betweenStudy: betweenStudy * rest,
            structure: structure * rest, interaction: interaction * rest, monteCarlo: monteCarlo)
    }
}

extension SensitivityRow {
    fileprivate init(
        _ subject: NationalFigure.Subject, _ level: Level, _ input: String, first: SensitivityIndex?,
        total: SensitivityIndex?, swing: OneAtATimeDesign.Swing?
    ) {
        self.init(
            scenario: subject.scenario, reference: subject.reference, measure: subject.measure,
            benchmark: subject.benchmark, sector: subject.sector, outcome: subject.outcome, year: subject.year,
            level: level, input: input, first: first, total: total, swing: swing)
    }

    fileprivate static func rows(
        _ subject: NationalFigure.Subject, _ level: Level, _ groups: [InputGroup], _ sensitivity: OutputSensitivity
    ) -> [SensitivityRow] {
        groups.indices.compactMap { index in
            guard let first = sensitivity.first?[index], let total = sensitivity.total?[index] else { return nil }
            return SensitivityRow(subject, level, groups[index].name, first: first, total: total, swing: nil)
        }
    }
}

/// Evaluates figures at points of the unit cube, on all threads; the results do not depend on their number.
private struct ExpectationEvaluator {
    let layout: RecordLayout
    private let plan: SimulationPlan
    private let simulation: DrawSimulation

    init(_ plan: SimulationPlan) {
        self.plan = plan
        layout = Simulator(plan).layout
        simulation = DrawSimulation(plan, layout: layout, isExpectation: true)
    }

    /// The figures of every row, row by row.
    func outputs(
        rows: Int, _ figures: [NationalFigure], cancellation: Cancellation, inputs: (Int) -> DrawnInputs
    ) throws(ScenarioError) -> [Double] {
        let (chunk, width) = (32, figures.count)
        var values = [Double](repeating: 0, count: rows * width)
        values.withUnsafeMutableBufferPointer { values in
            nonisolated(unsafe) let values = values
            Threads.forEach((rows + chunk - 1) / chunk) { index in
                let workspaces = simulation.makeWorkspaces()
                for row in (index * chunk)..<min(rows, (index + 1) * chunk) where !cancellation.isCancelled {
                    let record = simulation.record(inputs(row), 0, workspaces)
                    for (place, figure) in figures.enumerated() {
                        values[row * width + place] = figure.value(in: record)
                    }
                }
            }
        }
        if cancellation.isCancelled { throw .cancelled }
        return values
    }

    /// The variance of each figure less its expectation given the inputs, over the first draws of a result.
    func noise(
        of figures: [NationalFigure], _ result: SimulationResult?, draws: Int, cancellation: Cancellation
    ) throws(ScenarioError) -> [Double] {
        guard let result, result.draws > 1 else { return figures.map { _ in 0 } }
        let count = min(draws, result.draws)
        let expected = try outputs(rows: count, figures, cancellation: cancellation) { plan.inputs(draw: UInt32($0)) }
        return figures.enumerated().map { index, figure in
            let rest = result.records.sums(of: figure.terms, first: count).enumerated().map { draw, value in
                let difference = value - expected[draw * figures.count + index]
                return abs(difference) <= PairedDraws.resolution * figure.unit ? 0 : difference
            }
            return sampleVariance(rest) ?? 0
        }
    }
}

import Funding
import Probability

/// One draw after another of a plan.
struct DrawSimulation: Sendable {
    private let plan: SimulationPlan
    private let layout: RecordLayout
    /// Sectors in the order in which pupils pass through them.
    private let kernels: [SectorKernel]

    /// Whether records are expectations over schools' noise and heterogeneity.
    private let isExpectation: Bool

    /// - Parameter isExpectation: Whether a record is the expectation of its sums given the draw's parameters; counts of
    ///   schools, which are not linear, are 0 then.
    init(_ plan: SimulationPlan, layout: RecordLayout, isExpectation: Bool = false) {
        self.isExpectation = isExpectation
        self.plan = plan
        self.layout = layout
        var waiting = plan.population.sectors.map { SectorKernel(plan, sector: $0) }.filter { !$0.outcomes.isEmpty }
        var (ordered, done) = ([SectorKernel](), Set<Int>())
        while !waiting.isEmpty {
            // The file was checked: sectors follow one another, so some sector can always be next.
            let index = waiting.firstIndex { $0.outcomes.allSatisfy { $0.entry.map(done.contains) ?? true } } ?? 0
            let kernel = waiting.remove(at: index)
            done.formUnion(kernel.outcomes.map(\.position))
            ordered.append(isExpectation ? kernel.condensed : kernel)
        }
        kernels = ordered
    }

    /// The records of some draws; nil when it was asked to stop.
    ///
    /// - Throws: ``ScenarioError/notFinite(draw:)``.
    func block(_ draws: Range<Int>, cancellation: Cancellation) throws(ScenarioError) -> RecordBlock? {
        let workspaces = makeWorkspaces()
        var values = [Double]()
        values.reserveCapacity(draws.count * layout.length)
        for draw in draws {
            if cancellation.isCancelled { return nil }
            let record = record(plan.inputs(draw: UInt32(draw)), UInt32(draw), workspaces)
            guard record.allSatisfy(\.isFinite) else { throw .notFinite(draw: draw) }
            values += record
        }
        return RecordBlock(draws: draws, values: values)
    }

    /// Room for the draws of one thread.
    func makeWorkspaces() -> [SectorWorkspace] { kernels.map { SectorWorkspace($0, scenarios: plan.scenarios.count) } }

    /// The record of one draw.
    ///
    /// - Parameters:
    ///   - draw: Keys the schools' noise and heterogeneity.
    ///   - workspaces: From ``makeWorkspaces()``, used by no one else at the time.
    func record(_ inputs: DrawnInputs, _ draw: UInt32, _ workspaces: [SectorWorkspace]) -> [Double] {
        var parameters = plan.parameters(inputs)
        if isExpectation {
            for index in parameters.indices { (parameters[index].noiseSD, parameters[index].schoolSD) = (0, 0) }
        }
        var record = [Double](repeating: 0, count: layout.length)
        for (outcome, values) in parameters.enumerated() { record[layout.trend(outcome)] = values.trend }
        var leaving: [Int: LeavingPaths] = [:]
        for (kernel, work) in zip(kernels, workspaces) {
            let run = SectorRun(
                kernel: kernel, parameters: kernel.outcomes.map { parameters[$0.position] },
                response: response(kernel, kernel.outcomes.map { parameters[$0.position] }, inputs),
                layout: layout, scenarios: plan.scenarios.count, leaving: leaving, inputs: inputs)
            leaving.merge(run.simulate(draw, work, &record)) { $1 }
        }
        return record
    }

    private func response(
        _ kernel: SectorKernel, _ parameters: [OutcomeParameters], _ inputs: DrawnInputs
    ) -> MoneyResponse {
        if let menu = kernel.menu, !plan.file.moneyEffect.isTopDown(inputs) {
            return MoneyResponse(
                bottomUp: menu, inputs: inputs, schools: kernel.schools, scenarios: plan.scenarios.count,
                years: kernel.years)
        }
        return MoneyResponse(topDown: parameters, schools: kernel.schools, years: kernel.years)
    }
}

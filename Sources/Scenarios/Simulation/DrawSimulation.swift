import Funding
import Probability

/// One draw after another of a plan.
struct DrawSimulation: Sendable {
    private let plan: SimulationPlan
    private let layout: RecordLayout
    /// Sectors in the order in which pupils pass through them.
    private let kernels: [SectorKernel]

    init(_ plan: SimulationPlan, layout: RecordLayout) {
        self.plan = plan
        self.layout = layout
        var waiting = plan.population.sectors.map { SectorKernel(plan, sector: $0) }.filter { !$0.outcomes.isEmpty }
        var (ordered, done) = ([SectorKernel](), Set<Int>())
        while !waiting.isEmpty {
            // The file was checked: sectors follow one another, so some sector can always be next.
            let index = waiting.firstIndex { $0.outcomes.allSatisfy { $0.entry.map(done.contains) ?? true } } ?? 0
            let kernel = waiting.remove(at: index)
            done.formUnion(kernel.outcomes.map(\.position))
            ordered.append(kernel)
        }
        kernels = ordered
    }

    /// The records of some draws; nil when it was asked to stop.
    func block(_ draws: Range<Int>, cancellation: Cancellation) -> RecordBlock? {
        let workspaces = kernels.map { SectorWorkspace($0) }
        var values = [Double]()
        values.reserveCapacity(draws.count * layout.length)
        for draw in draws {
            if cancellation.isCancelled { return nil }
            values += record(UInt32(draw), workspaces)
        }
        return RecordBlock(draws: draws, values: values)
    }

    private func record(_ draw: UInt32, _ workspaces: [SectorWorkspace]) -> [Double] {
        let inputs = plan.inputs(draw: draw)
        let parameters = plan.parameters(inputs)
        var record = [Double](repeating: 0, count: layout.length)
        for (outcome, values) in parameters.enumerated() { record[layout.trend(outcome)] = values.trend }
        var leaving: [Int: LeavingPaths] = [:]
        for (kernel, work) in zip(kernels, workspaces) {
            let run = SectorRun(
                kernel: kernel, parameters: kernel.outcomes.map { parameters[$0.position] },
                response: response(kernel, kernel.outcomes.map { parameters[$0.position] }, inputs),
                layout: layout, scenarios: plan.scenarios.count, leaving: leaving)
            run.simulate(draw, work, &record)
            for (outcome, paths) in run.leavingPaths(work) { leaving[outcome] = paths }
        }
        return record
    }

    private func response(
        _ kernel: SectorKernel, _ parameters: [OutcomeParameters], _ inputs: DrawnInputs
    ) -> MoneyResponse {
        if let menu = kernel.menu, !plan.file.moneyEffect.isTopDown(inputs) {
            return MoneyResponse(bottomUp: menu, inputs: inputs, schools: kernel.schools, years: kernel.years)
        }
        return MoneyResponse(topDown: parameters, schools: kernel.schools, years: kernel.years)
    }
}

/// One draw of one sector.
private struct SectorRun {
    let kernel: SectorKernel
    let parameters: [OutcomeParameters]
    let response: MoneyResponse
    let layout: RecordLayout
    let scenarios: Int
    let entry: EntryPaths
    /// Responses by scenario, cell (one for all when they are the same) and outcome; nil where a scenario adds nothing.
    private let gains: [[[GainResponse]]?]

    init(
        kernel: SectorKernel, parameters: [OutcomeParameters], response: MoneyResponse, layout: RecordLayout,
        scenarios: Int, leaving: [Int: LeavingPaths]
    ) {
        self.kernel = kernel
        self.parameters = parameters
        self.response = response
        self.layout = layout
        self.scenarios = scenarios
        let entry = EntryPaths(kernel, parameters, leaving: leaving, scenarios: scenarios)
        self.entry = entry
        let hasEntry = kernel.outcomes.contains { $0.entry != nil }
        var uniform: [[GainResponse]]?
        gains = (0..<scenarios).map { scenario in
            guard kernel.schools.hasMoney(scenario) || hasEntry else { return nil }
            // Without pupils who bring something a response that is the same in all cells is so in all scenarios too.
            if response.isSame, !hasEntry, let uniform { return uniform }
            let cells = response.isSame ? 1 : kernel.schools.cells.count
            let result = (0..<cells).map { cell in
                let brought = entry.gains.map { $0[scenario] }
                var found = [GainResponse?](repeating: nil, count: kernel.outcomes.count)
                func make(_ own: Int) -> GainResponse {
                    if let known = found[own] { return known }
                    let wellbeing = kernel.outcomes[own].wellbeing
                    let made = GainResponse(
                        kernel, own, parameters, response, scenario: scenario, cell: cell, entry: brought,
                        source: wellbeing < 0 ? nil : make(wellbeing))
                    found[own] = made
                    return made
                }
                return kernel.outcomes.indices.map { make($0) }
            }
            uniform = result
            return result
        }
    }

    private func gain(_ scenario: Int, cell: Int, _ own: Int) -> GainResponse? {
        gains[scenario].map { $0[response.isSame ? 0 : cell][own] }
    }

    func simulate(_ draw: UInt32, _ work: SectorWorkspace, _ record: inout [Double]) {
        work.clearSums()
        let overSchools = gains.map { cells in
            cells.map { $0.map { $0.map { SectorKernel.SchoolResponse($0, kernel) } } }
        }
        var common = [[Double]](
            repeating: [Double](repeating: 0, count: 3 * kernel.moments), count: kernel.outcomes.count)
        var own = Array(repeating: common, count: scenarios)
        for chunk in kernel.schools.chunks {
            kernel.drawNumbers(chunk, draw: draw, parameters, work)
            kernel.simulate(chunk, parameters, entry, work)
            for outcome in kernel.outcomes.indices {
                let trend = parameters[outcome].trend
                if overSchools.contains(where: { $0 == nil }) {
                    kernel.count(
                        outcome, chunk, trend: trend, scenario: 0, nil, work, counts: &common[outcome])
                }
                for scenario in 0..<scenarios {
                    guard let responses = overSchools[scenario] else { continue }
                    kernel.count(
                        outcome, chunk, trend: trend, scenario: scenario,
                        responses[response.isSame ? 0 : chunk.cell][outcome], work, counts: &own[scenario][outcome])
                }
            }
        }
        for scenario in 0..<scenarios {
            for outcome in kernel.outcomes.indices {
                let counts = overSchools[scenario] == nil ? common[outcome] : own[scenario][outcome]
                add(counts, scenario, outcome, &record)
                addSums(scenario, outcome, work, &record)
            }
        }
    }

    private func add(_ counts: [Double], _ scenario: Int, _ own: Int, _ record: inout [Double]) {
        for (index, benchmark) in RecoveryBenchmark.allCases.enumerated() {
            for moment in 0..<kernel.moments {
                record[layout.schools(scenario, kernel.outcomes[own].position, benchmark, moment)] =
                    counts[index * kernel.moments + moment]
            }
        }
    }

    /// The pupil-weighted sums of a scenario: those that all share, and what its money and entering pupils add.
    private func addSums(_ scenario: Int, _ own: Int, _ work: SectorWorkspace, _ record: inout [Double]) {
        let outcome = kernel.outcomes[own]
        let added = AddedSums(kernel, scenario, own) { gain(scenario, cell: $0, own) }
        for group in 0..<RecordLayout.groups {
            for moment in 0..<kernel.moments {
                // Records hold deviations from the trend.
                let shift = outcome.isFromLevel ? parameters[own].trend * kernel.trendYears[moment] : 0
                for quintile in 0..<RecordLayout.quintiles {
                    let index = work.level(own, group: group, quintile: quintile, moment: moment)
                    let pupils = added.pupils[group][quintile]
                    record[layout.state(scenario, outcome.position, group, quintile, moment)] =
                        work.levels[index] + added.level[group][quintile][moment] - shift * pupils
                    record[layout.growth(scenario, outcome.position, group, quintile, moment)] =
                        work.growth[index] + added.growth[group][quintile][moment]
                }
                let pupils = kernel.schools.allPupils[group] / Double(kernel.grades)
                for grade in 0..<kernel.grades {
                    record[layout.grade(scenario, outcome.position, group, grade, moment)] =
                        work.byGrade[work.grade(own, group: group, grade: grade, moment: moment)]
                        + added.byGrade[group][grade][moment] - shift * pupils
                }
            }
        }
    }

    /// What the last grade's pupils leave with, by the outcome's place in the file.
    func leavingPaths(_ work: SectorWorkspace) -> [(Int, LeavingPaths)] {
        let last = kernel.grades - 1
        return kernel.outcomes.indices.map { own in
            func mean(_ group: Int, _ sums: (Int) -> Double) -> [Double] {
                let pupils = kernel.schools.allPupils[group] / Double(kernel.grades)
                return (0..<kernel.moments).map { pupils > 0 ? sums($0) / pupils : 0 }
            }
            let common = (0..<RecordLayout.groups).map { group in
                mean(group) { work.byGrade[work.grade(own, group: group, grade: last, moment: $0)] }
            }
            let gains = (0..<scenarios).map { scenario in
                let added = AddedSums(kernel, scenario, own) { gain(scenario, cell: $0, own) }
                return (0..<RecordLayout.groups).map { group in mean(group) { added.byGrade[group][last][$0] } }
            }
            return (kernel.outcomes[own].position, LeavingPaths(common: common, gains: gains))
        }
    }
}

/// The pupil-weighted sums over schools of what a scenario's money and entering pupils add to one outcome.
private struct AddedSums {
    /// `[group][quintile][moment]`.
    var level: [[[Double]]]
    var growth: [[[Double]]]
    /// `[group][grade][moment]`.
    var byGrade: [[[Double]]]
    /// `[group][quintile]`.
    var pupils: [[Double]]

    init(_ kernel: SectorKernel, _ scenario: Int, _ own: Int, gain: (Int) -> GainResponse?) {
        let none = [Double](repeating: 0, count: kernel.moments)
        level = Array(
            repeating: Array(repeating: none, count: RecordLayout.quintiles), count: RecordLayout.groups)
        growth = level
        byGrade = Array(repeating: Array(repeating: none, count: kernel.grades), count: RecordLayout.groups)
        pupils = Array(
            repeating: Array(repeating: 0.0, count: RecordLayout.quintiles), count: RecordLayout.groups)
        for (index, cell) in kernel.schools.cells.enumerated() {
            for group in 0..<RecordLayout.groups { pupils[group][cell.quintile] += cell.pupils[group] }
            guard let response = gain(index) else { continue }
            for group in 0..<RecordLayout.groups { add(response, cell, group, kernel, scenario) }
        }
    }

    private mutating func add(
        _ response: GainResponse, _ cell: SectorSchools.Cell, _ group: Int, _ kernel: SectorKernel, _ scenario: Int
    ) {
        let quintile = cell.quintile
        for (paidYear, year) in kernel.schools.paidYears.enumerated() {
            let euros = cell.euros[scenario][group][paidYear]
            guard euros > 0 else { continue }
            let path = response.direct[group][paidYear]
            for moment in (year + 1)..<kernel.moments {
                let age = moment - 1 - year
                let staying = kernel.shareStaying(age)
                guard staying > 0 else { break }
                let value = euros * path[age]
                level[group][quintile][moment] += staying * value
                growth[group][quintile][moment] += staying * (value - (age > 0 ? euros * path[age - 1] : 0))
                let part = value / Double(kernel.grades)
                for grade in (kernel.hasFlow ? age : 0)..<kernel.grades { byGrade[group][grade][moment] += part }
            }
        }
        guard kernel.hasFlow else { return }
        let pupils = cell.pupils[group]
        for moment in 1..<kernel.moments {
            level[group][quintile][moment] += pupils * response.enteredMean[group][moment]
            growth[group][quintile][moment] += pupils * response.enteredGrowth[group][moment]
            for grade in 0..<kernel.grades {
                byGrade[group][grade][moment] +=
                    pupils / Double(kernel.grades) * response.entered[group][grade][moment]
            }
        }
    }
}

import Funding

/// One draw of one sector: what all scenarios share, and what each adds.
struct SectorRun {
    private let kernel: SectorKernel
    private let parameters: [OutcomeParameters]
    private let response: MoneyResponse
    private let layout: RecordLayout
    private let scenarios: Int
    private let entry: EntryPaths
    /// By outcome.
    private let gains: [GainResponse]
    /// By scenario and outcome; nil when nobody brings anything.
    private let entered: [[EnteredPaths]]?
    /// Nil when the sector has no careers.
    private let careers: CareerRun?

    /// - Parameters:
    ///   - parameters: Of the sector's outcomes.
    ///   - inputs: The draw's inputs, for careers.
    ///   - leaving: What the pupils of earlier sectors leave with, by the outcome's place in the file.
    init(
        kernel: SectorKernel, parameters: [OutcomeParameters], response: MoneyResponse, layout: RecordLayout,
        scenarios: Int, leaving: [Int: LeavingPaths], inputs: DrawnInputs
    ) {
        careers = kernel.careers.map { CareerRun(kernel, $0, inputs, parameters) }
        self.kernel = kernel
        self.parameters = parameters
        self.response = response
        self.layout = layout
        self.scenarios = scenarios
        let entry = EntryPaths(kernel, parameters, leaving: leaving, scenarios: scenarios)
        self.entry = entry
        gains = kernel.outcomes.indices.map { GainResponse(kernel, $0, parameters, response) }
        let hasEntry = kernel.hasFlow && kernel.outcomes.contains { $0.entry != nil }
        entered =
            hasEntry
            ? (0..<scenarios).map { scenario in
                kernel.outcomes.indices.map { own in
                    let brought = { (outcome: Int) in entry.gains[outcome][scenario] }
                    let wellbeing = kernel.outcomes[own].wellbeing
                    // A well-being outcome has none of its own: the file was checked.
                    let source =
                        wellbeing < 0
                        ? nil
                        : EnteredPaths(kernel, parameters[wellbeing], brought: brought(wellbeing), wellbeing: nil)
                    return EnteredPaths(
                        kernel, parameters[own], brought: brought(own),
                        wellbeing: source.map { (brought(wellbeing), $0) })
                }
            } : nil
    }

    /// Simulates the draw and writes its figures.
    ///
    /// - Returns: What the last grade's pupils leave with, by the outcome's place in the file, of outcomes that go on.
    func simulate(_ draw: UInt32, _ work: SectorWorkspace, _ record: inout [Double]) -> [Int: LeavingPaths] {
        work.clearSums()
        let length = 3 * kernel.moments
        var counts = [Double](repeating: 0, count: (scenarios + 1) * kernel.outcomes.count * length)
        if response.isSame { fillResponses(cell: 0, work) }
        beginCareers(work)
        for chunk in kernel.schools.chunks {
            kernel.drawNumbers(chunk, draw: draw, parameters, work)
            kernel.simulate(chunk, parameters, entry, work)
            simulateCareers(chunk, draw, work)
            guard !kernel.schools.isCondensed else { continue }
            if !response.isSame { fillResponses(cell: chunk.cell, work) }
            counts.withUnsafeMutableBufferPointer { counts in
                guard let base = counts.baseAddress else { return }
                for own in kernel.outcomes.indices {
                    // The last place is that of the scenarios that add nothing.
                    for scenario in 0...scenarios where scenario == scenarios || !addsNothing(scenario) {
                        kernel.count(
                            own, chunk, trend: parameters[own].trend, scenario: scenario == scenarios ? nil : scenario,
                            work, counts: base + (scenario * kernel.outcomes.count + own) * length)
                    }
                }
            }
        }
        writeCareers(work, &record)
        var result: [Int: LeavingPaths] = [:]
        for own in kernel.outcomes.indices {
            var leaving = kernel.outcomes[own].goesOn ? commonLeaving(own, work) : nil
            for scenario in 0..<scenarios {
                let place = (addsNothing(scenario) ? scenarios : scenario) * kernel.outcomes.count + own
                write(counts[(place * length)..<((place + 1) * length)], scenario, own, &record)
                writeSums(scenario, own, work, &record, &leaving)
            }
            result[kernel.outcomes[own].position] = leaving
        }
        return result
    }

    /// Works out what every scenario that adds something adds to the schools of a cell.
    private func fillResponses(cell: Int, _ work: SectorWorkspace) {
        for scenario in 0..<scenarios where !addsNothing(scenario) {
            for own in kernel.outcomes.indices {
                for moment in 1..<kernel.moments { fillResponse(scenario, cell, own, moment, work) }
            }
        }
    }

    private func fillResponse(_ scenario: Int, _ cell: Int, _ own: Int, _ moment: Int, _ work: SectorWorkspace) {
        var next = work.responses.at(own, scenario, moment)
        for (paidYear, year) in kernel.schools.paidYears.enumerated() {
            if year < moment, kernel.schools.hasMoney[scenario] {
                let age = moment - 1 - year
                let (low, high) = (gain(own, scenario, cell, 0, paidYear), gain(own, scenario, cell, 1, paidYear))
                next[0] = gains[own].meanLevel(age, low.0, low.1)
                next[1] = gains[own].meanLevel(age, high.0, high.1)
                next[2] = gains[own].meanChange(age, low.0, low.1)
                next[3] = gains[own].meanChange(age, high.0, high.1)
            }
            next += 4
        }
        guard let paths = entered?[scenario][own] else { return }
        (next[0], next[1]) = (paths.mean[0][moment], paths.mean[1][moment])
        (next[2], next[3]) = (paths.change[0][moment], paths.change[1][moment])
    }

    private func addsNothing(_ scenario: Int) -> Bool { entered == nil && !kernel.schools.hasMoney[scenario] }

    /// The gain of a euro per pupil in an outcome, and in its well-being.
    private func gain(_ own: Int, _ scenario: Int, _ cell: Int, _ group: Int, _ paidYear: Int) -> (Double, Double) {
        let wellbeing = kernel.outcomes[own].wellbeing
        return (
            response.gain(own, scenario: scenario, cell: cell, group: group, paidYear: paidYear),
            wellbeing < 0
                ? 0 : response.gain(wellbeing, scenario: scenario, cell: cell, group: group, paidYear: paidYear)
        )
    }

    private func write(_ counts: ArraySlice<Double>, _ scenario: Int, _ own: Int, _ record: inout [Double]) {
        for (index, benchmark) in RecoveryBenchmark.allCases.enumerated() {
            for moment in 0..<kernel.moments {
                record[layout.schools(scenario, kernel.outcomes[own].position, benchmark, moment)] =
                    counts[counts.startIndex + index * kernel.moments + moment]
            }
        }
    }

    /// The pupil-weighted sums of a scenario: those that all share, and what its money and entering pupils add.
    private func writeSums(
        _ scenario: Int, _ own: Int, _ work: SectorWorkspace, _ record: inout [Double], _ leaving: inout LeavingPaths?
    ) {
        let outcome = kernel.outcomes[own]
        let (moments, schools, added) = (kernel.moments, kernel.schools, work.added)
        fill(added, scenario, own)
        let shifts = (0..<moments).map { outcome.isFromLevel ? parameters[own].trend * kernel.trendYears[$0] : 0 }
        for group in 0..<RecordLayout.groups {
            for quintile in 0..<RecordLayout.quintiles {
                let common = work.level(own, group: group, quintile: quintile, moment: 0)
                let pupils = schools.pupilsByQuintile[group][quintile]
                let (state, growth) = (
                    layout.state(scenario, outcome.position, group, quintile, 0),
                    layout.growth(scenario, outcome.position, group, quintile, 0)
                )
                let place = added.place(group: group, quintile: quintile)
                for moment in 0..<moments {
                    // Records hold deviations from the trend.
                    record[state + moment] =
                        work.levels[common + moment] + added.level[place + moment] - shifts[moment] * pupils
                    record[growth + moment] = work.growth[common + moment] + added.growth[place + moment]
                }
            }
            let pupils = schools.allPupils[group] / Double(kernel.grades)
            for grade in 0..<kernel.grades {
                let common = work.grade(own, group: group, grade: grade, moment: 0)
                let target = layout.grade(scenario, outcome.position, group, grade, 0)
                let place = added.place(group: group, grade: grade)
                for moment in 0..<moments {
                    record[target + moment] =
                        work.byGrade[common + moment] + added.byGrade[place + moment] - shifts[moment] * pupils
                }
            }
            if leaving != nil, pupils > 0 {
                let place = added.place(group: group, grade: kernel.grades - 1)
                leaving?.gains[scenario][group] = (0..<moments).map { added.byGrade[place + $0] / pupils }
            }
        }
    }

    /// What a scenario's money and entering pupils add to the sums over schools.
    private func fill(_ sums: AddedSums, _ scenario: Int, _ own: Int) {
        sums.clear()
        let schools = kernel.schools
        let (response, wellbeing) = (gains[own], kernel.outcomes[own].wellbeing)
        for group in 0..<RecordLayout.groups {
            if schools.hasMoney[scenario] {
                for (paidYear, year) in schools.paidYears.enumerated() {
                    // Within a quintile and year, a sum of euros times gains works like one gain.
                    let gain = self.response.summed(own, scenario, group, paidYear, schools)
                    let spill =
                        wellbeing < 0
                        ? SIMD8<Double>(repeating: 0)
                        : self.response.summed(wellbeing, scenario, group, paidYear, schools)
                    for quintile in 0..<RecordLayout.quintiles where gain[quintile] != 0 || spill[quintile] != 0 {
                        sums.add(
                            response, gain[quintile], spill[quintile], group, quintile, year: year,
                            hasFlow: kernel.hasFlow)
                    }
                }
            }
            if let entered { sums.add(entered[scenario][own], group, schools) }
        }
    }

    /// The part of what the last grade's pupils leave with that all scenarios share.
    private func commonLeaving(_ own: Int, _ work: SectorWorkspace) -> LeavingPaths {
        let none = [Double](repeating: 0, count: kernel.moments)
        let common = (0..<RecordLayout.groups).map { group in
            let pupils = kernel.schools.allPupils[group] / Double(kernel.grades)
            let place = work.grade(own, group: group, grade: kernel.grades - 1, moment: 0)
            return pupils > 0 ? (0..<kernel.moments).map { work.byGrade[place + $0] / pupils } : none
        }
        return LeavingPaths(
            common: common,
            gains: Array(repeating: Array(repeating: none, count: RecordLayout.groups), count: scenarios))
    }
}

/// Careers, where the sector has them: each school's own deviations shift them, so they follow the chunks.
extension SectorRun {
    private func beginCareers(_ work: SectorWorkspace) {
        guard let careers, let own = work.careers else { return }
        careers.begin(own)
        if response.isSame { fillCareerResponses(cell: 0, own) }
    }

    private func simulateCareers(_ chunk: SectorSchools.Chunk, _ draw: UInt32, _ work: SectorWorkspace) {
        guard let careers, let own = work.careers else { return }
        if !response.isSame { fillCareerResponses(cell: chunk.cell, own) }
        careers.simulate(chunk, draw, own)
    }

    private func writeCareers(_ work: SectorWorkspace, _ record: inout [Double]) {
        guard let careers, let own = work.careers else { return }
        let index = careers.careers.index
        careers.write(own, layout.careers[index], first: layout.careers(index), &record)
    }

    /// Works out what a euro per pupil of each year, and entering pupils, add to the level by each moment.
    private func fillCareerResponses(cell: Int, _ work: CareerWorkspace) {
        let schools = kernel.schools
        let paid = schools.paidYears.count
        for scenario in 0..<scenarios {
            for (index, own) in work.outcomes.enumerated() {
                for moment in 1..<kernel.moments {
                    for group in 0..<RecordLayout.groups {
                        let first = work.response(scenario, index, moment, group)
                        for (paidYear, year) in schools.paidYears.enumerated() where year < moment {
                            guard schools.hasMoney[scenario] else { continue }
                            let gain = gain(own, scenario, cell, group, paidYear)
                            work.perEuro[first * paid + paidYear] = gains[own].level(moment - 1 - year, gain.0, gain.1)
                        }
                        for grade in 0..<kernel.grades {
                            work.entered[first * kernel.grades + grade] =
                                entered?[scenario][own].byGrade[group][grade][moment] ?? 0
                        }
                    }
                }
            }
        }
    }
}

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

    /// - Parameters:
    ///   - parameters: Of the sector's outcomes.
    ///   - leaving: What the pupils of earlier sectors leave with, by the outcome's place in the file.
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
    func simulate(_ draw: UInt32, _ work: SectorWorkspace, _ record: inout [Double]) {
        work.clearSums()
        let blank = [Double](repeating: 0, count: 3 * kernel.moments)
        var counts = [[Double]](repeating: blank, count: scenarios * kernel.outcomes.count)
        for chunk in kernel.schools.chunks {
            kernel.drawNumbers(chunk, draw: draw, parameters, work)
            kernel.simulate(chunk, parameters, entry, work)
            guard !kernel.schools.isCondensed else { continue }
            for own in kernel.outcomes.indices {
                var common: [Double]?
                for scenario in 0..<scenarios {
                    let index = scenario * kernel.outcomes.count + own
                    if addsNothing(scenario) {
                        var shared = common ?? blank
                        if common == nil {
                            kernel.count(
                                own, chunk, trend: parameters[own].trend, scenario: scenario, { _ in nil }, work,
                                counts: &shared)
                            common = shared
                        }
                        for position in shared.indices { counts[index][position] += shared[position] }
                    } else {
                        kernel.count(
                            own, chunk, trend: parameters[own].trend, scenario: scenario,
                            { schoolResponse(scenario, chunk.cell, own, $0) }, work, counts: &counts[index])
                    }
                }
            }
        }
        for scenario in 0..<scenarios {
            for own in kernel.outcomes.indices {
                write(counts[scenario * kernel.outcomes.count + own], scenario, own, &record)
                writeSums(scenario, own, work, &record)
            }
        }
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

    private func schoolResponse(_ scenario: Int, _ cell: Int, _ own: Int, _ moment: Int) -> SchoolResponse? {
        guard moment > 0 else { return nil }
        var result = SchoolResponse()
        if let entered {
            let paths = entered[scenario][own]
            result.entered = (
                paths.mean[0][moment], paths.mean[1][moment], paths.change[0][moment], paths.change[1][moment]
            )
        }
        for (paidYear, year) in kernel.schools.paidYears.enumerated() {
            guard year < moment, kernel.schools.hasMoney[scenario] else { break }
            let age = moment - 1 - year
            let low = gain(own, scenario, cell, 0, paidYear)
            let high = gain(own, scenario, cell, 1, paidYear)
            result.perEuro.append(
                (
                    gains[own].meanLevel(age, low.0, low.1), gains[own].meanLevel(age, high.0, high.1),
                    gains[own].meanChange(age, low.0, low.1), gains[own].meanChange(age, high.0, high.1)
                ))
        }
        return result
    }

    private func write(_ counts: [Double], _ scenario: Int, _ own: Int, _ record: inout [Double]) {
        for (index, benchmark) in RecoveryBenchmark.allCases.enumerated() {
            for moment in 0..<kernel.moments {
                record[layout.schools(scenario, kernel.outcomes[own].position, benchmark, moment)] =
                    counts[index * kernel.moments + moment]
            }
        }
    }

    /// The pupil-weighted sums of a scenario: those that all share, and what its money and entering pupils add.
    private func writeSums(_ scenario: Int, _ own: Int, _ work: SectorWorkspace, _ record: inout [Double]) {
        let outcome = kernel.outcomes[own]
        let added = added(scenario, own)
        for group in 0..<RecordLayout.groups {
            for moment in 0..<kernel.moments {
                // Records hold deviations from the trend.
                let shift = outcome.isFromLevel ? parameters[own].trend * kernel.trendYears[moment] : 0
                for quintile in 0..<RecordLayout.quintiles {
                    let index = work.level(own, group: group, quintile: quintile, moment: moment)
                    let pupils = kernel.schools.pupilsByQuintile[group][quintile]
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
                let added = added(scenario, own)
                return (0..<RecordLayout.groups).map { group in mean(group) { added.byGrade[group][last][$0] } }
            }
            return (kernel.outcomes[own].position, LeavingPaths(common: common, gains: gains))
        }
    }

    /// What a scenario's money and entering pupils add to the sums over schools.
    private func added(_ scenario: Int, _ own: Int) -> AddedSums {
        var sums = AddedSums(kernel)
        let schools = kernel.schools
        for group in 0..<RecordLayout.groups {
            for (paidYear, year) in schools.paidYears.enumerated() where schools.hasMoney[scenario] {
                // Within a quintile and year, a sum of euros times gains works like one gain.
                var gain = [Double](repeating: 0, count: RecordLayout.quintiles)
                var wellbeing = gain
                for (index, cell) in schools.cells.enumerated() {
                    let euros = cell.euros[scenario][group][paidYear]
                    let perEuro = self.gain(own, scenario, index, group, paidYear)
                    gain[cell.quintile] += euros * perEuro.0
                    wellbeing[cell.quintile] += euros * perEuro.1
                }
                for quintile in gain.indices where gain[quintile] != 0 || wellbeing[quintile] != 0 {
                    sums.add(gains[own], gain[quintile], wellbeing[quintile], group, quintile, year: year, kernel)
                }
            }
            if let entered { sums.add(entered[scenario][own], group, kernel) }
        }
        return sums
    }
}

/// Pupil-weighted sums over schools.
private struct AddedSums {
    /// `[group][quintile][moment]`.
    var level: [[[Double]]]
    var growth: [[[Double]]]
    /// `[group][grade][moment]`.
    var byGrade: [[[Double]]]

    init(_ kernel: SectorKernel) {
        let none = [Double](repeating: 0, count: kernel.moments)
        level = Array(
            repeating: Array(repeating: none, count: RecordLayout.quintiles), count: RecordLayout.groups)
        growth = level
        byGrade = Array(repeating: Array(repeating: none, count: kernel.grades), count: RecordLayout.groups)
    }

    /// Adds what the money of a year does; the gains are times pupils.
    mutating func add(
        _ response: GainResponse, _ gain: Double, _ wellbeing: Double, _ group: Int, _ quintile: Int, year: Int,
        _ kernel: SectorKernel
    ) {
        for moment in (year + 1)..<kernel.moments {
            let age = moment - 1 - year
            guard kernel.shareStaying(age) > 0 else { break }
            level[group][quintile][moment] += response.meanLevel(age, gain, wellbeing)
            growth[group][quintile][moment] += response.meanChange(age, gain, wellbeing)
            let part = response.level(age, gain, wellbeing) / Double(kernel.grades)
            for grade in (kernel.hasFlow ? age : 0)..<kernel.grades { byGrade[group][grade][moment] += part }
        }
    }

    /// Adds what entering pupils bring.
    mutating func add(_ paths: EnteredPaths, _ group: Int, _ kernel: SectorKernel) {
        for moment in 1..<kernel.moments {
            for quintile in 0..<RecordLayout.quintiles {
                let pupils = kernel.schools.pupilsByQuintile[group][quintile]
                level[group][quintile][moment] += pupils * paths.mean[group][moment]
                growth[group][quintile][moment] += pupils * paths.change[group][moment]
            }
            let pupils = kernel.schools.allPupils[group] / Double(kernel.grades)
            for grade in 0..<kernel.grades {
                byGrade[group][grade][moment] += pupils * paths.byGrade[group][grade][moment]
            }
        }
    }
}

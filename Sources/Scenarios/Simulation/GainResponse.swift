/// How a euro per pupil works out over the years in one outcome, and what entering pupils bring: the linear response of the
/// state equation to what differs between scenarios.
struct GainResponse {
    /// The gain of pupils who were there, so many years after the euro: `[group][paid year][years after]`, SD per euro.
    let direct: [[[Double]]]
    /// The part of a gain in well-being that has become a gain in this outcome, added to `direct` already; kept for nothing
    /// else. What entering pupils bring: `[group][grade][moment]`, SD.
    let entered: [[[Double]]]
    /// The means over grades of what entering pupils brought, and of its change: `[group][moment]`.
    let enteredMean: [[Double]]
    let enteredGrowth: [[Double]]

    /// - Parameters:
    ///   - own: The outcome's place in the sector.
    ///   - cell: The cell whose response it is.
    ///   - entry: What entering pupils bring in the scenario, beyond what they bring in all: `[outcome][group][moment]`.
    ///   - source: The response of the well-being outcome's entering pupils; nil without one.
    init(
        _ kernel: SectorKernel, _ own: Int, _ parameters: [OutcomeParameters], _ response: MoneyResponse, scenario: Int,
        cell: Int, entry: [[[Double]]], source: GainResponse?
    ) {
        let p = parameters[own]
        let wellbeing = kernel.outcomes[own].wellbeing
        let (years, paid) = (kernel.years, kernel.schools.paidYears.count)
        var spilled = [Double](repeating: 0, count: years)
        if wellbeing >= 0 {
            for age in stride(from: 1, to: years, by: 1) {
                spilled[age] = p.persistence * spilled[age - 1] + p.spillover * response.lasting[wellbeing][age - 1]
            }
        }
        direct = (0..<RecordLayout.groups).map { group in
            (0..<paid).map { paidYear in
                let gain = response.gain(own, scenario: scenario, cell: cell, group: group, paidYear: paidYear)
                let spill =
                    wellbeing < 0
                    ? 0 : response.gain(wellbeing, scenario: scenario, cell: cell, group: group, paidYear: paidYear)
                return (0..<years).map { gain * response.lasting[own][$0] + spill * spilled[$0] }
            }
        }
        var (entered, means, growth) = ([[[Double]]](), [[Double]](), [[Double]]())
        for group in 0..<RecordLayout.groups {
            let brought = entry[own][group]
            var paths = [[Double]](
                repeating: [Double](repeating: 0, count: kernel.moments), count: kernel.grades)
            var (mean, change) = ([0.0], [0.0])
            for moment in 1..<kernel.moments {
                var (sum, changes) = (0.0, 0.0)
                for grade in 0..<kernel.grades where kernel.hasFlow {
                    let before = grade == 0 ? brought[moment - 1] : paths[grade - 1][moment - 1]
                    let well =
                        source.map {
                            grade == 0 ? entry[wellbeing][group][moment - 1] : $0.entered[group][grade - 1][moment - 1]
                        }
                        ?? 0
                    let value = p.persistence * before + p.spillover * well
                    paths[grade][moment] = value
                    sum += value
                    changes += value - before
                }
                mean.append(sum / Double(kernel.grades))
                change.append(changes / Double(kernel.grades))
            }
            entered.append(paths)
            means.append(mean)
            growth.append(change)
        }
        self.entered = entered
        enteredMean = means
        enteredGrowth = growth
    }

    /// What a euro per pupil in a paid year adds to the mean over grades at a moment, and to the mean change.
    func overGrades(_ kernel: SectorKernel) -> (level: [[[Double]]], growth: [[[Double]]]) {
        let years = kernel.schools.paidYears
        var level = direct.map { $0.map { _ in [Double](repeating: 0, count: kernel.moments) } }
        var growth = level
        for (group, paths) in direct.enumerated() {
            for (paidYear, path) in paths.enumerated() {
                for moment in (years[paidYear] + 1)..<kernel.moments {
                    let age = moment - 1 - years[paidYear]
                    let staying = kernel.shareStaying(age)
                    level[group][paidYear][moment] = path[age] * staying
                    growth[group][paidYear][moment] = (path[age] - (age > 0 ? path[age - 1] : 0)) * staying
                }
            }
        }
        return (level, growth)
    }
}

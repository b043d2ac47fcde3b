import Funding
import Probability
import Recovery

/// A row of `comparison.csv`: the paired difference between a scenario and the reference, draw by draw.
public struct ScenarioComparison: Sendable {
    /// What is compared. The words are those of the tables.
    public enum Measure: String, Sendable, CaseIterable {
        /// Mean deviation from the baseline, SD; better is higher.
        case deviation = "deviation_sd"
        /// Deviation of the low group minus that of the high group, SD; better is higher: the low group gains.
        case equityGap = "equity_gap_sd"
        /// Share of schools whose mean deviation is at least minus the margin; better is higher.
        case schoolsRecovered = "share_of_schools_recovered"
        /// Deviation summed over pupils and simulated years, SD-years of pupils; better is higher.
        case sdYears = "sd_years_restored"
        /// Money spent, EUR.
        case spending = "spending_eur"
        /// Extra money per extra SD-year, EUR; only where money differs and every draw agrees on the sign.
        case costPerSDYear = "cost_per_sd_year_eur"
    }

    /// The scenario.
    public let scenario: String
    /// The scenario it is compared with.
    public let reference: String
    /// What is compared.
    public let measure: Measure
    /// The sector.
    public let sector: String
    /// The outcome, or `all`.
    public let outcome: String
    /// The SES group, or `all`.
    public let group: String
    /// The school year, or `all` for sums over years.
    public let year: String
    /// The mean difference over draws; for cost the ratio of mean differences.
    public let value: Double
    /// The standard deviation of the difference over draws; nil for a ratio.
    public let standardDeviation: Double?
    /// The 5 and 95% quantiles of the difference over draws; nil where a ratio has none.
    public let interval: (low: Double, high: Double)?
    /// The share of draws in which the scenario is better than the reference, ties counted half; nil for money.
    public let probabilityBetter: Double?
    /// The Monte Carlo standard errors of these figures; nil where a figure has none or does not hang on draws.
    public let mcse: MonteCarloErrors

    /// Monte Carlo standard errors.
    public struct MonteCarloErrors: Sendable, Equatable {
        /// Of the value.
        public var value: Double?
        /// Of the standard deviation.
        public var standardDeviation: Double?
        /// Of the lower end of the interval.
        public var low: Double?
        /// Of the upper end of the interval.
        public var high: Double?
        /// Of the probability that the scenario is better.
        public var probabilityBetter: Double?
    }
}

extension SimulationResult {
    /// The paired differences of every scenario with the reference.
    public func comparisons(_ plan: SimulationPlan) -> [ScenarioComparison] {
        plan.scenarios.indices.filter { $0 != plan.referencePosition }.flatMap { scenario in
            PairedDifference(cube: ResultCube(plan, self), scenario: scenario).rows()
        }
    }

    /// How much smaller the variance of a difference is than that of independent runs, by scenario and outcome, in the
    /// last simulated year: `(Var a + Var b) / Var(a - b)`; nil when the two are equal in every draw.
    public func varianceReductions(_ plan: SimulationPlan) -> [(scenario: String, outcome: String, factor: Double?)] {
        let cube = ResultCube(plan, self)
        var rows: [(scenario: String, outcome: String, factor: Double?)] = []
        for scenario in plan.scenarios.indices where scenario != plan.referencePosition {
            for (position, outcome) in plan.file.outcomes.enumerated() {
                let (own, reference) = PairedDifference(cube: cube, scenario: scenario).pair(
                    position, groups: [0, 1], moment: cube.moments.count - 1)
                let variances = [own, reference, zip(own, reference).map { $0 - $1 }].map { draws in
                    let sd = DrawSummary(draws).standardDeviation ?? 0
                    return sd * sd
                }
                let factor = variances[2] > 0 ? (variances[0] + variances[1]) / variances[2] : nil
                rows.append((plan.scenarios[scenario].declaration.name, outcome.name, factor))
            }
        }
        return rows
    }
}

/// One scenario against the reference.
private struct PairedDifference {
    let cube: ResultCube
    let scenario: Int

    private var plan: SimulationPlan { cube.plan }

    func rows() -> [ScenarioComparison] {
        var rows: [ScenarioComparison] = []
        for (position, outcome) in plan.file.outcomes.enumerated() {
            for (moment, year) in cube.moments.enumerated().dropFirst() {
                for (name, groups) in cube.groupChoices {
                    let difference = difference(position, groups: groups, moment: moment)
                    rows.append(row(.deviation, outcome, name, year.description, difference))
                }
                let low = difference(position, groups: [0], moment: moment)
                let high = difference(position, groups: [1], moment: moment)
                let gap = zip(low, high).map { $0 - $1 }
                rows.append(row(.equityGap, outcome, "all", year.description, gap))
                let own = cube.shareOfSchoolsRecovered(scenario: scenario, outcome: position, moment: moment)
                let reference = cube.shareOfSchoolsRecovered(
                    scenario: plan.referencePosition, outcome: position, moment: moment)
                let schools = zip(own, reference).map { $0 - $1 }
                rows.append(row(.schoolsRecovered, outcome, "all", year.description, schools))
            }
            let sdYears = sdYears(position, sector: outcome.sector)
            rows.append(row(.sdYears, outcome, "all", "all", sdYears))
            let cost = spendingDifference(outcome.sector)
            if let row = costRow(outcome, sdYears: sdYears, cost: cost) { rows.append(row) }
        }
        for sector in plan.population.sectors { rows.append(spendingRow(sector)) }
        return rows
    }

    /// The draws of the scenario and of the reference.
    func pair(_ outcome: Int, groups: [Int], moment: Int) -> ([Double], [Double]) {
        let selection = PupilSelection(
            sector: plan.file.outcomes[outcome].sector, groups: groups, quintiles: Array(0..<RecordLayout.quintiles))
        guard cube.pupilCount(selection) > 0 else {
            let nothing = [Double](repeating: 0, count: cube.result.draws)
            return (nothing, nothing)
        }
        return (
            cube.deviations(scenario: scenario, outcome: outcome, selection, moment: moment),
            cube.deviations(scenario: plan.referencePosition, outcome: outcome, selection, moment: moment)
        )
    }

    private func difference(_ outcome: Int, groups: [Int], moment: Int) -> [Double] {
        let (own, reference) = pair(outcome, groups: groups, moment: moment)
        return zip(own, reference).map { $0 - $1 }
    }

    private func sdYears(_ outcome: Int, sector: String) -> [Double] {
        let pupils = Double(plan.population.pupils(in: sector))
        var sums = [Double](repeating: 0, count: cube.result.draws)
        for moment in 1..<cube.moments.count {
            for (draw, value) in difference(outcome, groups: [0, 1], moment: moment).enumerated() {
                sums[draw] += pupils * value
            }
        }
        return sums
    }

    private func spendingDifference(_ sector: String) -> Double {
        func spent(_ scenario: Int) -> Cents {
            var sum = Cents.zero
            for year in plan.scenarios[scenario].spending.years {
                for (school, amount) in zip(plan.population.schools, year.spent) where school.sector == sector {
                    sum = sum + amount
                }
            }
            return sum
        }
        return (spent(scenario) - spent(plan.referencePosition)).euros
    }

    private func row(
        _ measure: ScenarioComparison.Measure, _ outcome: SimulatedOutcome, _ group: String, _ year: String,
        _ draws: [Double]
    ) -> ScenarioComparison {
        let summary = DrawSummary(draws)
        let better = DrawSummary(draws.map { $0 > 0 ? 1 : $0 == 0 ? 0.5 : 0 })
        return ScenarioComparison(
            scenario: plan.scenarios[scenario].declaration.name, reference: plan.file.reference, measure: measure,
            sector: outcome.sector, outcome: outcome.outcome, group: group, year: year, value: summary.mean,
            standardDeviation: summary.standardDeviation,
            interval: (summary.q05, summary.q95), probabilityBetter: better.mean,
            mcse: .init(
                value: summary.mcseOfMean, standardDeviation: summary.mcseOfStandardDeviation,
                low: summary.mcseOfQuantiles?.first, high: summary.mcseOfQuantiles?.last,
                probabilityBetter: better.mcseOfMean))
    }

    private func costRow(_ outcome: SimulatedOutcome, sdYears: [Double], cost: Double) -> ScenarioComparison? {
        let haveOneSign = sdYears.allSatisfy { $0 > 0 } || sdYears.allSatisfy { $0 < 0 }
        guard cost != 0, haveOneSign else { return nil }
        let (summary, ratios) = (DrawSummary(sdYears), DrawSummary(sdYears.map { cost / $0 }))
        let value = cost / summary.mean
        return ScenarioComparison(
            scenario: plan.scenarios[scenario].declaration.name, reference: plan.file.reference,
            measure: .costPerSDYear, sector: outcome.sector, outcome: outcome.outcome, group: "all", year: "all",
            value: value, standardDeviation: nil, interval: (ratios.q05, ratios.q95), probabilityBetter: nil,
            // Of a ratio with a known numerator, by the delta method.
            mcse: .init(
                value: summary.mcseOfMean.map { abs(value / summary.mean) * $0 },
                low: ratios.mcseOfQuantiles?.first, high: ratios.mcseOfQuantiles?.last))
    }

    private func spendingRow(_ sector: String) -> ScenarioComparison {
        let value = spendingDifference(sector)
        return ScenarioComparison(
            scenario: plan.scenarios[scenario].declaration.name, reference: plan.file.reference, measure: .spending,
            sector: sector, outcome: "all", group: "all", year: "all", value: value, standardDeviation: 0,
            interval: (value, value), probabilityBetter: nil, mcse: .init())
    }
}

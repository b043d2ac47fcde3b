import Probability
import Recovery

/// One scenario against the reference, in one outcome: the rows of `comparison.csv` that hang on draws.
struct OutcomeDifference {
    let own: OutcomeDraws
    let reference: OutcomeDraws
    /// The scenario's money spent in the outcome's sector less that of the reference, EUR.
    let cost: Double

    private var cube: ResultCube { own.cube }
    private var file: ScenarioFile { cube.plan.file }
    private var simulatedMoments: Range<Int> { 1..<max(1, cube.moments.count) }

    /// The rows: by benchmark and year, then sums over years.
    func rows() -> [ScenarioComparison] {
        let groups = cube.groupChoices.filter { own.pupils($0.groups) > 0 }
        var rows: [ScenarioComparison] = []
        for benchmark in RecoveryBenchmark.allCases {
            for moment in simulatedMoments {
                for (name, groups) in groups { rows.append(deviation(name, groups, benchmark, moment)) }
                if groups.count == 3 {
                    rows.append(
                        row(
                            .equityGap, benchmark, "all", moment,
                            paired { $0.gap(moment: moment, benchmark: benchmark) }))
                }
                rows.append(
                    row(
                        .schoolsRecovered, benchmark, "all", moment,
                        paired { $0.shareOfSchoolsRecovered(moment: moment, benchmark: benchmark) }))
            }
        }
        if groups.count == 3 { rows += gapClosure(.level) }
        let sdYears = PairedDraws(own: own.sdYears, reference: reference.sdYears, unit: own.pupilYears)
        rows.append(row(.sdYears, .trend, "all", nil, sdYears))
        if let row = costPerSDYear(sdYears.differences) { rows.append(row) }
        return rows
    }

    private var dependence: ReplicatedMean.Dependence { cube.plan.sampling.dependence }

    private func paired(_ draws: (OutcomeDraws) -> [Double]) -> PairedDraws {
        PairedDraws(own: draws(own), reference: draws(reference))
    }

    private func deviation(
        _ name: String, _ groups: [Int], _ benchmark: RecoveryBenchmark, _ moment: Int
    ) -> ScenarioComparison {
        row(
            .deviation, benchmark, name, moment,
            paired { $0.deviations(groups, moment: moment, benchmark: benchmark) })
    }

    private func row(
        _ measure: ScenarioComparison.Measure, _ benchmark: RecoveryBenchmark, _ group: String, _ moment: Int?,
        _ draws: PairedDraws
    ) -> ScenarioComparison {
        let differences = draws.differences
        let summary = DrawSummary(differences, dependence: dependence)
        let better = DrawShare.above(differences, dependence: dependence)
        return comparison(
            measure, benchmark, group, moment, value: summary.mean, sd: summary.standardDeviation,
            interval: (summary.q05, summary.q95), better: better,
            mcse: .init(
                value: summary.mcseOfMean, standardDeviation: summary.mcseOfStandardDeviation,
                low: summary.mcseOfQuantiles?.first, high: summary.mcseOfQuantiles?.last,
                probabilityBetter: better.mcse), varianceReduction: draws.varianceReduction)
    }

    /// The part that the scenario closes, beyond the reference, of the gap that the crisis added.
    ///
    /// The added gap W is the reference's gap, high group minus low group, in the school year in which it is widest on average:
    /// deviations are from before the crisis, so this gap is what came on top of the one that was there. The row of a year is
    /// `mean(gap of the scenario - gap of the reference) / mean(W)`: 0.10 says that a tenth of the added gap is closed more
    /// than by the reference. The interval is of the ratio draw by draw. No rows where it is not certain that a gap was
    /// added: where W is at most 0 in more than one draw of a hundred.
    private func gapClosure(_ benchmark: RecoveryBenchmark) -> [ScenarioComparison] {
        let gaps = cube.moments.indices.map { reference.gap(moment: $0, benchmark: benchmark) }
        let means = gaps.map { CompensatedSum($0).value / Double($0.count) }
        guard let worst = means.indices.min(by: { means[$0] < means[$1] }), means[worst] < 0 else { return [] }
        let added = gaps[worst].map { -$0 }
        return simulatedMoments.compactMap { moment in
            let differences = PairedDraws(
                own: own.gap(moment: moment, benchmark: benchmark), reference: gaps[moment]
            ).differences
            guard let ratio = RatioOfMeans(differences, over: added, dependence: dependence) else { return nil }
            let (summary, better) = (
                DrawSummary(ratio.ratios, dependence: dependence), DrawShare.above(differences, dependence: dependence)
            )
            return comparison(
                .gapClosure, benchmark, "all", moment, value: ratio.value, sd: nil,
                interval: (summary.q05, summary.q95), better: better,
                mcse: .init(
                    value: ratio.mcse, low: summary.mcseOfQuantiles?.first, high: summary.mcseOfQuantiles?.last,
                    probabilityBetter: better.mcse), varianceReduction: nil)
        }
    }

    private func costPerSDYear(_ sdYears: [Double]) -> ScenarioComparison? {
        let costs = [Double](repeating: cost, count: sdYears.count)
        guard cost != 0, let ratio = RatioOfMeans(costs, over: sdYears, unit: own.pupilYears, dependence: dependence)
        else { return nil }
        let summary = DrawSummary(ratio.ratios, dependence: dependence)
        return comparison(
            .costPerSDYear, .trend, "all", nil, value: ratio.value, sd: nil, interval: (summary.q05, summary.q95),
            better: nil,
            mcse: .init(
                value: ratio.mcse, low: summary.mcseOfQuantiles?.first, high: summary.mcseOfQuantiles?.last),
            varianceReduction: nil)
    }

    private func comparison(
        _ measure: ScenarioComparison.Measure, _ benchmark: RecoveryBenchmark, _ group: String, _ moment: Int?,
        value: Double, sd: Double?, interval: (low: Double, high: Double), better: DrawShare?,
        mcse: ScenarioComparison.MonteCarloErrors, varianceReduction: Double?
    ) -> ScenarioComparison {
        ScenarioComparison(
            scenario: cube.plan.scenarios[own.scenario].declaration.name, reference: file.reference, measure: measure,
            benchmark: benchmark, sector: own.simulated.sector, outcome: own.simulated.outcome, group: group,
            year: moment.map { cube.moments[$0].description } ?? "all", value: value, standardDeviation: sd,
            interval: interval, probabilityBetter: better?.value, mcse: mcse, varianceReduction: varianceReduction)
    }
}

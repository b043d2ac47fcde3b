import TestSupport
import Testing

/// What `herstel simulate` prints, on a simulation without any randomness whose figures can be worked out.
@Suite struct RunReportTests {
    private static func fixed(_ value: Double) -> String { "{distribution: fixed, value: \(value), source: test}" }

    /// One school of 40 low and 60 high pupils, 5 weeks of closure at 0.01 SD, of which half is left after a year; with money
    /// EUR 1,000 a pupil, spent in 2021/22, for 0.02 SD that stays.
    private static let scenario = """
        seed: 1
        reference: money
        margin_sd: 0.02
        groups: {low: practical, high: theoretical}
        calendar: {first: 2020/21, last: 2022/23}
        sectors: [po]
        schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
        outcomes:
          - outcome: reading
            sector: po
            stream: 1
            start: {low: \(fixed(0)), high: \(fixed(0))}
            closure_weeks: {2020/21: 5, source: test}
            parameters:
              persistence: \(fixed(0.5))
              loss_per_week: \(fixed(0.01))
              low_extra: \(fixed(0.5))
              school_sd: \(fixed(0))
              drift: \(fixed(0))
              effect_per_1000_eur: \(fixed(0.02))
              effect_plateau: \(fixed(1))
              effect_half_life: \(fixed(1))
              low_multiplier: \(fixed(1))
              noise_sd: \(fixed(0))
        goals:
          - {name: learning, title: Back to the level, figure: deviation, outcomes: [reading.po], at_least: -0.02, deadline: 2021/22, source: letter}
          - {name: by_score, figure: money_by_score, at_least: 0.22, deadline: 2021/22, source: letter}
        scenarios:
          money:
            deadline: 2021/22
            rules:
              - {name: base, kind: per_pupil, rate: 750, years: [2021/22], sectors: [po], source: test}
              - {name: score, kind: per_score_point, rate: 500, years: [2021/22], sectors: [po], source: test}
          none: {rules: []}
          late: {extends: money, delay_years: 1}
        """

    @Test func reportShowsReferenceAndNoMoneyAndTheOthersByTheirDifference() throws {
        let folder = try TemporaryFolder()
        try folder.write("id,sector,pupils,low,score\na,po,100,40,50\n", to: "schools.csv")
        try folder.write(Self.scenario, to: "s.yaml")
        let outcome = try herstel(["simulate", "s.yaml", "--draws", "4"], in: folder.path)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        // Without money -0.06, -0.03 and -0.015; money adds 0.02 in 2021/22, late money in 2022/23. 100 pupils.
        let expected = """
            Deviation from the pre-crisis level at the end of 2022/23, SD, with and without money
              gap: low SES group minus high; P: share of draws in which the deviation from each benchmark is at least -0.02;
              back since: median year from which it stays so until 2022/23, among the draws in which it does.
              Monte Carlo standard errors of means at most 0.00000. Other scenarios, groups, quintiles, grades: trajectories.csv
              sector  outcome  scenario    mean      90% of draws     gap  P(level)  P(growth)  P(trend)  back since  P(not back)
              po      reading  money      0.005    0.005 to 0.005  -0.006      1.00       1.00      1.00  2021/22            0.00
              po      reading  none      -0.015  -0.015 to -0.015  -0.006      1.00       1.00      1.00  2022/23            0.00

            Goals, and where 'money' stands at their deadlines; of several outcomes the worst in each draw
              1  learning: Back to the level
              2  by_score: by_score
                 figure          benchmark  ses  by the end of  at least    mean      90% of draws  P(met)
              1  deviation       level      all  2021/22          -0.020  -0.010  -0.010 to -0.010    1.00
              2  money_by_score  -          all  2021/22           0.220   0.250    0.250 to 0.250    1.00

            Probability that each goal is met at its deadline, all its outcomes at once; one by one: goals.csv
              scenario     1     2
              money     1.00  1.00
              none      0.00     -
              late      0.00     -

            Difference from 'money' in SD-years of pupils, all pupils and years, same random numbers
              * better, or worse, in at least 95% of draws. Intervals, costs and more: comparison.csv; regret: ranking.csv
              sector  outcome  none  late
              po      reading   -4*   -2*
            """
        #expect(outcome.output.contains(expected), "\(outcome.output)")
    }
}

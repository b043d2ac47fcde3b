import Funding
import TestSupport
import Testing

@testable import Scenarios

/// Three schools with EUR 1,000 a pupil in 2021/22 and in 2022/23, in scenarios that spend it differently.
private func plan(_ scenarios: String, spending: String = "", deadline: String = "2024/25") throws -> SimulationPlan {
    let folder = try TemporaryFolder()
    try folder.write("id,sector,pupils,low\na,po,40,10\nb,po,40,20\nc,po,100,5\n", to: "schools.csv")
    let fixed = "{distribution: fixed, value: 0, source: test}"
    let text = """
        seed: 1
        draws: 2
        reference: money
        margin_sd: 0.05
        groups: {low: practical, high: theoretical}
        calendar: {first: 2020/21, last: 2026/27}
        sectors: [po, vo]
        models: []
        schools: {file: schools.csv, id: id, pupils: pupils, low_pupils: low, sector_column: sector}
        outcomes:
          - outcome: reading
            sector: po
            stream: 1
            start: {low: \(fixed), high: \(fixed)}
            closure_weeks: {source: test}
            parameters:
              persistence: \(fixed)
              loss_per_week: \(fixed)
              low_extra: \(fixed)
              school_sd: \(fixed)
              drift: \(fixed)
              effect_per_1000_eur: {distribution: fixed, value: 0.02, source: test}
              effect_plateau: {distribution: fixed, value: 1, source: test}
              effect_half_life: {distribution: fixed, value: 1, source: test}
              low_multiplier: {distribution: fixed, value: 1, source: test}
              noise_sd: \(fixed)
        scenarios:
          money:
            deadline: \(deadline)
            rules:
              - {name: base, kind: per_pupil, rate: 1000, years: [2021/22, 2022/23], sectors: [po], source: test}
        \(spending)\(scenarios)
        """
    return try SimulationPlan(ScenarioFile(path: folder.write(text, to: "s.yaml")), analyses: [:])
}

private let half = """
        spending:
          profiles: [{sectors: [po], left_at_start: {2023/24: {up_to_0.5: 1, source: test}}}]

    """

private func flows(_ plan: SimulationPlan, _ scenario: String, _ flow: (SpendingPath.Year) -> [Cents]) throws
    -> [String: Double]
{
    let found = try #require(plan.scenarios.first { $0.declaration.name == scenario })
    return Dictionary(
        uniqueKeysWithValues: found.spending.years.map {
            ($0.year.description, flow($0).reduce(Cents.zero, +).euros)
        })
}

@Suite struct SpendingScenarioTests {
    @Test func aScenarioTakesTheSpendingOfItsBaseLaterByTheDelay() throws {
        let plan = try plan("  later: {extends: money, delay_years: 1}\n", spending: half)
        let (base, later) = (try flows(plan, "money", \.spent), try flows(plan, "later", \.spent))
        #expect(base.count == 4 && base["2021/22"] == later["2022/23"] && base["2024/25"] == later["2025/26"])
        // Places 1/6, 1/2 and 5/6 of 0 to 0.5 left; the last two years share what is left, but for odd cents.
        let (third, fourth) = (try #require(base["2023/24"]), try #require(base["2024/25"]))
        #expect(third >= fourth && third - fourth < 0.031)
    }

    @Test func anEarlierDeadlineReturnsWhatTheProfileLeaves() throws {
        let plan = try plan("  early: {extends: money, deadline: 2022/23}\n", spending: half)
        let (base, early) = (try flows(plan, "money", \.carried), try flows(plan, "early", \.returned))
        #expect(try #require(base["2022/23"]) > 10_000 && base["2022/23"] == early["2022/23"])
        #expect(try flows(plan, "early", \.spent)["2022/23"] == flows(plan, "money", \.spent)["2022/23"])
    }

    @Test func aScenarioMayRestateItsSpending() throws {
        let plan = try plan(
            "  all: {extends: money, spending: {unspent_at_deadline: {value: 0.1, source: test}}}\n", spending: half)
        #expect(try flows(plan, "all", \.returned)["2024/25"] == 36_000)
        #expect(plan.scenarios.map { $0.policy.profiles.count } == [1, 0])
    }

    /// 0.02 SD per EUR 1,000 lasting: EUR 2,000 a pupil give 0.04, less the tenth that buys no intervention.
    @Test func overheadBuysNoGain() throws {
        let plan = try plan(
            "  overhead: {extends: money, spending: {overhead: {value: 0.1, source: test}}}\n", spending: half)
        let result = try Simulator(plan).run(draws: 2, threads: 1)
        func gain(_ scenario: String) throws -> Double {
            let row = result.trajectories(plan).first {
                $0.scenario == scenario && $0.group == "all" && $0.quintile == "all"
                    && $0.year.description == "2026/27"
            }
            return try #require(row).summary.mean
        }
        #expect(abs(try gain("money") - 0.04) < 1e-9)
        // Overhead is in whole cents of each school and year.
        #expect(abs(try gain("overhead") - 0.036) < 1e-8)
    }

    @Test func calibratedSharesAreStated() throws {
        let rows = try plan("", spending: half).assumptions.filter { $0.parameter.hasPrefix("money.spending") }
        #expect(
            rows.map(\.parameter) == [
                "money.spending.board_share", "money.spending.overhead", "money.spending.unspent_at_deadline",
                "money.spending.po.left_at_start.2023/24.up_to_0.5",
            ])
        #expect(rows.map(\.origin) == ["assumption", "assumption", "assumption", "calibration"])
        #expect(
            rows[3].note
                == "share of schools with at most 0.5 of their money left, and more than in the class below, at the start of "
                + "2023/24; put in, not predicted; 1.0 of 3 schools in the simulation")
    }

    private static let mistakes: [(String, String, String)] = [
        (
            "  x: {extends: money, deadline: 2021/22}\n", "2024/25",
            "s.yaml:34:33: scenario 'x': money is received in 2022/23, after the spending deadline 2021/22. Move the deadline "
                + "or the money."
        ),
        (
            "", "2021/22",
            "s.yaml:29:15: scenario 'money': money is received in 2022/23, after the spending deadline 2021/22. Move the "
                + "deadline or the money."
        ),
        (
            "  x: {extends: money, spending: {profiles: [{sectors: [po], left_at_start: {2026/27: {none: 1, source: s}}}]}}\n",
            "2024/25",
            "s.yaml:34:77: scenario 'x': found the money left at the start of 2026/27, but the deadline is 2024/25. Expected "
                + "school years up to 2025/26, at the start of which what is left returns."
        ),
        (
            "  x: {extends: money, spending: {profiles: [{sectors: [po], left_at_start: {2021/22: {none: 1, source: s}}}]}}\n",
            "2024/25",
            "s.yaml:34:77: scenario 'x': the spending profile of sector 'po' tells what is left at the start of 2021/22, but its "
                + "first money is received in 2021/22. Expected a later school year."
        ),
        (
            "  x: {extends: money, spending: {profiles: [{sectors: [so], left_at_start: {2022/23: {none: 1, source: s}}}]}}\n",
            "2024/25", "s.yaml:34:56: found 'so'; expected 'po' or 'vo'. Did you mean 'po'?"
        ),
    ]

    @Test(arguments: mistakes)
    func budgetsThatCannotBeSpentAreRefused(scenario: String, deadline: String, message: String) {
        #expect { try plan(scenario, spending: deadline == "2024/25" ? half : "", deadline: deadline) } throws: {
            error in
            if !"\(error)".hasSuffix("/" + message) { print("FOUND \(error)") }
            return "\(error)".hasSuffix("/" + message)
        }
    }
}

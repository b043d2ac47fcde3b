import Funding
import Models
import Recovery
import TestSupport
import Testing

@testable import Scenarios

/// A scenario file of few schools with every parameter fixed, unless a test says otherwise.
private struct SmallScenario {
    var persistence = "{distribution: fixed, value: 0.8, source: test}"
    var loss = "{distribution: fixed, value: 0.01, source: test}"
    var schoolSD = "{distribution: fixed, value: 0, source: test}"
    var noise = "{distribution: fixed, value: 0, source: test}"
    var drift = "{distribution: fixed, value: 0, source: test}"
    var plateau = "{distribution: fixed, value: 0.4, source: test}"
    var weeks = "{2020/21: 5, source: test}"
    var start = "{distribution: fixed, value: -0.1, source: test}"
    var extraScenarios = ""
    var schools = ["a,po,10,30,0", "b,po,20,20,50", "c,po,5,95,10"]

    func text() -> String {
        """
        seed: 1
        draws: 20
        reference: none
        margin_sd: 0.05
        groups: {low: practical, high: theoretical}
        calendar: {first: 2020/21, last: 2023/24}
        sectors: [po]
        models: []
        schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
        outcomes:
          - outcome: reading
            sector: po
            stream: 1
            start: {low: \(start), high: \(start)}
            closure_weeks: \(weeks)
            parameters:
              persistence: \(persistence)
              loss_per_week: \(loss)
              low_extra: {distribution: fixed, value: 0.5, source: test}
              school_sd: \(schoolSD)
              drift: \(drift)
              effect_per_1000_eur: {distribution: fixed, value: 0.02, source: test}
              effect_plateau: \(plateau)
              effect_half_life: {distribution: fixed, value: 1, source: test}
              low_multiplier: {distribution: fixed, value: 2, source: test}
              noise_sd: \(noise)
        scenarios:
          none: {rules: []}
          money:
            deadline: 2022/23
            rules:
              - {name: base, kind: per_pupil, rate: 1000, years: [2021/22], sectors: [po], source: test}
        \(extraScenarios)
        """
    }

    func plan() throws -> SimulationPlan {
        let folder = try TemporaryFolder()
        let rows = schools.map { line in
            let cells = line.split(separator: ",").map(String.init)
            return "\(cells[0]),\(cells[1]),\((Int(cells[2]) ?? 0) + (Int(cells[3]) ?? 0)),\(cells[2]),\(cells[4])"
        }
        try folder.write((["id,sector,pupils,low,score"] + rows).joined(separator: "\n") + "\n", to: "schools.csv")
        return try SimulationPlan(ScenarioFile(path: folder.write(text(), to: "s.yaml")), analyses: [:])
    }

    func rows(threads: Int = 1, draws: Int = 20) throws -> (plan: SimulationPlan, result: SimulationResult) {
        let plan = try plan()
        return (plan, try Simulator(plan).run(draws: draws, threads: threads))
    }
}

extension SimulationResult {
    fileprivate func mean(_ plan: SimulationPlan, _ scenario: String, _ group: String, _ year: String) throws -> Double
    {
        let row = trajectories(plan).first {
            $0.scenario == scenario && $0.group == group && $0.quintile == "all" && $0.year.description == year
        }
        return try #require(row).summary.mean
    }
}

@Suite struct SimulatorTests {
    @Test func withoutNoiseItFollowsTheRecursion() throws {
        let (plan, result) = try SmallScenario().rows()
        // x0 = -0.1; 2020/21: 0.8 x - 5 x 0.01 x (1.5 for the low group); then 0.8 x a year.
        let low = 0.8 * -0.1 - 0.05 * 1.5, high = 0.8 * -0.1 - 0.05
        #expect(abs(try result.mean(plan, "none", "practical", "2020/21") - low) < 1e-12)
        #expect(abs(try result.mean(plan, "none", "theoretical", "2022/23") - 0.64 * high) < 1e-12)
        // EUR 1,000 a pupil in 2021/22, spent in halves to 2022/23: gains of 0.01 (high) and 0.02 (low) a year, of which
        // 0.4 stays and the rest halves every year.
        let first = 0.01, second = 0.01 * (0.4 + 0.6 * 0.5) + 0.01,
            third = 0.01 * (0.4 + 0.6 * 0.25) + 0.01 * (0.4 + 0.6 * 0.5)
        for (year, rho, gain) in [("2021/22", 0.8, first), ("2022/23", 0.64, second), ("2023/24", 0.512, third)] {
            #expect(abs(try result.mean(plan, "money", "theoretical", year) - (rho * high + gain)) < 1e-12)
            #expect(abs(try result.mean(plan, "money", "practical", year) - (rho * low + 2 * gain)) < 1e-12)
        }
    }

    @Test func nothingHappensWithoutShockMoneyOrDecay() throws {
        var scenario = SmallScenario()
        scenario.persistence = "{distribution: fixed, value: 1, source: test}"
        scenario.weeks = "{source: test}"
        let (plan, result) = try scenario.rows()
        for year in ["2019/20", "2023/24"] { #expect(try result.mean(plan, "none", "all", year) == -0.1) }
        scenario.persistence = "{distribution: fixed, value: 0, source: test}"
        let (forgetful, after) = try scenario.rows()
        #expect(try after.mean(forgetful, "none", "all", "2020/21") == 0)
    }

    @Test func noiseHasTheAnalyticVariance() throws {
        var scenario = SmallScenario()
        scenario.noise = "{distribution: fixed, value: 0.1, source: test}"
        scenario.schools = ["a,po,0,40,0"]
        let draws = 4000
        let (plan, result) = try scenario.rows(threads: 2, draws: draws)
        let row = try #require(
            result.trajectories(plan).first {
                $0.scenario == "none" && $0.group == "theoretical" && $0.quintile == "all"
                    && $0.year.description == "2023/24"
            })
        // Four years of noise of SD 0.1, each shrunk by 0.8 a year.
        let variance = 0.01 * (1 + 0.64 + 0.4096 + 0.262144)
        let sd = try #require(row.summary.standardDeviation)
        // The standard error of a variance of n normals is its value times sqrt(2 / n); four of them.
        #expect(abs(sd * sd / variance - 1) < 4 * (2.0 / Double(draws)).squareRoot())
        let mean = 0.512 * (0.8 * -0.1 - 0.05)
        #expect(abs(row.summary.mean - mean) < 4 * (variance / Double(draws)).squareRoot())
    }

    @Test func sameBitsForAnyNumberOfThreads() throws {
        var scenario = SmallScenario()
        scenario.noise = "{distribution: fixed, value: 0.1, source: test}"
        scenario.persistence = "{distribution: beta, mean: 0.7, sd: 0.1, source: test}"
        let plan = try scenario.plan()
        let results = try [1, 2, 3, 7].map { try Simulator(plan).run(draws: 43, threads: $0) }
        for result in results.dropFirst() {
            #expect(result.records == results[0].records)
        }
    }

    @Test func fewerDrawsAreTheFirstOfMore() throws {
        var scenario = SmallScenario()
        scenario.noise = "{distribution: fixed, value: 0.1, source: test}"
        let plan = try scenario.plan()
        let (few, many) = (
            try Simulator(plan).run(draws: 7, threads: 1), try Simulator(plan).run(draws: 30, threads: 2)
        )
        #expect(few.records.prefix(few.draws) == many.records.prefix(few.draws))
    }

    @Test func anotherScenarioOrAnotherOrderOfSchoolsChangesNoDraw() throws {
        var scenario = SmallScenario()
        scenario.noise = "{distribution: fixed, value: 0.1, source: test}"
        scenario.schoolSD = "{distribution: fixed, value: 0.5, source: test}"
        let (plan, result) = try scenario.rows()
        scenario.extraScenarios = "  later: {extends: money, delay_years: 1}"
        let (larger, with) = try scenario.rows()
        scenario.extraScenarios = ""
        scenario.schools.reverse()
        let (reversed, other) = try scenario.rows()
        for name in ["none", "money"] {
            let value = try result.mean(plan, name, "all", "2023/24")
            #expect(try with.mean(larger, name, "all", "2023/24") == value)
            #expect(try other.mean(reversed, name, "all", "2023/24") == value)
        }
    }

    @Test func comparisonsArePairedAndKnowTheSign() throws {
        var scenario = SmallScenario()
        scenario.noise = "{distribution: fixed, value: 0.3, source: test}"
        let (plan, result) = try scenario.rows()
        let rows = result.comparisons(plan).filter {
            $0.measure == .deviation && $0.group == "theoretical" && $0.year == "2021/22"
        }
        // The noise is shared: the difference is the gain in every draw.
        let row = try #require(rows.first)
        #expect(row.scenario == "money" && row.reference == "none")
        #expect(abs(row.value - 0.01) < 1e-12)
        #expect(abs(try #require(row.standardDeviation)) < 1e-12)
        #expect(row.probabilityBetter == 1)
        let cost = try #require(result.comparisons(plan).first { $0.measure == .spending })
        #expect(cost.value == 180_000)  // 180 pupils
        let factor = try #require(result.summary(plan).varianceReductions(in: "2023/24").first?.factor)
        #expect(factor > 1e6)
    }

    @Test func aCancelledRunStops() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let plan = try SmallScenario().plan()
        #expect(throws: ScenarioError.cancelled) {
            try Simulator(plan).run(draws: 10, threads: 2, cancellation: cancellation)
        }
    }

    @Test(arguments: [
        (
            "persistence", "{distribution: normal, mean: 0.9, sd: 0.2, source: s}",
            "'persistence' would be drawn between"
        ),
        (
            "persistence", "{distribution: normal, mean: 0.9, source: s}",
            "a normal distribution needs 'mean', 'sd'; found mean."
        ),
        (
            "persistence", "{distribution: beta, mean: 0.5, sd: 0.9, source: s}",
            "no beta distribution has this mean and sd."
        ),
        ("persistence", "{distribution: nromal, mean: 0.9, sd: 0.2, source: s}", "Did you mean 'normal'?"),
        ("persistence", "{distribution: fixed, value: 0.9}", "missing key 'source' in parameter 'persistence'."),
        (
            "loss", "{distribution: uniform, low: 1, high: 0, source: s}",
            "low and high are 1 and 0; expected low below high."
        ),
        ("weeks", "{2020: 5, source: test}", "found '2020'; expected a school year such as 2021/22."),
        (
            "weeks", "{2019/20: 8, source: test}",
            "closure weeks are given for 2019/20, which is not simulated. The starting state holds what happened before; "
                + "extend the calendar for what comes after."
        ),
        (
            "scenarios",
            "  other: {rules: [{name: x, kind: per_pupil, rate: 1, years: [2022/23], sectors: [po], source: s}], deadline: 2025/26}",
            "scenario 'other': money is spent in 2024/25, but 2020/21 to 2023/24 is simulated. Extend the calendar, or move "
                + "the deadline."
        ),
        ("weeks", "{2020/21: -5, source: test}", "found -5; expected a number of 0 or more."),
        ("scenarios", "  later: {extends: mony}", "found 'mony'; expected 'none' or 'money'. Did you mean 'money'?"),
        (
            "scenarios",
            "  other: {rules: [{name: x, kind: per_pupil, years: [2021/22], sectors: [po], source: s}], deadline: 2022/23}",
            "a funding rule has either a 'rate' (euros per unit of its kind) or a 'total' (euros a year)."
        ),
        (
            "scenarios",
            "  other: {rules: [{name: x, kind: per_pupil, rate: -1, years: [2021/22], sectors: [po], source: s}], deadline: 2022/23}",
            "found -1; expected a number of 0 or more."
        ),
        (
            "scenarios",
            "  other: {rules: [{name: x, kind: per_pupil, rate: 1, years: [2021/22], sectors: [vo], source: s}], deadline: 2022/23}",
            "found 'vo'; expected 'po'."
        ),
        (
            "scenarios",
            "  other: {rules: [{name: x, kind: per_pupil, rate: 1, years: [2023/24], sectors: [po], source: s}], deadline: 2022/23}",
            "scenario 'other': money is received in 2023/24, after the spending deadline 2022/23. Move the deadline or the money."
        ),
        (
            "scenarios",
            "  other: {rules: [{name: x, kind: per_pupil, rate: 1, years: [2021/22], sectors: [po], source: s}]}",
            "missing key 'deadline' in scenario 'other': the last school year in which money may be spent."
        ),
    ])
    func mistakesEndInOneMessage(field: String, value: String, message: String) {
        var scenario = SmallScenario()
        switch field {
        case "persistence": scenario.persistence = value
        case "loss": scenario.loss = value
        case "weeks": scenario.weeks = value
        default: scenario.extraScenarios = value
        }
        #expect { try scenario.plan() } throws: { "\($0)".contains(message) }
    }
}

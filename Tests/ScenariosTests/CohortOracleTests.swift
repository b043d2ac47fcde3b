import Funding
import Probability
import Recovery
import TestSupport
import Testing

@testable import Scenarios

/// Two sectors with grades, well-being that spills over and pupils who bring their deviation along.
private struct TwoSectors {
    var generator: SeededGenerator

    mutating func number(_ low: Double, _ high: Double) -> Double { Double.random(in: low...high, using: &generator) }

    mutating func fixed(_ low: Double, _ high: Double) -> String {
        "{distribution: fixed, value: \(number(low, high)), source: test}"
    }

    mutating func outcome(_ name: String, _ sector: String, _ stream: Int, extra: String, wellbeing: Bool) -> String {
        """
          - outcome: \(name)
            sector: \(sector)
            stream: \(stream)
            closure_weeks: {2021/22: \(number(0, 9)), 2022/23: \(number(0, 5)), source: test}
            \(wellbeing ? "wellbeing: life" : "note: none")
        \(extra)
            parameters:
              persistence: \(fixed(0.5, 0.95))
              loss_per_week: \(fixed(0, 0.02))
              low_extra: \(fixed(0, 0.6))
              school_sd: \(fixed(0, 0.8))
              drift: \(fixed(-0.01, 0.01))
              effect_per_1000_eur: \(fixed(0.01, 0.05))
              effect_plateau: \(fixed(0.2, 0.6))
              effect_half_life: \(fixed(0.2, 2))
              low_multiplier: \(fixed(0.5, 2))
              \(wellbeing ? "wellbeing_spillover: \(fixed(-0.2, 0.2))" : "")
              trend_per_year: \(fixed(-0.02, 0.01))
              noise_sd: \(fixed(0.01, 0.1))

        """
    }

    mutating func text() -> String {
        func start(_ low: String, _ high: String, _ year: String) -> String {
            "    start: {low: \(low), high: \(high)\(year)}"
        }
        func entry(_ name: String, _ share: String) -> String {
            "    entry: {outcome: \(name), sector: po, share: \(share)}"
        }
        let outcomes = [
            // The later sector first: the order of the file must not matter.
            outcome(
                "mathematics", "vo", 3,
                extra: start(fixed(-0.3, 0), fixed(-0.2, 0), ", year: 2020/21") + "\n    baseline: level\n"
                    + entry("mathematics", fixed(0.2, 0.9)),
                wellbeing: true),
            outcome("life", "vo", 4, extra: "    start: baseline\n" + entry("life", fixed(0.2, 0.9)), wellbeing: false),
            outcome(
                "mathematics", "po", 1, extra: start(fixed(-0.3, 0), fixed(-0.2, 0), "") + "\n    baseline: level",
                wellbeing: true),
            outcome("life", "po", 2, extra: start(fixed(-0.2, 0), fixed(-0.2, 0), ""), wellbeing: false),
        ]
        return """
            seed: 11
            draws: 20
            reference: none
            margin_sd: 0.05
            groups: {low: practical, high: theoretical}
            calendar: {first: 2020/21, last: 2025/26, pre_crisis: 2018/19}
            grades: {po: 3, vo: 2}
            sectors: [po, vo]
            models: []
            schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
            outcomes:
            \(outcomes.joined())
            scenarios:
              none: {rules: []}
              money:
                deadline: 2023/24
                rules:
                  - {name: base, kind: per_pupil, rate: 1000, years: [2021/22], sectors: [po, vo], source: test}
                  - {name: score, kind: per_score_point, rate: 100, years: [2021/22], sectors: [po, vo], source: test}
              later: {extends: money, delay_years: 1}
            """
    }

    mutating func plan() throws -> SimulationPlan {
        let folder = try TemporaryFolder()
        var rows = ["id,sector,pupils,low,score"]
        for index in 0..<23 {
            let pupils = Int.random(in: 1...400, using: &generator)
            rows.append(
                "s\(index),\(index < 14 ? "po" : "vo"),\(pupils),\(Int.random(in: 0...pupils, using: &generator)),"
                    + "\(Int.random(in: 0...90, using: &generator))")
        }
        try folder.write(rows.joined(separator: "\n") + "\n", to: "schools.csv")
        return try SimulationPlan(ScenarioFile(path: folder.write(text(), to: "s.yaml")), analyses: [:])
    }
}

/// The same draw by the recursion itself: every school, group, cohort and scenario, one number at a time, each gain in its two
/// accumulators.
private struct Oracle {
    /// x, lasting gain and fading gain of one grade's pupils.
    struct Cohort {
        var x = 0.0
        var lasting = 0.0
        var fading = 0.0
        var deviation: Double { x + lasting + fading }
    }

    let plan: SimulationPlan
    let parameters: [OutcomeParameters]
    let scenario: Int
    /// `[school][outcome][group][moment][grade]`, empty where the school is in another sector.
    private(set) var deviations: [[[[[Double]]]]] = []
    /// The mean deviation of the last grade: `[outcome][group][moment]`.
    private(set) var leaving: [[[Double]]] = []

    init(_ plan: SimulationPlan, draw: UInt32, scenario: Int) {
        self.plan = plan
        self.scenario = scenario
        parameters = plan.parameters(plan.inputs(draw: draw))
        let file = plan.file
        let schools = plan.population.schools
        deviations = schools.map { _ in file.outcomes.map { _ in [[], []] } }
        leaving = file.outcomes.map { _ in [[], []] }
        for sector in ["po", "vo"] {
            for (index, school) in schools.enumerated() where school.sector == sector {
                for group in 0..<2 { simulate(index, school, group, draw) }
            }
            for position in file.outcomes.indices where file.outcomes[position].sector == sector {
                for group in 0..<2 {
                    leaving[position][group] = (0...file.years.count).map { moment in
                        var (sum, pupils) = (0.0, 0.0)
                        for (index, school) in schools.enumerated() where school.sector == sector {
                            let count = Double(group == 0 ? school.lowPupils : school.highPupils)
                            sum += count * (deviations[index][position][group][moment].last ?? 0)
                            pupils += count
                        }
                        return sum / pupils
                    }
                }
            }
        }
    }

    private mutating func simulate(_ index: Int, _ school: School, _ group: Int, _ draw: UInt32) {
        let file = plan.file
        let grades = file.gradeCount(of: school.sector)
        let own = file.outcomes.indices.filter { file.outcomes[$0].sector == school.sector }
        let spent = file.years.map { year in
            (plan.scenarios[scenario].eurosPerSchool(in: year)?[index] ?? 0) / Double(school.pupils)
        }
        var cohorts = [[Cohort]](repeating: Array(repeating: Cohort(), count: grades), count: file.outcomes.count)
        for moment in 0...file.years.count {
            let before = cohorts
            for position in own {
                let (outcome, p) = (file.outcomes[position], parameters[position])
                let key = streamKey(school.id)
                let block = UInt16(outcome.stream)
                let heterogeneity =
                    1 + p.schoolSD
                    * RandomStream(
                        seed: file.seed, purpose: .schoolHeterogeneity, draw: draw, entity: key, period: 0
                    ).normals(at: block).0
                let start = outcome.start.year.map { $0.start - 2019 } ?? 0
                let source = file.outcomes.firstIndex {
                    $0.outcome == outcome.wellbeing && $0.sector == outcome.sector
                }
                for grade in 0..<grades {
                    var cohort = grade > 0 && moment > 0 ? before[position][grade - 1] : Cohort()
                    let well: Double
                    if grade > 0 {
                        well = source.map { before[$0][grade - 1].deviation } ?? 0
                    } else {
                        cohort.x = moment > 0 ? brought(position, group, moment) : 0
                        well = source.map { moment > 0 ? brought($0, group, moment) : 0 } ?? 0
                    }
                    if moment <= start {
                        cohort.x = moment == start ? p.start[group] * heterogeneity : 0
                    } else {
                        let year = file.years[moment - 1]
                        let normals = RandomStream(
                            seed: file.seed, purpose: .noise, draw: draw, entity: key, period: UInt8(year.start - 1900)
                        ).normals(at: block)
                        let weeks = outcome.closureWeeks[year] ?? 0
                        cohort.x =
                            p.persistence * cohort.x - weeks * p.lossPerWeek * (group == 0 ? 1 + p.lowExtra : 1)
                            * heterogeneity + p.drift + p.spillover * well
                            + p.noiseSD * (group == 0 ? normals.0 : normals.1)
                    }
                    if moment > 0 {
                        let gain = p.effectPerEuro * spent[moment - 1] * (group == 0 ? p.lowMultiplier : 1)
                        cohort.lasting += p.plateau * gain
                        cohort.fading = p.yearlyDecay * cohort.fading + (1 - p.plateau) * gain
                    }
                    cohorts[position][grade] = cohort
                }
                deviations[index][position][group].append(cohorts[position].map(\.deviation))
            }
        }
    }

    private func brought(_ position: Int, _ group: Int, _ moment: Int) -> Double {
        guard let entry = plan.file.outcomes[position].entry,
            let from = plan.file.outcomes.firstIndex(where: {
                $0.outcome == entry.outcome && $0.sector == entry.sector
            })
        else { return 0 }
        return parameters[position].entryShare * leaving[from][group][moment - 1]
    }

    /// The record that the definitions give.
    func record(_ layout: RecordLayout) -> [Double] {
        var record = [Double](repeating: 0, count: layout.length)
        let file = plan.file
        for (position, outcome) in file.outcomes.enumerated() {
            let p = parameters[position]
            record[layout.trend(position)] = p.trend
            let grades = file.gradeCount(of: outcome.sector)
            for (index, school) in plan.population.schools.enumerated() where school.sector == outcome.sector {
                let quintile = plan.population.quintiles[index]
                let counts = [Double(school.lowPupils), Double(school.highPupils)]
                for moment in 0...file.years.count {
                    let shift = p.trend * Double(moment + 1)
                    let toTrend = outcome.baseline == .level ? -shift : 0
                    var (mean, change) = (0.0, 0.0)
                    for group in 0..<2 {
                        for grade in 0..<grades {
                            let own = deviations[index][position][group][moment][grade]
                            let part = counts[group] / Double(grades)
                            record[layout.state(scenario, position, group, quintile, moment)] += part * (own + toTrend)
                            record[layout.grade(scenario, position, group, grade, moment)] += part * (own + toTrend)
                            mean += part * (own + toTrend)
                            guard moment > 0 else { continue }
                            let started = moment > (outcome.start.year.map { $0.start - 2019 } ?? 0)
                            let before =
                                grade > 0
                                ? deviations[index][position][group][moment - 1][grade - 1]
                                : started ? brought(position, group, moment) : 0
                            record[layout.growth(scenario, position, group, quintile, moment)] += part * (own - before)
                            change += part * (own - before)
                        }
                    }
                    mean /= counts[0] + counts[1]
                    change /= counts[0] + counts[1]
                    if mean + shift >= -file.margin {
                        record[layout.schools(scenario, position, .level, moment)] += 1
                    }
                    if mean >= -file.margin { record[layout.schools(scenario, position, .trend, moment)] += 1 }
                    if moment > 0, change >= -file.margin {
                        record[layout.schools(scenario, position, .growth, moment)] += 1
                    }
                }
            }
        }
        return record
    }
}

@Suite struct CohortOracleTests {
    @Test("The kernel gives what the recursion gives, number by number", arguments: 0..<6)
    func kernelEqualsTheRecursion(seed: Int) throws {
        var random = TwoSectors(generator: SeededGenerator(seed: seed))
        let plan = try random.plan()
        let simulator = Simulator(plan)
        let result = try simulator.run(draws: 3, threads: 1)
        for draw in 0..<3 {
            let drawn = Array(result.records.prefix(draw + 1).suffix(simulator.layout.length))
            for scenario in plan.scenarios.indices {
                let expected = Oracle(plan, draw: UInt32(draw), scenario: scenario).record(simulator.layout)
                for position in simulator.layout.positions(of: scenario) {
                    let (own, other) = (drawn[position], expected[position])
                    // Sums of 14 schools of hundreds of pupils in another order: a few units in the last place.
                    if abs(own - other) > 1e-12 * (100 + abs(other)) {
                        Issue.record(
                            "seed \(seed) draw \(draw) scenario \(scenario) position \(position): \(own), expected \(other)"
                        )
                        return
                    }
                }
            }
        }
    }
}

extension RecordLayout {
    /// All positions of a scenario, and those that all scenarios share.
    fileprivate func positions(of scenario: Int) -> [Int] {
        let shared = (0..<outcomes).map { trend($0) }
        let length = (length - outcomes) / scenarios
        return Array((scenario * length)..<((scenario + 1) * length)) + shared
    }
}

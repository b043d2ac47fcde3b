import Funding
import Models
import TestSupport

@testable import Scenarios

/// A plan of two outcomes and two schools, whose draws a test writes down itself.
///
/// The margin and the figures of tests are sums of powers of two, so that closed forms hold to the last bit.
struct HandMade {
    /// 2019/20 (the start) to 2023/24; the trend is counted from 2018/19.
    static let moments = 5
    /// Pupils by group and quintile: school `a` has the lowest score, in quintile 1; `b` is in quintile 3.
    static let pupils = [[0, 16, 0, 32, 0, 0], [0, 48, 0, 32, 0, 0]]

    var goals = ""
    var grades = ""
    var scenarios = """
          none: {rules: []}
          money:
            deadline: 2022/23
            rules:
              - {name: base, kind: per_pupil, rate: 1000, years: [2021/22], sectors: [po], source: test}
          more:
            deadline: 2022/23
            rules:
              - {name: base, kind: per_pupil, rate: 2000, years: [2021/22], sectors: [po], source: test}
        """

    private static func outcome(_ name: String, stream: Int) -> String {
        let zero = "{distribution: fixed, value: 0, source: test}"
        let parameters = [
            "persistence", "loss_per_week", "low_extra", "school_sd", "drift", "effect_per_1000_eur", "effect_plateau",
            "effect_half_life", "low_multiplier", "noise_sd",
        ].map { "\($0): {distribution: fixed, value: \($0 == "effect_half_life" ? 1 : 0), source: test}" }
        return """
              - outcome: \(name)
                sector: po
                stream: \(stream)
                start: {low: \(zero), high: \(zero)}
                closure_weeks: {source: test}
                parameters: {\(parameters.joined(separator: ", "))}
            """
    }

    var text: String {
        """
        seed: 1
        reference: none
        margin_sd: 0.0625
        groups: {low: practical, high: theoretical}
        calendar: {first: 2020/21, last: 2023/24, pre_crisis: 2018/19}
        sectors: [po]
        \(grades)
        schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector}
        outcomes:
        \(Self.outcome("reading", stream: 1))
        \(Self.outcome("mathematics", stream: 2))
        scenarios:
        \(scenarios)
        \(goals)
        """
    }

    func plan() throws -> SimulationPlan {
        let folder = try TemporaryFolder()
        try folder.write("id,sector,pupils,low,score\na,po,64,16,0\nb,po,64,32,50\n", to: "schools.csv")
        return try SimulationPlan(ScenarioFile(path: folder.write(text, to: "s.yaml")), analyses: [:])
    }
}

/// Records that a test fills.
struct HandMadeRecords {
    let layout: RecordLayout
    private var values: [Double]
    private let draws: Int

    init(_ plan: SimulationPlan, draws: Int) {
        layout = Simulator(plan).layout
        self.draws = draws
        values = [Double](repeating: 0, count: draws * layout.length)
    }

    subscript(draw: Int, position: Int) -> Double {
        get { values[draw * layout.length + position] }
        set { values[draw * layout.length + position] = newValue }
    }

    /// Sets a group's mean deviation from the trend in every quintile.
    mutating func setState(_ scenario: Int, _ outcome: Int, _ group: Int, _ moment: Int, _ draw: Int, _ mean: Double) {
        for (quintile, pupils) in HandMade.pupils[group].enumerated() {
            self[draw, layout.state(scenario, outcome, group, quintile, moment)] = mean * Double(pupils)
        }
    }

    /// Sets both groups' mean deviation from the trend.
    mutating func setState(_ scenario: Int, _ outcome: Int, _ moment: Int, _ draw: Int, _ mean: Double) {
        for group in 0...1 { setState(scenario, outcome, group, moment, draw, mean) }
    }

    /// The draws, cut into two blocks.
    var result: SimulationResult {
        let half = draws / 2 * layout.length
        let blocks = [
            RecordBlock(draws: 0..<(draws / 2), values: Array(values[..<half])),
            RecordBlock(draws: (draws / 2)..<draws, values: Array(values[half...])),
        ]
        return SimulationResult(layout: layout, records: DrawRecords(blocks, length: layout.length))
    }
}

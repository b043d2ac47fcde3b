import Funding
import Recovery

/// The pupils that a figure is about: a sector, one or both SES groups, one or all disadvantage quintiles.
struct PupilSelection: Sendable {
    let sector: String
    let groups: [Int]
    let quintiles: [Int]
}

/// The draws of a result by scenario, outcome, pupils and moment.
struct ResultCube: Sendable {
    let plan: SimulationPlan
    let result: SimulationResult
    /// Pupils by sector, group and quintile.
    private let pupils: [String: [[Int]]]
    /// Schools with pupils by sector.
    private let schools: [String: Int]
    /// The school years of the moments: the starting state stands at the year before the first simulated one.
    let moments: [SchoolYear]

    init(_ plan: SimulationPlan, _ result: SimulationResult) {
        self.plan = plan
        self.result = result
        var (pupils, schools) = ([String: [[Int]]](), [String: Int]())
        for (school, quintile) in zip(plan.population.schools, plan.population.quintiles) {
            let empty = Array(repeating: Array(repeating: 0, count: RecordLayout.quintiles), count: RecordLayout.groups)
            var counts = pupils[school.sector] ?? empty
            counts[0][quintile] += school.lowPupils
            counts[1][quintile] += school.highPupils
            pupils[school.sector] = counts
            if school.pupils > 0 { schools[school.sector, default: 0] += 1 }
        }
        self.pupils = pupils
        self.schools = schools
        moments = plan.file.years.prefix(1).map { $0.advanced(by: -1) } + plan.file.years
    }

    /// The number of selected pupils.
    func pupilCount(_ selection: PupilSelection) -> Int {
        guard let counts = pupils[selection.sector] else { return 0 }
        return selection.groups.reduce(0) { sum, group in
            sum + selection.quintiles.reduce(0) { $0 + counts[group][$1] }
        }
    }

    /// The pupil-weighted mean deviation of the selected pupils in every draw, in SD.
    ///
    /// - Parameters:
    ///   - selection: At least one pupil.
    ///   - moment: With the growth benchmark, 1 or later: there is no progress before the first year.
    ///   - benchmark: What the deviation is from.
    func deviations(
        scenario: Int, outcome: Int, _ selection: PupilSelection, moment: Int, benchmark: RecoveryBenchmark = .trend
    ) -> [Double] {
        OutcomeDraws(self, scenario: scenario, outcome: outcome)
            .deviations(selection.groups, quintiles: selection.quintiles, moment: moment, benchmark: benchmark)
    }

    /// The mean deviation of a grade's pupils, all quintiles together, in every draw, in SD.
    ///
    /// - Parameters:
    ///   - grade: Counted from 0.
    ///   - benchmark: The trend or the level.
    func deviations(
        scenario: Int, outcome: Int, groups: [Int], grade: Int, moment: Int, benchmark: RecoveryBenchmark = .trend
    ) -> [Double] {
        OutcomeDraws(self, scenario: scenario, outcome: outcome)
            .deviations(groups, grade: grade, moment: moment, benchmark: benchmark)
    }

    /// The share of a sector's schools that are recovered, in every draw.
    func shareOfSchoolsRecovered(
        scenario: Int, outcome: Int, moment: Int, benchmark: RecoveryBenchmark = .trend
    ) -> [Double] {
        OutcomeDraws(self, scenario: scenario, outcome: outcome)
            .shareOfSchoolsRecovered(moment: moment, benchmark: benchmark)
    }

    /// The number of schools with pupils in a sector.
    func schoolCount(_ sector: String) -> Int { schools[sector] ?? 0 }

    /// The disadvantage quintiles with that of schools without a known score.
    static let allQuintiles = Array(0..<RecordLayout.quintiles)

    /// The choices of SES group, with their names in tables.
    var groupChoices: [(name: String, groups: [Int])] {
        [("all", [0, 1]), (plan.file.lowGroup, [0]), (plan.file.highGroup, [1])]
    }

    /// The choices of disadvantage quintile, with their names in tables.
    static let quintileChoices: [(name: String, quintiles: [Int])] =
        [("all", allQuintiles)] + (1...5).map { (String($0), [$0]) } + [("unknown", [0])]
}

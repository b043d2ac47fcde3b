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

    init(_ plan: SimulationPlan, _ result: SimulationResult) {
        self.plan = plan
        self.result = result
        var pupils: [String: [[Int]]] = [:]
        for (school, quintile) in zip(plan.population.schools, plan.population.quintiles) {
            let empty = Array(repeating: Array(repeating: 0, count: RecordLayout.quintiles), count: RecordLayout.groups)
            var counts = pupils[school.sector] ?? empty
            counts[0][quintile] += school.lowPupils
            counts[1][quintile] += school.highPupils
            pupils[school.sector] = counts
        }
        self.pupils = pupils
    }

    /// The school years of the moments: the starting state stands at the year before the first simulated one.
    var moments: [SchoolYear] {
        guard let first = plan.file.years.first else { return [] }
        return [first.advanced(by: -1)] + plan.file.years
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
        let layout = result.layout
        let positions = selection.groups.flatMap { group in
            selection.quintiles.map { quintile in
                benchmark == .growth
                    ? layout.growth(scenario, outcome, group, quintile, moment)
                    : layout.state(scenario, outcome, group, quintile, moment)
            }
        }
        let count = Double(pupilCount(selection))
        return shifted(result.records.sums(at: positions).map { $0 / count }, outcome, moment, benchmark)
    }

    /// The mean deviation of a grade's pupils, all quintiles together, in every draw, in SD.
    ///
    /// - Parameters:
    ///   - grade: Counted from 0.
    ///   - benchmark: The trend or the level.
    func deviations(
        scenario: Int, outcome: Int, groups: [Int], grade: Int, moment: Int, benchmark: RecoveryBenchmark = .trend
    ) -> [Double] {
        let layout = result.layout
        let sector = plan.file.outcomes[outcome].sector
        let everyone = PupilSelection(sector: sector, groups: groups, quintiles: Array(0..<RecordLayout.quintiles))
        let count = Double(pupilCount(everyone)) / Double(layout.grades[outcome])
        let positions = groups.map { layout.grade(scenario, outcome, $0, grade, moment) }
        return shifted(result.records.sums(at: positions).map { $0 / count }, outcome, moment, benchmark)
    }

    /// From deviations from the trend to those from the level: the trend since the pre-crisis year is added.
    private func shifted(
        _ draws: [Double], _ outcome: Int, _ moment: Int, _ benchmark: RecoveryBenchmark
    ) -> [Double] {
        let years = Double(moments[moment].start - plan.file.preCrisisYear.start)
        guard benchmark == .level, years != 0 else { return draws }
        let trends = result.records.sums(at: [result.layout.trend(outcome)])
        return zip(draws, trends).map { $0 + years * $1 }
    }

    /// The share of a sector's schools that are recovered, in every draw.
    func shareOfSchoolsRecovered(
        scenario: Int, outcome: Int, moment: Int, benchmark: RecoveryBenchmark = .trend
    ) -> [Double] {
        let sector = plan.file.outcomes[outcome].sector
        let schools = plan.population.schools.lazy.filter { $0.sector == sector && $0.pupils > 0 }.count
        let position = result.layout.schools(scenario, outcome, benchmark, moment)
        return result.records.sums(at: [position]).map { $0 / Double(schools) }
    }

    /// The choices of SES group, with their names in tables.
    var groupChoices: [(name: String, groups: [Int])] {
        [("all", [0, 1]), (plan.file.lowGroup, [0]), (plan.file.highGroup, [1])]
    }

    /// The choices of disadvantage quintile, with their names in tables.
    static let quintileChoices: [(name: String, quintiles: [Int])] =
        [("all", Array(0..<RecordLayout.quintiles))] + (1...5).map { (String($0), [$0]) } + [("unknown", [0])]
}

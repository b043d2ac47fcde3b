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
            let empty = Array(repeating: Array(repeating: 0, count: ResultLayout.quintiles), count: ResultLayout.groups)
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
    /// - Parameter selection: At least one pupil.
    func deviations(scenario: Int, outcome: Int, _ selection: PupilSelection, moment: Int) -> [Double] {
        let layout = result.layout
        let positions = selection.groups.flatMap { group in
            selection.quintiles.map { layout.state(scenario, outcome, group, $0, moment) }
        }
        let count = Double(pupilCount(selection))
        return (0..<result.draws).map { draw in
            var sum = 0.0
            for position in positions { sum += result.states[draw * layout.stateCount + position] }
            return sum / count
        }
    }

    /// The share of a sector's schools that are recovered, in every draw.
    func shareOfSchoolsRecovered(scenario: Int, outcome: Int, moment: Int) -> [Double] {
        let layout = result.layout
        let sector = plan.file.outcomes[outcome].sector
        let schools = plan.population.schools.lazy.filter { $0.sector == sector && $0.pupils > 0 }.count
        return (0..<result.draws).map {
            result.recovered[$0 * layout.schoolCount + layout.school(scenario, outcome, moment)] / Double(schools)
        }
    }

    /// The choices of SES group, with their names in tables.
    var groupChoices: [(name: String, groups: [Int])] {
        [("all", [0, 1]), (plan.file.lowGroup, [0]), (plan.file.highGroup, [1])]
    }

    /// The choices of disadvantage quintile, with their names in tables.
    static let quintileChoices: [(name: String, quintiles: [Int])] =
        [("all", Array(0..<ResultLayout.quintiles))] + (1...5).map { (String($0), [$0]) } + [("unknown", [0])]
}

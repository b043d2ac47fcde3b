/// A figure of school careers in a school year. The words are those of tables and goals.
public enum CareerIndicator: String, Sendable, CaseIterable {
    /// Pupils at the beginning of the year.
    case pupils
    /// The share in the same grade of the same track a year later.
    case retention
    /// The shares that go to a higher and a lower track.
    case movedUp = "moved_up"
    case movedDown = "moved_down"
    /// The share that leaves without a diploma.
    case left
    /// Diplomas over diplomas and pupils of last grades who stay.
    case passRate = "pass_rate"
    /// The share of pupils of grade 3 without delay.
    case promptGrade3 = "without_delay_grade_3"
    /// The share of diplomas without delay.
    case promptDiploma = "without_delay_diploma"
    /// The shares of pupils of grade 3 above and below the track in which they began.
    case aboveGrade3 = "above_placement_grade_3"
    case belowGrade3 = "below_placement_grade_3"
    /// The share of an intake that would get a diploma with the year's flows.
    case diplomaShare = "diploma_share"
    /// The mean number of years that those would take.
    case yearsToDiploma = "years_to_diploma"

    /// The unit of values and differences.
    public var unit: String {
        switch self {
        case .pupils: "pupils"
        case .yearsToDiploma: "years"
        default: "share"
        }
    }

    /// Whether it is a share, of which goals can be set in percentage points.
    var isShare: Bool { unit == "share" }

    /// Whether it is told by track too.
    var isByTrack: Bool {
        switch self {
        case .diplomaShare, .yearsToDiploma: false
        default: true
        }
    }

    /// 1 where more is better, -1 where less is, 0 where neither is.
    var direction: Double {
        switch self {
        case .pupils: 0
        case .movedUp, .passRate, .promptGrade3, .promptDiploma, .aboveGrade3, .diplomaShare: 1
        case .retention, .movedDown, .left, .belowGrade3, .yearsToDiploma: -1
        }
    }

    /// The counts above and below the line of a share; nil for what is none.
    var ratio: (of: [CareerLayout.Count], over: [CareerLayout.Count])? {
        switch self {
        case .pupils, .diplomaShare, .yearsToDiploma: nil
        case .retention: ([.retained], [.pupils])
        case .movedUp: ([.up], [.pupils])
        case .movedDown: ([.down], [.pupils])
        case .left: ([.left], [.pupils])
        case .passRate: ([.passed], [.passed, .failed])
        case .promptGrade3: ([.promptInGrade3], [.inGrade3])
        case .promptDiploma: ([.passedPromptly], [.passed])
        case .aboveGrade3: ([.aboveInGrade3], [.inGrade3])
        case .belowGrade3: ([.belowInGrade3], [.inGrade3])
        }
    }
}

/// An indicator of some pupils.
struct CareerFigure: Sendable {
    let indicator: CareerIndicator
    /// A track; nil for all.
    let track: Int?
    /// SES groups: low, high or both.
    let groups: [Int]
    /// The simulated year, counted from 0.
    let year: Int
}

/// The careers of one sector in every draw.
struct CareerDraws: Sendable {
    let cube: ResultCube
    /// Their place among the plan's careers.
    let index: Int

    var plan: CareerPlan { cube.plan.careers[index] }
    var layout: CareerLayout { cube.result.layout.careers[index] }
    /// The world without crisis and policy.
    var baseline: Int { layout.worlds - 1 }

    /// A figure of a world in every draw; nil where some draw has nobody to tell it of.
    func values(_ figure: CareerFigure, world: Int) -> [Double]? {
        switch figure.indicator {
        case .pupils: return sums([.pupils], figure, world)
        case .diplomaShare: return cohort(.diplomaShare, figure, world)
        case .yearsToDiploma:
            guard let shares = cohort(.diplomaShare, figure, world), !shares.contains(0) else { return nil }
            return cohort(.yearsToDiploma, figure, world)
        default:
            guard let ratio = figure.indicator.ratio else { return nil }
            let over = sums(ratio.over, figure, world)
            guard !over.contains(0) else { return nil }
            return zip(sums(ratio.of, figure, world), over).map { $0 / $1 }
        }
    }

    private func sums(_ counts: [CareerLayout.Count], _ figure: CareerFigure, _ world: Int) -> [Double] {
        let first = cube.result.layout.careers(index)
        let tracks = figure.track.map { [$0] } ?? Array(0..<layout.tracks)
        let positions = counts.flatMap { count in
            figure.groups.flatMap { group in
                tracks.map { first + layout.place(count, world: world, group: group, year: figure.year, track: $0) }
            }
        }
        return cube.result.records.sums(at: positions)
    }

    /// The same intake in all draws but for rounding: a group without pupils has a share of 0 in all.
    private func cohort(_ cohort: CareerLayout.Cohort, _ figure: CareerFigure, _ world: Int) -> [Double]? {
        guard sums([.pupils], figure, world).allSatisfy({ $0 > 0 }) else { return nil }
        let group = figure.groups.count == 1 ? figure.groups[0] : RecordLayout.groups
        let place = layout.place(cohort, world: world, group: group, year: figure.year)
        return cube.result.records.sums(at: [cube.result.layout.careers(index) + place])
    }
}

/// What recovery is judged against (DESIGN section 3).
public enum RecoveryBenchmark: String, Sendable, CaseIterable {
    /// The level of pre-crisis pupils of the same grade.
    case level
    /// The progress that pre-crisis pupils made in the same grade in a year.
    case growth
    /// The level that the pre-crisis trend leads to.
    case trend
}

/// Where the figures of a draw stand in its record: sums over schools by scenario, outcome and what they are taken over.
///
/// All sums are weighted by pupils and hold deviations from the pre-crisis *trend*, in SD; the deviation from the pre-crisis
/// level adds the trend of the draw, which stands in the record too.
public struct RecordLayout: Sendable, Equatable {
    let scenarios: Int
    let outcomes: Int
    /// Grades of each outcome's sector.
    let grades: [Int]
    /// The simulated years and, before them, the starting state.
    let moments: Int
    /// The careers of sectors that have them.
    let careers: [CareerLayout]
    /// Doubles in a record.
    public let length: Int

    /// SES groups: low, high. Quintiles: 0 (unknown score) to 5.
    static let groups = 2
    static let quintiles = 6

    /// Where an outcome's figures begin within a scenario's.
    private let offsets: [Int]
    private let scenarioLength: Int
    private let trends: Int

    init(scenarios: Int, grades: [Int], moments: Int, careers: [CareerLayout] = []) {
        self.careers = careers
        self.scenarios = scenarios
        self.grades = grades
        self.moments = moments
        outcomes = grades.count
        var (offsets, next) = ([Int](), 0)
        for count in grades {
            offsets.append(next)
            next += moments * (Self.groups * (2 * Self.quintiles + count) + RecoveryBenchmark.allCases.count)
        }
        self.offsets = offsets
        scenarioLength = next
        trends = scenarios * next
        length = trends + grades.count + careers.reduce(0) { $0 + $1.length }
    }

    /// Where the figures of a sector's careers begin.
    func careers(_ index: Int) -> Int { trends + outcomes + careers[..<index].reduce(0) { $0 + $1.length } }

    private func base(_ scenario: Int, _ outcome: Int) -> Int { scenario * scenarioLength + offsets[outcome] }

    /// The deviation from the trend, all grades together.
    func state(_ scenario: Int, _ outcome: Int, _ group: Int, _ quintile: Int, _ moment: Int) -> Int {
        base(scenario, outcome) + (group * Self.quintiles + quintile) * moments + moment
    }

    /// The change of a cohort's deviation from the year before, all grades together.
    func growth(_ scenario: Int, _ outcome: Int, _ group: Int, _ quintile: Int, _ moment: Int) -> Int {
        state(scenario, outcome, group, quintile, moment) + Self.groups * Self.quintiles * moments
    }

    /// The deviation from the trend in one grade, counted from 0, all quintiles together.
    func grade(_ scenario: Int, _ outcome: Int, _ group: Int, _ grade: Int, _ moment: Int) -> Int {
        base(scenario, outcome) + (2 * Self.groups * Self.quintiles + group * grades[outcome] + grade) * moments
            + moment
    }

    /// The number of schools whose mean deviation from a benchmark is at least minus the margin.
    func schools(_ scenario: Int, _ outcome: Int, _ benchmark: RecoveryBenchmark, _ moment: Int) -> Int {
        let index = RecoveryBenchmark.allCases.firstIndex(of: benchmark) ?? 0
        let before = Self.groups * (2 * Self.quintiles + grades[outcome])
        return base(scenario, outcome) + (before + index) * moments + moment
    }

    /// The pre-crisis trend of the draw, SD a year; the same in every scenario.
    func trend(_ outcome: Int) -> Int { trends + outcome }
}

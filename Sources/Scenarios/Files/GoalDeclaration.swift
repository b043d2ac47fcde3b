import Recovery
import Specifications

/// A goal of the programme, as a figure that is to reach a number by a school year.
public struct GoalDeclaration: Sendable {
    /// What is to reach the number. The words are those of scenario files and tables.
    public enum Figure: String, Sendable, CaseIterable {
        /// The mean deviation from the benchmark, SD.
        case deviation
        /// The low group's deviation minus the high group's, SD: the gap against the one before the crisis.
        case gap
        /// The share of schools whose mean deviation is at least minus the margin.
        case shareOfSchools = "share_of_schools"
        /// The share of the money received in the school year that goes by disadvantage score.
        case moneyByScore = "money_by_score"
        /// The deviation of indicators of school careers from the baseline without crisis and policy, percentage points.
        case career

        /// The unit.
        public var unit: String {
            switch self {
            case .deviation, .gap: "SD"
            case .shareOfSchools: "share"
            case .moneyByScore: "share of money"
            case .career: "percentage points"
            }
        }

        fileprivate var range: NumberRange {
            switch self {
            case .deviation, .gap, .career: .any
            case .shareOfSchools, .moneyByScore: .share
            }
        }

        /// The keys of a goal that say nothing about this figure, with the reason.
        fileprivate var keysWithoutMeaning: (keys: [String], reason: String) {
            switch self {
            case .deviation: (Self.ofCareers, Self.notCareers)
            case .gap: (["ses"] + Self.ofCareers, "it compares the low group with the high group")
            case .shareOfSchools: (["ses"] + Self.ofCareers, "it is about schools with all their pupils")
            case .moneyByScore: (["outcomes", "benchmark", "ses"] + Self.ofCareers, "it is about money")
            case .career: (["outcomes", "benchmark"], "it is about careers, against the baseline without crisis")
            }
        }

        private static let ofCareers = ["careers", "at_most"]
        private static let notCareers = "it is about outcomes, of which more is better"

        /// Whether the goal is about outcomes of pupils.
        var isOfOutcomes: Bool {
            switch self {
            case .deviation, .gap, .shareOfSchools: true
            case .moneyByScore, .career: false
            }
        }
    }

    /// Whose deviation counts.
    enum Pupils: String, CaseIterable {
        case all, low, high
    }

    /// Its name.
    public let name: String
    /// One line on what it is.
    public let title: String
    /// What is to reach ``atLeast``.
    public let figure: Figure
    /// What deviations are from.
    public let benchmark: RecoveryBenchmark
    /// The positions of the outcomes, which must all reach it in the same draw; none for money.
    let outcomes: [Int]
    /// Whose deviation counts.
    let pupils: Pupils
    /// The indicators of careers, which must all reach it in the same draw; none but for figure `career`.
    let careers: [CareerSubject]
    /// The value of the figure with which the goal is just met: the least, or the largest when ``isAtMost``.
    public let atLeast: Double
    /// Whether the figure must be so much at most, not at least.
    public let isAtMost: Bool
    /// The school year at the end of which it must be met.
    public let deadline: SchoolYear
    /// Where the goal comes from.
    public let source: String

    private static let keys = [
        "name", "title", "figure", "benchmark", "outcomes", "ses", "at_least", "deadline", "source", "careers",
        "at_most",
    ]

    /// Reads a list of goals.
    ///
    /// - Parameters:
    ///   - outcomes: The names of the outcomes, `reading.po`.
    ///   - careers: The careers of the file.
    ///   - years: The simulated school years.
    static func list(
        _ value: SpecificationValue, outcomes: [String], careers: [CareerDeclaration], years: [SchoolYear]
    ) -> [GoalDeclaration]? {
        guard let values = value.list() else { return nil }
        let goals = values.compactMap { GoalDeclaration($0, outcomes: outcomes, careers: careers, years: years) }
        guard goals.count == values.count else { return nil }
        for (index, goal) in goals.enumerated() where goals[..<index].contains(where: { $0.name == goal.name }) {
            values[index].fail("two goals are named '\(goal.name)'. Give each a name of its own.")
        }
        return goals
    }

    private init?(
        _ value: SpecificationValue, outcomes: [String], careers: [CareerDeclaration], years: [SchoolYear]
    ) {
        guard let mapping = value.mapping("goal", keys: Self.keys) else { return nil }
        let name = mapping.text("name")
        let figure = mapping.required("figure")?.word(of: Figure.self)
        let deadline = mapping.required("deadline").flatMap { Self.deadline($0, years: years) }
        let benchmark = mapping.optional("benchmark").map { $0.word(of: RecoveryBenchmark.self) } ?? .level
        let pupils = mapping.optional("ses").map { $0.word(of: Pupils.self) } ?? .all
        let source = mapping.text("source")
        guard let figure else { return nil }
        let bound = Self.bound(mapping, figure)
        let (unwanted, reason) = figure.keysWithoutMeaning
        for key in unwanted {
            mapping.optional(key)?.fail("'\(key)' does not go with figure '\(figure.rawValue)': \(reason). Remove it.")
        }
        let positions =
            figure.isOfOutcomes
            ? mapping.required("outcomes").flatMap { Self.outcomes($0, among: outcomes) } : []
        let subjects =
            figure == .career ? mapping.required("careers").flatMap { CareerSubject.list($0, among: careers) } : []
        guard let name, let deadline, let benchmark, let pupils, let source, let bound, let positions, let subjects
        else { return nil }
        self.name = name
        title = mapping.optionalText("title") ?? name
        self.figure = figure
        self.benchmark = benchmark
        self.outcomes = positions
        self.pupils = pupils
        self.careers = subjects
        (atLeast, isAtMost) = bound
        self.deadline = deadline
        self.source = source
    }

    /// The number of `at_least`, or of `at_most` for careers.
    private static func bound(_ mapping: SpecificationMapping, _ figure: Figure) -> (Double, Bool)? {
        guard figure == .career, let most = mapping.optional("at_most") else {
            return mapping.number("at_least", in: figure.range).map { ($0, false) }
        }
        if let least = mapping.optional("at_least") {
            least.fail("'at_least' and 'at_most' do not go together. Make a goal of each.")
            return nil
        }
        return most.number(in: figure.range).map { ($0, true) }
    }

    private static func deadline(_ value: SpecificationValue, years: [SchoolYear]) -> SchoolYear? {
        guard let year = value.schoolYear() else { return nil }
        guard years.contains(year) else {
            value.fail(
                "found \(year); expected a simulated school year, \(years.first?.description ?? "") to "
                    + "\(years.last?.description ?? ""). Extend the calendar, or move the deadline.")
            return nil
        }
        return year
    }

    private static func outcomes(_ value: SpecificationValue, among names: [String]) -> [Int]? {
        guard let values = value.list(atLeast: 1) else { return nil }
        let positions = values.compactMap { $0.word(among: names).flatMap(names.firstIndex) }
        guard positions.count == values.count else { return nil }
        for (index, position) in positions.enumerated() where positions[..<index].contains(position) {
            values[index].fail("outcome '\(names[position])' is named twice.")
        }
        return positions
    }
}

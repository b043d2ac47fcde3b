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

        /// The unit.
        public var unit: String {
            switch self {
            case .deviation, .gap: "SD"
            case .shareOfSchools: "share"
            case .moneyByScore: "share of money"
            }
        }

        fileprivate var range: NumberRange {
            switch self {
            case .deviation, .gap: .any
            case .shareOfSchools, .moneyByScore: .share
            }
        }

        /// The keys of a goal that say nothing about this figure, with the reason.
        fileprivate var keysWithoutMeaning: (keys: [String], reason: String) {
            switch self {
            case .deviation: ([], "")
            case .gap: (["ses"], "it compares the low group with the high group")
            case .shareOfSchools: (["ses"], "it is about schools with all their pupils")
            case .moneyByScore: (["outcomes", "benchmark", "ses"], "it is about money")
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
    /// The least value of the figure with which the goal is met.
    public let atLeast: Double
    /// The school year at the end of which it must be met.
    public let deadline: SchoolYear
    /// Where the goal comes from.
    public let source: String

    private static let keys = [
        "name", "title", "figure", "benchmark", "outcomes", "ses", "at_least", "deadline", "source",
    ]

    /// Reads a list of goals.
    ///
    /// - Parameters:
    ///   - outcomes: The names of the outcomes, `reading.po`.
    ///   - years: The simulated school years.
    static func list(_ value: SpecificationValue, outcomes: [String], years: [SchoolYear]) -> [GoalDeclaration]? {
        guard let values = value.list() else { return nil }
        let goals = values.compactMap { GoalDeclaration($0, outcomes: outcomes, years: years) }
        guard goals.count == values.count else { return nil }
        for (index, goal) in goals.enumerated() where goals[..<index].contains(where: { $0.name == goal.name }) {
            values[index].fail("two goals are named '\(goal.name)'. Give each a name of its own.")
        }
        return goals
    }

    private init?(_ value: SpecificationValue, outcomes: [String], years: [SchoolYear]) {
        guard let mapping = value.mapping("goal", keys: Self.keys) else { return nil }
        let name = mapping.text("name")
        let figure = mapping.required("figure")?.word(of: Figure.self)
        let deadline = mapping.required("deadline").flatMap { Self.deadline($0, years: years) }
        let benchmark = mapping.optional("benchmark").map { $0.word(of: RecoveryBenchmark.self) } ?? .level
        let pupils = mapping.optional("ses").map { $0.word(of: Pupils.self) } ?? .all
        let source = mapping.text("source")
        guard let figure else { return nil }
        let atLeast = mapping.number("at_least", in: figure.range)
        let (unwanted, reason) = figure.keysWithoutMeaning
        for key in unwanted {
            mapping.optional(key)?.fail("'\(key)' does not go with figure '\(figure.rawValue)': \(reason). Remove it.")
        }
        let positions =
            figure == .moneyByScore
            ? [] : mapping.required("outcomes").flatMap { Self.outcomes($0, among: outcomes) }
        guard let name, let deadline, let benchmark, let pupils, let source, let atLeast, let positions else {
            return nil
        }
        self.name = name
        title = mapping.optionalText("title") ?? name
        self.figure = figure
        self.benchmark = benchmark
        self.outcomes = positions
        self.pupils = pupils
        self.atLeast = atLeast
        self.deadline = deadline
        self.source = source
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

import Funding
import Models
import OrderedCollections
import Recovery
import Specifications
import Tables

/// A scenario file, read and checked: schools, models, outcomes with their parameters, and distributions of the money.
public struct ScenarioFile: Sendable {
    /// A model whose estimates start the simulation.
    public struct ModelReference: Sendable {
        /// The name by which outcomes refer to it.
        public let name: String
        /// The model file's path.
        public let path: String
        /// The number that keys the draws of its estimates; unique in the file.
        public let stream: UInt64
    }

    /// The file's name without folder and extension.
    public let name: String
    /// The path as the user gave it.
    public let path: String
    /// The bytes of the file.
    public let bytes: [UInt8]
    /// One line on what is compared.
    public let title: String
    /// What a reader of the figures must know, in its author's words; empty when not given.
    public let note: String
    /// The seed of all random numbers.
    public let seed: UInt64
    /// The number of draws.
    public let draws: Int
    /// The name of the scenario that the others are compared with.
    public let reference: String
    /// The SES groups.
    public let lowGroup: String
    /// The group that the low group is compared with.
    public let highGroup: String
    /// The margin of recovery in SD.
    public let margin: Double
    /// The simulated school years; the starting state is that at the end of the year before.
    public let years: [SchoolYear]
    /// The last school year before the crisis: trends are counted from it.
    public let preCrisisYear: SchoolYear
    /// The number of grades by sector; 1 where pupils neither enter nor leave.
    let grades: [String: Int]
    /// The models.
    public let models: [ModelReference]
    /// Where the schools come from.
    public let schools: SchoolSource
    /// The outcomes; none in a file that is about money only.
    public let outcomes: [SimulatedOutcome]
    /// Correlations between uncertain parameters.
    public let correlations: [DeclaredCorrelation]
    /// Which computation of the effect of money the simulation uses.
    public let moneyEffect: MoneyEffect
    /// The scenarios in the order of the file.
    public let scenarios: [ScenarioDeclaration]
    /// What the money is spent on; nil when not declared.
    public let interventions: InterventionDeclaration?
    /// The goals that every scenario is held against.
    public let goals: [GoalDeclaration]
    /// School careers by sector; none when not declared.
    public let careers: [CareerDeclaration]

    /// The number of grades that pupils of a sector pass through.
    func gradeCount(of sector: String) -> Int { grades[sector] ?? 1 }

    /// The simulated years for messages: `2020/21 to 2026/27`.
    var calendarWords: String { "\(years.first?.description ?? "") to \(years.last?.description ?? "")" }

    private static let keys = [
        "title", "note", "seed", "draws", "reference", "groups", "margin_sd", "calendar", "models", "schools",
        "sectors", "grades", "money_effect", "correlations", "outcomes", "scenarios", "interventions", "goals",
        "careers",
    ]

    /// Every draw keeps one number per cell in memory; more than this many draws are a mistake.
    public static let largestNumberOfDraws = 1_000_000

    /// Reads a scenario file.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String) throws(SpecificationError) {
        try self.init(reading: SpecificationFile(path: path))
    }

    /// Reads a scenario from a file that is parsed.
    init(reading file: SpecificationFile) throws(SpecificationError) {
        self = try file.decoded { ScenarioFile($0, file: file) }
    }

    private init?(_ root: SpecificationValue, file: SpecificationFile) {
        guard let mapping = root.mapping("scenario file", keys: Self.keys) else { return nil }
        let folder = ModelFile.folder(of: file.path)
        let seed = mapping.integer("seed", in: 0...Int.max)
        let draws = mapping.integer("draws", in: 2...Self.largestNumberOfDraws, default: 1000)
        let margin = mapping.number("margin_sd", in: .positive, default: 0.05)
        let groups = mapping.required("groups").flatMap { Self.groups($0) }
        let calendar = mapping.required("calendar").flatMap { SimulationCalendar($0) }
        let models = mapping.optional("models").map { Self.models($0, folder: folder) } ?? []
        let sectors = mapping.required("sectors")?.texts(atLeast: 1)
        let schools = mapping.required("schools").flatMap { Self.schools($0, folder: folder, sectors: sectors) }
        guard let sectors, let models else { return nil }
        if Set(sectors).count < sectors.count { mapping.optional("sectors")?.fail("a sector is named twice.") }
        let grades = mapping.optional("grades").map { SimulationCalendar.grades($0, sectors: sectors) } ?? [:]
        let outcomes =
            mapping.optional("outcomes").map {
                Self.outcomes(
                    $0, sectors: sectors, models: models.map(\.name), years: calendar?.years, grades: grades ?? [:])
            } ?? []
        let moneyEffect = mapping.optional("money_effect").map { MoneyEffect($0) } ?? .topDown
        let correlations = mapping.optional("correlations").map { Self.correlations($0) } ?? []
        let scenarios = mapping.required("scenarios").flatMap { Self.scenarios($0, sectors: sectors) }
        let reference = scenarios.flatMap { list in mapping.required("reference")?.word(among: list.map(\.name)) }
        let interventions = mapping.optional("interventions").map { value in
            outcomes.flatMap {
                InterventionDeclaration(
                    value, folder: folder, sectors: sectors, outcomes: $0, models: models.map(\.name))
            }
        }
        if case .some(.none) = interventions { return nil }
        let careers = mapping.optional("careers").map { value in
            outcomes.flatMap { outcomes in
                groups.flatMap { groups in
                    calendar.flatMap { calendar in
                        CareerDeclaration.list(
                            value,
                            CareerContext(
                                sectors: sectors, groups: [groups.0, groups.1], outcomes: outcomes,
                                models: models.map(\.name), years: calendar.years, grades: grades ?? [:]))
                    }
                }
            }
        }
        if case .some(.none) = careers { return nil }
        let goals = mapping.optional("goals").map { value in
            outcomes.flatMap { outcomes in
                calendar.flatMap {
                    GoalDeclaration.list(
                        value, outcomes: outcomes.map(\.name), careers: (careers ?? nil) ?? [], years: $0.years)
                }
            }
        }
        if case .some(.none) = goals { return nil }
        guard let seed, let draws, let margin, let groups, let calendar, let grades, let schools, let outcomes,
            let scenarios,
            let reference, let moneyEffect, let correlations
        else { return nil }
        if moneyEffect.topDownShare < 1, interventions == nil {
            mapping.optional("money_effect")?.fail("bottom_up needs 'interventions': what the money is spent on.")
            return nil
        }
        self.seed = UInt64(seed)
        self.draws = draws
        self.margin = margin
        (lowGroup, highGroup) = groups
        years = calendar.years
        preCrisisYear = calendar.preCrisisYear
        self.grades = grades
        self.models = models
        self.schools = schools
        self.outcomes = outcomes
        self.moneyEffect = moneyEffect
        self.correlations = correlations
        self.scenarios = scenarios
        self.reference = reference
        self.interventions = interventions ?? nil
        self.goals = (goals ?? nil) ?? []
        self.careers = (careers ?? nil) ?? []
        title = mapping.optionalText("title") ?? ""
        note = mapping.optionalText("note") ?? ""
        path = file.path
        bytes = file.bytes
        name = ModelFile.stem(of: file.path)
    }

    private static func groups(_ value: SpecificationValue) -> (String, String)? {
        guard let mapping = value.mapping("groups", keys: ["low", "high"]), let low = mapping.text("low"),
            let high = mapping.text("high")
        else { return nil }
        guard low != high, low != "all", high != "all" else {
            mapping.fail("the two groups need different names, other than 'all'.")
            return nil
        }
        return (low, high)
    }

    private static func models(_ value: SpecificationValue, folder: String) -> [ModelReference]? {
        guard let list = value.list() else { return nil }
        var models: [ModelReference] = []
        for item in list {
            guard let mapping = item.mapping("model reference", keys: ["file", "stream"]),
                let file = mapping.text("file"), let stream = mapping.integer("stream", in: 1...65_535)
            else { return nil }
            if models.contains(where: { $0.stream == UInt64(stream) }) {
                mapping.fail("stream \(stream) is used twice. Give each model a number of its own.")
            }
            let name = ModelFile.stem(of: file)
            if models.contains(where: { $0.name == name }) {
                mapping.fail(
                    "two models are named '\(name)', after their files. Rename one, so that outcomes can name it.")
            }
            let path = filePath(file, in: folder)
            models.append(ModelReference(name: name, path: path, stream: UInt64(stream)))
        }
        return models
    }

    private static func schools(_ value: SpecificationValue, folder: String, sectors: [String]?) -> SchoolSource? {
        guard value.isMapping else { return value.word(among: ["netherlands"]).map { _ in .netherlands } }
        guard value.hasKey("marginals") else {
            return SchoolTable(value, folder: folder, sectors: sectors).map { .table($0) }
        }
        let file = value.mapping("schools", keys: ["marginals"])?.text("marginals")
        return file.map { .marginals(path: filePath($0, in: folder)) }
    }

    private static func outcomes(
        _ value: SpecificationValue, sectors: [String], models: [String], years: [SchoolYear]?,
        grades: [String: Int]
    ) -> [SimulatedOutcome]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let outcomes = list.map { SimulatedOutcome($0, sectors: sectors, models: models) }
        let read = outcomes.compactMap { $0 }
        guard read.count == outcomes.count else { return nil }
        for (index, outcome) in read.enumerated() {
            if read[..<index].contains(where: { $0.stream == outcome.stream }) {
                list[index].fail("stream \(outcome.stream) is used twice. Give each outcome a number of its own.")
            }
            if read[..<index].contains(where: { $0.name == outcome.name }) {
                list[index].fail("outcome '\(outcome.outcome)' is declared twice for sector '\(outcome.sector)'.")
            }
            if let years { outcome.problem(years: years, others: read, grades: grades).map { list[index].fail($0) } }
            if let wellbeing = outcome.wellbeing,
                !read.contains(where: { $0.outcome == wellbeing && $0.sector == outcome.sector })
            {
                let own = read.filter { $0.sector == outcome.sector }.map(\.outcome)
                let hint = nearest(to: wellbeing, among: own).map { " Did you mean '\($0)'?" } ?? ""
                list[index].fail("no outcome '\(wellbeing)' is declared for sector '\(outcome.sector)'." + hint)
            }
        }
        return read
    }

    private static func correlations(_ value: SpecificationValue) -> [DeclaredCorrelation]? {
        guard let list = value.list() else { return nil }
        let read = list.compactMap { DeclaredCorrelation($0) }
        return read.count == list.count ? read : nil
    }

    private static func scenarios(_ value: SpecificationValue, sectors: [String]) -> [ScenarioDeclaration]? {
        guard let mapping = value.openMapping("scenarios") else { return nil }
        if mapping.entries.isEmpty { mapping.fail("no scenario is declared; expected at least one.") }
        var result: [ScenarioDeclaration] = []
        var isComplete = true
        for entry in mapping.entries {
            let names = mapping.entries.map(\.key).prefix { $0 != entry.key }
            let scenario = ScenarioDeclaration(
                name: entry.key, entry.value, sectors: sectors, earlierNames: Array(names), earlier: result)
            if let scenario { result.append(scenario) } else { isComplete = false }
        }
        return isComplete && !result.isEmpty ? result : nil
    }
}

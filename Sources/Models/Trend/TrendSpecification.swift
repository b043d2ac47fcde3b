import Specifications
import Tables

/// What a model file of kind `trend` declares: levels of repeated cross-sections, per year and group, from a survey's rows.
public struct TrendSpecification: Sendable {
    /// What is measured, and how a row shows it.
    public struct Outcome: Sendable {
        /// Its name in the tables.
        public let name: String
        /// The column of the scores; several are plausible values of the same score, pooled by Rubin's rules.
        public let columns: [String]
        /// The answers that count for a share, in percent; nil for the mean of a number.
        public let shareOf: [String]?
        /// The baseline standard deviation of the level, where it is declared rather than computed.
        public let standardDeviation: Double?
    }

    /// The data file's path.
    public let dataPath: String
    /// How to read it.
    public let csv: CSVOptions
    /// How the rows were drawn.
    let design: SampleDeclaration
    /// Which rows to use; nil for all. The others stay in the design.
    public let subset: RowCondition?
    /// The outcomes, at least one.
    public let outcomes: [Outcome]
    /// The column of the year or wave.
    public let year: String
    /// The column of the SES or other group; nil when there are none.
    public let group: String?
    /// The sector's name in the tables.
    public let sector: String
    /// Whether the same clusters were drawn in every wave, so that waves are not independent.
    public let hasCommonClusters: Bool
    /// Errors of linking years to a common scale.
    public let linkErrors: [LinkError]
    /// How the yearly series are judged; nil when they are not.
    public let series: SeriesSpecification?
    /// From how many individuals on a cell is published.
    public let disclosure: DisclosureDeclaration

    static let keys = [
        "data", "design", "subset", "outcomes", "year", "group", "sector", "waves", "link_errors", "series",
        DisclosureDeclaration.key,
    ]

    init?(_ model: SpecificationMapping, folder: String) {
        let data = model.required("data").flatMap { DataDeclaration($0, folder: folder) }
        let design = model.optional("design").map { SampleDeclaration($0) } ?? SampleDeclaration()
        let subset = model.optional("subset").map(RowCondition.declared)
        let outcomes = model.required("outcomes").flatMap { Self.outcomes($0) }
        guard let data, let design, let outcomes, let year = model.text("year"),
            let waves = model.optional("waves").map({ $0.word(among: ["independent", "same_clusters"]) })
                ?? "independent",
            let disclosure = DisclosureDeclaration(model.optional(DisclosureDeclaration.key)),
            let links = LinkError.declared(model.optional("link_errors"), outcomes: outcomes.map(\.name))
        else { return nil }
        if case .some(.none) = subset { return nil }
        dataPath = data.path
        self.design = design
        self.subset = subset ?? nil
        self.outcomes = outcomes
        self.year = year
        group = model.optionalText("group")
        sector = model.optionalText("sector") ?? ""
        hasCommonClusters = waves == "same_clusters"
        linkErrors = links
        let series = model.optional("series").map { SeriesSpecification($0) }
        if case .some(.none) = series { return nil }
        self.series = series ?? nil
        self.disclosure = disclosure
        var csv = data.csv
        var names: [String] = []
        let used = [year, group].compactMap { $0 } + outcomes.flatMap(\.columns) + design.columns
        for name in used + (self.subset?.columns ?? []) where !names.contains(name) { names.append(name) }
        csv.columns = names
        let asNames = design.nameColumns + [year, group].compactMap { $0 }
        for name in asNames where csv.types[name] == nil { csv.types[name] = .name }
        for outcome in outcomes where outcome.shareOf != nil {
            for name in outcome.columns where csv.types[name] == nil { csv.types[name] = .name }
        }
        let known = Set(names)
        for unknown in Set(csv.types.keys).union(csv.levels.keys).subtracting(known) {
            csv.types[unknown] = nil
            csv.levels[unknown] = nil
        }
        self.csv = csv
    }

    private static func outcomes(_ value: SpecificationValue) -> [Outcome]? {
        guard let values = value.list(atLeast: 1) else { return nil }
        let read = values.map { Outcome($0) }
        let outcomes = read.compactMap { $0 }
        guard outcomes.count == read.count else { return nil }
        for (position, outcome) in outcomes.enumerated()
        where outcomes[..<position].contains(where: { $0.name == outcome.name }) {
            values[position].fail("two outcomes are named '\(outcome.name)'. Give each a 'name' of its own.")
            return nil
        }
        let counts = Set(outcomes.map(\.columns.count)).subtracting([1])
        guard counts.count <= 1 else {
            value.fail(
                "the outcomes have \(counts.sorted().map(String.init).joined(separator: " and ")) plausible values; expected the same "
                    + "number for each, or a single column.")
            return nil
        }
        return outcomes
    }
}

extension TrendSpecification.Outcome {
    fileprivate init?(_ value: SpecificationValue) {
        let keys = ["name", "column", "plausible_values", "share_of", "standard_deviation"]
        guard let mapping = value.mapping("outcome", keys: keys) else { return nil }
        let (one, several) = (mapping.optional("column"), mapping.optional("plausible_values"))
        guard (one == nil) != (several == nil) else {
            mapping.fail("give either 'column', or 'plausible_values': a list of columns.")
            return nil
        }
        guard let columns = several.map({ $0.texts(atLeast: 2) }) ?? one?.text().map({ [$0] }) else { return nil }
        if Set(columns).count < columns.count { several?.fail("a column is named twice.") }
        var shareOf: [String]?
        if let share = mapping.optional("share_of") {
            guard let answers = share.isList ? share.texts(atLeast: 1) : share.text().map({ [$0] }) else { return nil }
            shareOf = answers
        }
        let deviation = mapping.optional("standard_deviation").map { $0.number(in: .positive) }
        if case .some(.none) = deviation { return nil }
        self.init(
            name: mapping.optionalText("name") ?? columns[0], columns: columns, shareOf: shareOf,
            standardDeviation: deviation ?? nil)
    }
}

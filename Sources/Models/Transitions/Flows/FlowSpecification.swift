import Specifications
import Tables
import Transitions

/// The flows form of kind `transitions`: where pupils went from each grade of each track, by year and group.
///
///     kind: transitions
///     year: school_year                  # columns of the data; published figures name their years themselves
///     group: ses
///     flows:
///       tracks: [{name: havo, grades: 5}, {name: vwo, grades: 6}]        # from low to high
///       ends: [left, mbo, hbo, wo]
///       start: counted                   # or shares {havo: 0.6, vwo: 0.4, source: "..."}, see ``FlowStart``
///       from: from_state                 # with `data`; leave `count` out where a row is a pupil
///       to: to_state
///       count: n
///       design_effect: 1
///       indicators: [without_delay_grade_3, diploma, retention]
///     data: {file: flows.csv}            # or flows: figures: [...], see ``PublishedFlows``
public struct FlowSpecification: Sendable {
    /// Where the flows come from.
    public enum Source: Sendable {
        /// A data file.
        case file(FlowFile)
        /// Figures in the model file.
        case published(PublishedFlows)
    }

    /// The columns of a data file.
    public struct FlowFile: Sendable {
        /// The file's path.
        public let path: String
        /// The columns of the states before and after.
        public let from, to: String
        /// The column of the number of pupils; nil where a row is a pupil.
        public let count: String?
        /// The column of the school year.
        public let year: String
        /// The column of the group; nil when there is none.
        public let group: String?
        /// By what variances exceed those of independent pupils.
        public let designEffect: Double
        let csv: CSVOptions
    }

    /// The grades, diplomas and ends.
    public let ladder: CareerLadder
    /// Where the flows come from.
    public let source: Source
    /// The first placements.
    public let start: FlowStart
    /// What is computed.
    public let indicators: [FlowIndicator]
    /// The sector's name in the tables.
    public let sector: String
    /// From how many individuals on a cell is published; published figures are published. Cells are transitions, or with
    /// `cells: bases` the pupils of states only.
    public let disclosure: DisclosureDeclaration
    /// How the yearly series are judged; nil when they are not.
    public let series: SeriesSpecification?
    /// The coverage of intervals of probabilities.
    public let coverage: Double

    static let key = "flows"
    private static let modelKeys = [
        "kind", "title", "source", "note", "baseline", key, "data", "year", "group", "sector", "series",
        DisclosureDeclaration.key,
    ]
    private static let keys = [
        "tracks", "ends", "start", "from", "to", "count", "design_effect", "figures", "indicators", "coverage",
    ]

    init?(_ model: SpecificationMapping, folder: String) {
        for entry in model.entries where !(Self.modelKeys + Judgement.keys).contains(entry.key) {
            entry.keyValue.fail("'\(entry.key)' does not go with 'flows'. Leave one of them out.")
        }
        guard let flows = model.required(Self.key)?.mapping("flows", keys: Self.keys),
            let ladder = CareerLadder(flows),
            let disclosure = DisclosureDeclaration(survey: model.optional(DisclosureDeclaration.key)),
            let coverage = flows.number("coverage", in: .share, default: 0.95)
        else { return nil }
        let series = model.optional("series").map { SeriesSpecification($0) }
        if case .some(.none) = series { return nil }
        guard coverage > 0, coverage < 1 else {
            flows.optional("coverage")?.fail("found \(coverage); expected a share between 0 and 1.")
            return nil
        }
        guard let source = Self.source(model, flows, ladder: ladder, folder: folder) else { return nil }
        var isCounted = false
        if case .file = source { isCounted = true }
        guard let start = FlowStart(flows.optional("start"), flows, ladder: ladder, isCounted: isCounted),
            let indicators = flows.required("indicators").flatMap({
                FlowIndicator.list($0, ladder: ladder, isCounted: isCounted)
            }), source.check(start, flows), Self.check(model, source), Self.check(model, indicators)
        else { return nil }
        (self.ladder, self.source, self.start, self.indicators) = (ladder, source, start, indicators)
        (self.disclosure, self.series, self.coverage) = (disclosure, series ?? nil, coverage)
        sector = model.optionalText("sector") ?? ""
    }

    private static func source(
        _ model: SpecificationMapping, _ flows: SpecificationMapping, ladder: CareerLadder, folder: String
    ) -> Source? {
        if let figures = flows.optional("figures") {
            for (mapping, key) in [
                (model, "data"), (model, "year"), (model, "group"), (flows, "from"), (flows, "to"),
                (flows, "count"), (flows, "design_effect"),
            ] {
                guard let value = mapping.optional(key) else { continue }
                value.fail(
                    "'\(key)' does not go with 'figures', published flows in the model file. Leave one of them out.")
                return nil
            }
            return PublishedFlows(figures, ladder: ladder, source: model.optionalText("source")).map { .published($0) }
        }
        let (from, to, year) = (flows.text("from"), flows.text("to"), model.text("year"))
        guard let data = model.required("data").flatMap({ DataDeclaration($0, folder: folder) }), let from, let to,
            let year, let effect = flows.number("design_effect", in: .designEffect, default: 1)
        else { return nil }
        let (count, group) = (flows.optionalText("count"), model.optionalText("group"))
        let names = [from, to, year] + [count, group].compactMap { $0 }
        guard Set(names).count == names.count else {
            flows.fail("'from', 'to', 'count', 'year' and 'group' name the same column twice. Give each its own.")
            return nil
        }
        var csv = data.csv
        csv.columns = names
        for name in names where name != count && csv.types[name] == nil { csv.types[name] = .factor }
        csv.types = csv.types.filter { names.contains($0.key) }
        csv.levels = csv.levels.filter { names.contains($0.key) }
        return .file(
            FlowFile(
                path: data.path, from: from, to: to, count: count, year: year, group: group, designEffect: effect,
                csv: csv))
    }

    private static func check(_ model: SpecificationMapping, _ source: Source) -> Bool {
        guard case .published(let flows) = source, let years = model.optional("baseline") else { return true }
        let named = years.isMapping ? years.openMapping("baseline")?.optional("cohorts")?.texts() : nil
        for year in named ?? [] where !flows.years.contains(year) {
            years.fail("\(FlowProblem.unknownBaseline(year, known: flows.years))")
            return false
        }
        return true
    }

    /// What gets better by falling must be said: a verdict would be turned around in silence.
    private static func check(_ model: SpecificationMapping, _ indicators: [FlowIndicator]) -> Bool {
        guard model.optional("baseline") != nil else { return true }
        let better = model.optional("better")
        guard better == nil || better?.isMapping == true else { return true }
        let named = better?.openMapping("better")?.entries.map(\.key) ?? []
        for indicator in indicators where indicator.measure.isBetterLower && !named.contains(indicator.name) {
            model.fail("say which way '\(indicator.name)' gets better: 'better: {\(indicator.name): lower}'.")
            return false
        }
        return true
    }

    /// The data file's path; nil for figures in the model file.
    public var dataPath: String? {
        guard case .file(let file) = source else { return nil }
        return file.path
    }

    /// The outcomes.
    var outcomes: [String] { indicators.map(\.name) }

    /// The data; nil where the figures stand in the model file.
    func table() throws -> Table? {
        guard case .file(let file) = source else { return nil }
        return try readCSV(path: file.path, options: file.csv)
    }

    /// What the file declares, in lines for a reader.
    var explanation: [String] {
        let tracks = ladder.tracks.map { "\($0.name) (\($0.grades) grades)" }.joined(separator: ", ")
        var lines = ["Flows between the grades of school careers.", "  tracks    \(tracks)"]
        lines.append("  ends      \(ladder.ends.joined(separator: ", "))")
        switch source {
        case .file(let file):
            lines.append("  data      \(file.path)")
            lines.append("  by        \(file.year)" + (file.group.map { ", \($0)" } ?? ""))
        case .published(let flows):
            lines += flows.figures.map {
                "  \($0.isAssumed ? "assumed  " : "published") \($0.words)"
            }
        }
        lines += start.explanation(ladder)
        return lines + ["  outcomes  \(outcomes.joined(separator: ", "))"]
    }
}

extension NumberRange {
    /// Below 0.01 a design effect would say that a pupil counts for more than a hundred.
    static let designEffect = NumberRange.from(0.01, to: 10_000)
}

extension FlowSpecification.Source {
    /// The groups of the start must be those of the figures.
    fileprivate func check(_ start: FlowStart, _ flows: SpecificationMapping) -> Bool {
        guard case .published(let published) = self, case .declared(let groups, _, _) = start,
            !groups.contains(where: { $0.group.isEmpty })
        else { return true }
        for group in published.groups where !groups.contains(where: { $0.group == group }) {
            flows.optional("start")?.fail("the start has no shares for group '\(group)', which the figures have.")
            return false
        }
        return true
    }
}

extension CareerLadder {
    /// Reads `tracks` and `ends`; nil after an error.
    init?(_ flows: SpecificationMapping) {
        guard let list = flows.required("tracks")?.list(atLeast: 1) else { return nil }
        var tracks: [Track] = []
        for item in list {
            guard let mapping = item.mapping("track", keys: ["name", "grades"]), let name = mapping.text("name"),
                let grades = mapping.integer("grades", in: 1...20)
            else { return nil }
            tracks.append(Track(name: name, grades: grades))
        }
        let ends = flows.optional("ends").map { $0.texts() } ?? []
        guard let ends else { return nil }
        do {
            try self.init(tracks: tracks, ends: ends)
        } catch {
            flows.fail("\(error)")
            return nil
        }
    }
}

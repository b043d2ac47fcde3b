import Specifications
import Tables

/// What a model file of kind `survey` declares: respondents, or published counts of them, and the tables of the monitor.
///
/// The keys, beside `kind`, `title`, `source` and `note`:
/// - `data`: the file of respondents, one a row, or of published counts.
/// - `subset`: which rows to use; the others stay in the design, so that errors are those of a part of the sample.
/// - `design`: weights, strata and clusters of respondents (``SampleDeclaration``); without it they are a simple random sample.
/// - `sector`, `wave`: a word, or `{column, order}`; every figure is by sector and wave. `wave` also has `overlap`:
///   `independent` (the default: each wave has its own strata and clusters), `design` (a cluster in two waves is the same one),
///   `{share, correlation}`, or `{share}` alone for bounds.
/// - `items`: what was asked (``SurveyItem``). `by`: splits into groups (``SurveySplit``); of counts in the model file the
///   `column` is the name that the rows give as `split`.
/// - `tests`: `{correction, level}`. `interval`: `{method, coverage}`. `disclosure`: `{minimum_count, minimum_clusters,
///   cells}` or `none` (``DisclosureDeclaration``); `cells` is `answers` (the default: every count of an answer in a group must be large
///   enough, so that not one is 0 either) or `bases` (only the number of respondents of a group, as most opinion surveys do).
/// - `counts`: the columns of published counts, instead of `items` and `design` (``PublishedColumns``); `tables`: published
///   counts in the model file, instead of `data`.
/// - `correlations`: of two items, `{items: [a, b], method, name}` (``CorrelationDeclaration``). `rank_comparisons`: of the orders
///   of options, `{name, between: [x, y]}` or `{name, item, waves: [from, to]}` (``RankComparisonDeclaration``).
/// - `response`: the response against the population (``ResponseDeclaration``).
public struct SurveySpecification: Sendable {
    /// What the tables are made of.
    public enum Source: Sendable {
        /// A file of respondents, how they were drawn, and what they were asked.
        case respondents(path: String, CSVOptions, items: [SurveyItem])
        /// A file of published counts.
        case counts(path: String, CSVOptions, PublishedColumns)
        /// Published counts in the model file.
        case tables([PublishedCount])
        /// Nothing: the file is about response only.
        case nothing
    }

    /// What the tables are made of.
    public let source: Source
    /// How respondents were drawn.
    let design: SampleDeclaration
    /// Which rows to use; nil for all.
    public let subset: RowCondition?
    /// The sectors.
    public let sector: SurveyDomain
    /// The waves.
    public let wave: SurveyDomain
    /// How waves hang together.
    public let overlap: SurveyOverlap
    /// The splits.
    public let splits: [SurveySplit]
    /// How tests are corrected and judged.
    public let testing: SurveyTesting
    /// How intervals are made.
    public let intervals: SurveyIntervals
    /// The fewest respondents and clusters of a published row.
    public let disclosure: DisclosureDeclaration
    /// Which items are set beside each other.
    public let associations: SurveyAssociations
    /// The response; nil when not declared.
    public let response: ResponseDeclaration?

    static let keys =
        [
            "data", "subset", "design", "sector", "wave", "items", "by", "tests", "interval", "disclosure", "counts",
            "tables", "response",
        ] + SurveyAssociations.keys

    init?(_ model: SpecificationMapping, folder: String) {
        let subset = model.optional("subset").map(RowCondition.declared)
        let design = model.optional("design").map { SampleDeclaration($0) } ?? SampleDeclaration()
        let sector = model.optional("sector").map { SurveyDomain.declared($0, "sector") } ?? SurveyDomain.none
        let wave = model.optional("wave").map(Self.wave) ?? (SurveyDomain.none, .independent)
        let splits = model.optional("by").map { SurveySplit.declared($0) } ?? []
        let testing = model.optional("tests").map { SurveyTesting.declared($0) } ?? SurveyTesting()
        let intervals = model.optional("interval").map { SurveyIntervals.declared($0) } ?? SurveyIntervals()
        let disclosure = DisclosureDeclaration(survey: model.optional(DisclosureDeclaration.key))
        let response = model.optional("response").map { ResponseDeclaration($0, folder: folder) }
        let source = Source(model, folder: folder)
        if case .some(.none) = subset { return nil }
        if case .some(.none) = response { return nil }
        guard let design, let sector, let wave, let splits, let testing, let intervals, let disclosure, let source,
            source.allows(model), let associations = SurveyAssociations(model, source)
        else { return nil }
        self.associations = associations
        (self.subset, self.design, self.response) = (subset ?? nil, design, response ?? nil)
        (self.sector, self.wave, overlap, self.splits) = (sector, wave.domain, wave.overlap, splits)
        (self.testing, self.intervals, self.disclosure) = (testing, intervals, disclosure)
        let others = (self.subset?.columns ?? []) + design.columns
        guard let bound = Self.bound(source, [sector, wave.domain], splits, design, others: others, model) else {
            return nil
        }
        self.source = bound
    }

    /// The source, reading the columns that the specification needs.
    private static func bound(
        _ source: Source, _ domains: [SurveyDomain], _ splits: [SurveySplit], _ design: SampleDeclaration,
        others: [String], _ model: SpecificationMapping
    ) -> Source? {
        let names = domains.compactMap(\.column) + splits.map(\.column)
        guard let orders = orders(domains, splits, model) else { return nil }
        return source.bound(to: names + others, orders: orders, parts: Set(names + design.nameColumns), model)
    }

    private static func wave(_ value: SpecificationValue) -> (domain: SurveyDomain, overlap: SurveyOverlap)? {
        guard let domain = SurveyDomain.declared(value, "wave", more: ["overlap"]) else { return nil }
        guard value.isMapping, let overlap = value.openMapping("wave")?.optional("overlap") else {
            return (domain, .independent)
        }
        return SurveyOverlap.declared(overlap).map { (domain, $0) }
    }

    /// The declared orders by column; a column with two roles must have one order.
    private static func orders(
        _ domains: [SurveyDomain], _ splits: [SurveySplit], _ model: SpecificationMapping
    ) -> [String: [String]]? {
        var orders: [String: [String]] = [:]
        let pairs = domains.map { ($0.column, $0.order) } + splits.map { (Optional($0.column), $0.order) }
        for case (let column?, let order?) in pairs {
            if let known = orders[column], known != order {
                model.fail("column '\(column)' is given two orders. Give it one.")
                return nil
            }
            orders[column] = order
        }
        return orders
    }

    /// The files that fitting reads.
    var dataPaths: [String] {
        let own: [String] =
            switch source {
            case .respondents(let path, _, _), .counts(let path, _, _): [path]
            case .tables, .nothing: []
            }
        return own + (response?.path.map { [$0] } ?? [])
    }
}

extension SurveySpecification.Source {
    init?(_ model: SpecificationMapping, folder: String) {
        let given = ["data", "tables", "items", "counts", "response"].filter { model.optional($0) != nil }
        func has(_ key: String) -> Bool { given.contains(key) }
        if has("tables") {
            for key in ["data", "items", "counts", "design", "subset"] {
                guard let value = model.optional(key) else { continue }
                value.fail(
                    "'\(key)' does not go with 'tables', published counts in the model file. Leave one of them out.")
                return nil
            }
            guard let rows = model.optional("tables").flatMap({ PublishedCount.declared($0) }) else { return nil }
            self = .tables(rows)
            return
        }
        guard let data = model.optional("data") else {
            guard has("response"), !has("items"), !has("counts") else {
                model.fail("give 'data', or published counts as 'tables'.")
                return nil
            }
            self = .nothing
            return
        }
        guard let declaration = DataDeclaration(data, folder: folder) else { return nil }
        switch (model.optional("items"), model.optional("counts")) {
        case (let items?, nil):
            guard let items = SurveyItem.declared(items) else { return nil }
            self = .respondents(path: declaration.path, declaration.csv, items: items)
        case (nil, let counts?):
            if let design = model.optional("design") {
                design.fail("published counts have no design. Leave 'design' out.")
                return nil
            }
            guard let columns = PublishedColumns(counts) else { return nil }
            self = .counts(path: declaration.path, declaration.csv, columns)
        default:
            model.fail(
                "give either 'items', what respondents were asked, or 'counts', the columns of published counts.")
            return nil
        }
    }

    /// Whether the file's other keys mean something with this source; what does not is noted.
    fileprivate func allows(_ model: SpecificationMapping) -> Bool {
        if case .nothing = self {
            for key in ["subset", "design", "sector", "wave", "by", "tests", "disclosure"] {
                guard let value = model.optional(key) else { continue }
                value.fail("'\(key)' needs respondents or published counts, and the file has neither. Leave it out.")
                return false
            }
        }
        for key in ["sector", "wave"] {
            guard let value = model.optional(key), value.isMapping else { continue }
            if case .tables = self {
                guard value.hasKey("column") else { continue }
                value.fail("published counts in the model file name their \(key) in each row. Leave 'column' out.")
                return false
            }
            guard !value.hasKey("column") else { continue }
            value.fail("missing key 'column' in \(key).")
            return false
        }
        return true
    }

    /// The same source, reading the columns that are needed with the types that their use asks for.
    ///
    /// - Parameters:
    ///   - more: Columns of sectors, waves, splits, subset and design.
    ///   - orders: The declared values of columns.
    ///   - parts: Columns that make parts of the respondents.
    func bound(
        to more: [String], orders: [String: [String]], parts: Set<String>, _ model: SpecificationMapping
    ) -> Self? {
        switch self {
        case .tables, .nothing: return self
        case .counts(let path, var csv, let columns):
            csv.restrict(to: columns.columns + more)
            csv.declare(orders, names: parts)
            columns.declareTypes(in: &csv)
            return .counts(path: path, csv, columns)
        case .respondents(let path, var csv, let items):
            csv.restrict(to: items.flatMap(\.columns) + more)
            var levels = orders
            for case .categories(let column, let declared?, _) in items.map(\.measure) {
                if let known = levels[column] ?? csv.levels[column], known != declared {
                    model.optional("items")?.fail("column '\(column)' is given two orders of categories. Give it one.")
                    return nil
                }
                levels[column] = declared
            }
            csv.declare(levels, names: parts)
            for column in items.flatMap(\.numericColumns) where csv.types[column] == nil { csv.types[column] = .double }
            return .respondents(path: path, csv, items: items)
        }
    }
}

extension SurveyItem {
    /// The columns of which it takes numbers.
    fileprivate var numericColumns: [String] {
        switch measure {
        case .mean, .scale: columns
        case .categories, .multiple: []
        }
    }
}

extension CSVOptions {
    /// Reads some columns only.
    fileprivate mutating func restrict(to names: [String]) {
        var distinct: [String] = []
        for name in names where !distinct.contains(name) { distinct.append(name) }
        columns = distinct
        let known = Set(distinct)
        types = types.filter { known.contains($0.key) }
        levels = levels.filter { known.contains($0.key) }
    }

    /// Columns with declared values are factors, of which the reader refuses other values; others that make parts are names.
    fileprivate mutating func declare(_ orders: [String: [String]], names: Set<String>) {
        for (column, order) in orders where levels[column] == nil {
            levels[column] = order
            types[column] = .factor
        }
        for column in names where types[column] == nil { types[column] = .name }
    }
}

import Specifications
import Tables

/// The rates form of kind `transitions`: how often an event, or each of several states, happens by year and group.
public struct RateSpecification: Sendable {
    /// Over which schools a probability is.
    public enum Schools: String, Sendable, CaseIterable {
        /// The mean over all schools: integrated over the random effects.
        case population
        /// A school whose random effects are zero.
        case typical
    }

    /// What standard errors rest on, without random effects.
    public enum Errors: Sendable, Equatable {
        /// The model.
        case model
        /// Clusters of rows that may hang together in any way.
        case cluster(column: String)
    }

    /// Where the rows come from.
    public enum Source: Sendable {
        /// A data file, and what happened in its rows.
        case file(path: String, response: RateResponse)
        /// Figures in the model file.
        case published(PublishedRates)
    }

    /// The outcome's name in the tables; with ``per`` its level follows a point: `exam_pass.havo`.
    public let outcome: String
    /// Where the rows come from.
    public let source: Source
    /// How to read the data file.
    let csv: CSVOptions
    /// The formula, with the response that ``RateRows`` makes.
    public let formula: Formula
    /// The column of the school year.
    public let year: String
    /// The column of the SES or other group; nil when there are none.
    public let group: String?
    /// The column of which each level is an outcome of its own; nil for one outcome.
    public let per: String?
    /// The sector's name in the tables.
    public let sector: String
    /// Over which schools probabilities are.
    public let schools: Schools
    /// What standard errors rest on.
    public let errors: Errors
    /// Whether the variance is a multiple of the binomial one, estimated from the rows.
    public let isDispersionEstimated: Bool
    /// Which rows to use; nil for all.
    public let subset: RowCondition?
    /// The contrasts of factors.
    public let contrasts: [String: Contrast]
    /// From how many individuals on a cell is published.
    public let disclosure: DisclosureDeclaration
    /// The years of which policy and skill are told apart; nil for none.
    public let policy: PolicyDeclaration?
    /// How the yearly series are judged; nil when they are not.
    public let series: SeriesSpecification?

    static let keys = [
        "data", "rates", "outcome", "response", "formula", "year", "group", "per", "sector", "schools",
        "standard_errors",
        "dispersion", "subset", "contrasts", "policy", "series", DisclosureDeclaration.key,
    ]

    /// The data file's path; nil for figures in the model file.
    public var dataPath: String? {
        guard case .file(let path, _) = source else { return nil }
        return path
    }

    /// The outcomes, where the file alone tells them.
    var outcomes: [String]? { isBinomial && per == nil ? [outcome] : nil }

    /// Whether the model is one of an event that happens or not.
    var isBinomial: Bool {
        switch source {
        case .file(_, let response): response.isBinomial
        case .published: true
        }
    }

    init?(_ model: SpecificationMapping, folder: String) {
        let outcome = model.text("outcome")
        let years = model.optional("rates") == nil ? model.text("year") : model.optionalText("year") ?? "year"
        let (group, per) = (model.optionalText("group"), model.optionalText("per"))
        guard let year = years else { return nil }
        let factors = [year, group, per].compactMap { $0 }
        guard Set(factors).count == factors.count else {
            model.fail("'year', 'group' and 'per' name the same column twice. Give each its own.")
            return nil
        }
        let formula = Self.formula(model.optional("formula"), factors: factors)
        let schools = model.optional("schools").map { $0.word(of: Schools.self) } ?? .population
        let errors = Self.errors(model.optional("standard_errors"))
        let dispersion = model.optional("dispersion").map { $0.word(among: ["none", "estimated"]) } ?? "none"
        let subset = model.optional("subset").map(RowCondition.declared)
        let policy = model.optional("policy").map { PolicyDeclaration($0) }
        let series = model.optional("series").map { SeriesSpecification($0) }
        guard let outcome, let formula, let schools, let errors, let dispersion,
            let disclosure = DisclosureDeclaration(model.optional(DisclosureDeclaration.key)),
            let rows = Self.rows(model, formula: formula, folder: folder),
            let contrasts = Self.contrasts(model.optional("contrasts"), formula: formula)
        else { return nil }
        if case .some(.none) = subset { return nil }
        if case .some(.none) = policy { return nil }
        if case .some(.none) = series { return nil }
        (self.outcome, self.formula, self.year, self.group, self.per) = (outcome, formula, year, group, per)
        (self.schools, self.errors, isDispersionEstimated) = (schools, errors, dispersion == "estimated")
        (self.subset, self.policy, self.series) = (subset ?? nil, policy ?? nil, series ?? nil)
        (self.contrasts, self.disclosure, source) = (contrasts, disclosure, rows.source)
        sector = model.optionalText("sector") ?? ""
        csv = Self.options(
            rows.csv, names: factors, formula: formula, others: self.subset?.columns ?? [], errors: errors, rows.source)
        guard check(model) else { return nil }
    }

    private static func contrasts(_ value: SpecificationValue?, formula: Formula) -> [String: Contrast]? {
        guard let value else { return [:] }
        return Contrast.declared(value, formula: formula)
    }

    /// What one key says against another; false after an error.
    private func check(_ model: SpecificationMapping) -> Bool {
        let before = [
            ("standard_errors", errors != .model, "the random effects tell how schools hang together"),
            (
                "dispersion", isDispersionEstimated,
                "give rows a random effect of their own, such as '(1 | school:year)'"
            ),
        ]
        for (key, isAsked, advice) in before where isAsked && !formula.random.isEmpty {
            model.optional(key)?.fail(
                "'\(key)' is for fits without random effects; here \(advice). Remove one of them.")
            return false
        }
        if !isBinomial, isDispersionEstimated {
            model.optional("dispersion")?.fail("'dispersion' is for events. Remove it.")
            return false
        }
        if !isBinomial, formula.random.count > 1 {
            model.optional("formula")?.fail(
                "states have a single random intercept, such as '(1 | school)'; found \(formula.random.count). Remove the others."
            )
            return false
        }
        if isDispersionEstimated, errors != .model {
            model.optional("dispersion")?.fail(
                "errors clustered by rows that hang together hold with any dispersion. Remove 'dispersion' or 'standard_errors'."
            )
            return false
        }
        if case .published(let rates) = source, rates.roundingErrors.contains(where: { $0 > 0 }),
            !formula.random.isEmpty
        {
            model.optional("rates")?.fail("'rounded_to' is for fits without random effects. Remove it.")
            return false
        }
        if !isBinomial, let baseline = model.optional("baseline"), model.optional("better") == nil {
            baseline.fail(
                "more of one state is less of another: say which way each gets better, 'better: {\(outcome).STATE: lower, ...}', or "
                    + "'better: higher' for all.")
            return false
        }
        if policy != nil, model.optional("baseline") == nil {
            model.optional("policy")?.fail(
                "policy years are set against a baseline. Add 'baseline: {cohorts: [...], kind: mean}'.")
            return false
        }
        return true
    }
}

// MARK: Reading

extension RateSpecification {
    /// The response of the formula, which no column of a file is likely to be named.
    static let response = "(rate)"
    /// The trials.
    static let trials = "(trials)"

    /// `~ year * group + (1 | school)` with the response put before it; without one, all products of the factors.
    private static func formula(_ value: SpecificationValue?, factors: [String]) -> Formula? {
        let head = "`\(response)` "
        guard let value else {
            return try? Formula(parsing: head + "~ " + factors.map { "`\($0)`" }.joined(separator: " * "))
        }
        guard let text = value.text() else { return nil }
        guard text.drop(while: \.isWhitespace).first == "~" else {
            value.fail(
                "expected '~' and the effects, as in '~ year * group + (1 | school)': the response stands under 'response'."
            )
            return nil
        }
        do {
            let formula = try Formula(parsing: head + text)
            return check(formula, value, factors: factors) ? formula : nil
        } catch {
            let moved = FormulaError(error.description, at: max(0, error.position - head.count))
            value.fail(
                "in the formula, at character \(moved.position + 1): \(moved.description)\n\(moved.excerpt(of: text))")
            return nil
        }
    }

    private static func check(_ formula: Formula, _ value: SpecificationValue, factors: [String]) -> Bool {
        for name in factors where !formula.fixedColumns.contains(name) {
            let hint = nearest(to: name, among: formula.fixedColumns).map { " Did you mean '\($0)'?" } ?? ""
            value.fail("'\(name)' is not among the fixed effects of the formula.\(hint)")
            return false
        }
        if !formula.offsets.isEmpty {
            value.fail("a formula of rates has no offset. Remove 'offset(...)'.")
            return false
        }
        for term in formula.random where !(term.predictor.hasIntercept && term.predictor.terms.isEmpty) {
            let grouping = term.grouping.variables.joined(separator: ":")
            value.fail(
                "the random effects of '\(grouping)' are slopes; rates have random intercepts only. Use '(1 | \(grouping))', and "
                    + "'(1 | \(grouping):x)' for what differs by x within it.")
            return false
        }
        let groupings = formula.random.map(\.grouping)
        for (position, grouping) in groupings.enumerated() where groupings[..<position].contains(grouping) {
            value.fail(
                "the random intercept '(1 | \(grouping.variables.joined(separator: ":")))' stands in the formula twice, as itself "
                    + "or within '/'. Remove one: the data cannot tell their variances apart.")
            return false
        }
        return true
    }

    private static func errors(_ value: SpecificationValue?) -> Errors? {
        guard let value else { return .model }
        if value.isMapping {
            return value.mapping("standard_errors", keys: ["cluster"])?.text("cluster").map { .cluster(column: $0) }
        }
        return value.word(among: ["model"]).map { _ in .model }
    }

    private static func rows(
        _ model: SpecificationMapping, formula: Formula, folder: String
    ) -> (source: Source, csv: CSVOptions)? {
        guard let list = model.optional("rates") else {
            let response = model.required("response").flatMap { RateResponse($0) }
            guard let data = model.required("data").flatMap({ DataDeclaration($0, folder: folder) }), let response
            else {
                return nil
            }
            return (.file(path: data.path, response: response), data.csv)
        }
        for key in ["data", "response"] {
            guard let value = model.optional(key) else { continue }
            value.fail("'\(key)' does not go with 'rates', published figures in the model file. Leave one of them out.")
            return nil
        }
        let names = Array(formula.variables.dropFirst())
        let source = model.optionalText("source")
        return PublishedRates(list, factorNames: names, source: source).map { (.published($0), CSVOptions()) }
    }

    private static func options(
        _ declared: CSVOptions, names factors: [String], formula: Formula, others: [String], errors: Errors,
        _ source: Source
    ) -> CSVOptions {
        guard case .file(_, let response) = source else { return declared }
        var csv = declared
        var clusters: [String] = []
        if case .cluster(let column) = errors { clusters = [column] }
        var names: [String] = []
        for name in formula.variables.dropFirst() + response.columns + clusters + others where !names.contains(name) {
            names.append(name)
        }
        csv.columns = names
        // Years and what only groups rows are names even when they look like numbers.
        let groupings = formula.groupingVariables.filter { !formula.effectColumns.contains($0) }
        for name in factors + groupings + response.nameColumns + clusters where csv.types[name] == nil {
            csv.types[name] = .name
        }
        for name in response.columns where csv.types[name] == nil { csv.types[name] = .double }
        let known = Set(names)
        csv.types = csv.types.filter { known.contains($0.key) }
        csv.levels = csv.levels.filter { known.contains($0.key) }
        return csv
    }
}

// MARK: Words

extension RateSpecification {
    /// What the file declares, in lines for a reader.
    var explanation: [String] {
        var lines: [String] = []
        switch source {
        case .file(let path, let response):
            lines = ["Rates by a logit model.", "  data      \(path)", "  response  \(response.words)"]
        case .published(let rates):
            lines = [
                "Published rates by a logit model.",
                "  figures   \(rates.events.count), of \(shortestText(rates.trials.reduce(0, +))) in all",
                "  source    \(rates.sources.joined(separator: "; "))",
            ]
        }
        let effects = formula.text.drop { $0 != "~" }.filter { $0 != "`" }
        lines += [
            "  formula   \(effects)",
            "  outcome   \(outcome)" + (per.map { ", one for each '\($0)'" } ?? "") + ", in percent",
            "  by        \(year)" + (group.map { ", \($0)" } ?? ""),
        ]
        if !formula.random.isEmpty {
            lines.append(
                schools == .population
                    ? "  schools   the mean over all schools, integrated over their random effects"
                    : "  schools   a school whose random effects are zero")
        }
        return lines + (policy?.explanation ?? [])
    }
}

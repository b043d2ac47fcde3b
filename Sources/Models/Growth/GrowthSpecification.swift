import Specifications
import Tables

/// What a model file of kind `growth` declares.
public struct GrowthSpecification: Sendable {
    /// What the report is about: which columns hold time, cohort and group, and what the outcome is called.
    public struct Report: Sendable {
        /// The numeric time variable, in school years.
        public let time: String?
        /// The cohort factor.
        public let cohort: String?
        /// The SES group factor.
        public let group: String?
        /// The outcome's name in the tables.
        public let outcome: String
        /// The sector's name in the tables.
        public let sector: String
        /// The times between which growth is measured, in units of the time variable.
        public let interval: ClosedRange<Double>
        /// The baseline standard deviation of the level, where it is declared rather than computed.
        public let standardDeviation: Double?
    }

    /// The data file's path.
    public let dataPath: String
    /// How to read it.
    public let csv: CSVOptions
    /// The model formula.
    public let formula: Formula
    /// REML or ML.
    public let criterion: Criterion
    /// The distribution of the response; nil for gaussian.
    public let family: Family?
    /// The number of quadrature points of a generalised model; 1 is the Laplace approximation.
    public let quadraturePoints: Int
    /// The column of prior weights; of trials for a binomial response.
    public let weights: String?
    /// The contrasts of factors; treatment contrasts against the first level for the others.
    public let contrasts: [String: Contrast]
    /// Which rows to use; nil for all.
    public let subset: RowCondition?
    /// What to report; nil for coefficients only.
    public let report: Report?
    /// From how many individuals on a reported cell is published.
    public let disclosure: DisclosureDeclaration
    /// Which standard errors, degrees of freedom and intervals to give.
    public let inference: InferenceSpecification

    static let keys = [
        "data", "formula", "family", "quadrature_points", "estimation", "weights", "contrasts", "subset", "report",
        "inference", "output", DisclosureDeclaration.key,
    ]

    init?(_ model: SpecificationMapping, folder: String) {
        let data = model.required("data").flatMap { DataDeclaration($0, folder: folder) }
        let formula = model.required("formula").flatMap(Self.formula)
        let criterion = model.optional("estimation").map { $0.word(of: Criterion.self) } ?? .reml
        let report = model.optional("report").map { value in
            formula.flatMap { Report(value, formula: $0) }
        }
        let contrasts = model.optional("contrasts").map { value in
            formula.flatMap { Contrast.declared(value, formula: $0) }
        }
        let subset = model.optional("subset").map(RowCondition.declared)
        guard let data, let formula, let criterion,
            let inference = InferenceSpecification(model, formula: formula, criterion: criterion),
            let disclosure = DisclosureDeclaration(model.optional(DisclosureDeclaration.key))
        else { return nil }
        self.disclosure = disclosure
        self.inference = inference
        guard let family = Self.family(model) else { return nil }
        (self.family, quadraturePoints) = family
        if case .some(.none) = report { return nil }
        if case .some(.none) = contrasts { return nil }
        if case .some(.none) = subset { return nil }
        dataPath = data.path
        self.formula = formula
        self.criterion = criterion
        weights = model.optionalText("weights")
        self.report = report ?? nil
        self.contrasts = (contrasts ?? nil) ?? [:]
        self.subset = subset ?? nil
        var csv = data.csv
        var names = formula.variables
        for name in (weights.map { [$0] } ?? []) + (self.subset?.columns ?? []) where !names.contains(name) {
            names.append(name)
        }
        csv.columns = names
        let known = Set(names)
        // Columns that only group rows are names even when they look like numbers.
        for name in formula.groupingVariables where csv.types[name] == nil && !formula.effectColumns.contains(name) {
            csv.types[name] = .name
        }
        csv.types = csv.types.filter { known.contains($0.key) }
        csv.levels = csv.levels.filter { known.contains($0.key) }
        self.csv = csv
    }

    /// The family and its number of quadrature points; nil after an error.
    private static func family(_ model: SpecificationMapping) -> (Family?, Int)? {
        var family: Family?
        if let value = model.optional("family") {
            guard let word = value.word(among: ["gaussian"] + Family.allCases.map(\.rawValue)) else { return nil }
            family = Family(rawValue: word)
        }
        var points = 1
        if let value = model.optional("quadrature_points") {
            guard let number = value.number(in: .positive), number == number.rounded(), number <= 25 else {
                value.fail("expected a whole number from 1 (Laplace) to 25.")
                return nil
            }
            points = Int(number)
            if family == nil {
                value.fail("quadrature points are for a family other than gaussian.")
                return nil
            }
        }
        guard family != nil else { return (nil, 1) }
        // Named rather than ignored: a key without effect would look as if it had one.
        for key in ["estimation", "report", "inference", "output"] {
            guard let value = model.optional(key) else { continue }
            value.fail("'\(key)' is for gaussian models only. Leave it out for a model of another family.")
            return nil
        }
        return (family, points)
    }

    private static func formula(_ value: SpecificationValue) -> Formula? {
        guard let text = value.text() else { return nil }
        do {
            return try Formula(parsing: text)
        } catch {
            value.fail(
                "in the formula, at character \(error.position + 1): \(error.description)\n\(error.excerpt(of: text))")
            return nil
        }
    }
}

extension GrowthSpecification.Report {
    init?(_ value: SpecificationValue, formula: Formula) {
        let keys = ["time", "cohort", "group", "outcome", "sector", "from", "to", "standard_deviation"]
        guard let report = value.mapping("report", keys: keys) else { return nil }
        func column(_ key: String) -> (isFine: Bool, name: String?) {
            guard let value = report.optional(key) else { return (true, nil) }
            let names = formula.fixedColumns
            guard let name = value.text() else { return (false, nil) }
            guard names.contains(name) else {
                let hint = nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
                value.fail("'\(name)' is not among the fixed effects of the formula.\(hint)")
                return (false, nil)
            }
            return (true, name)
        }
        let (time, cohort, group) = (column("time"), column("cohort"), column("group"))
        let roles = [time, cohort, group].compactMap(\.name)
        guard Set(roles).count == roles.count else {
            value.fail("time, cohort and group name the same column twice; each needs a column of its own.")
            return nil
        }
        guard time.isFine, cohort.isFine, group.isFine,
            let from = report.number("from", default: 0), let to = report.number("to", default: from + 1)
        else { return nil }
        guard to > from else {
            report.fail("the report's interval runs from \(from) to \(to); 'to' must be larger than 'from'.")
            return nil
        }
        let standardDeviation = report.optional("standard_deviation").map { $0.number(in: .positive) }
        if case .some(.none) = standardDeviation { return nil }
        self.init(
            time: time.name, cohort: cohort.name, group: group.name,
            outcome: report.optionalText("outcome") ?? formula.response, sector: report.optionalText("sector") ?? "",
            interval: from...to, standardDeviation: standardDeviation ?? nil)
    }
}

/// The `data` mapping of a model file: the file, its dialect, its columns and its missing codes.
struct DataDeclaration {
    let path: String
    var csv = CSVOptions()

    init?(_ value: SpecificationValue, folder: String) {
        guard let data = value.mapping("data", keys: ["file", "columns", "missing", "separator", "decimal"]),
            let file = data.text("file")
        else { return nil }
        path = file.hasPrefix("/") ? file : folder == "." ? file : folder + "/" + file
        if let missing = data.optional("missing") {
            guard let words = missing.texts() else { return nil }
            csv.missing.formUnion(words)
        }
        if let separator = data.optional("separator") {
            guard let word = separator.word(among: ["comma", "semicolon", "tab"]) else { return nil }
            csv.separator = word == "comma" ? .comma : word == "semicolon" ? .semicolon : .tab
        }
        if let decimal = data.optional("decimal") {
            guard let word = decimal.word(among: ["point", "comma"]) else { return nil }
            csv.decimalMark = word == "point" ? .point : .comma
        }
        guard let columns = data.optional("columns") else { return }
        guard let mapping = columns.openMapping("columns") else { return nil }
        for entry in mapping.entries where !declare(entry) { return nil }
    }

    private mutating func declare(_ entry: SpecificationMapping.Entry) -> Bool {
        guard let column = entry.value.mapping("column '\(entry.key)'", keys: ["type", "levels"]) else { return false }
        let types: [String: ColumnType] = ["double": .double, "int": .int, "string": .text, "factor": .factor]
        if let levels = column.optional("levels") {
            guard let words = levels.texts(atLeast: 1) else { return false }
            if Set(words).count < words.count { levels.fail("a factor level is named twice.") }
            csv.levels[entry.key] = words
            csv.types[entry.key] = .factor
        }
        if let type = column.optional("type") {
            guard let word = type.word(among: ["double", "int", "string", "factor"]) else { return false }
            if csv.levels[entry.key] != nil, word != "factor" { type.fail("only a factor has levels.") }
            csv.types[entry.key] = types[word]
        }
        return true
    }
}

import Specifications
import Tables

/// Where the estimates of a meta-analysis are: a file, or the model file itself.
public enum EvidenceData: Sendable {
    /// A CSV file.
    case file(path: String, CSVOptions)
    /// A table written in the model file.
    case inline(Table)

    /// The file that fitting reads; nil for a table in the model file.
    public var path: String? {
        if case .file(let path, _) = self { path } else { nil }
    }

    /// An estimate written in the model file.
    public struct Row: Sendable {
        /// The effect's name; empty when not given.
        public let name: String
        /// The study; empty when not given.
        public let study: String
        /// The estimate.
        public let estimate: Double
        /// Its standard error.
        public let standardError: Double
        /// Where it was published.
        public let source: String
    }

    /// The estimates in the model file; nil when they are in a data file.
    public var rows: [Row]? {
        guard case .inline(let table) = self, let estimates = table["estimate"]?.doubles(),
            let errors = table["std_error"]?.doubles()
        else { return nil }
        func texts(_ name: String) -> [String] {
            guard case .text(let column) = table[name] else { return Array(repeating: "", count: table.rowCount) }
            return column.codes.map { $0 < 0 ? "" : column.values[Int($0)] }
        }
        let (names, studies, sources) = (texts("id"), texts("study"), texts("source"))
        return estimates.indices.map {
            Row(
                name: names[$0], study: studies[$0], estimate: estimates[$0], standardError: errors[$0],
                source: sources[$0])
        }
    }

    /// The table of the estimates.
    ///
    /// - Throws: ``Tables/TableError``.
    func table() throws -> Table {
        switch self {
        case .file(let path, let options): try readCSV(path: path, options: options)
        case .inline(let table): table
        }
    }

    /// The same data with the columns that the model needs.
    func restricted(
        to formula: Formula, _ columns: EvidenceSpecification.Columns, subset: RowCondition?
    ) -> EvidenceData {
        guard case .file(let path, var options) = self else { return self }
        let labels = [columns.study, columns.effect, columns.source].compactMap { $0 }
        var names = formula.variables
        for name in [columns.sampling.column] + labels + (subset?.columns ?? []) where !names.contains(name) {
            names.append(name)
        }
        options.columns = names
        for name in labels where options.types[name] == nil && !formula.effectColumns.contains(name) {
            options.types[name] = .name
        }
        // Declared numbers: the reader then says in which cell something else stands.
        for name in [columns.estimate, columns.sampling.column] where options.types[name] == nil {
            options.types[name] = .double
        }
        let known = Set(names)
        options.types = options.types.filter { known.contains($0.key) }
        options.levels = options.levels.filter { known.contains($0.key) }
        return .file(path: path, options)
    }

    /// Reads `data` with the columns' names, or `estimates`.
    static func declared(
        _ model: SpecificationMapping, folder: String
    ) -> (EvidenceData, EvidenceSpecification.Columns)? {
        switch (model.optional("data"), model.optional("estimates")) {
        case (let data?, nil):
            guard let declaration = DataDeclaration(data, folder: folder), let columns = columns(model) else {
                return nil
            }
            return (.file(path: declaration.path, declaration.csv), columns)
        case (nil, let list?):
            for key in ["estimate", "std_error", "variance", "correlation", "sample_size", "study", "effect"] {
                guard let value = model.optional(key) else { continue }
                value.fail("'\(key)' names a column of a data file. Leave it out with 'estimates' in the model file.")
                return nil
            }
            return InlineEstimates(list).map { (.inline($0.table), $0.columns) }
        default:
            model.fail("give either 'data' with the columns' names, or 'estimates'.")
            return nil
        }
    }

    private static func columns(_ model: SpecificationMapping) -> EvidenceSpecification.Columns? {
        let given = ["std_error", "variance", "sample_size"].filter { model.optional($0) != nil }
        guard given.count == 1, let kind = given.first else {
            model.fail(
                "give one of 'std_error', 'variance', or 'sample_size' with 'correlation': the column from which the "
                    + "sampling variance is known.")
            return nil
        }
        guard let name = model.text(kind), let estimate = model.text(kind == "sample_size" ? "correlation" : "estimate")
        else { return nil }
        let sampling: EvidenceSpecification.SamplingVariance =
            kind == "std_error"
            ? .standardError(name) : kind == "variance" ? .variance(name) : .fisherZ(sampleSize: name)
        return .init(
            estimate: estimate, sampling: sampling, study: model.optionalText("study"),
            effect: model.optionalText("effect"), source: model.optionalText("effect_source"))
    }
}

/// Estimates written in a model file, as a table.
private struct InlineEstimates {
    let table: Table
    let columns: EvidenceSpecification.Columns

    private struct Row {
        let id, study: String?
        let source: String
        let estimate, standardError: Double
        let moderators: [(name: String, text: String)]
    }

    init?(_ value: SpecificationValue) {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.map(Self.row)
        let rows = read.compactMap { $0 }
        guard rows.count == read.count else { return nil }
        let studies = rows.map(\.study)
        guard studies.allSatisfy({ $0 == nil }) || studies.allSatisfy({ $0 != nil }) else {
            value.fail("some estimates name their study and others do not. Name it for all, or for none.")
            return nil
        }
        var table: [(String, Column)] = [
            ("estimate", .double(rows.map(\.estimate))), ("std_error", .double(rows.map(\.standardError))),
            ("id", .text(TextColumn(rows.map(\.id)))), ("source", .text(TextColumn(rows.map(\.source)))),
        ]
        if studies.allSatisfy({ $0 != nil }) { table.append(("study", .text(TextColumn(studies)))) }
        var names: [String] = []
        for name in rows.flatMap({ $0.moderators.map(\.name) }) where !names.contains(name) { names.append(name) }
        for name in names {
            guard !table.contains(where: { $0.0 == name }) else {
                value.fail("a moderator cannot be named '\(name)'. Give it another name.")
                return nil
            }
            table.append((name, Self.column(rows.map { row in row.moderators.first { $0.name == name }?.text })))
        }
        guard let made = try? Table(table) else { return nil }
        self.table = made
        columns = .init(
            estimate: "estimate", sampling: .standardError("std_error"),
            study: studies.allSatisfy { $0 != nil } ? "study" : nil, effect: "id", source: "source")
    }

    /// Numbers when all that are given are numbers, texts otherwise.
    private static func column(_ texts: [String?]) -> Column {
        let numbers = texts.map { $0.map { Double($0) ?? .nan } }
        let areNumbers = numbers.allSatisfy { $0?.isFinite ?? true }
        return areNumbers ? .double(numbers.map { $0 ?? .nan }) : .text(TextColumn(texts))
    }

    private static func row(_ value: SpecificationValue) -> Row? {
        let keys = ["id", "study", "estimate", "std_error", "variance", "source", "note", "moderators"]
        guard let mapping = value.mapping("estimate", keys: keys), let source = mapping.text("source"),
            let estimate = mapping.number("estimate"), let error = standardError(mapping)
        else { return nil }
        var moderators: [(String, String)] = []
        if let declared = mapping.optional("moderators") {
            guard let entries = declared.openMapping("moderators")?.entries else { return nil }
            for entry in entries {
                guard let text = entry.value.text() else { return nil }
                moderators.append((entry.key, text))
            }
        }
        return Row(
            id: mapping.optionalText("id"), study: mapping.optionalText("study"), source: source, estimate: estimate,
            standardError: error, moderators: moderators)
    }

    private static func standardError(_ mapping: SpecificationMapping) -> Double? {
        guard let variance = mapping.optional("variance") else { return mapping.number("std_error", in: .positive) }
        if mapping.optional("std_error") != nil {
            variance.fail("give either 'std_error' or 'variance', not both.")
            return nil
        }
        return variance.number(in: .positive).map { $0.squareRoot() }
    }
}

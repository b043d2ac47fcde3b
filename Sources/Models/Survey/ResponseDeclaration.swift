import Specifications
import Tables

/// The key `response`: the response by category against the population, and how it was reached.
///
/// - `categories`: rows of `{stratifier, category, response_n, population_n, sector, wave}` in the model file; or `data` with the
///   columns of these names (or under `columns` with other names). Instead of counts a row may have `response_percent` and
///   `population_percent` with the totals in `response_n` and `population_n`, as published tables do.
/// - `accounting`: rows of `{sector, wave, frame, gross, net}`.
public struct ResponseDeclaration: Sendable {
    /// The file of categories; nil when they are in the model file.
    public let path: String?
    let csv: CSVOptions
    let columns: [String: String]
    let inline: [ResponseCategory]
    /// How the response was reached.
    let accounting: [ResponseAccount]

    private static let names = [
        "stratifier", "category", "response_n", "population_n", "response_percent", "population_percent", "sector",
        "wave",
    ]
    private static let needed = ["stratifier", "category", "response_n", "population_n"]

    init?(_ value: SpecificationValue, folder: String) {
        let keys = ["categories", "data", "columns", "accounting"]
        guard let mapping = value.mapping("response", keys: keys) else { return nil }
        let accounting = mapping.optional("accounting").map { ResponseAccount.declared($0) } ?? []
        let inline = mapping.optional("categories").map { ResponseCategory.declared($0) } ?? []
        guard let accounting, let inline else { return nil }
        (self.accounting, self.inline) = (accounting, inline)
        guard let data = mapping.optional("data") else {
            if inline.isEmpty && accounting.isEmpty {
                mapping.fail("'response' has nothing. Give 'categories', 'data' or 'accounting'.")
                return nil
            }
            (path, csv, columns) = (nil, CSVOptions(), [:])
            return
        }
        guard inline.isEmpty else {
            data.fail("give either 'data' or 'categories', not both.")
            return nil
        }
        guard let declaration = DataDeclaration(data, folder: folder), let columns = Self.columns(mapping) else {
            return nil
        }
        path = declaration.path
        self.columns = columns
        var csv = declaration.csv
        csv.columns = Self.names.compactMap { columns[$0] }
        for (name, column) in columns {
            let isNumber = ["response_n", "population_n", "response_percent", "population_percent"].contains(name)
            csv.types[column] = isNumber ? .double : .text
        }
        let known = Set(columns.values)
        csv.types = csv.types.filter { known.contains($0.key) }
        csv.levels = [:]
        self.csv = csv
    }

    /// The columns by what they hold: those that must be there, and those declared.
    private static func columns(_ mapping: SpecificationMapping) -> [String: String]? {
        var columns: [String: String] = [:]
        for name in needed { columns[name] = name }
        guard let declared = mapping.optional("columns") else { return columns }
        guard let entries = declared.mapping("columns", keys: names)?.entries else { return nil }
        for entry in entries {
            guard let column = entry.value.text() else { return nil }
            columns[entry.key] = column
        }
        return columns
    }
}

/// A category of a stratifier: how many of it answered, of how many in the population.
struct ResponseCategory: Sendable {
    var place: String
    var stratifier, category, sector, wave: String
    /// Counts; with percents, the totals that these are of.
    var response, population: Double
    var percents: (response: Double, population: Double)?
}

extension ResponseCategory {
    private static let keys = [
        "stratifier", "category", "response_n", "population_n", "response_percent", "population_percent", "sector",
        "wave", "source", "note",
    ]

    static func declared(_ value: SpecificationValue) -> [ResponseCategory]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.enumerated().map { declared($1, number: $0 + 1) }
        let rows = read.compactMap { $0 }
        return rows.count == read.count ? rows : nil
    }

    private static func declared(_ value: SpecificationValue, number: Int) -> ResponseCategory? {
        guard let row = value.mapping("response category", keys: keys), let stratifier = row.text("stratifier"),
            let category = row.text("category"), let response = row.number("response_n", in: .nonNegative),
            let population = row.number("population_n", in: .positive)
        else { return nil }
        var result = ResponseCategory(
            place: "response, row \(number)", stratifier: stratifier, category: category,
            sector: row.optionalText("sector") ?? "", wave: row.optionalText("wave") ?? "", response: response,
            population: population)
        if row.optional("response_percent") != nil || row.optional("population_percent") != nil {
            guard let first = row.number("response_percent", in: .from(0, to: 100)),
                let second = row.number("population_percent", in: .from(0, to: 100))
            else { return nil }
            result.percents = (first, second)
        }
        return result
    }
}

/// How a response was reached.
struct ResponseAccount: Sendable {
    let place, sector, wave: String
    let frame: Int
    let gross: Int?
    let net: Int

    static func declared(_ value: SpecificationValue) -> [ResponseAccount]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.enumerated().map { declared($1, number: $0 + 1) }
        let rows = read.compactMap { $0 }
        return rows.count == read.count ? rows : nil
    }

    private static func declared(_ value: SpecificationValue, number: Int) -> ResponseAccount? {
        let keys = ["sector", "wave", "frame", "gross", "net", "source", "note"]
        guard let row = value.mapping("response account", keys: keys),
            let frame = row.integer("frame", in: 1...1_000_000_000),
            let net = row.integer("net", in: 0...1_000_000_000)
        else { return nil }
        let gross = row.optional("gross").map { $0.integer(in: 0...1_000_000_000) }
        if case .some(.none) = gross { return nil }
        return ResponseAccount(
            place: "accounting, row \(number)", sector: row.optionalText("sector") ?? "",
            wave: row.optionalText("wave") ?? "", frame: frame, gross: gross ?? nil, net: net)
    }
}

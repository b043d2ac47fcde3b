import Specifications
import Tables

/// Reads the years of change: `crisis: 2020`, `programme: {year: 2021/22, changes: [slope]}`, and a list of `breaks`.
struct SeriesBreakReader {
    let mapping: SpecificationMapping

    init(_ mapping: SpecificationMapping) { self.mapping = mapping }

    /// nil after noting what is wrong.
    func read() -> (crisis: Double?, list: [SeriesBreak])? {
        var found: [SeriesBreak?] = []
        for name in ["crisis", "programme"] {
            if let value = mapping.optional(name) { found.append(declared(value, name: name)) }
        }
        if let value = mapping.optional("breaks") {
            guard let values = value.list() else { return nil }
            found += values.map { named($0) }
        }
        let list = found.compactMap { $0 }
        guard list.count == found.count else { return nil }
        for (position, item) in list.enumerated() where list[..<position].contains(where: { $0.name == item.name }) {
            mapping.fail("two changes are named '\(item.name)'. Give each its own name.")
            return nil
        }
        let crisis = list.first { $0.name == "crisis" }
        if let crisis, let programme = list.first(where: { $0.name == "programme" }), programme.year <= crisis.year {
            mapping.optional("programme")?.fail(
                "the programme starts in \(yearText(programme.year)), not after the crisis of "
                    + "\(yearText(crisis.year)): their effects cannot be told apart. Correct a year, or drop the key.")
            return nil
        }
        return (crisis?.year, list.filter { !$0.changes.isEmpty })
    }

    /// A year, or a mapping with a year and what changes.
    private func declared(_ value: SpecificationValue, name: String) -> SeriesBreak? {
        guard value.isMapping else { return year(value).map { SeriesBreak(name: name, year: $0) } }
        guard let mapping = value.mapping(name, keys: ["year", "changes"]) else { return nil }
        return full(mapping, name: name)
    }

    private func named(_ value: SpecificationValue) -> SeriesBreak? {
        guard let mapping = value.mapping("break", keys: ["name", "year", "changes"]), let name = mapping.text("name")
        else { return nil }
        return full(mapping, name: name)
    }

    private func full(_ mapping: SpecificationMapping, name: String) -> SeriesBreak? {
        let changes = mapping.optional("changes").map { Self.changes($0) } ?? SeriesBreak.Change.allCases
        guard let year = mapping.required("year").flatMap({ year($0) }), let changes else { return nil }
        return SeriesBreak(name: name, year: year, changes: changes)
    }

    /// An empty list declares the year without a change of the line: for the counterfactual alone.
    private static func changes(_ value: SpecificationValue) -> [SeriesBreak.Change]? {
        guard let list = value.list() else { return nil }
        let words = list.map { $0.word(of: SeriesBreak.Change.self) }
        return words.contains(nil) ? nil : words.compactMap { $0 }
    }

    private func year(_ value: SpecificationValue) -> Double? {
        guard let text = value.text() else { return nil }
        guard let year = try? seriesYear(text) else {
            value.fail("found '\(text)'; expected a calendar year such as 2021, or a school year such as 2021/22.")
            return nil
        }
        return year
    }
}

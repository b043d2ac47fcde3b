import Specifications
import Tables

/// A question of the monitor and how it is reported.
public struct SurveyItem: Sendable, Equatable {
    /// Who is in the base of a multiple-response item.
    public enum Base: String, Sendable, CaseIterable {
        /// Respondents with a value in at least one of its columns.
        case answered
        /// Everybody: an empty cell means not selected.
        case all
    }

    /// What is reported.
    public enum Measure: Sendable, Equatable {
        /// Shares by answer: the categories in order (nil for those in the data), and the answers reported together as `top`.
        case categories(column: String, levels: [String]?, top: [String])
        /// The share that selected each option; a cell is a selection when it holds one of some values.
        case multiple(columns: [String], selected: [String], base: Base)
        /// The mean of a number.
        case mean(column: String)
        /// The mean of the mean of some columns, for respondents with at least so many of them.
        case scale(columns: [String], atLeast: Int)
    }

    /// Its name in the tables.
    public let name: String
    /// The item in words; empty when not given.
    public let label: String
    /// The battery that it belongs to; empty for none.
    public let battery: String
    /// What is reported.
    public let measure: Measure
    /// Options in words, by column.
    public let optionLabels: [String: String]

    /// The columns that it needs.
    public var columns: [String] {
        switch measure {
        case .categories(let column, _, _), .mean(let column): [column]
        case .multiple(let columns, _, _), .scale(let columns, _): columns
        }
    }
}

extension SurveyItem {
    /// Reads the list `items`: each of `item`, `items` (a battery), `multiple`, `mean` or `scale`.
    static func declared(_ value: SpecificationValue) -> [SurveyItem]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.map(Self.oneOrBattery)
        let items = read.compactMap { $0 }.flatMap { $0 }
        guard !read.contains(where: { $0 == nil }) else { return nil }
        var names: Set<String> = []
        for item in items where !names.insert(item.name).inserted {
            value.fail("two items are named '\(item.name)'. Give each its own 'name'.")
            return nil
        }
        return items
    }

    private static let forms = ["item", "items", "multiple", "mean", "scale"]

    private static func oneOrBattery(_ value: SpecificationValue) -> [SurveyItem]? {
        let given = forms.filter(value.hasKey)
        guard given.count == 1, let form = given.first else {
            value.fail("an item has one of the keys 'item', 'items', 'multiple', 'mean' or 'scale'.")
            return nil
        }
        let keys = [form, "name", "label", "note"]
        switch form {
        case "item", "items":
            let more = ["categories", "top"] + (form == "items" ? ["labels"] : [])
            return value.mapping("item", keys: keys + more).flatMap { categorical($0, form: form) }
        case "multiple":
            return value.mapping("item", keys: keys + ["labels", "selected", "base"]).flatMap { multiple($0) }
                .map { [$0] }
        case "mean":
            guard let mapping = value.mapping("item", keys: keys), let column = mapping.text("mean") else { return nil }
            return [named(mapping, .mean(column: column), otherwise: column)]
        default:
            return value.mapping("item", keys: keys + ["at_least"]).flatMap { scale($0) }.map { [$0] }
        }
    }

    private static func named(
        _ mapping: SpecificationMapping, _ measure: Measure, otherwise name: String, labels: [String: String] = [:]
    ) -> SurveyItem {
        SurveyItem(
            name: mapping.optionalText("name") ?? name, label: mapping.optionalText("label") ?? "", battery: "",
            measure: measure, optionLabels: labels)
    }

    private static func categorical(_ mapping: SpecificationMapping, form: String) -> [SurveyItem]? {
        let levels = mapping.optional("categories").map { $0.distinctTexts("a category", atLeast: 2) }
        let top = mapping.optional("top").map { $0.distinctTexts("a category", atLeast: 1) } ?? []
        guard let top, let labels = labels(mapping) else { return nil }
        if case .some(.none) = levels { return nil }
        if let problem = mapping.optional("top"), !top.isEmpty {
            guard let levels = levels ?? nil else {
                problem.fail("'top' needs 'categories': the answers in order.")
                return nil
            }
            for word in top where !levels.contains(word) {
                let hint = nearest(to: word, among: levels).map { " Did you mean '\($0)'?" } ?? ""
                problem.fail("'\(word)' is not among the categories.\(hint)")
                return nil
            }
        }
        guard form == "items" else {
            return mapping.text("item").map {
                [named(mapping, .categories(column: $0, levels: levels ?? nil, top: top), otherwise: $0)]
            }
        }
        guard let columns = mapping.required("items")?.distinctTexts("a column", atLeast: 1) else { return nil }
        let battery = mapping.optionalText("name") ?? ""
        return columns.map {
            SurveyItem(
                name: $0, label: labels[$0] ?? mapping.optionalText("label") ?? "", battery: battery,
                measure: .categories(column: $0, levels: levels ?? nil, top: top), optionLabels: [:])
        }
    }

    private static func multiple(_ mapping: SpecificationMapping) -> SurveyItem? {
        let selected = mapping.optional("selected").map { $0.distinctTexts("a value", atLeast: 1) } ?? ["1"]
        let base = mapping.optional("base").map { $0.word(of: Base.self) } ?? .answered
        guard let columns = mapping.required("multiple")?.distinctTexts("a column", atLeast: 2), let selected,
            let base, let name = mapping.text("name"), let labels = labels(mapping)
        else { return nil }
        return named(
            mapping, .multiple(columns: columns, selected: selected, base: base), otherwise: name, labels: labels)
    }

    private static func scale(_ mapping: SpecificationMapping) -> SurveyItem? {
        guard let columns = mapping.required("scale")?.distinctTexts("a column", atLeast: 2),
            let name = mapping.text("name"),
            let atLeast = mapping.integer("at_least", in: 1...columns.count, default: columns.count)
        else { return nil }
        return named(mapping, .scale(columns: columns, atLeast: atLeast), otherwise: name)
    }

    /// The words of columns.
    private static func labels(_ mapping: SpecificationMapping) -> [String: String]? {
        guard let value = mapping.optional("labels") else { return [:] }
        guard let entries = value.openMapping("labels")?.entries else { return nil }
        var labels: [String: String] = [:]
        for entry in entries {
            guard let text = entry.value.text() else { return nil }
            labels[entry.key] = text
        }
        return labels
    }
}

extension SpecificationValue {
    /// A list of texts of which none comes twice.
    func distinctTexts(_ what: String, atLeast minimum: Int) -> [String]? {
        guard let words = texts(atLeast: minimum) else { return nil }
        var seen: Set<String> = []
        for word in words where !seen.insert(word).inserted {
            fail("\(what) is named twice: '\(word)'.")
            return nil
        }
        return words
    }

    /// The words `true` and `false`.
    func truth() -> Bool? { word(among: ["true", "false"]).map { $0 == "true" } }
}

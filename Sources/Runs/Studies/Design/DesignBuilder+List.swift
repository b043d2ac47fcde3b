import Specifications

extension DesignBuilder {
    /// Variants as written: a column for each path that is set and each that is scaled, empty where a variant leaves it.
    func list(_ mapping: SpecificationMapping) -> DesignBuilder? {
        guard let list = mapping.required("variants")?.list(atLeast: 1), allows(list.count, at: place) else {
            return nil
        }
        let read = list.map { ListedVariant($0) }
        let variants = read.compactMap { $0 }
        guard variants.count == list.count, Self.areNamedApart(variants, list),
            let columns = Self.columns(of: variants, named: mapping.optional("names"))
        else { return nil }
        var builder = self
        guard builder.begin(columns.map(\.factor), variants: variants.count) else { return nil }
        for (index, variant) in variants.enumerated() {
            let texts = Dictionary(variant.changes.map { ($0.words, $0.text) }, uniquingKeysWith: { first, _ in first })
            // Each variant's changes are tried: a level of its own tells them apart.
            let choices = columns.map { Choice(level: index, text: texts[$0.words] ?? "", changes: []) }
            guard builder.append(name: variant.name, choices, changes: variant.changes) else { return nil }
        }
        return builder
    }

    /// A variant of a list, read.
    private struct ListedVariant {
        let name: String
        let changes: [FactorChange]

        init?(_ value: SpecificationValue) {
            guard let mapping = value.mapping("variant", keys: ["name", "set", "scale"]) else { return nil }
            let changes = FactorChange.list(mapping)
            guard let place = mapping.required("name"), let name = place.text(), LevelText.isAllowed(name, place),
                let changes
            else { return nil }
            (self.name, self.changes) = (name, changes)
        }
    }

    private static func areNamedApart(_ variants: [ListedVariant], _ places: [SpecificationValue]) -> Bool {
        var names: Set<String> = []
        for (variant, place) in zip(variants, places) where !names.insert(variant.name).inserted {
            place.fail("two variants are named '\(variant.name)'.")
            return false
        }
        return true
    }

    /// A column of a list: something that a variant sets or scales.
    private struct ListColumn {
        let words: String
        let factor: StudyFactor
    }

    private static func columns(
        of variants: [ListedVariant], named names: SpecificationValue?
    ) -> [ListColumn]? {
        guard let chosen = columnNames(names) else { return nil }
        var texts: [String: [String]] = [:]
        var order: [FactorChange] = []
        for change in variants.flatMap(\.changes) {
            if texts[change.words] == nil { order.append(change) }
            texts[change.words, default: []].append(change.text)
        }
        let paths = Set(order.map(\.change.path))
        for entry in chosen where !paths.contains(entry.key) {
            entry.keyValue.fail("no variant changes '\(entry.key)'. Write the path as the variants do.")
            return nil
        }
        let chosenNames = Dictionary(chosen.map { ($0.key, $0.name) }, uniquingKeysWith: { first, _ in first })
        var taken: Set<String> = []
        var columns: [ListColumn] = []
        for change in order {
            let name = name(of: change, chosenNames)
            guard taken.insert(name).inserted else {
                names?.fail("two columns would be named '\(name)'. Give them different names.")
                return nil
            }
            let isNumeric = texts[change.words]?.allSatisfy { SpecificationValue.decimal($0) != nil } ?? false
            columns.append(
                ListColumn(
                    words: change.words,
                    factor: StudyFactor(name: name, isNumeric: isNumeric, description: change.words)))
        }
        return columns
    }

    private typealias ColumnName = (key: String, keyValue: SpecificationValue, name: String)

    /// The names that the file gives to paths; nil after noting a problem.
    private static func columnNames(_ names: SpecificationValue?) -> [ColumnName]? {
        guard let names else { return [] }
        guard let entries = names.openMapping("names of paths")?.entries else { return nil }
        let read = entries.compactMap { entry in
            FactorName.read(entry.value).map { (entry.key, entry.keyValue, $0) }
        }
        return read.count == entries.count ? read : nil
    }

    /// The chosen name, else what is changed; never a column that `study.csv` has in any case.
    private static func name(of change: FactorChange, _ chosen: [String: String]) -> String {
        if let name = chosen[change.change.path] { return name }
        return FactorName.reserved.contains(change.words) ? "scenario_" + change.words : change.words
    }
}

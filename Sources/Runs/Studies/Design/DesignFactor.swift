import Specifications
import Tables

/// A factor of a grid or a Latin hypercube, as its study file declares it.
struct DesignFactor {
    /// One of a factor's levels.
    struct Level {
        /// Its text in `study.csv`.
        let text: String
        let changes: [FactorChange]
    }

    /// What it runs through.
    enum Range {
        case levels([Level])
        /// Points between two ends, each put in at every path.
        case interval(FactorInterval, SpecificationOverride.Operation, [(path: String, place: SpecificationValue)])
    }

    let name: String
    let range: Range

    /// The column of `study.csv`.
    var factor: StudyFactor {
        switch range {
        case .levels(let levels):
            var seen: Set<String> = []
            let words = levels.flatMap(\.changes).map(\.words).filter { seen.insert($0).inserted }
            return StudyFactor(
                name: name, isNumeric: levels.allSatisfy { SpecificationValue.decimal($0.text) != nil },
                description: words.joined(separator: "; "))
        case .interval(_, let operation, let paths):
            let words = paths.map { (operation == .scale ? "x " : "") + $0.path }
            return StudyFactor(name: name, isNumeric: true, description: words.joined(separator: "; "))
        }
    }

    /// Reads a factor; nil after noting a problem.
    ///
    /// - Parameter kind: The design: only a Latin hypercube samples ranges.
    init?(_ value: SpecificationValue, kind: StudyDesign.Kind) {
        let keys = ["name", "set", "scale", "values", "levels", "low", "high", "spacing"]
        guard let mapping = value.mapping("factor", keys: keys) else { return nil }
        let name = mapping.required("name").flatMap { FactorName.read($0) }
        guard let range = Self.range(mapping, kind: kind), let name else { return nil }
        (self.name, self.range) = (name, range)
    }

    private static func range(_ mapping: SpecificationMapping, kind: StudyDesign.Kind) -> Range? {
        let given = mapping.entries.map(\.key)
        if let levels = mapping.optional("levels") {
            guard Set(given).isDisjoint(with: ["set", "scale", "values", "low", "high", "spacing"]) else {
                levels.fail("'levels' say themselves what they set and scale; leave out the factor's other keys.")
                return nil
            }
            return namedLevels(levels).map { .levels($0) }
        }
        guard let (operation, paths) = targets(mapping) else { return nil }
        let isInterval = !Set(given).isDisjoint(with: ["low", "high", "spacing"])
        if let values = mapping.optional("values") {
            guard !isInterval else {
                values.fail("a factor has 'values', or 'low' and 'high'; not both.")
                return nil
            }
            return Self.values(values, operation, paths).map { .levels($0) }
        }
        guard isInterval else {
            mapping.fail(
                "expected 'values' or 'levels'\(kind == .latinHypercube ? ", or 'low' and 'high'," : "") of the factor."
            )
            return nil
        }
        guard kind == .latinHypercube else {
            mapping.fail("'low' and 'high' are for a latin_hypercube; a grid needs 'values' or 'levels'.")
            return nil
        }
        return FactorInterval(mapping).map { .interval($0, operation, paths) }
    }

    /// What a factor sets or scales: one path or several.
    private static func targets(
        _ mapping: SpecificationMapping
    ) -> (SpecificationOverride.Operation, [(path: String, place: SpecificationValue)])? {
        let found = SpecificationOverride.Operation.allCases.compactMap { operation in
            mapping.optional(operation.rawValue).map { (operation, $0) }
        }
        guard let (operation, value) = found.first, found.count == 1 else {
            mapping.fail(
                "expected 'set' or 'scale' with one path or several\(found.isEmpty ? ", or 'levels'" : ", not both").")
            return nil
        }
        guard let places = value.isList ? value.list(atLeast: 1) : [value] else { return nil }
        var paths: [(path: String, place: SpecificationValue)] = []
        var seen: Set<String> = []
        for place in places {
            guard let path = place.text(), FactorChange.isAllowed(path, operation, place) else { return nil }
            guard seen.insert(path).inserted else {
                place.fail("'\(path)' is named twice.")
                return nil
            }
            paths.append((path, place))
        }
        return (operation, paths)
    }

    private static func values(
        _ value: SpecificationValue, _ operation: SpecificationOverride.Operation,
        _ paths: [(path: String, place: SpecificationValue)]
    ) -> [Level]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let texts = list.map { LevelText($0, for: operation) }
        guard zip(texts, list).allSatisfy({ text, place in text.map { LevelText.isAllowed($0.text, place) } ?? false })
        else { return nil }
        let levels = texts.compactMap { $0 }.map { text in
            Level(
                text: text.text,
                changes: paths.map {
                    FactorChange(
                        change: SpecificationOverride(operation, path: $0.path, value: text.value), text: text.text,
                        place: $0.place)
                })
        }
        return areDistinct(levels.map(\.text), list) ? levels : nil
    }

    private static func namedLevels(_ value: SpecificationValue) -> [Level]? {
        guard let entries = value.openMapping("levels")?.entries else { return nil }
        if entries.isEmpty { value.fail("expected at least one level: a name with what it sets and scales.") }
        let levels = entries.map { entry -> Level? in
            guard LevelText.isAllowed(entry.key, entry.keyValue),
                let mapping = entry.value.mapping("level '\(entry.key)'", keys: ["set", "scale"]),
                let changes = FactorChange.list(mapping)
            else { return nil }
            return Level(text: entry.key, changes: changes)
        }
        let read = levels.compactMap { $0 }
        guard read.count == levels.count, !read.isEmpty else { return nil }
        return areDistinct(read.map(\.text), entries.map(\.keyValue)) ? read : nil
    }

    /// Notes a level that is there twice, as a text or as a number.
    private static func areDistinct(_ texts: [String], _ places: [SpecificationValue]) -> Bool {
        var seen: Set<String> = []
        for (text, place) in zip(texts, places) {
            guard seen.insert(SpecificationValue.decimal(text).map(shortestText) ?? text).inserted else {
                place.fail("level '\(text)' is there twice.")
                return false
            }
        }
        return true
    }
}

/// The name of a factor: a column of `study.csv`.
enum FactorName {
    /// Columns that `study.csv` has in any case.
    static let reserved = ["variant", "name", "draws", "seed"]
    static let longest = 60

    /// Reads a name; nil after noting a problem.
    static func read(_ value: SpecificationValue) -> String? {
        guard let text = value.text() else { return nil }
        let isWord = text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_")
        }
        guard isWord, (1...longest).contains(text.utf8.count) else {
            value.fail("a factor's name is a column's: expected at most \(longest) letters, digits and _.")
            return nil
        }
        guard !reserved.contains(text) else {
            value.fail("'\(text)' is a column of study.csv already. Choose another name.")
            return nil
        }
        return text
    }
}

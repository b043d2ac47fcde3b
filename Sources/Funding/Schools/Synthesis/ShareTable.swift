import Specifications

/// How schools are divided over named classes: one row of shares for all schools, or one for each of some conditions.
public struct ShareTable: Sendable {
    /// The classes.
    public let classes: [String]
    /// For each condition the shares of the classes, up to scale.
    let rows: [[Double]]
    /// Where the shares come from.
    public let source: String

    /// Reads `{classes, shares, source}`, or with one row for each condition under another key than `shares`.
    ///
    /// - Parameters:
    ///   - condition: The key of the rows by condition.
    ///   - count: How many conditions there may be; nil when there can be none, and then only `shares` will do.
    init?(_ value: SpecificationValue, _ name: String, condition: String, count: ClosedRange<Int>?) {
        guard let mapping = value.mapping(name, keys: ["classes", "shares", condition, "source"]),
            let classes = mapping.required("classes")?.texts(atLeast: 1), let source = mapping.text("source")
        else { return nil }
        guard Set(classes).count == classes.count else {
            mapping.fail("a class appears twice in \(name). Name each once.")
            return nil
        }
        guard let rows = Self.rows(mapping, condition: condition, count: count, classes: classes.count) else {
            return nil
        }
        self.classes = classes
        self.rows = rows
        self.source = source
    }

    /// Reads a mapping from class to share: `{shares: {name: share}, source}`.
    init?(named value: SpecificationValue, _ name: String) {
        guard let mapping = value.mapping(name, keys: ["shares", "source"]),
            let entries = mapping.required("shares")?.openMapping(name)?.entries, let source = mapping.text("source")
        else { return nil }
        let shares = entries.compactMap { $0.value.number(in: .nonNegative) }
        guard shares.count == entries.count, Self.isDivisible(shares, value) else { return nil }
        classes = entries.map(\.key)
        rows = [shares]
        self.source = source
    }

    private static func rows(
        _ mapping: SpecificationMapping, condition: String, count: ClosedRange<Int>?, classes: Int
    ) -> [[Double]]? {
        guard let table = mapping.optional(condition) else {
            return mapping.required("shares").flatMap { row($0, classes) }.map { [$0] }
        }
        guard let count, mapping.optional("shares") == nil else {
            table.fail("'\(condition)' needs what it is conditional on, and no 'shares' beside it.")
            return nil
        }
        guard let list = table.list() else { return nil }
        guard count.contains(list.count) else {
            let expected = count.count == 1 ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            table.fail("found \(list.count) rows of shares; expected \(expected), one for each condition.")
            return nil
        }
        let rows = list.compactMap { row($0, classes) }
        return rows.count == list.count ? rows : nil
    }

    private static func row(_ value: SpecificationValue, _ classes: Int) -> [Double]? {
        guard let list = value.list() else { return nil }
        let shares = list.compactMap { $0.number(in: .nonNegative) }
        guard shares.count == list.count else { return nil }
        guard shares.count == classes else {
            value.fail("found \(shares.count) shares; expected \(classes), one for each class.")
            return nil
        }
        return isDivisible(shares, value) ? shares : nil
    }

    private static func isDivisible(_ shares: [Double], _ value: SpecificationValue) -> Bool {
        let isGood = shares.contains { $0 > 0 } && shares.allSatisfy { $0 <= 1e9 }
        if !isGood { value.fail("the shares are all 0, or one is above 1e9; expected shares or counts.") }
        return isGood
    }
}

import Specifications
import Tables

/// A comparison of two orders of options that a model file of kind `survey` asks for.
public struct RankComparisonDeclaration: Sendable, Equatable {
    /// What is compared.
    public enum Orders: Sendable, Equatable {
        /// Two batteries, multiple-response items or published tables.
        case between(String, String)
        /// One of them in two waves.
        case waves(of: String, from: String, to: String)
    }

    /// Its name in the tables.
    public let name: String
    /// What is compared.
    public let orders: Orders

    /// The batteries, items or tables that it names.
    var sources: [String] {
        switch orders {
        case .between(let first, let second): [first, second]
        case .waves(let name, _, _): [name]
        }
    }
}

extension RankComparisonDeclaration {
    /// Reads the list `rank_comparisons`: each `{name, between: [x, y]}` or `{name, item, waves: [from, to]}`.
    ///
    /// - Parameter known: The batteries, items or tables that have an order of shares; nil when only the data tell.
    static func declared(_ value: SpecificationValue, known: [String]?) -> [RankComparisonDeclaration]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.map { one($0, known) }
        let all = read.compactMap { $0 }
        guard all.count == read.count else { return nil }
        var names: Set<String> = []
        for declared in all where !names.insert(declared.name).inserted {
            value.fail("two rank comparisons are named '\(declared.name)'. Give each its own 'name'.")
            return nil
        }
        return all
    }

    private static func one(_ value: SpecificationValue, _ known: [String]?) -> RankComparisonDeclaration? {
        guard let mapping = value.mapping("rank comparison", keys: ["name", "between", "item", "waves", "note"]),
            let name = mapping.text("name")
        else { return nil }
        let declared: RankComparisonDeclaration
        switch (mapping.optional("between"), mapping.optional("item"), mapping.optional("waves")) {
        case (let between?, nil, nil):
            guard let (first, second) = two(between, "an item") else { return nil }
            declared = RankComparisonDeclaration(name: name, orders: .between(first, second))
        case (nil, let item?, let waves?):
            guard let text = item.text(), let (from, to) = two(waves, "a wave") else { return nil }
            declared = RankComparisonDeclaration(name: name, orders: .waves(of: text, from: from, to: to))
        default:
            mapping.fail("a rank comparison has either 'between', or 'item' and 'waves'.")
            return nil
        }
        for source in declared.sources {
            guard let known, !known.contains(source) else { continue }
            let hint = nearest(to: source, among: known).map { " Did you mean '\($0)'?" } ?? ""
            mapping.fail("no battery, item with several options or published table is named '\(source)'.\(hint)")
            return nil
        }
        return declared
    }

    private static func two(_ value: SpecificationValue, _ what: String) -> (String, String)? {
        guard let words = value.distinctTexts(what, atLeast: 1) else { return nil }
        guard words.count == 2 else {
            value.fail("found \(words.count); expected two.")
            return nil
        }
        return (words[0], words[1])
    }
}

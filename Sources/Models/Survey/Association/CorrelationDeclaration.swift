import Specifications
import Tables

/// A correlation that a model file of kind `survey` asks for.
public struct CorrelationDeclaration: Sendable, Equatable {
    /// How two items are correlated.
    public enum Method: String, Sendable, CaseIterable {
        /// The product-moment correlation of numbers, or of the positions 1, 2, ... of answers.
        case pearson
        /// The correlation of their ranks, ties at their mean rank.
        case spearman
        /// The correlation of two normal variables behind ordered answers, in two steps (Olsson 1979, Psychometrika 44, 443-460).
        case polychoric
    }

    /// Its name in the tables; by default the items' names.
    public let name: String
    /// The first item.
    public let first: String
    /// The second item.
    public let second: String
    /// The method.
    public let method: Method
}

extension CorrelationDeclaration {
    /// Reads the list `correlations`: each `{items: [a, b], method, name}` about two of the items.
    static func declared(_ value: SpecificationValue, _ items: [SurveyItem]) -> [CorrelationDeclaration]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.map { one($0, items) }
        let all = read.compactMap { $0 }
        guard all.count == read.count else { return nil }
        var names: Set<String> = []
        for declared in all where !names.insert(declared.name).inserted {
            value.fail("two correlations are named '\(declared.name)'. Give each its own 'name'.")
            return nil
        }
        return all
    }

    private static func one(_ value: SpecificationValue, _ items: [SurveyItem]) -> CorrelationDeclaration? {
        guard let mapping = value.mapping("correlation", keys: ["items", "method", "name", "note"]),
            let pair = mapping.required("items"), let names = pair.distinctTexts("an item", atLeast: 1),
            let method = mapping.required("method")?.word(of: Method.self)
        else { return nil }
        guard names.count == 2 else {
            pair.fail("found \(names.count) items; a correlation is of two.")
            return nil
        }
        for name in names {
            guard let problem = problem(name, items, method) else { continue }
            pair.fail(problem)
            return nil
        }
        return CorrelationDeclaration(
            name: mapping.optionalText("name") ?? "\(names[0]) with \(names[1]) (\(method.rawValue))", first: names[0],
            second: names[1], method: method)
    }

    /// What keeps an item from being correlated; nil for nothing.
    private static func problem(_ name: String, _ items: [SurveyItem], _ method: Method) -> String? {
        guard let item = items.first(where: { $0.name == name }) else {
            let hint = nearest(to: name, among: items.map(\.name)).map { " Did you mean '\($0)'?" } ?? ""
            return "no item is named '\(name)'.\(hint)"
        }
        switch item.measure {
        case .categories(_, nil, _):
            return "item '\(name)' has no 'categories'; a correlation needs its answers in order. Give them."
        case .categories: return nil
        case .multiple:
            return "item '\(name)' has several options; a correlation needs answers in order, or numbers. "
                + "Choose another item."
        case .mean, .scale:
            guard method == .polychoric else { return nil }
            return "item '\(name)' is a number; a polychoric correlation needs answers in order. "
                + "Take pearson or spearman."
        }
    }
}

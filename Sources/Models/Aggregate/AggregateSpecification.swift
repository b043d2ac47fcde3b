import OrderedCollections
import Specifications
import Tables

/// What a model file of kind `aggregate` declares: published figures, each a weighted sum of cells.
public struct AggregateSpecification: Sendable {
    /// A published figure with its standard error.
    public struct Figure: Sendable {
        /// Its name in the file.
        public let name: String
        /// The figure.
        public let estimate: Double
        /// Its standard error.
        public let standardError: Double
        /// The number of individuals it rests on, where it is declared.
        public let sampleSize: Double?
        /// The cells it is a sum of, each with its weight.
        public let weights: [(cell: Cell, weight: Double)]
        /// Where it was published.
        public let source: String
    }

    /// The figures, at least one.
    public let figures: [Figure]
    /// Declared correlations between the errors of two figures, by their positions; zero where not declared.
    public let correlations: [(first: Int, second: Int, value: Double)]
    /// The baseline standard deviation of the level by outcome, in score points.
    public let standardDeviations: [String: Double]
    /// The cells in order of first appearance.
    public let cells: [Cell]

    /// Errors of linking years to a common scale.
    public let linkErrors: [LinkError]
    /// How the yearly series are judged; nil when they are not.
    public let series: SeriesSpecification?

    static let keys = [
        "sector", "quantity", "standard_deviations", "figures", "correlations", "link_errors", "series",
    ]

    init?(_ model: SpecificationMapping) {
        let sector = model.optionalText("sector") ?? ""
        let words = [Cell.Quantity.growth, .level].map(\.rawValue)
        let quantity =
            model.optional("quantity").map { $0.word(among: words).flatMap(Cell.Quantity.init(rawValue:)) } ?? .growth
        guard let quantity, let values = model.required("figures")?.list(atLeast: 1) else { return nil }
        let read = values.map { Self.figure($0, sector: sector, quantity: quantity) }
        let deviations =
            quantity == .level && model.optional("margin") != nil && model.optional("standard_deviations") == nil
            ? [:] : model.required("standard_deviations").flatMap { Self.deviations($0) }
        let figures = read.compactMap { $0 }
        guard figures.count == read.count, let deviations else { return nil }
        let names = OrderedSet(figures.map(\.name))
        if names.count < figures.count {
            model.fail("two figures have the same id. Give each its own.")
            return nil
        }
        guard let correlations = Self.correlations(model.optional("correlations"), names: names) else { return nil }
        let outcomes = OrderedSet(figures.flatMap { $0.weights.map(\.cell.outcome) })
        guard let links = LinkError.declared(model.optional("link_errors"), outcomes: Array(outcomes)) else {
            return nil
        }
        let years = Array(OrderedSet(figures.flatMap { $0.weights.map(\.cell.cohort) }))
        for name in links.flatMap(\.years) where !years.contains(name) {
            model.optional("link_errors")?.fail(
                "no figure is of year '\(name)'."
                    + (nearest(to: name, among: years).map { " Did you mean '\($0)'?" } ?? ""))
            return nil
        }
        linkErrors = links
        let series = model.optional("series").map { SeriesSpecification($0) }
        if case .some(.none) = series { return nil }
        self.series = series ?? nil
        self.figures = figures
        self.correlations = correlations
        standardDeviations = deviations
        cells = Array(OrderedSet(figures.flatMap { $0.weights.map(\.cell) }))
        // Levels may be judged by a margin in their own unit.
        for outcome in Set(cells.map(\.outcome)).sorted()
        where deviations[outcome] == nil && !(quantity == .level && model.optional("margin") != nil) {
            model.fail("no standard deviation is declared for outcome '\(outcome)'. Add it to 'standard_deviations'.")
        }
    }

    private static func figure(_ value: SpecificationValue, sector: String, quantity: Cell.Quantity) -> Figure? {
        guard
            let mapping = value.mapping(
                "figure", keys: PublishedNumber.keys + ["id", "outcome", "sector", "cells", "source", "note"])
        else { return nil }
        let (name, outcome, number) = (mapping.text("id"), mapping.text("outcome"), PublishedNumber(mapping))
        guard let source = mapping.text("source"), let name, let outcome, let number,
            let list = mapping.required("cells")?.list(atLeast: 1)
        else { return nil }
        let own = mapping.optionalText("sector") ?? sector
        let weights = list.map { weightedCell($0, outcome: outcome, sector: own, quantity: quantity) }
        guard !weights.contains(where: { $0 == nil }) else { return nil }
        return Figure(
            name: name, estimate: number.estimate, standardError: number.standardError, sampleSize: number.sampleSize,
            weights: weights.compactMap { $0 }, source: source)
    }

    private static func weightedCell(
        _ value: SpecificationValue, outcome: String, sector: String, quantity: Cell.Quantity
    ) -> (cell: Cell, weight: Double)? {
        guard let mapping = value.mapping("cell", keys: ["cohort", "ses", "weight"]),
            let cohort = mapping.text("cohort"), let weight = mapping.number("weight", default: 1)
        else { return nil }
        let group = mapping.optional("ses").map { $0.text() } ?? ""
        guard let group else { return nil }
        return (Cell(quantity: quantity, outcome: outcome, sector: sector, cohort: cohort, group: group), weight)
    }

    private static func deviations(_ value: SpecificationValue) -> [String: Double]? {
        guard let mapping = value.openMapping("standard_deviations") else { return nil }
        var result: [String: Double] = [:]
        for entry in mapping.entries {
            guard let number = entry.value.number(in: .positive) else { return nil }
            result[entry.key] = number
        }
        return result
    }

    private static func correlations(
        _ value: SpecificationValue?, names: OrderedSet<String>
    ) -> [(first: Int, second: Int, value: Double)]? {
        guard let value else { return [] }
        guard let list = value.list() else { return nil }
        var result: [(Int, Int, Double)] = []
        for item in list {
            guard let mapping = item.mapping("correlation", keys: ["between", "value", "note"]),
                let between = mapping.required("between"), let pair = between.texts(atLeast: 2),
                let number = mapping.number("value", in: .correlation)
            else { return nil }
            let positions = pair.map { names.firstIndex(of: $0) }
            guard pair.count == 2, pair[0] != pair[1], let first = positions[0], let second = positions[1] else {
                between.fail("expected the ids of two different figures; found \(pair.joined(separator: ", ")).")
                return nil
            }
            if result.contains(where: { Set([$0.0, $0.1]) == Set([first, second]) }) {
                between.fail("the correlation of \(pair.joined(separator: " and ")) is declared twice.")
                return nil
            }
            result.append((first, second, number))
        }
        return result
    }
}

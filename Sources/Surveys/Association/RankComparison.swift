import Probability

/// The order of the same items in two questions or two waves, such as the measures that schools choose most.
public struct RankComparison: Sendable {
    /// An item with its places, 1 for the largest value; items of equal value share their mean place.
    public struct Item: Sendable, Equatable {
        /// The item's name.
        public let name: String
        /// Its place in the first order.
        public let firstRank: Double
        /// Its place in the second order.
        public let secondRank: Double
        /// How many places it moved up; negative for down.
        public var movedUp: Double { firstRank - secondRank }
    }

    /// The items, in the order given.
    public let items: [Item]
    /// Spearman's correlation of the places.
    public let spearman: Double
    /// Kendall's tau-b of the places.
    public let kendall: Double

    /// A comparison of two lists of values.
    ///
    /// - Parameters:
    ///   - names: The items' names, two or more.
    ///   - first: Their values in the first question or wave.
    ///   - second: Their values in the second.
    /// - Throws: ``AnalysisProblem``, among others when all values of a list are alike.
    public init(_ names: [String], first: [Double], second: [Double]) throws(SurveyError) {
        try checkLength("values of the first list", first.count, names.count)
        try checkLength("values of the second list", second.count, names.count)
        try check("value of the first list, item", first, "a finite number") { $0.isFinite }
        try check("value of the second list, item", second, "a finite number") { $0.isFinite }
        guard names.count > 1 else { throw problem(.tooFewGroups(found: names.count, needed: 2)) }
        let ones = [Double](repeating: 1, count: names.count)
        spearman = try SpearmanCorrelation(first, second).values(weights: ones)[0]
        kendall = try KendallTau(first, second).values(weights: ones)[0]
        let (firstRanks, secondRanks) = (Self.ranks(first), Self.ranks(second))
        items = names.indices.map {
            Item(name: names[$0], firstRank: firstRanks[$0], secondRank: secondRanks[$0])
        }
    }

    /// The items that changed place, those that moved furthest first.
    public var movedItems: [Item] {
        items.enumerated().filter { $1.movedUp != 0 }
            .sorted { (-abs($0.element.movedUp), $0.offset) < (-abs($1.element.movedUp), $1.offset) }.map(\.element)
    }

    /// The items among the first `count` of both orders; an item that shares a place counts when its mean place does.
    public func itemsInBothTops(_ count: Int) -> [Item] {
        items.filter { $0.firstRank <= Double(count) && $0.secondRank <= Double(count) }
    }

    /// Places, 1 for the largest, shared by equal values.
    static func ranks(_ values: [Double]) -> [Double] {
        values.map { value in
            Double(values.count { $0 > value }) + (Double(values.count { $0 == value }) + 1) / 2
        }
    }
}

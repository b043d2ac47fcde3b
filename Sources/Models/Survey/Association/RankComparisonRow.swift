/// The orders of the same options in two questions, tables or waves, side by side.
public struct RankComparisonRow: Sendable, Equatable {
    /// Where an order comes from.
    public struct Source: Hashable, Sendable {
        /// The battery, item or table.
        public var name: String
        /// The sector; empty when not declared.
        public var sector: String
        /// The wave; empty when not declared.
        public var wave: String
    }

    /// An option with its share and place in both orders.
    public struct Option: Sendable, Equatable {
        /// Its name in the first order.
        public var name: String
        /// It in words; empty when not given.
        public var label: String
        /// Its shares, from 0 to 1.
        public var firstShare: Double, secondShare: Double
        /// Its places, 1 for the largest share; options of equal shares have the mean of their places.
        public var firstRank: Double, secondRank: Double
        /// How many places it moved up; negative for down.
        public var movedUp: Double { firstRank - secondRank }
        /// Whether it is among the first three of both orders; one that shares a place when its mean place is.
        public var isInBothTopThrees: Bool { firstRank <= 3 && secondRank <= 3 }
    }

    /// The comparison's name.
    public var name: String
    /// Where the first order comes from.
    public var first: Source
    /// Where the second order comes from.
    public var second: Source
    /// The options of both orders, as the first has them.
    public var options: [Option]
    /// Spearman's correlation of the places.
    public var spearman: Double
    /// Kendall's tau-b of the places.
    public var kendall: Double
    /// The options of one order only, which are left out.
    public var optionsLeftOut: [String]
    /// `suppressed_row` when it is withheld, as a share of an order is; empty otherwise.
    public var suppressed = ""

    /// The options that changed place, those that moved furthest first.
    public var movedOptions: [Option] {
        options.enumerated().filter { $1.movedUp != 0 && !$1.movedUp.isNaN }
            .sorted { (-abs($0.element.movedUp), $0.offset) < (-abs($1.element.movedUp), $1.offset) }.map(\.element)
    }

    /// The options among the first three of both orders.
    public var commonTopThree: [Option] { options.filter(\.isInBothTopThrees) }
}

/// Which cells are too small to publish, and against whom they are protected.
///
/// Counts are unweighted: of the individuals (pupils, respondents) a cell rests on, never a sum of weights. This is a
/// threshold rule (Hundepool and others (2012), Statistical Disclosure Control, section 4.2.2), not a dominance rule:
/// totals of money need the latter too.
public struct DisclosureRule: Sendable, Equatable {
    /// What a count of zero says.
    public enum Zeros: String, Sendable, CaseIterable {
        /// It is below the minimum like any other: that nobody in a group gave an answer says something of everyone
        /// in it.
        case unsafe
        /// It is published, but in a group that is itself below the minimum. So a group in which everyone gave one
        /// answer is published exactly when the group reaches the minimum. An answer that nobody at all gave is a zero
        /// everywhere, for all to see.
        case safe
    }

    /// What an attacker knows besides the published counts and that no count is negative.
    public enum Attacker: String, Sendable, CaseIterable {
        /// Nothing else: for tables that do not tell why a cell is suppressed.
        case readsNumbers
        /// The rule and each cell's reason, so that a cell suppressed for its count is below the minimum, and a
        /// complementary one is not.
        case readsReasons
    }

    /// The fewest individuals of a published cell, >= 1; 1 suppresses at most zeros.
    public let minimumCount: Int
    /// The fewest clusters (schools) of a published cell; 0 asks nothing of clusters.
    public let minimumClusters: Int
    /// Whether zeros are published.
    public let zeros: Zeros
    /// Against whom suppressed counts are protected. The stronger attacker includes the weaker one.
    public let attacker: Attacker

    /// Declares a rule.
    ///
    /// - Throws: ``DisclosureError/minimumOutOfRange(name:found:range:)``.
    public init(
        minimumCount: Int = 10, minimumClusters: Int = 0, zeros: Zeros = .unsafe, attacker: Attacker = .readsReasons
    ) throws(DisclosureError) {
        try Self.check("minimum count", minimumCount, 1...largestMinimum)
        try Self.check("minimum number of clusters", minimumClusters, 0...largestMinimum)
        self.minimumCount = minimumCount
        self.minimumClusters = minimumClusters
        self.zeros = zeros
        self.attacker = attacker
    }

    private static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(DisclosureError) {
        guard range.contains(value) else { throw .minimumOutOfRange(name: name, found: value, range: range) }
    }

    /// The attackers that must fail.
    var attackers: [Attacker] {
        switch attacker {
        case .readsNumbers: [.readsNumbers]
        case .readsReasons: [.readsNumbers, .readsReasons]
        }
    }
}

/// Far above any sensible minimum, far below where sums of counts would overflow.
let largestMinimum = 1_000_000
/// The largest count: sums of cells stay exact, also as `Double`.
let largestCount = 1_000_000_000_000

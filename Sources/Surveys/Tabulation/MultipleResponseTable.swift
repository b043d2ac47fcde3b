import Probability

/// The options of a set in one group, with how certain their order is.
public struct MultipleResponseTable: Sendable {
    /// One option of the set.
    public struct Option: Sendable, Equatable {
        /// Its number in the set, from 0.
        public let number: Int
        /// The respondents who chose it.
        public let count: Int
        /// The share of respondents who chose it.
        public let share: Double
        /// The share's standard error.
        public let standardError: Double
        /// Its place by share, from 1; options of one share have the same place.
        public let rank: Int
        /// The places that it may have in the population.
        public let ranks: ClosedRange<Int>
    }

    /// The options in order of the set.
    public let options: [Option]
    /// The respondents who answered the set.
    public let respondents: Int

    /// The options of a group; nil where the group has no estimates.
    ///
    /// The places that an option may have follow from its differences from each other option, tested together: an option is above
    /// or below another where Student's t of their difference is outside the quantile at `(1 - coverage) / (options - 1)`, two-sided. They
    /// have at least the coverage for each option; not for all options together. (Mogstad, Romano, Shaikh and Wilhelm 2024, Review of
    /// Economic Studies 91, 476-518: marginal confidence sets of ranks, here by Bonferroni.)
    ///
    /// - Parameters:
    ///   - table: A table of options.
    ///   - group: A group of the table.
    ///   - coverage: The probability that an option's place in the population is among its ``Option/ranks``.
    public init?(_ table: DomainTable, group: Int, coverage: Double = 0.95) {
        precondition(coverage > 0 && coverage < 1, "coverage is between 0 and 1")
        guard let first = table.position(group: group, cell: 0) else { return nil }
        let comparison = OptionRanks(table.estimates, first: first, count: table.cellCount, coverage: coverage)
        respondents = table.respondents[group]
        options = (0..<table.cellCount).map { cell in
            Option(
                number: cell, count: table.counts[group * table.cellCount + cell],
                share: table.estimates.values[first + cell],
                standardError: table.standardError(group: group, cell: cell) ?? .nan, rank: comparison.rank(of: cell),
                ranks: comparison.ranks(of: cell))
        }
    }

    /// The options of the first places, by place; ties after the last are left out.
    public func first(_ count: Int = 3) -> [Option] {
        Array(options.sorted { ($0.rank, $0.number) < ($1.rank, $1.number) }.prefix(count))
    }

    /// The options that are among the first places with confidence.
    public func certainlyAmongFirst(_ count: Int = 3) -> [Option] { options.filter { $0.ranks.upperBound <= count } }

    /// The options that are not below the first places with confidence.
    public func possiblyAmongFirst(_ count: Int = 3) -> [Option] { options.filter { $0.ranks.lowerBound <= count } }
}

/// Differences between options of a group.
private struct OptionRanks {
    let estimates: SurveyEstimates
    let first: Int
    let count: Int
    let critical: Double

    init(_ estimates: SurveyEstimates, first: Int, count: Int, coverage: Double) {
        (self.estimates, self.first, self.count) = (estimates, first, count)
        let freedom = estimates.degreesOfFreedom
        let tail = (1 - coverage) / Double(2 * max(1, count - 1))
        // Without degrees of freedom nothing is certain.
        critical = freedom > 0 ? -StudentT(degreesOfFreedom: freedom).quantile(tail) : .infinity
    }

    func rank(of option: Int) -> Int {
        let share = estimates.values[first + option]
        return 1 + (0..<count).count { estimates.values[first + $0] > share }
    }

    func ranks(of option: Int) -> ClosedRange<Int> {
        let above = (0..<count).count { isAbove($0, option) }
        let below = (0..<count).count { isAbove(option, $0) }
        return 1 + above...count - below
    }

    private func isAbove(_ one: Int, _ other: Int) -> Bool {
        let (i, j, covariance) = (first + one, first + other, estimates.covariance)
        let difference = estimates.values[i] - estimates.values[j]
        let variance = max(0, covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])
        guard difference > 0, critical.isFinite else { return false }
        return difference > critical * variance.squareRoot()
    }
}

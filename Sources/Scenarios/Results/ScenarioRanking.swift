import Probability

/// A row of `ranking.csv`: how a scenario does among all scenarios of the file, in one outcome.
public struct ScenarioRanking: Sendable {
    /// The scenario.
    public let scenario: String
    /// The sector.
    public let sector: String
    /// The outcome.
    public let outcome: String
    /// The money spent in the sector, EUR.
    public let spending: Double
    /// The SD-years of pupils that the scenario with most of them has more, in each draw, summarised.
    public let regret: DrawSummary
    /// The share of draws in which it has the most SD-years; scenarios that tie share the draw.
    public let probabilityBest: Double
    /// Its Monte Carlo standard error; nil for a single draw.
    public let mcseOfProbabilityBest: Double?
    /// The share of draws in which it is Pareto efficient: no other scenario spends at most as much, has at least as many
    /// SD-years and at least as small a gap (low group minus high group, last year), and is better in one of them.
    public let probabilityEfficient: Double
    /// Its Monte Carlo standard error; nil for a single draw.
    public let mcseOfProbabilityEfficient: Double?
}

/// All scenarios in one outcome, draw by draw.
struct ScenarioField {
    /// What a scenario is judged by: less spending, more SD-years, a higher gap (low minus high group).
    struct Entry: Sendable {
        let spending: Double
        let sdYears: [Double]
        /// Zeros when one of the groups has no pupils: then it decides nothing.
        let gap: [Double]
        /// The SD-years of 1 SD: of which rounding makes no difference.
        var pupilYears = 0.0
    }

    let entries: [Entry]

    private var draws: Range<Int> { 0..<(entries.first?.sdYears.count ?? 0) }

    /// For each draw what the best scenario has more than one.
    func regret(of entry: Entry) -> [Double] {
        draws.map { draw in
            entries.reduce(0) { max($0, $1.sdYears[draw] - entry.sdYears[draw]) }
        }
    }

    /// For each draw 1 for the best scenario, divided by those that tie with it, and 0 for the others.
    func best(of entry: Entry) -> [Double] {
        draws.map { draw in
            let value = entry.sdYears[draw]
            let zero = PairedDraws.resolution * entry.pupilYears
            guard entries.allSatisfy({ $0.sdYears[draw] <= value + zero }) else { return 0 }
            return 1 / Double(entries.count { abs($0.sdYears[draw] - value) <= zero })
        }
    }

    /// For each draw 1 for a scenario that no other dominates, 0 for one that is dominated.
    func efficient(_ entry: Entry) -> [Double] {
        draws.map { draw in entries.contains { Self.dominates($0, entry, draw) } ? 0 : 1 }
    }

    private static func dominates(_ one: Entry, _ other: Entry, _ draw: Int) -> Bool {
        let more = one.sdYears[draw] - other.sdYears[draw]
        let narrower = one.gap[draw] - other.gap[draw]
        let (zeroYears, zeroGap) = (PairedDraws.resolution * one.pupilYears, PairedDraws.resolution)
        guard one.spending <= other.spending, more >= -zeroYears, narrower >= -zeroGap else { return false }
        return one.spending < other.spending || more > zeroYears || narrower > zeroGap
    }
}

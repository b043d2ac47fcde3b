import Probability
import Recovery

/// A row of `recovery.csv`: from which school year on some pupils are recovered, over draws.
///
/// The year of recovery in a draw is the first simulated school year from which the deviation stays at least minus the margin
/// until the last simulated year. A dip below the margin in between puts it after the dip; a draw that never falls below has
/// the first simulated year; one that ends below is not recovered within the horizon, and has no year.
public struct YearOfRecovery: Sendable {
    /// The scenario.
    public let scenario: String
    /// What recovery is judged against.
    public let benchmark: RecoveryBenchmark
    /// The sector.
    public let sector: String
    /// The outcome.
    public let outcome: String
    /// The SES group, or `all`.
    public let group: String
    /// The share of draws that recover within the horizon.
    public let probabilityRecovered: Double
    /// Its Monte Carlo standard error.
    public let mcseOfProbability: Double?
    /// The years of the draws that recover; nil when none does.
    public let years: Years?
    /// Beside the reference; nil for the reference itself.
    public let difference: Difference?

    /// Quantiles of the year of recovery over the draws that recover.
    public struct Years: Sendable, Equatable {
        /// The quantiles at ``probabilities``: the first year by which that share of these draws has recovered.
        public let quantiles: [SchoolYear]
        /// The Monte Carlo standard error of the median, years: see ``Probability/DrawSummary/mcseOfQuantiles``.
        public let mcseOfMedian: Double?

        /// The probabilities of ``quantiles``.
        public static let probabilities = [0.05, 0.25, 0.50, 0.75, 0.95]
    }

    /// The paired difference with the reference.
    public struct Difference: Sendable {
        /// The reference.
        public let reference: String
        /// The share of draws in which both recover.
        public let probabilityBoth: Double
        /// Years by which the scenario recovers later, below 0 when earlier, in the draws in which both do; nil when there
        /// are none.
        public let years: DrawSummary?
        /// The share of all draws in which the scenario recovers earlier: ties counted half, not recovered being later than
        /// any year.
        public let probabilityEarlier: Double
        /// Its Monte Carlo standard error; nil for a single draw.
        public let mcseOfProbabilityEarlier: Double?
    }
}

extension OutcomeDraws {
    /// In every draw the first moment from 1 from which the deviation stays at least minus the margin; the number of moments
    /// when there is none.
    func momentsOfRecovery(_ groups: [Int], benchmark: RecoveryBenchmark) -> [Int] {
        let end = cube.moments.count
        var moments = [Int](repeating: end, count: count)
        for moment in stride(from: end - 1, to: 0, by: -1) {
            for (draw, deviation) in deviations(groups, moment: moment, benchmark: benchmark).enumerated()
            where moments[draw] == moment + 1 && deviation >= -cube.plan.file.margin {
                moments[draw] = moment
            }
        }
        return moments
    }

    /// The years of recovery, by group and benchmark.
    ///
    /// - Parameter reference: The same outcome in the reference; nil for the reference itself.
    func yearsOfRecovery(reference: OutcomeDraws?) -> [YearOfRecovery] {
        cube.groupChoices.filter { pupils($0.groups) > 0 }.flatMap { name, groups in
            RecoveryBenchmark.allCases.map { benchmark in
                let own = momentsOfRecovery(groups, benchmark: benchmark)
                let other = reference?.momentsOfRecovery(groups, benchmark: benchmark)
                let recovered = own.filter { $0 < cube.moments.count }.sorted()
                let share = DrawShare(
                    own.map { Double(-$0) }, atLeast: -Double(cube.moments.count - 1), dependence: dependence)
                return YearOfRecovery(
                    scenario: cube.plan.scenarios[scenario].declaration.name, benchmark: benchmark,
                    sector: simulated.sector, outcome: simulated.outcome, group: name,
                    probabilityRecovered: share.value,
                    mcseOfProbability: share.mcse,
                    years: recovered.isEmpty ? nil : years(ofSorted: recovered),
                    difference: other.map { difference(own, $0) })
            }
        }
    }

    private func years(ofSorted moments: [Int]) -> YearOfRecovery.Years {
        /// The first moment by which a share of the draws has recovered (type 1 of Hyndman and Fan 1996).
        func quantile(_ p: Double) -> Int {
            // A product such as 0.35 * 20 must not count one draw too many for its last bit.
            let rank = Int((p * Double(moments.count) - 1e-9).rounded(.up))
            return moments[min(max(rank, 1), moments.count) - 1]
        }
        let half = (0.25 / Double(moments.count)).squareRoot()
        return YearOfRecovery.Years(
            quantiles: YearOfRecovery.Years.probabilities.map { cube.moments[quantile($0)] },
            mcseOfMedian: dependence == .independent
                ? Double(quantile(min(1, 0.5 + half)) - quantile(max(0, 0.5 - half))) / 2 : nil)
    }

    private var dependence: ReplicatedMean.Dependence { cube.plan.sampling.dependence }

    private func difference(_ own: [Int], _ other: [Int]) -> YearOfRecovery.Difference {
        let end = cube.moments.count
        let both = zip(own, other).filter { $0 < end && $1 < end }.map { Double($0 - $1) }
        let earlier = DrawShare.above(zip(own, other).map { Double($1 - $0) }, dependence: dependence)
        return YearOfRecovery.Difference(
            reference: cube.plan.file.reference, probabilityBoth: Double(both.count) / Double(count),
            years: both.isEmpty ? nil : DrawSummary(both, dependence: dependence == .independent ? .independent : nil),
            probabilityEarlier: earlier.value,
            mcseOfProbabilityEarlier: earlier.mcse)
    }
}

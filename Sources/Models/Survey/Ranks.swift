import Probability

/// The order of some shares, and which ranks agree with their errors.
///
/// - SeeAlso: Klein, Wright and Wieczorek (2020), Journal of the Royal Statistical Society A 183(2), 589-606.
struct Ranks {
    let shares: [Double]
    /// 1 for the largest; ties share the mean of their ranks.
    let ranks: [Double]
    /// The ranks that agree with the data.
    let plausible: [ClosedRange<Int>]

    /// Ranks of shares.
    ///
    /// - Parameter variance: The variance of the difference of two shares, by their positions.
    init(
        _ shares: [Double], degreesOfFreedom: Double, coverage: Double, variance: (Int, Int) -> Double
    ) throws(ModelError) {
        self.shares = shares
        ranks = shares.map { share in
            let above = shares.count { $0 > share }
            let equal = shares.count { $0 == share }
            return Double(above) + Double(equal + 1) / 2
        }
        var pairs: [(first: Int, second: Int, pValue: Double)] = []
        for first in shares.indices {
            for second in shares.indices where second > first {
                let outcome = TestOutcome.t(
                    "rank_t", shares[first] - shares[second], variance: variance(first, second),
                    degreesOfFreedom: degreesOfFreedom)
                pairs.append((first, second, outcome?.pValue ?? 1))
            }
        }
        var (above, below) = ([Int](repeating: 0, count: shares.count), [Int](repeating: 0, count: shares.count))
        for (pair, p) in zip(pairs, try adjusted(pairs.map(\.pValue), .holm)) where p <= 1 - coverage {
            let (larger, smaller) =
                shares[pair.first] > shares[pair.second] ? (pair.first, pair.second) : (pair.second, pair.first)
            above[smaller] += 1
            below[larger] += 1
        }
        plausible = shares.indices.map { 1 + above[$0]...shares.count - below[$0] }
    }

    /// The row of a position.
    func row(_ position: Int, _ cell: SurveyCell) -> RankRow {
        RankRow(cell: cell, share: shares[position], rank: ranks[position], plausibleRanks: plausible[position])
    }
}

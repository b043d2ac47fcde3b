import LinearAlgebra
import Surveys

/// Groups crossed with categories: the shares of the cells among all respondents of the groups, with their covariance.
///
/// What compares groups follows from it without another walk over the respondents, as the sizes of groups have errors too.
struct CrossTable {
    let grouped: GroupedTable
    /// The share of each cell among all, by group.
    let shares: SurveyEstimates
    /// Whether errors are linearised: then those of differences follow from those of the shares.
    let isLinearised: Bool

    /// nil where an error cannot be told.
    init?(_ grouped: GroupedTable, _ cross: DomainTable, isLinearised: Bool) {
        guard !cross.estimatedGroups.isEmpty, cross.estimates.values.count == grouped.estimates.values.count else {
            return nil
        }
        (self.grouped, shares, self.isLinearised) = (grouped, cross.estimates, isLinearised)
    }

    /// The difference of each group's share of some categories from that of all others together.
    ///
    /// With y the share of all respondents that is in the group and the box, x in the group, t in the box, the difference is
    /// `y / x - (t - y) / (1 - x)`; its variance is that of its linearisation in y, x and t.
    func differences(_ box: [Int]) -> [TestOutcome?] {
        let isInBox = (0..<grouped.categoryCount).map { box.contains($0) }
        let groups = grouped.positions.count == 2 ? 0..<1 : grouped.positions.indices
        let total = BoxSums(shares.covariance, categoryCount: grouped.categoryCount, isInBox: isInBox)
        return groups.map { difference(of: $0, box, total) }
    }

    private func difference(of group: Int, _ box: [Int], _ sums: BoxSums) -> TestOutcome? {
        let all = grouped.counts.indices.map { group in
            box.map { grouped.cellCounts[group * grouped.categoryCount + $0] }
                .reduce((count: 0, weighted: 0.0)) { ($0.count + $1.count, $0.weighted + $1.weighted) }
        }
        let others = grouped.counts.indices.filter { $0 != group }
        let rest = others.reduce(into: (count: 0, inBox: 0, weighted: 0.0, base: 0.0)) { sums, other in
            sums.count += grouped.counts[other].respondents
            sums.inBox += all[other].count
            sums.weighted += all[other].weighted
            sums.base += grouped.counts[other].weighted
        }
        let counts = grouped.counts[group]
        // Where all or none gave the answer on both sides there is no variation, and rounding must not make some.
        let isConstant = all[group].count == 0 || all[group].count == counts.respondents
        if isConstant && (rest.inBox == 0 || rest.inBox == rest.count) { return nil }
        let (share, restShare) = (all[group].weighted / counts.weighted, rest.weighted / rest.base)
        let whole = counts.weighted + rest.base
        let (x, remaining) = (counts.weighted / whole, rest.base / whole)
        let variance = sums.variance(
            group, inBox: 1 / x + 1 / remaining, inGroup: -share / x - restShare / remaining, box: -1 / remaining)
        return .t(
            "difference_t", share - restShare, variance: variance,
            degreesOfFreedom: grouped.jointDegreesOfFreedom)
    }
}

/// The covariance of three sums of cells: in a group and a box, in the group, in the box.
private struct BoxSums {
    /// By group: of y with y, y with x, x with x, y with t, x with t.
    private var yy, yx, xx, yt, xt: [Double]
    private var tt = 0.0

    init(_ covariance: Matrix, categoryCount: Int, isInBox: [Bool]) {
        let zeros = [Double](repeating: 0, count: covariance.rows / categoryCount)
        (yy, yx, xx, yt, xt) = (zeros, zeros, zeros, zeros, zeros)
        for column in 0..<covariance.columns {
            let (group, isColumnInBox) = (column / categoryCount, isInBox[column % categoryCount])
            var inBox = 0.0
            for row in 0..<covariance.rows where isInBox[row % categoryCount] { inBox += covariance[row, column] }
            xt[group] += inBox
            if isColumnInBox {
                yt[group] += inBox
                tt += inBox
            }
            for category in 0..<categoryCount {
                let value = covariance[group * categoryCount + category, column]
                xx[group] += value
                if isColumnInBox {
                    yx[group] += value
                    if isInBox[category] { yy[group] += value }
                }
            }
        }
    }

    /// The variance of `a y + b x + c t`; 0 where rounding is all that is left of it.
    func variance(_ group: Int, inBox a: Double, inGroup b: Double, box c: Double) -> Double {
        let terms = [
            a * a * yy[group], b * b * xx[group], c * c * tt, 2 * a * b * yx[group], 2 * a * c * yt[group],
            2 * b * c * xt[group],
        ]
        let (sum, size) = terms.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + abs($1)) }
        return sum > 1e-14 * size ? sum : 0
    }
}

extension CrossTable {
    /// Rao and Scott's second-order test that groups and categories are independent, as R survey's `svychisq`: Pearson's
    /// statistic over the trace of the generalised design effects, referred to F.
    ///
    /// - Returns: nil with fewer than two groups or categories, or where an empty cell leaves the design effects unknown.
    /// - SeeAlso: Rao and Scott (1984), Annals of Statistics 12(1), 46-60, section 4; Thomas and Rao (1987).
    func independence() -> TestOutcome? {
        let (rows, levels) = (grouped.positions.count, grouped.categoryCount)
        let chosen = (0..<levels).filter { category in
            (0..<rows).contains { grouped.cellCounts[$0 * levels + category].count > 0 }
        }
        guard rows > 1, chosen.count > 1 else { return nil }
        let cells = (0..<rows).flatMap { row in chosen.map { row * levels + $0 } }
        var covariance = Matrix(rows: cells.count, columns: cells.count)
        for (column, from) in cells.enumerated() {
            for (row, other) in cells.enumerated() { covariance[row, column] = shares.covariance[other, from] }
        }
        let part = SurveyEstimates(
            values: cells.map { shares.values[$0] }, covariance: covariance,
            degreesOfFreedom: shares.degreesOfFreedom)
        let count = Double(grouped.counts.reduce(0) { $0 + $1.respondents })
        return RaoScott(shares: part, rows: rows, columns: chosen.count, respondents: count)?
            .outcome(degreesOfFreedom: grouped.jointDegreesOfFreedom)
    }
}

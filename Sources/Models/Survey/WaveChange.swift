import Probability

/// A wave's figure as a change needs it.
struct WaveFigure {
    let wave: String
    let respondents: Int
    let value: Double
    let variance: Double
    let degreesOfFreedom: Double
    let isBelowMinimum: Bool
}

extension WaveFigure {
    init(_ table: GroupedTable, _ group: Int, _ category: Int, _ disclosure: DisclosureDeclaration) {
        self.init(
            wave: table.names[group], respondents: table.counts[group].respondents,
            value: table.value(group, category), variance: table.variance(group, category),
            degreesOfFreedom: table.degreesOfFreedom[group], isBelowMinimum: disclosure.isBelow(table.counts[group]))
    }
}

extension SurveyOverlap {
    /// The largest and the smallest variance of the difference of two waves that is possible, and what it is called.
    fileprivate func variance(
        _ first: WaveFigure, _ second: WaveFigure, designCovariance: Double
    ) -> (word: String, largest: Double, smallest: Double) {
        let sum = first.variance + second.variance
        let sizes = (Double(first.respondents), Double(second.respondents))
        let product = (first.variance * second.variance).squareRoot()
        func covariance(_ share: Double) -> Double {
            share * min(sizes.0, sizes.1) / (sizes.0 * sizes.1).squareRoot() * product
        }
        switch self {
        case .independent: return ("independent", sum, sum)
        case .design: return ("design", sum - 2 * designCovariance, sum - 2 * designCovariance)
        case .declared(let share, let correlation):
            let variance = sum - 2 * correlation * covariance(share)
            return ("declared", variance, variance)
        case .bounded(let share): return ("bounded", sum, sum - 2 * covariance(share))
        }
    }
}

extension ChangeRow {
    /// The change from a wave to the next; nil where its standard error is 0 or unknown.
    ///
    /// With a share s of the smaller sample in both waves and correlation rho of their answers the covariance is
    /// `rho n_both / sqrt(n1 n2) SE1 SE2`, n_both = s min(n1, n2) (Kish 1965, section 12.4). With s alone the row has the largest
    /// standard error, that of rho = 0, and beside it the smallest, of rho = 1.
    ///
    /// - Parameters:
    ///   - designCovariance: The covariance of the two figures by the design.
    ///   - jointDegreesOfFreedom: Of both waves together.
    init?(
        from first: WaveFigure, to second: WaveFigure, cell: SurveyCell, overlap: SurveyOverlap,
        designCovariance: Double, jointDegreesOfFreedom: Double, intervals: ShareIntervals
    ) {
        let known = overlap.variance(first, second, designCovariance: designCovariance)
        let satterthwaite = Self.satterthwaite(first, second)
        let degrees = overlap == .design ? jointDegreesOfFreedom : satterthwaite
        guard
            let outcome = TestOutcome.t(
                "change_t", second.value - first.value, variance: known.largest, degreesOfFreedom: degrees),
            let estimate = outcome.estimate
        else { return nil }
        self.init(
            cell: cell, fromWave: first.wave,
            respondents: Waves(from: first.respondents, to: second.respondents),
            estimates: Waves(from: first.value, to: second.value),
            change: SurveyEstimate(
                value: estimate.value, standardError: estimate.standardError, degreesOfFreedom: degrees,
                interval: intervals.interval(
                    estimate.value, standardError: estimate.standardError, degreesOfFreedom: degrees),
                designEffect: nil), smallestStandardError: max(0, known.smallest).squareRoot(), covariance: known.word,
            statistic: outcome.statistic, pValue: outcome.pValue, adjustedPValue: outcome.pValue, familySize: 1,
            isSignificant: false, isBelowMinimum: first.isBelowMinimum || second.isBelowMinimum)
    }

    /// Satterthwaite's degrees of freedom of a sum of two variances.
    private static func satterthwaite(_ first: WaveFigure, _ second: WaveFigure) -> Double {
        guard first.degreesOfFreedom > 0, second.degreesOfFreedom > 0 else { return 0 }
        guard first.degreesOfFreedom < .infinity || second.degreesOfFreedom < .infinity else { return .infinity }
        let sum = first.variance + second.variance
        let parts =
            first.variance * first.variance / first.degreesOfFreedom
            + second.variance * second.variance / second.degreesOfFreedom
        return parts > 0 ? sum * sum / parts : 0
    }
}

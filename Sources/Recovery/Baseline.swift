import Models

/// The pre-crisis reference as weights on the baseline cohorts' estimates.
struct Baseline {
    let cohorts: [String]
    let kind: BaselineDeclaration.Kind

    /// The fewest cohorts from which a trend is continued: through two points any line fits.
    static let fewestForTrend = 3

    /// The weight of each baseline cohort in the reference for a cohort.
    ///
    /// Mean: equal weights. Trend: the ordinary least-squares line through the cohorts' estimates, read at the cohort's
    /// year. Equal weights on years rather than inverse variances, so that the reference does not hang on sample sizes.
    ///
    /// - Throws: ``RecoveryError/tooFewCohortsForTrend(_:)`` or ``RecoveryError/cohortIsNoYear(_:)``.
    func weights(for cohort: String) throws(RecoveryError) -> [Double] {
        let count = Double(cohorts.count)
        guard kind == .trend else { return cohorts.map { _ in 1 / count } }
        guard cohorts.count >= Self.fewestForTrend else { throw .tooFewCohortsForTrend(cohorts.count) }
        var years: [Double] = []
        for name in cohorts { years.append(try Self.year(name)) }
        let target = try Self.year(cohort)
        let mean = years.reduce(0, +) / count
        let squares = years.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return years.map { 1 / count + (target - mean) * ($0 - mean) / squares }
    }

    /// A cohort's place on the time axis: the school year's start, or a plain calendar year.
    static func year(_ cohort: String) throws(RecoveryError) -> Double {
        if let year = SchoolYear(cohort) { return Double(year.start) }
        if cohort.count == 4, let year = Int(cohort) { return Double(year) }
        throw .cohortIsNoYear(cohort)
    }
}

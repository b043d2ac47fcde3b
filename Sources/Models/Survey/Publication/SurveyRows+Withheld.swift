extension SurveyCounts {
    /// The counts of a row of which nothing is published.
    static let withheld = SurveyCounts(respondents: 0, missing: nil, clusters: nil, weighted: .nan)
}

extension SurveyEstimate {
    /// The estimate of a row of which nothing is published.
    static let withheld = SurveyEstimate(
        value: .nan, standardError: .nan, degreesOfFreedom: .nan, interval: nil, designEffect: nil)
}

/// The reason of figures that rest on a row of which nothing is published.
let suppressedRow = "suppressed_row"

extension ShareRow {
    /// The row with its labels only.
    mutating func withhold(_ reason: String) {
        (counts, count, weightedCount, estimate) = (.withheld, 0, .nan, .withheld)
        (printedPercent, suppressed) = (nil, reason)
    }
}

extension MeanRow {
    /// The row with its labels only.
    mutating func withhold(_ reason: String) {
        (counts, estimate, standardDeviation, suppressed) = (.withheld, .withheld, .nan, reason)
    }
}

extension TestRow {
    /// The row with its labels only.
    mutating func withhold() {
        (respondents, estimate, statistic, degreesOfFreedom) = (0, nil, .nan, .nan)
        (denominatorDegreesOfFreedom, pValue, adjustedPValue) = (nil, .nan, .nan)
        (isSignificant, suppressed) = (false, suppressedRow)
    }
}

extension ChangeRow {
    /// The row with its labels only.
    mutating func withhold() {
        (respondents, estimates) = (Waves(from: 0, to: 0), Waves(from: .nan, to: .nan))
        (change, smallestStandardError, statistic) = (.withheld, .nan, .nan)
        (pValue, adjustedPValue, isSignificant, suppressed) = (.nan, .nan, false, suppressedRow)
    }
}

extension RankRow {
    /// The row with its labels only.
    mutating func withhold(of count: Int) {
        (share, rank, plausibleRanks, suppressed) = (.nan, .nan, 1...count, suppressedRow)
    }
}

import Probability

/// The account of a survey's response: from the frame to the answers used, and the rates between them.
///
/// Units are addresses, schools, municipalities: whatever was asked. (AAPOR 2023, Standard Definitions; a complete answer is used,
/// a partial one was broken off.)
public struct ResponseAccounting: Sendable, Equatable {
    /// Units in the frame.
    public let frame: Double
    /// Units that were asked; the frame when all were.
    public let invited: Double
    /// Asked units known not to belong to the population.
    public let ineligible: Double
    /// Asked units that answered in any part.
    public let gross: Double
    /// Asked units whose answers are used.
    public let net: Double

    /// An account.
    ///
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)`` for a number that is negative, or larger than the one
    ///   that it is a part of.
    public init(
        frame: Double, invited: Double? = nil, ineligible: Double = 0, gross: Double? = nil, net: Double
    ) throws(SurveyError) {
        self.frame = frame
        self.invited = invited ?? frame
        self.ineligible = ineligible
        self.gross = gross ?? net
        self.net = net
        try check("number of units in the frame", [frame], "a number above 0") { $0 > 0 && $0.isFinite }
        try check("number of invited units", [self.invited], "above 0 and at most the frame's \(frame)") {
            $0 > 0 && $0 <= frame
        }
        try check("number of ineligible units", [ineligible], "0 or more, and fewer than were invited") {
            [limit = self.invited] in $0 >= 0 && $0 < limit
        }
        let eligible = self.invited - ineligible
        try check("number of answers", [self.gross], "0 to the \(eligible) eligible units") {
            $0 >= 0 && $0 <= eligible
        }
        try check("number of answers used", [net], "0 to the \(self.gross) answers") { [limit = self.gross] in
            $0 >= 0 && $0 <= limit
        }
    }

    /// Asked units that belong to the population, or may do.
    public var eligible: Double { invited - ineligible }
    /// Answers that were not used.
    public var unused: Double { gross - net }
    /// Answers of any kind over eligible units (AAPOR's RR2).
    public var grossRate: Double { gross / eligible }
    /// Answers used over eligible units (AAPOR's RR1).
    public var netRate: Double { net / eligible }
    /// Asked units over the frame: 1 for a census.
    public var samplingFraction: Double { invited / frame }

    /// An interval of the net rate that the whole frame would have had, had all of it been asked.
    ///
    /// Wilson's score interval with the variance times `1 - invited / frame`: what was asked is part of the frame, and a census has
    /// no sampling error, so its interval is the rate itself. How the rate would vary had the same units been asked on another
    /// day is not in it.
    ///
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)`` for a coverage outside 0...1.
    public func netRateInterval(coverage: Double = 0.95) throws(SurveyError) -> ClosedRange<Double> {
        try check("coverage", [coverage], "between 0 and 1") { $0 > 0 && $0 < 1 }
        return Self.interval(netRate, units: eligible, fraction: samplingFraction, coverage: coverage)
    }

    private static func interval(
        _ rate: Double, units: Double, fraction: Double, coverage: Double
    ) -> ClosedRange<Double> {
        let z = standardNormalQuantile((1 + coverage) / 2)
        let square = z * z * (1 - fraction) / units
        let centre = (rate + square / 2) / (1 + square)
        let half = (square * rate * (1 - rate) + square * square / 4).squareRoot() / (1 + square)
        return max(0, centre - half)...min(1, centre + half)
    }
}

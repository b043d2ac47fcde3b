import Probability

/// The share of an effect that is left some months after the intervention, with its standard error.
public struct FollowUp: Sendable, Equatable {
    /// Months since the end of the intervention, above 0.
    public let months: Double
    /// The effect at follow-up over that directly after the intervention.
    public let ratio: Double
    /// The standard error of the ratio, above 0.
    public let standardError: Double
    /// The number of studies behind it; nil when not given.
    public let studies: Int?
    /// Where it was published; empty when the data do not say.
    public let source: String

    /// A follow-up with a known standard error.
    public init(months: Double, ratio: Double, standardError: Double, studies: Int? = nil, source: String = "") {
        self.months = months
        self.ratio = ratio
        self.standardError = standardError
        self.studies = studies
        self.source = source
    }
}

/// A follow-up as it is published, in one of three forms.
struct PublishedFollowUp: Sendable {
    /// How the ratio and its uncertainty are given.
    enum Form: Sendable {
        /// The ratio with its standard error.
        case ratio(Double, standardError: Double)
        /// The ratio with an interval, taken as symmetric: its half width over the normal quantile is the standard error.
        case interval(Double, low: Double, high: Double, coverage: Double)
        /// Both effects with their standard errors and the correlation of their errors.
        case effects(post: (Double, Double), followUp: (Double, Double), correlation: Double)
    }

    let months: Double
    let form: Form
    let studies: Int?
    let source: String

    /// The ratio and its standard error.
    ///
    /// - Parameter row: The position, from 1, for messages.
    /// - Throws: ``ModelError/persistence(_:)``.
    func followUp(row: Int) throws(ModelError) -> FollowUp {
        try Self.check(months, "months", row)
        let (ratio, error) = try ratioAndError(row)
        try Self.check(error, "std_error", row)
        return FollowUp(months: months, ratio: ratio, standardError: error, studies: studies, source: source)
    }

    private func ratioAndError(_ row: Int) throws(ModelError) -> (Double, Double) {
        switch form {
        case .ratio(let ratio, let error):
            guard ratio.isFinite else { throw .persistence(.notFinite(column: "ratio", row: row)) }
            return (ratio, error)
        case .interval(let ratio, let low, let high, let coverage):
            guard ratio.isFinite else { throw .persistence(.notFinite(column: "ratio", row: row)) }
            guard high > low else { throw .persistence(.emptyInterval(row: row, low: low, high: high)) }
            return (ratio, (high - low) / (2 * standardNormalQuantile((1 + coverage) / 2)))
        case .effects(let post, let followUp, let correlation):
            try Self.check(post.1, "post_std_error", row)
            try Self.check(followUp.1, "follow_up_std_error", row)
            guard post.0.isFinite else { throw .persistence(.notFinite(column: "post", row: row)) }
            guard followUp.0.isFinite else { throw .persistence(.notFinite(column: "follow_up", row: row)) }
            guard post.0 != 0 else { throw .persistence(.noEffectToLose(row: row)) }
            // The delta method: f / p has the gradient (1 / p, -f / p^2).
            let ratio = followUp.0 / post.0
            let (own, shared) = (followUp.1 / post.0, ratio * post.1 / post.0)
            return (ratio, (own * own + shared * shared - 2 * correlation * own * shared).squareRoot())
        }
    }

    private static func check(_ value: Double, _ column: String, _ row: Int) throws(ModelError) {
        guard value.isFinite else { throw .persistence(.notFinite(column: column, row: row)) }
        guard value > 0 else { throw .persistence(.notPositive(column: column, row: row, found: value)) }
    }
}

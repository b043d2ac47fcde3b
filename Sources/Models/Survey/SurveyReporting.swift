import Disclosure
import Specifications

/// How tests of a family are corrected and judged.
public struct SurveyTesting: Sendable, Equatable {
    /// The correction for the number of tests.
    public enum Correction: String, Sendable, CaseIterable {
        /// Holm's, which bounds the probability of any false finding under any dependence.
        case holm
        /// Benjamini and Hochberg's, which bounds the expected share of false findings.
        case benjaminiHochberg = "benjamini_hochberg"
        /// None.
        case none
    }

    /// The correction.
    public var correction = Correction.holm
    /// An adjusted p-value up to this is significant.
    public var level = 0.05

    static func declared(_ value: SpecificationValue) -> SurveyTesting? {
        guard let mapping = value.mapping("tests", keys: ["correction", "level"]) else { return nil }
        let correction = mapping.optional("correction").map { $0.word(of: Correction.self) } ?? .holm
        guard let correction, let level = mapping.number("level", in: .positiveShare, default: 0.05) else { return nil }
        return SurveyTesting(correction: correction, level: level)
    }
}

/// How confidence intervals of shares are made, and their coverage.
public struct SurveyIntervals: Sendable, Equatable {
    /// The method.
    public enum Method: String, Sendable, CaseIterable {
        /// Symmetric on the log-odds, t quantiles (R survey's `svyciprop(method = "logit")`).
        case logit
        /// Estimate plus and minus, t quantiles.
        case normal
        /// Korn and Graubard's (1998): exact binomial with the effective sample size.
        case beta
        /// Wilson's with the effective sample size and t quantiles.
        case wilson
    }

    /// The method for shares; nil takes logit for respondents and Wilson's for published counts. Means have t intervals.
    public var method: Method?
    /// The coverage.
    public var coverage = 0.95

    static func declared(_ value: SpecificationValue) -> SurveyIntervals? {
        guard let mapping = value.mapping("interval", keys: ["method", "coverage"]) else { return nil }
        let method = mapping.optional("method").map { $0.word(of: Method.self) }
        if case .some(.none) = method { return nil }
        guard let coverage = mapping.number("coverage", in: .share, default: 0.95) else { return nil }
        guard coverage > 0, coverage < 1 else {
            mapping.optional("coverage")?.fail("found \(coverage); expected a share between 0 and 1.")
            return nil
        }
        return SurveyIntervals(method: method ?? nil, coverage: coverage)
    }
}

extension DisclosureDeclaration {
    /// Whether counts are too small to be published.
    func isBelow(_ counts: SurveyCounts) -> Bool {
        guard let rule else { return false }
        return counts.respondents < rule.minimumCount || counts.clusters.map { $0 < rule.minimumClusters } ?? false
    }

    /// Whether so many respondents, of unknown clusters, are too few.
    func isBelow(_ respondents: Int) -> Bool { rule.map { respondents < $0.minimumCount } ?? false }
}

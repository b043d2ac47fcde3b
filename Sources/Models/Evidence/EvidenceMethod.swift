/// How a meta-analysis is made: its model, its estimators and its inference.
public struct EvidenceMethod: Sendable, Equatable {
    /// Which variance true effects have.
    public enum Structure: String, Sendable, CaseIterable {
        /// None: one common effect, also called the fixed-effect model.
        case fixed
        /// Each effect its own: random effects.
        case random
        /// Effects within studies: what the effects of a study share, and what is their own.
        case threeLevel = "three_level"
    }

    /// How the variance of true effects is estimated.
    public enum Estimator: String, Sendable, CaseIterable {
        /// Restricted maximum likelihood.
        case reml
        /// Maximum likelihood.
        case ml
        /// The variance at which Cochran's Q is its expectation (Paule and Mandel 1982); also called empirical Bayes.
        case pauleMandel = "paule_mandel"
        /// By the moment of Cochran's Q at inverse sampling variances (DerSimonian and Laird 1986).
        case derSimonianLaird = "dersimonian_laird"
    }

    /// The reference distribution of tests and intervals.
    public enum Test: String, Sendable, CaseIterable {
        /// Standard normal: variances taken as known.
        case normal
        /// Standard errors scaled by the weighted residual mean square, t with n - p degrees of freedom (Hartung 1999;
        /// Knapp and Hartung 2003). The scale may be below 1.
        case knappHartung = "knapp_hartung"
        /// t with n - p degrees of freedom, standard errors as they are.
        case t
    }

    /// The cluster-robust covariance by study.
    public enum Robust: String, Sendable, CaseIterable {
        /// Without correction.
        case cr0
        /// Times J / (J - 1) for J studies.
        case cr1
        /// Bias-reduced linearisation.
        case cr2

        var correction: ClusterRobust.Correction { self == .cr2 ? .biasReduced : .none }
    }

    /// The model.
    public let structure: Structure
    /// The estimator of the variance of true effects; without meaning for ``Structure/fixed``.
    public let estimator: Estimator
    /// The reference distribution; with ``robust`` it is Satterthwaite's t instead.
    public let test: Test
    /// The cluster-robust covariance, where asked for.
    public let robust: Robust?
    /// The coverage of intervals.
    public let coverage: Double

    /// A method.
    public init(
        structure: Structure = .random, estimator: Estimator = .reml, test: Test = .normal, robust: Robust? = nil,
        coverage: Double = 0.95
    ) {
        self.structure = structure
        self.estimator = estimator
        self.test = test
        self.robust = robust
        self.coverage = coverage
    }

    /// The likelihood that the estimator maximises; nil for the moment estimators.
    var criterion: Criterion? { estimator == .reml ? .reml : estimator == .ml ? .ml : nil }

    /// The method in words.
    public var words: String {
        let model =
            switch structure {
            case .fixed: "common effect"
            case .random: "random effects"
            case .threeLevel: "effects within studies (three levels)"
            }
        let variance = structure == .fixed ? [] : ["variance by \(estimator.rawValue)"]
        let inference = robust.map { "\($0.rawValue.uppercased()) by study with Satterthwaite's t" } ?? test.rawValue
        return ([model] + variance + ["inference \(inference)"]).joined(separator: ", ")
    }
}

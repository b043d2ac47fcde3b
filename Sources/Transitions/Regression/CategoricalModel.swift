/// A regression of states on covariates: binomial, multinomial or ordered logit, with or without school intercepts.
public struct CategoricalModel: Sendable {
    /// How probabilities follow from linear predictors.
    public enum Outcome: Sendable, Equatable {
        /// `log(P(Y = k) / P(Y = reference)) = x' beta_k`: baseline-category logit. Two states make it the binomial logit.
        case multinomial(reference: Int)
        /// `logit P(Y <= k) = alpha_k - x' beta`: proportional odds, with the signs of MASS::polr. A positive coefficient
        /// moves to higher states. Constant columns are dropped: the thresholds take their place.
        case ordered
    }

    /// Whether effects of schools on different states' log-odds may be correlated.
    public enum Structure: Sendable, Equatable {
        /// A full covariance matrix.
        case full
        /// Independent effects.
        case diagonal
    }

    /// The factor on a cluster-robust covariance.
    public enum ClusterFactor: Sendable, Equatable {
        /// None: CR0.
        case none
        /// G / (G - 1) with G clusters, as sandwich::vcovCL does by default for type HC0.
        case groups
    }

    /// What the groups of the design do.
    public enum Grouping: Sendable, Equatable {
        /// Nothing; the covariance is the inverse of the observed information.
        case ignored
        /// They are the clusters of a robust covariance (Liang and Zeger 1986, Biometrika 73(1)).
        case clusters(ClusterFactor)
        /// They have random intercepts, by the Laplace approximation.
        case random(Structure)
    }

    /// The rows.
    public let design: CategoricalDesign
    /// The kind of model.
    public let outcome: Outcome
    /// What the groups do.
    public let grouping: Grouping

    /// A model.
    public init(_ design: CategoricalDesign, outcome: Outcome, grouping: Grouping = .ignored) {
        self.design = design
        self.outcome = outcome
        self.grouping = grouping
    }

    /// Fits by maximum likelihood, with random intercepts by the Laplace approximation to it.
    ///
    /// The same bits for any number of threads.
    ///
    /// - Throws: ``CategoricalProblem``; among them a state in which nobody is, and separation.
    /// - Complexity: O(cells p^2) per Newton step; with random intercepts O(cells (p + K^2)) per evaluation of the
    ///   approximated likelihood, and about two dozen evaluations and two for each parameter.
    public func fit() throws(CategoricalProblem) -> CategoricalFit {
        if case .multinomial(let reference) = outcome, !design.states.indices.contains(reference) {
            throw .badReference(found: reference, states: design.states.count)
        }
        let data = try CategoricalData(design, outcome: outcome, grouping: grouping)
        switch outcome {
        case .multinomial: return try CategoricalFitting<SoftmaxLikelihood>(data, grouping).run()
        case .ordered: return try CategoricalFitting<CumulativeLikelihood>(data, grouping).run()
        }
    }
}

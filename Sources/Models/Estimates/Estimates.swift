/// What one estimate is about: an outcome of a cohort and a group in a sector.
public struct Cell: Hashable, Sendable {
    /// Whether the estimate is a growth, a level or an effect. They are never mixed.
    public enum Quantity: String, Sendable, CaseIterable {
        /// Progress over a school year.
        case growth
        /// Skill at a test moment.
        case level
        /// The effect of an intervention, in SD or what its model says.
        case effect
    }

    /// What is estimated.
    public let quantity: Quantity
    /// The outcome: `reading`, `composite`, `life_satisfaction` ...
    public let outcome: String
    /// The sector, or empty when the data do not tell.
    public let sector: String
    /// The cohort or school year, or empty.
    public let cohort: String
    /// The SES group, or empty.
    public let group: String

    /// A cell.
    public init(
        quantity: Quantity = .growth, outcome: String, sector: String = "", cohort: String = "", group: String = ""
    ) {
        self.quantity = quantity
        self.outcome = outcome
        self.sector = sector
        self.cohort = cohort
        self.group = group
    }

    /// A name for tables and messages: the parts that are there, joined by colons.
    public var name: String {
        [outcome, sector, cohort, group].filter { !$0.isEmpty }.joined(separator: ":")
    }
}

/// Cell estimates with their full covariance: the one type that every model kind hands on.
public typealias Estimates = EstimateVector<Cell>

/// A model's coefficients by term name.
public typealias Coefficients = EstimateVector<String>

/// A variance or covariance of random effects, or the residual variance.
public struct VarianceComponent: Sendable, Equatable {
    /// The grouping factor, or `Residual`.
    public let group: String
    /// The random effect's name; empty for the residual.
    public let term: String
    /// The other random effect of a covariance; nil for a variance.
    public let withTerm: String?
    /// The variance or covariance.
    public let variance: Double
    /// Its square root, for a variance.
    public let standardDeviation: Double?
    /// The correlation, for a covariance.
    public let correlation: Double?
}

/// A remark about a fit that its reader must see: a criterion, a count, or a warning.
public struct Diagnostic: Sendable, Equatable {
    /// A short name in snake case: `reml_criterion`.
    public let name: String
    /// The figure, where there is one.
    public let value: Double?
    /// What it means, in words, where that is not plain.
    public let note: String
    /// Whether the reader should act on it.
    public let isWarning: Bool

    /// A remark.
    public init(_ name: String, _ value: Double? = nil, note: String = "", isWarning: Bool = false) {
        self.name = name
        self.value = value
        self.note = note
        self.isWarning = isWarning
    }
}

/// What a fitted model of any kind offers to the rest of the chain.
public struct ModelFit: Sendable {
    /// The model's name: its file's name without extension.
    public let model: String
    /// The coefficients by term.
    public let coefficients: Coefficients
    /// Variances and covariances of random effects, where the kind has them.
    public let varianceComponents: [VarianceComponent]
    /// The reported cells; nil when the model file has no report.
    public let estimates: Estimates?
    /// The baseline standard deviation of the level, by outcome, in score points.
    public let standardDeviations: [String: Double]
    /// Remarks: criterion, counts, warnings.
    public let diagnostics: [Diagnostic]

    /// The fit with more remarks.
    func adding(_ remarks: [Diagnostic]) -> ModelFit {
        ModelFit(
            model: model, coefficients: coefficients, varianceComponents: varianceComponents, estimates: estimates,
            standardDeviations: standardDeviations, diagnostics: diagnostics + remarks)
    }
}

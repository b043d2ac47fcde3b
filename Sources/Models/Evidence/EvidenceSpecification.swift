import Specifications
import Tables

/// What a model file of kind `evidence` declares: estimates of effects with their standard errors, and how to pool them.
public struct EvidenceSpecification: Sendable {
    /// How the sampling variance of an estimate is known.
    public enum SamplingVariance: Sendable, Equatable {
        /// A column of standard errors.
        case standardError(String)
        /// A column of variances.
        case variance(String)
        /// The estimate is a correlation, taken to Fisher's z with variance 1 / (n - 3); a column of sample sizes.
        case fisherZ(sampleSize: String)

        var column: String {
            switch self {
            case .standardError(let name), .variance(let name), .fisherZ(let name): name
            }
        }
    }

    /// Which columns hold what.
    public struct Columns: Sendable, Equatable {
        /// The estimates; correlations for Fisher's z.
        public let estimate: String
        /// Their sampling variances.
        public let sampling: SamplingVariance
        /// The studies, which are also the clusters; nil when each row is a study.
        public let study: String?
        /// The effects' names.
        public let effect: String?
        /// Where they were published.
        public let source: String?
    }

    /// A prediction at values of the moderators.
    public struct Prediction: Sendable {
        /// Its name.
        public let name: String
        /// The values.
        public let values: [String: ModeratorValue]
    }

    /// Where the estimates are.
    public let data: EvidenceData
    /// Which columns hold what.
    public let columns: Columns
    /// The moderators: the estimate's column `~` an intercept and terms.
    public let formula: Formula
    /// The contrasts of factors; treatment contrasts against the first level for the others.
    public let contrasts: [String: Contrast]
    /// Which rows to use; nil for all.
    public let subset: RowCondition?
    /// How the estimates are pooled.
    public let method: EvidenceMethod
    /// The version of the effect table; empty when not given.
    public let version: String
    /// The outcome's name in the tables; empty takes the model's name.
    public let outcome: String
    /// How strong the evidence is.
    public let strength: EvidenceStrength?
    /// The effects to report; none reports the pooled effect, when there are no moderators.
    public let predictions: [Prediction]
    /// What is left out in turn; nil when the file does not say, which is both up to ``leftOutUnasked`` effects.
    public let leaveOneOut: [LeftOut.Part]?
    /// The number of effects above which nothing is left out unless the file asks: each takes a fit of all the others.
    public static let leftOutUnasked = 1000

    static let keys = [
        "data", "estimates", "estimate", "std_error", "variance", "correlation", "sample_size", "study", "effect",
        "effect_source", "formula", "contrasts", "subset", "structure", "estimator", "test", "robust", "coverage",
        "version", "outcome", "evidence_strength", "predict", "leave_one_out",
    ]

    init?(_ model: SpecificationMapping, folder: String) {
        guard let (data, columns) = EvidenceData.declared(model, folder: folder),
            let formula = Self.formula(model, response: columns.estimate),
            let method = EvidenceMethod(model, hasStudies: columns.study != nil)
        else { return nil }
        let contrasts = model.optional("contrasts").map { Contrast.declared($0, formula: formula) } ?? [:]
        let subset = model.optional("subset").map(RowCondition.declared)
        let strength = model.optional("evidence_strength").map { EvidenceStrength($0) }
        let predictions = model.optional("predict").map { Self.predictions($0) } ?? []
        let parts = model.optional("leave_one_out").map { Self.leaveOneOut($0, hasStudies: columns.study != nil) }
        if case .some(.none) = subset { return nil }
        if case .some(.none) = strength { return nil }
        if case .some(.none) = parts { return nil }
        guard let contrasts, let predictions else { return nil }
        self.columns = columns
        self.formula = formula
        self.contrasts = contrasts
        self.subset = subset ?? nil
        self.data = data.restricted(to: formula, columns, subset: self.subset)
        self.method = method
        version = model.optionalText("version") ?? ""
        outcome = model.optionalText("outcome") ?? ""
        self.strength = strength ?? nil
        self.predictions = predictions
        leaveOneOut = parts ?? nil
    }

    private static func formula(_ model: SpecificationMapping, response: String) -> Formula? {
        guard let value = model.optional("formula") else { return try? Formula(parsing: "`\(response)` ~ 1") }
        guard let text = value.text() else { return nil }
        do throws(FormulaError) {
            let formula = try Formula(parsing: text)
            guard formula.response == response else {
                value.fail("the formula explains '\(formula.response)'; expected the estimates' column '\(response)'.")
                return nil
            }
            guard formula.random.isEmpty else {
                value.fail("a formula of moderators has no random effects. Declare them by 'structure' and 'study'.")
                return nil
            }
            guard formula.fixed.hasIntercept || !formula.fixed.terms.isEmpty else {
                value.fail("the formula has no coefficient. Use '\(response) ~ 1' for the pooled effect.")
                return nil
            }
            guard formula.offsets.isEmpty else {
                value.fail("a formula of moderators has no offset. Subtract it from the estimates.")
                return nil
            }
            return formula
        } catch {
            value.fail(
                "in the formula, at character \(error.position + 1): \(error.description)\n\(error.excerpt(of: text))")
            return nil
        }
    }

    private static func predictions(_ value: SpecificationValue) -> [Prediction]? {
        guard let list = value.list(atLeast: 1) else { return nil }
        let read = list.map { item -> Prediction? in
            guard let mapping = item.mapping("prediction", keys: ["name", "at", "note"]),
                let name = mapping.text("name"), let at = mapping.required("at")?.openMapping("at")
            else { return nil }
            var values: [String: ModeratorValue] = [:]
            for entry in at.entries {
                guard let text = entry.value.text() else { return nil }
                values[entry.key] = Double(text).flatMap { $0.isFinite ? .number($0) : nil } ?? .level(text)
            }
            return Prediction(name: name, values: values)
        }
        let predictions = read.compactMap { $0 }
        guard predictions.count == read.count else { return nil }
        if Set(predictions.map(\.name)).count < predictions.count {
            value.fail("two predictions have the same name. Give each its own.")
            return nil
        }
        return predictions
    }

    private static func leaveOneOut(_ value: SpecificationValue, hasStudies: Bool) -> [LeftOut.Part]? {
        guard let list = value.list() else { return nil }
        let words = list.map { $0.word(among: ["effect", "study"]) }
        guard !words.contains(nil) else { return nil }
        if words.contains("study"), !hasStudies {
            value.fail("leaving out studies needs the column 'study'. Declare it, or leave out effects.")
            return nil
        }
        return words.compactMap { $0.flatMap(LeftOut.Part.init(rawValue:)) }
    }
}

extension EvidenceMethod {
    /// Reads `structure`, `estimator`, `test`, `robust` and `coverage`, and refuses what does not go together.
    init?(_ model: SpecificationMapping, hasStudies: Bool) {
        let structure = model.optional("structure").map { $0.word(of: Structure.self) } ?? .random
        let estimator = model.optional("estimator").map { $0.word(of: Estimator.self) } ?? .reml
        let test = model.optional("test").map { $0.word(of: Test.self) } ?? .normal
        let robust = model.optional("robust").map { $0.word(of: Robust.self) }
        guard let structure, let estimator, let test,
            let coverage = model.number("coverage", in: .share, default: 0.95)
        else { return nil }
        if case .some(.none) = robust { return nil }
        let problems: [(key: String, isWrong: Bool, message: String)] = [
            ("coverage", coverage == 0 || coverage == 1, "found \(coverage); expected a share between 0 and 1."),
            (
                "structure", structure == .threeLevel && !hasStudies,
                "'three_level' needs the column 'study'. Declare it, or use 'random'."
            ),
            (
                "estimator", structure == .fixed,
                "a common effect has no variance to estimate. Leave 'estimator' out, or use 'structure: random'."
            ),
            (
                "estimator", structure == .threeLevel && estimator != .reml && estimator != .ml,
                "'three_level' is fitted by 'reml' or 'ml'."
            ),
            (
                "test", structure == .threeLevel && test == .knappHartung,
                "'three_level' has no Knapp-Hartung test. Use 't', or 'robust: cr2'."
            ),
            (
                "test", structure == .fixed && test == .knappHartung,
                "a common effect has no Knapp-Hartung test. Use 'normal' or 't'."
            ),
            (
                "robust", robust != nil && !hasStudies,
                "a cluster-robust covariance needs the column 'study'. Declare it, or leave 'robust' out."
            ),
            (
                "test", robust != nil,
                "with 'robust' tests are Satterthwaite's t. Leave 'test' out."
            ),
        ]
        for problem in problems where problem.isWrong {
            guard let value = model.optional(problem.key) else { continue }
            value.fail(problem.message)
            return nil
        }
        self.init(
            structure: structure, estimator: estimator, test: test, robust: robust ?? nil, coverage: coverage)
    }
}

extension EvidenceStrength {
    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("evidence_strength", keys: ["grade", "widening", "note"]),
            let grade = mapping.required("grade")?.word(of: Grade.self),
            let widening = mapping.number("widening", in: .positive)
        else { return nil }
        guard widening >= 1 else {
            mapping.optional("widening")?.fail(
                "found \(shortestText(widening)); expected 1 or more: weak evidence widens a prediction.")
            return nil
        }
        self.init(grade: grade, widening: widening)
    }
}

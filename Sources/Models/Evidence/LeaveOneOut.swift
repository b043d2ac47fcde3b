/// The meta-analysis without one effect, or without one study.
public struct LeftOut: Sendable {
    /// What was left out.
    public enum Part: String, Sendable {
        /// One effect.
        case effect
        /// All effects of one study.
        case study
    }

    /// What was left out.
    public let part: Part
    /// Its name.
    public let name: String
    /// The coefficients without it; nil when the rest cannot be fitted.
    public let coefficients: Coefficients?
    /// The variance of true effects without it.
    public let variance: Double?
    /// Cochran's Q without it.
    public let q: Double?
    /// Why the rest cannot be fitted; empty when it can.
    public let note: String

    init(_ part: Part, _ name: String, _ rows: EffectRows, without members: [Int], _ method: EvidenceMethod) {
        self.part = part
        self.name = name
        var fitted: (coefficients: Coefficients, variance: Double, q: Double)?
        var note = ""
        do throws(ModelError) {
            let rest = try rows.without(Set(members))
            let solution = try EvidenceSolution(rest, method)
            let q = try WeightedEffects(rest, BetweenVariances()).weightedSquares
            fitted = (solution.coefficients, solution.variances.total, q)
        } catch {
            note = error.description
        }
        (coefficients, variance, q) = (fitted?.coefficients, fitted?.variance, fitted?.q)
        self.note = note
    }
}

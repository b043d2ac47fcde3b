import Scenarios
import Specifications

/// A variant of a study with its models fitted and its money allocated, which draws from the estimates of the plan.
struct PreparedVariant: Sendable {
    /// The variant's number.
    let number: Int
    /// The scenario.
    let scenario: PreparedScenario
    /// What its draws hang on.
    let identity: SimulationIdentity

    /// Reads the variant's scenario, fits its models and allocates its money.
    ///
    /// - Throws: ``BatchError/badVariant(number:description:reason:)``, or the errors of files and fits.
    init(_ variant: StudyVariant, of plan: StudyPlan) throws {
        number = variant.number
        let file: ScenarioFile
        do {
            file = try Self.file(plan.base, variant.overrides)
        } catch let error as SpecificationError {
            throw BatchError.badVariant(
                number: variant.number, description: plan.words(for: variant), reason: error.description)
        }
        let prepared = try PreparedScenario(file).sampled(by: plan.sampling)
        let estimates = Self.agreed(prepared.plan.drawnEstimates, with: plan.estimates)
        (scenario, identity) = try prepared.drawing(from: estimates).identified()
    }

    /// The base scenario with a variant's changes.
    private static func file(_ path: String, _ overrides: [SpecificationOverride]) throws -> ScenarioFile {
        try ScenarioFile(path: path)
    }

    /// The plan's numbers where a fit agrees with them. A variant that changes its models draws from its own.
    private static func agreed(_ own: [DrawnEstimate], with planned: [DrawnEstimate]) -> [DrawnEstimate] {
        own.map { estimate in
            let same = planned.first { $0.name == estimate.name && $0.values.count == estimate.values.count }
            guard let same, same.difference(from: estimate) == nil else { return estimate }
            return same
        }
    }
}

extension StudyPlan {
    /// A variant for people: its name, or what it sets each factor to.
    public func words(for variant: StudyVariant) -> String {
        guard variant.name.isEmpty else { return variant.name }
        let settings = zip(factors, variant.levels).filter { !$1.isEmpty }.map { "\($0.name) = \($1)" }
        return settings.isEmpty ? "the base" : settings.joined(separator: ", ")
    }
}

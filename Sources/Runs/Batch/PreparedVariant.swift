import Scenarios

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
            file = try ScenarioFile(path: plan.base, overrides: variant.overrides)
        } catch {
            throw BatchError.badVariant(
                number: variant.number, description: variant.words(plan.factors), reason: error.description)
        }
        let prepared = try PreparedScenario(file).sampled(by: plan.sampling)
        let estimates = Self.agreed(prepared.plan.drawnEstimates, with: plan.estimates)
        (scenario, identity) = try prepared.drawing(from: estimates).identified()
    }

    /// The plan's numbers where a fit agrees with them. A variant that changes its models draws from its own.
    private static func agreed(_ own: [DrawnEstimate], with planned: [DrawnEstimate]) -> [DrawnEstimate] {
        own.map { estimate in
            let same = planned.first { $0.name == estimate.name && $0.values.count == estimate.values.count }
            guard let same, same.difference(from: estimate) == nil else { return estimate }
            return same
        }
    }

    /// Whether kept draws hang on the same: exactly, but for numbers of a fit of the variant's own, which another machine may
    /// have fitted.
    func agrees(with kept: SimulationIdentity, planned: [DrawnEstimate]) -> Bool {
        kept.replacing(identity.estimates) == identity
            && zip(kept.estimates, identity.estimates).allSatisfy { $0 == $1 || !planned.contains($1) }
    }
}

extension SimulationIdentity {
    /// The same with other estimates.
    fileprivate func replacing(_ estimates: [DrawnEstimate]) -> SimulationIdentity {
        SimulationIdentity(
            version: version, seed: seed, sampling: sampling, recordLength: recordLength, inputs: inputs,
            estimates: estimates)
    }
}

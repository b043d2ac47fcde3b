import Funding
import Recovery

extension FundingPlan {
    /// The share of the money received in a school year that goes by disadvantage score; nil when none is received.
    ///
    /// By score go amounts per point of score, the part by score of a target share, and money divided anew by score among
    /// schools whose score is known. Supplements for the schools with the highest scores are amounts per pupil, and what
    /// municipalities get counts in the total only: the 12 and 22% of the programme are meant so.
    func shareByScore(scenario: Int, in year: SchoolYear) -> Double? {
        let payments = scenarios[scenario].allocation.payments.filter { $0.year == year }
        let total = payments.reduce(Cents.zero) { $0 + $1.total }
        guard total > .zero else { return nil }
        let byScore = payments.reduce(Cents.zero) { $0 + amountByScore(of: $1, scenarios[scenario].declaration) }
        return byScore.euros / total.euros
    }

    private func amountByScore(of payment: Allocation.Payment, _ declaration: ScenarioDeclaration) -> Cents {
        switch declaration.money {
        case .rules(let rules, _):
            return rules.contains { $0.names(partByScore: payment.rule) } ? payment.amounts.reduce(.zero, +) : .zero
        case .changed(_, .perPupil?, _): return .zero
        case .changed(_, .perScorePoint?, _): return amountOfSchoolsWithScore(payment)
        case .changed(let base, nil, _):
            guard let base = scenarios.first(where: { $0.declaration.name == base }) else { return .zero }
            return amountByScore(of: payment, base.declaration)
        }
    }

    /// Schools without a score, and sectors in which nobody scores, keep what they had when money is divided anew.
    private func amountOfSchoolsWithScore(_ payment: Allocation.Payment) -> Cents {
        let scored = zip(population.schools, payment.amounts).filter { $0.0.disadvantageScore != nil }
        let sectors = Set(scored.lazy.filter { ($0.0.disadvantageScore ?? 0) > 0 }.map(\.0.sector))
        return scored.reduce(.zero) { sectors.contains($1.0.sector) ? $0 + $1.1 : $0 }
    }
}

extension FundingRule {
    /// Whether a payment's name is that of the rule's money, or its part of the money, by score.
    fileprivate func names(partByScore payment: String) -> Bool {
        switch formula {
        case .perScorePoint: payment == name
        case .targetShare: total == nil ? payment == name : payment == "\(name), by score"
        default: false
        }
    }
}

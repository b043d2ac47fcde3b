import Recovery

extension RuleApplication {
    /// What a target share pays: its addition, or a whole total in two parts.
    func targetShare(
        _ formula: TargetShare, in year: SchoolYear, after earlier: [Allocation.Payment]
    ) throws(FundingError) -> [Allocation.Payment] {
        let scores = counts.map { $0 ?? 0 }
        guard let total = try rule.total(in: year) else {
            let others = try others(formula, earlier)
            let addition = try formula.addition(to: others, in: year, rule: rule.name)
            return [payment(nil, year, try divide(addition, by: scores, in: year))]
        }
        let byScore = try total.split(by: [formula.share[year], 1 - formula.share[year]])
        return [
            payment("by score", year, try divide(byScore[0], by: scores, in: year)),
            payment("per pupil", year, try divide(byScore[1], by: schools.pupils, in: year)),
        ]
    }

    /// The money of the rules that the share is relative to, the municipalities' part included.
    private func others(_ formula: TargetShare, _ earlier: [Allocation.Payment]) throws(FundingError) -> Cents {
        let counted = earlier.filter { formula.rules?.contains($0.declaredRule) ?? true }
        guard !counted.isEmpty else {
            throw .noSchools(rule: rule.name, reason: "no rule before it pays in the year, so its share is of nothing")
        }
        return counted.reduce(.zero) { $0 + $1.total }
    }
}

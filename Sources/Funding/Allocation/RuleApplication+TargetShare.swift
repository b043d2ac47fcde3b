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
            return [payment(rule.name, year, try addition.split(by: scores))]
        }
        let byScore = try total.split(by: [formula.share[year], 1 - formula.share[year]])
        return [
            payment("\(rule.name), by score", year, try byScore[0].split(by: scores)),
            payment("\(rule.name), per pupil", year, try byScore[1].split(by: schools.map { Double($0.pupils) })),
        ]
    }

    /// The money of the rules that the share is relative to, the municipalities' part included.
    private func others(_ formula: TargetShare, _ earlier: [Allocation.Payment]) throws(FundingError) -> Cents {
        let counted = earlier.filter { formula.rules?.contains($0.rule) ?? true }
        guard !counted.isEmpty else {
            throw .noSchools(rule: rule.name, reason: "no rule before it pays in the year, so its share is of nothing")
        }
        return counted.reduce(.zero) { $0 + $1.total }
    }
}

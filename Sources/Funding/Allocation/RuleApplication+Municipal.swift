import Recovery

extension RuleApplication {
    /// What municipalities receive, keep and share with their schools.
    func municipal(_ part: MunicipalPart, in year: SchoolYear) throws(FundingError) -> Allocation.Payment {
        var schoolAmounts = [Cents](repeating: .zero, count: schools.count)
        var kept: [Allocation.MunicipalAmount] = []
        for (municipality, amount) in zip(municipalities, try amounts(part, in: year)) {
            let shared = try amount.split(by: [part.cooperationShare, 1 - part.cooperationShare])[0]
            let pupils = municipality.schools.map { Double(schools[$0].pupils) }
            let isShared = shared > .zero && municipality.pupils > 0
            if isShared {
                for (school, own) in zip(municipality.schools, try shared.split(by: pupils)) {
                    schoolAmounts[school] = own
                }
            }
            kept.append(
                Allocation.MunicipalAmount(
                    municipality: municipality.name, amount: isShared ? amount - shared : amount))
        }
        return payment(nil, year, schoolAmounts, municipalAmounts: kept)
    }

    private func amounts(_ part: MunicipalPart, in year: SchoolYear) throws(FundingError) -> [Cents] {
        let weights = municipalities.map { part.euros($0, in: year) }
        if let total = try rule.total(in: year) { return try divide(total, by: weights, in: year) }
        let factor = rule.adjustment.factor(in: year)
        guard factor * weights.reduce(0, +) <= Cents.largestTotal.euros else { throw .amountTooLarge(rule: rule.name) }
        var amounts: [Cents] = []
        for weight in weights {
            guard let amount = Cents(euros: factor * weight) else { throw .amountTooLarge(rule: rule.name) }
            amounts.append(amount)
        }
        return amounts
    }
}

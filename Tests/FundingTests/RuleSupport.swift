import Recovery

@testable import Funding

/// Short ways to write rules in tests.
extension FundingRule {
    typealias Basis = RedistributionBasis

    enum Amount {
        case rate(Double)
        case total(Cents)
    }

    init(name: String, basis: Basis, amount: Amount, years: [SchoolYear], sectors: [String], source: String) {
        let (rate, total): (YearlyNumber, YearlyNumber?) =
            switch amount {
            case .rate(let rate): (YearlyNumber(rate), nil)
            case .total(let total): (YearlyNumber(1), YearlyNumber(total.euros))
            }
        let formula: FundingFormula =
            switch basis {
            case .perPupil: .perPupil(PerPupil(rate: rate))
            case .perScorePoint: .perScorePoint(PerScorePoint(rate: rate))
            }
        self.init(name: name, formula: formula, total: total, years: years, sectors: sectors, source: source)
    }
}

/// One number of a rule, as it is listed among the assumptions.
public struct RuleFigure: Sendable {
    /// What it is: `rate`, `total`, `share` ...
    public let name: String
    /// The number, by year.
    public let value: YearlyNumber
    /// Its unit.
    public let unit: String
}

extension RuleFigure {
    /// The same number in all years.
    fileprivate init(_ name: String, _ value: Double, _ unit: String) {
        self.init(name: name, value: YearlyNumber(value), unit: unit)
    }
}

extension TopShareSupplement {
    /// - Parameter unit: `EUR` or `weight`, with a blank.
    fileprivate func figures(_ unit: String) -> [RuleFigure] {
        let share = RuleFigure("share", share, "share of schools by \(order.rawValue)")
        guard let smallSchool else { return [share] }
        return [
            share, RuleFigure("small_school_below", Double(smallSchool.below), "pupils"),
            RuleFigure("small_school_amount", smallSchool.amount, unit + "per small school"),
            RuleFigure("small_school_per_pupil", smallSchool.perPupil, unit + "per pupil of a small school"),
        ]
    }
}

extension ApplicationSubsidy {
    fileprivate var figures: [RuleFigure] {
        let names = ["unknown"] + (1...5).map(String.init)
        return [
            RuleFigure("share", share, "share of pupils"),
            RuleFigure("share_with_score", shareWithScore, "share of pupils where the score is above 0"),
        ]
            + zip(names, takeUp).map { RuleFigure("take_up.\($0)", $1, "share of the quintile's schools that apply") }
    }
}

extension FundingRule {
    /// Every number of the rule.
    public var figures: [RuleFigure] {
        var figures = total.map { [RuleFigure(name: "total", value: $0, unit: "EUR a year")] } ?? []
        figures += formula.figures(isTotalFixed: total != nil)
        func add(_ name: String, _ value: Double?, _ unit: String) {
            if let value { figures.append(RuleFigure(name: name, value: YearlyNumber(value), unit: unit)) }
        }
        if bounds.minimum > 0 { add("minimum", bounds.minimum, "EUR per school") }
        add("maximum", bounds.maximum, "EUR per school")
        if bounds.minimumPerPupil > 0 { add("minimum_per_pupil", bounds.minimumPerPupil, "EUR per pupil") }
        add("maximum_per_pupil", bounds.maximumPerPupil, "EUR per pupil")
        if adjustment.phaseIn != YearlyNumber(1) {
            figures.append(RuleFigure(name: "phase_in", value: adjustment.phaseIn, unit: "share of the amount"))
        }
        if let year = adjustment.priceYear {
            add("yearly_rise", adjustment.yearlyRise, "share a year, prices of \(year)")
        }
        return figures
    }
}

extension FundingFormula {
    fileprivate func figures(isTotalFixed: Bool) -> [RuleFigure] {
        let unit = isTotalFixed ? "weight " : "EUR "
        func rate(_ per: String) -> [RuleFigure] {
            isTotalFixed && self.rate == YearlyNumber(1)
                ? [] : [RuleFigure(name: "rate", value: self.rate, unit: unit + per)]
        }
        switch self {
        case .perPupil(let formula):
            return rate("per pupil" + (formula.grades.map { " of grades \($0.joined(separator: ", "))" } ?? ""))
        case .perScorePoint(let formula): return rate("per point of \(formula.score.words)")
        case .newcomers(let formula):
            return rate("per newcomer above the number") + [RuleFigure("above", Double(formula.above), "newcomers")]
        case .topShare(let formula):
            return rate("per pupil of a selected school") + formula.figures(unit)
        case .application(let formula):
            return rate("per pupil applied for") + formula.figures
        case .lumpSum: return rate("per school")
        case .targetShare(let formula):
            return [
                RuleFigure(name: "share", value: formula.share, unit: "share of the money by \(formula.score.words)")
            ]
        case .municipal(let formula):
            return [
                RuleFigure(name: "per_inhabitant", value: formula.perInhabitant, unit: unit + "per inhabitant"),
                RuleFigure(name: "per_pupil", value: formula.perPupil, unit: unit + "per pupil of the municipality"),
                RuleFigure(
                    name: "per_score_point", value: formula.perScorePoint, unit: unit + "per point of score in it"),
                RuleFigure("cooperation_share", formula.cooperationShare, "share that reaches schools"),
            ]
        }
    }
}

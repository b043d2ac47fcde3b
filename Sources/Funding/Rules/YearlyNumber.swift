import Recovery
import Specifications

/// A number for each school year: one for all, or one a year.
public struct YearlyNumber: Sendable, Equatable {
    private let constant: Double?
    private let byYear: [SchoolYear: Double]

    /// The same number in every year.
    public init(_ constant: Double) {
        self.constant = constant
        byYear = [:]
    }

    /// A number for each of some years.
    public init(byYear: [SchoolYear: Double]) {
        constant = nil
        self.byYear = byYear
    }

    /// The number in a year; 0 in a year without one, which no file with its own years checked has.
    public subscript(year: SchoolYear) -> Double { constant ?? byYear[year] ?? 0 }

    /// Each different number with the years in which it holds, the earliest first; nil years mean all.
    public var distinct: [(years: [SchoolYear]?, value: Double)] {
        if let constant { return [(nil, constant)] }
        var result: [(years: [SchoolYear]?, value: Double)] = []
        for (year, value) in byYear.sorted(by: { $0.key < $1.key }) {
            if let last = result.last, last.value == value {
                result[result.count - 1].years = (last.years ?? []) + [year]
            } else {
                result.append(([year], value))
            }
        }
        return result
    }
}

extension YearlyNumber {
    /// Reads a number, or a mapping of school years to numbers that covers given years and no others.
    init?(_ value: SpecificationValue, in range: NumberRange, years: [SchoolYear]) {
        guard value.isMapping else {
            guard let number = value.number(in: range) else { return nil }
            self.init(number)
            return
        }
        guard let mapping = value.openMapping("figures by school year") else { return nil }
        var byYear: [SchoolYear: Double] = [:]
        for entry in mapping.entries {
            guard let year = entry.keyValue.schoolYear(), let number = entry.value.number(in: range) else { return nil }
            guard years.contains(year) else {
                entry.keyValue.fail("a figure is given for \(year), in which the rule does not pay. Add it to 'years'.")
                return nil
            }
            byYear[year] = number
        }
        let missing = years.filter { byYear[$0] == nil }
        guard missing.isEmpty else {
            value.fail("no figure for \(missing.map(\.description).joined(separator: ", ")). Give one for each year.")
            return nil
        }
        self.init(byYear: byYear)
    }
}

/// How a rule's amounts differ from year to year: a part paid while the rule is phased in, and a price index.
public struct YearAdjustment: Sendable, Equatable {
    /// The share of the full amount that is paid, by year.
    public let phaseIn: YearlyNumber
    /// The year whose prices the rule's figures are in.
    public let priceYear: SchoolYear?
    /// The rise of prices per year, as a share.
    public let yearlyRise: Double

    /// No adjustment.
    public static let none = YearAdjustment(phaseIn: YearlyNumber(1), priceYear: nil, yearlyRise: 0)

    /// An adjustment.
    ///
    /// - Parameters:
    ///   - phaseIn: Shares from 0 to 1.
    ///   - priceYear: The year whose prices the figures are in; nil when they are in each year's own.
    ///   - yearlyRise: The rise of prices a year, as a share from -0.5 to 1.
    public init(phaseIn: YearlyNumber, priceYear: SchoolYear?, yearlyRise: Double) {
        self.phaseIn = phaseIn
        self.priceYear = priceYear
        self.yearlyRise = yearlyRise
    }

    /// What the rule's figures are multiplied by in a year: `phase-in * (1 + rise)^(year - price year)`.
    public func factor(in year: SchoolYear) -> Double {
        guard let priceYear else { return phaseIn[year] }
        let steps = year.start - priceYear.start
        var index = 1.0
        for _ in 0..<abs(steps) { index *= 1 + yearlyRise }
        return phaseIn[year] * (steps < 0 ? 1 / index : index)
    }
}

extension YearAdjustment {
    static let keys = ["phase_in", "indexation"]

    init?(_ rule: SpecificationMapping, years: [SchoolYear]) {
        var phaseIn: YearlyNumber? = YearlyNumber(1)
        if let value = rule.optional("phase_in") { phaseIn = YearlyNumber(value, in: .share, years: years) }
        guard let phaseIn else { return nil }
        guard let value = rule.optional("indexation") else {
            self.init(phaseIn: phaseIn, priceYear: nil, yearlyRise: 0)
            return
        }
        guard let index = value.mapping("indexation", keys: ["price_year", "yearly_rise", "source"]),
            let year = index.required("price_year")?.schoolYear(),
            let rise = index.number("yearly_rise", in: .from(-0.5, to: 1)), index.text("source") != nil
        else { return nil }
        guard years.allSatisfy({ abs($0.start - year.start) <= 100 }) else {
            value.fail("prices of \(year) are more than a century from the years in which the rule pays.")
            return nil
        }
        self.init(phaseIn: phaseIn, priceYear: year, yearlyRise: rise)
    }
}

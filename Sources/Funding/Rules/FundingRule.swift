import Recovery
import Specifications

/// A rule that gives schools money in some school years, sectors and school types.
///
/// Without a total its amounts follow from rates, each school's rounded to the cent. With one, the total is divided in
/// proportion to what the rates would give (the rates are solved), to the cent.
public struct FundingRule: Sendable {
    /// The rule's name, which stands beside every amount it gives.
    public let name: String
    /// What it gives money for.
    public let formula: FundingFormula
    /// Euros per school year, all schools together; nil when the amounts follow from rates.
    public let total: YearlyNumber?
    /// The school years in which it pays.
    public let years: [SchoolYear]
    /// The sectors it reaches.
    public let sectors: [String]
    /// The school types it reaches; nil for all.
    public let schoolTypes: [String]?
    /// The least and the most for one school.
    public let bounds: AmountBounds
    /// How its amounts differ from year to year.
    public let adjustment: YearAdjustment
    /// Where the amounts come from.
    public let source: String
    /// Where the rule stands, for messages; nil when it was not read from a file.
    public let place: SpecificationPlace?

    /// A rule.
    public init(
        name: String, formula: FundingFormula, total: YearlyNumber? = nil, years: [SchoolYear], sectors: [String],
        schoolTypes: [String]? = nil, bounds: AmountBounds = .none, adjustment: YearAdjustment = .none, source: String,
        place: SpecificationPlace? = nil
    ) {
        self.name = name
        self.formula = formula
        self.total = total
        self.years = years
        self.sectors = sectors
        self.schoolTypes = schoolTypes
        self.bounds = bounds
        self.adjustment = adjustment
        self.source = source
        self.place = place
    }

    /// Whether the rule is for a school's sector and type.
    func reaches(_ school: School) -> Bool {
        guard sectors.contains(school.sector) else { return false }
        guard let schoolTypes else { return true }
        return school.traits.type.map { schoolTypes.contains($0) } ?? false
    }

    /// The total of a year, adjusted; nil when the amounts follow from rates.
    func total(in year: SchoolYear) throws(FundingError) -> Cents? {
        guard let total else { return nil }
        guard let cents = Cents(euros: total[year] * adjustment.factor(in: year)) else {
            throw .amountTooLarge(rule: name)
        }
        return cents
    }
}

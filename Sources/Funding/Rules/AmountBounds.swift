import Recovery
import Specifications

/// The least and the most that a rule gives one school in one year.
///
/// Bounds hold for the schools that the rule gives something to or could: those it reaches and has a figure for. They are
/// in the year's own prices, whatever the rule's indexation and phase-in.
public struct AmountBounds: Sendable, Equatable {
    /// Euros per school, at least.
    public let minimum: Double
    /// Euros per school, at most; nil for no limit.
    public let maximum: Double?
    /// Euros per pupil, at least.
    public let minimumPerPupil: Double
    /// Euros per pupil, at most; nil for no limit.
    public let maximumPerPupil: Double?

    /// No bounds.
    public static let none = AmountBounds()

    /// Bounds.
    public init(
        minimum: Double = 0, maximum: Double? = nil, minimumPerPupil: Double = 0, maximumPerPupil: Double? = nil
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.minimumPerPupil = minimumPerPupil
        self.maximumPerPupil = maximumPerPupil
    }

    /// Whether there is nothing to keep to.
    var isEmpty: Bool { self == .none }

    /// The range of a school's amount: the stricter of the bounds per school and per pupil.
    ///
    /// - Throws: ``FundingError/boundsOverlap(rule:school:minimum:maximum:)``.
    func range(of school: School, rule: String) throws(FundingError) -> ClosedRange<Cents> {
        let pupils = Double(school.pupils)
        let least = max(minimum, minimumPerPupil * pupils)
        let most = min(maximum ?? .infinity, maximumPerPupil.map { $0 * pupils } ?? .infinity)
        guard let lower = Cents(euros: least) else { throw .amountTooLarge(rule: rule) }
        let upper = most.isFinite ? Cents(euros: most) ?? .largestTotal : .largestTotal
        guard lower <= upper else {
            throw .boundsOverlap(rule: rule, school: school.id, minimum: lower, maximum: upper)
        }
        return lower...upper
    }
}

extension AmountBounds {
    static let keys = ["minimum", "maximum", "minimum_per_pupil", "maximum_per_pupil"]

    init?(_ rule: SpecificationMapping) {
        func optional(_ key: String) -> Double?? { rule.optional(key).map { $0.number(in: .nonNegative) } }
        guard let minimum = rule.number("minimum", in: .nonNegative, default: 0),
            let minimumPerPupil = rule.number("minimum_per_pupil", in: .nonNegative, default: 0)
        else { return nil }
        let (maximum, maximumPerPupil) = (optional("maximum"), optional("maximum_per_pupil"))
        if case .some(.none) = maximum { return nil }
        if case .some(.none) = maximumPerPupil { return nil }
        self.init(
            minimum: minimum, maximum: maximum ?? nil, minimumPerPupil: minimumPerPupil,
            maximumPerPupil: maximumPerPupil ?? nil)
        for (least, most, keys) in [
            (minimum, self.maximum, "'minimum' and 'maximum'"),
            (minimumPerPupil, self.maximumPerPupil, "'minimum_per_pupil' and 'maximum_per_pupil'"),
        ] {
            guard let most, least > most else { continue }
            rule.fail("\(keys) overlap: at least \(least), but at most \(most) euros.")
            return nil
        }
    }
}

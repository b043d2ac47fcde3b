import Specifications

/// An amount per pupil, of all grades or of some.
public struct PerPupil: Sendable, Equatable {
    /// Euros per pupil; without meaning when the rule's total is fixed.
    public let rate: YearlyNumber
    /// The grades whose pupils count; nil for all.
    public let grades: [String]?

    /// An amount per pupil.
    public init(rate: YearlyNumber = YearlyNumber(1), grades: [String]? = nil) {
        self.rate = rate
        self.grades = grades
    }

    /// The pupils who count; nil when the school does not declare them by grade.
    func count(of school: School) -> Double? {
        guard let grades else { return Double(school.pupils) }
        guard !school.grades.isEmpty else { return nil }
        return Double(
            school.grades.reduce(0) { grades.contains($1.grade) ? $0 + $1.low + $1.high : $0 })
    }
}

/// An amount per newcomer pupil above a number that every school bears itself.
public struct NewcomerSupplement: Sendable, Equatable {
    /// Euros per newcomer above the number.
    public let rate: YearlyNumber
    /// The number of newcomers that count for nothing.
    public let above: Int

    /// A supplement per newcomer.
    public init(rate: YearlyNumber = YearlyNumber(1), above: Int) {
        self.rate = rate
        self.above = above
    }

    /// The newcomers who count; nil when their number is unknown.
    func count(of school: School) -> Double? { school.newcomers.map { Double(max(0, $0 - above)) } }
}

/// The same amount for every school.
public struct LumpSum: Sendable, Equatable {
    /// Euros per school.
    public let rate: YearlyNumber

    /// A lump sum.
    public init(rate: YearlyNumber = YearlyNumber(1)) { self.rate = rate }
}

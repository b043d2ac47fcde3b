/// Classes of a number from low to high: what a monitor prints as `up to 25 percent`, `26 to 50 percent` and so on.
///
/// Codes go into shares and tables: ``ShareStatistic``, ``TableItem/categories(_:count:)``.
public struct NumberBands: Sendable, Equatable {
    /// The class of a number that is on a boundary.
    public enum ClassOfBoundary: String, Sendable, CaseIterable {
        /// The class below: classes `(a, b]`, as R's `cut` has them. Whole percents in classes `26 to 50`, `51 to 75` are these.
        case below
        /// The class above: classes `[a, b)`, as ages are grouped (`cut(right = FALSE)`).
        case above
    }

    /// The numbers between the classes, rising.
    public let boundaries: [Double]
    /// The numbers that are possible; both ends belong to the classes at the ends.
    public let range: ClosedRange<Double>
    /// The class of a number that is on a boundary.
    public let classOfBoundary: ClassOfBoundary

    /// Classes by their boundaries.
    ///
    /// - Parameters:
    ///   - boundaries: One or more between the classes, rising, inside the range and not its ends.
    ///   - range: The numbers that are possible, such as 0...100 for percents; all without it.
    ///   - classOfBoundary: The class of a number that is on a boundary.
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)``, or ``AnalysisProblem/tooFewGroups(found:needed:)``
    ///   without boundaries.
    public init(
        boundaries: [Double], range: ClosedRange<Double> = -.infinity ... .infinity,
        classOfBoundary: ClassOfBoundary = .below
    ) throws(SurveyError) {
        guard !boundaries.isEmpty else { throw problem(.tooFewGroups(found: 1, needed: 2)) }
        for (position, boundary) in boundaries.enumerated() {
            let lowest = position > 0 ? boundaries[position - 1] : range.lowerBound
            guard boundary.isFinite, boundary > lowest, boundary < range.upperBound else {
                let expected = "a number above \(lowest) and below \(range.upperBound)"
                throw problem(.badValue(what: "boundary", position: position, found: boundary, expected: expected))
            }
        }
        (self.boundaries, self.range, self.classOfBoundary) = (boundaries, range, classOfBoundary)
    }

    /// The number of classes.
    public var count: Int { boundaries.count + 1 }

    /// The class of each number, from 0 for the lowest; -1 where it is missing (NaN).
    ///
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)`` for the first number outside the range.
    public func codes(of values: [Double]) throws(SurveyError) -> [Int32] {
        try check("value", values, "\(range.lowerBound) to \(range.upperBound)") {
            $0.isNaN || ($0.isFinite && range.contains($0))
        }
        return values.map { $0.isNaN ? -1 : Int32(position(of: $0)) }
    }

    private func position(of value: Double) -> Int {
        boundaries.count { classOfBoundary == .below ? $0 < value : $0 <= value }
    }

    /// The classes in words, low to high: `up to 25`, `above 25 to 50`, `above 50`; with an end of the range where it has one.
    public var names: [String] {
        (0..<count).map { position in
            let lower = position > 0 ? boundaries[position - 1] : range.lowerBound
            let upper = position < boundaries.count ? boundaries[position] : range.upperBound
            return name(from: lower, isLowest: position == 0, to: upper, isHighest: position == boundaries.count)
        }
    }

    private func name(from lower: Double, isLowest: Bool, to upper: Double, isHighest: Bool) -> String {
        let includesLower = isLowest || classOfBoundary == .above
        let includesUpper = isHighest || classOfBoundary == .below
        let (from, to) = (Self.text(lower), Self.text(upper))
        if !lower.isFinite { return includesUpper ? "up to \(to)" : "below \(to)" }
        if !upper.isFinite { return includesLower ? "\(from) or above" : "above \(from)" }
        return (includesLower ? from : "above \(from)") + (includesUpper ? " to \(to)" : " to below \(to)")
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}

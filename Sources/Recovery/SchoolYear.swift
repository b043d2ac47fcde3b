/// A school year, written `2021/22` and ordered; it is known by the calendar year in which it starts.
public struct SchoolYear: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The calendar year in which the school year starts: 2021 for 2021/22.
    public let start: Int

    /// The school year that starts in a calendar year.
    public init(start: Int) { self.start = start }

    /// Reads `2021/22`; also `2021/2022`, `2021-22` and `2021-2022`. The years must follow each other.
    public init?(_ text: String) {
        let parts = text.split(whereSeparator: { $0 == "/" || $0 == "-" }).map(String.init)
        guard parts.count == 2, parts[0].count == 4,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let first = Int(parts[0]), let second = Int(parts[1])
        else { return nil }
        let isNext = parts[1].count == 4 ? second == first + 1 : parts[1].count == 2 && second == (first + 1) % 100
        guard isNext else { return nil }
        start = first
    }

    /// `2021/22`.
    public var description: String {
        let second = (start + 1) % 100
        return "\(start)/\(second < 10 ? "0" : "")\(second)"
    }

    /// The school year a number of years later, or earlier when negative.
    public func advanced(by years: Int) -> SchoolYear { SchoolYear(start: start + years) }

    /// The earlier of two starts first.
    public static func < (left: SchoolYear, right: SchoolYear) -> Bool { left.start < right.start }

    /// The school years from one to another, both included; empty when the second is earlier.
    public static func years(from first: SchoolYear, through last: SchoolYear) -> [SchoolYear] {
        first.start <= last.start ? (first.start...last.start).map(SchoolYear.init(start:)) : []
    }
}

import Recovery
import Specifications

/// How fast the schools of some sectors and disadvantage quintiles spend: what they have left at declared moments.
public struct SpendingProfile: Sendable {
    /// What is left at the start of a school year.
    public struct Moment: Sendable {
        /// The school year that starts.
        public let year: SchoolYear
        /// The money left.
        public let left: MoneyLeft
        /// Where it is declared, for messages; nil when no file declares it.
        public let place: SpecificationPlace?

        /// What is left at the start of a school year.
        public init(year: SchoolYear, left: MoneyLeft, place: SpecificationPlace? = nil) {
            self.year = year
            self.left = left
            self.place = place
        }
    }

    /// The sectors.
    public let sectors: [String]
    /// The disadvantage quintiles, 1 to 5; 0 stands for an unknown score.
    public let quintiles: [Int]
    /// What is left, by school year.
    public let moments: [Moment]
    /// How much later the schools of quintile 5 stand among all from the fastest spender to the slowest than those of
    /// quintile 1, as a share of schools: roughly by how much fewer of them have nothing left.
    public let quintileShift: DeclaredShare

    /// All quintiles and unknown scores.
    public static let allQuintiles = Array(0...5)

    /// A profile.
    public init(
        sectors: [String], quintiles: [Int] = Self.allQuintiles, moments: [Moment],
        quintileShift: DeclaredShare = .init(value: 0, source: "not declared")
    ) {
        self.sectors = sectors
        self.quintiles = quintiles
        self.moments = moments.sorted { $0.year < $1.year }
        self.quintileShift = quintileShift
    }

    private static let keys = ["sectors", "quintiles", "left_at_start", "quintile_shift", "source", "note"]

    /// Reads a profile.
    ///
    /// - Parameter deadline: The last school year in which money may be spent; nil when another scenario sets it.
    init?(_ value: SpecificationValue, knownSectors: [String], deadline: SchoolYear?) {
        guard let mapping = value.mapping("spending profile", keys: Self.keys) else { return nil }
        let sectors = mapping.required("sectors")?.list(atLeast: 1)?.map { $0.word(among: knownSectors) }
        let quintiles = Self.quintiles(mapping)
        let shift = mapping.declaredShare("quintile_shift")
        let source = mapping.optionalText("source")
        let moments = mapping.required("left_at_start").flatMap { Self.moments($0, source: source, deadline: deadline) }
        guard let sectors, let quintiles, let shift, let moments, !sectors.contains(where: { $0 == nil }) else {
            return nil
        }
        self.init(sectors: sectors.compactMap { $0 }, quintiles: quintiles, moments: moments, quintileShift: shift)
    }

    private static func quintiles(_ mapping: SpecificationMapping) -> [Int]? {
        guard let value = mapping.optional("quintiles") else { return allQuintiles }
        let words = value.list(atLeast: 1)?.map { $0.word(among: ["1", "2", "3", "4", "5", "unknown"]) }
        guard let words, !words.contains(where: { $0 == nil }) else { return nil }
        return words.compactMap { $0 == "unknown" ? 0 : $0.flatMap { Int($0) } }
    }

    private static func moments(
        _ value: SpecificationValue, source: String?, deadline: SchoolYear?
    ) -> [Moment]? {
        guard let mapping = value.openMapping("'left_at_start'") else { return nil }
        guard !mapping.entries.isEmpty else {
            mapping.fail("found no school year in 'left_at_start'; expected at least one, such as 2023/24.")
            return nil
        }
        var moments: [Moment] = []
        for entry in mapping.entries {
            guard let year = entry.keyValue.schoolYear() else { continue }
            let left = MoneyLeft(entry.value, name: "the money left at the start of \(year)", source: source)
            if let deadline, year > deadline.advanced(by: 1) {
                entry.keyValue.fail(
                    "\(FundingError.momentAfterDeadline(year: year.description, deadline: deadline, place: nil))")
            }
            if moments.contains(where: { $0.year == year }) {
                entry.keyValue.fail("the school year \(year) is given twice. Keep one of them.")
            }
            if let left { moments.append(Moment(year: year, left: left, place: entry.keyValue.place)) }
        }
        return moments.count == mapping.entries.count ? moments : nil
    }

    /// The same profile a number of years later.
    func delayed(byYears years: Int) -> SpendingProfile {
        SpendingProfile(
            sectors: sectors, quintiles: quintiles,
            moments: moments.map { Moment(year: $0.year.advanced(by: years), left: $0.left, place: $0.place) },
            quintileShift: quintileShift)
    }
}

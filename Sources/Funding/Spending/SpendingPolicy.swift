import Recovery
import Specifications

/// How money received is spent: by whom, how fast, on what, and what is never spent.
///
/// The board's part and the overhead are counted separately, so that each school's money is `received = spent + carried +
/// returned` and what interventions get is `spent by the school + spent by the board for it - overhead`.
public struct SpendingPolicy: Sendable {
    /// Whom the money that boards spend reaches.
    public enum BoardSpending: String, Sendable, CaseIterable {
        /// All pupils of the board's schools, equally.
        case perPupil = "per_pupil"
        /// The school that received it.
        case sameSchool = "same_school"
    }

    /// The share of receipts that boards keep and spend; all of it by the deadline.
    public let boardShare: DeclaredShare
    /// Whom the money that boards spend reaches.
    public let boardSpending: BoardSpending
    /// The share of spending, of schools and boards, that buys no intervention.
    public let overhead: DeclaredShare
    /// The share of the money that schools have in hand after the last moment of their profile (all their money without a
    /// profile) that is never spent. A profile that reaches past the deadline says it by itself.
    public let unspentAtDeadline: DeclaredShare
    /// How fast schools spend; those without a profile do so in equal parts.
    public let profiles: [SpendingProfile]

    /// A policy; what is not given is nothing.
    public init(
        boardShare: DeclaredShare = .init(value: 0, source: "not declared"), boardSpending: BoardSpending = .perPupil,
        overhead: DeclaredShare = .init(value: 0, source: "not declared"),
        unspentAtDeadline: DeclaredShare = .init(value: 0, source: "not declared"), profiles: [SpendingProfile] = []
    ) {
        self.boardShare = boardShare
        self.boardSpending = boardSpending
        self.overhead = overhead
        self.unspentAtDeadline = unspentAtDeadline
        self.profiles = profiles
    }

    /// Schools spend all their money themselves, in equal parts from its receipt to the deadline.
    public static let equalParts = SpendingPolicy()

    private static let keys = ["board_share", "board_spending", "overhead", "unspent_at_deadline", "profiles", "note"]

    /// Reads the key `spending` of a scenario.
    ///
    /// - Parameters:
    ///   - knownSectors: The sectors that the scenario's schools can have.
    ///   - deadline: The last school year in which money may be spent; nil when another scenario sets it.
    public init?(_ value: SpecificationValue, knownSectors: [String], deadline: SchoolYear?) {
        guard let mapping = value.mapping("'spending'", keys: Self.keys) else { return nil }
        let board = mapping.declaredShare("board_share")
        let overhead = mapping.declaredShare("overhead")
        let unspent = mapping.declaredShare("unspent_at_deadline")
        let reach = mapping.optional("board_spending").map { $0.word(of: BoardSpending.self) } ?? .perPupil
        let values = mapping.optional("profiles").map { $0.list() } ?? []
        guard let values else { return nil }
        let profiles = values.map { SpendingProfile($0, knownSectors: knownSectors, deadline: deadline) }
        guard let board, let overhead, let unspent, let reach, !profiles.contains(where: { $0 == nil }) else {
            return nil
        }
        self.init(
            boardShare: board, boardSpending: reach, overhead: overhead, unspentAtDeadline: unspent,
            profiles: profiles.compactMap { $0 })
        for (position, profile) in self.profiles.enumerated() {
            guard let cell = profile.cells.first(where: { Self.covers(self.profiles[..<position], $0) }) else {
                continue
            }
            values[position].fail(
                "\(cell.words) has two spending profiles. Give each sector and quintile one.")
        }
    }

    private static func covers(_ profiles: ArraySlice<SpendingProfile>, _ cell: SpendingProfile.Cell) -> Bool {
        profiles.contains { $0.sectors.contains(cell.sector) && $0.quintiles.contains(cell.quintile) }
    }

    /// Checks that no profile tells what is left later than at the start of the year after the deadline.
    ///
    /// For a policy that belongs to the deadline; one taken from a scenario with a later deadline may reach further.
    ///
    /// - Throws: ``FundingError/momentAfterDeadline(year:deadline:place:)``.
    public func check(deadline: SchoolYear) throws(FundingError) {
        for moment in profiles.flatMap(\.moments) where moment.year > deadline.advanced(by: 1) {
            throw .momentAfterDeadline(year: moment.year.description, deadline: deadline, place: moment.place)
        }
    }

    /// The same policy with its moments a number of years later.
    public func delayed(byYears years: Int) -> SpendingPolicy {
        SpendingPolicy(
            boardShare: boardShare, boardSpending: boardSpending, overhead: overhead,
            unspentAtDeadline: unspentAtDeadline, profiles: profiles.map { $0.delayed(byYears: years) })
    }
}

extension SpendingProfile {
    /// A sector and quintile.
    struct Cell {
        let sector: String
        let quintile: Int

        var words: String { "sector '\(sector)', quintile \(quintile == 0 ? "unknown" : "\(quintile)")" }
    }

    /// The sectors and quintiles that the profile is for, unknown scores last.
    var cells: [Cell] {
        sectors.flatMap { sector in
            quintiles.sorted { ($0 == 0 ? 6 : $0) < ($1 == 0 ? 6 : $1) }.map { Cell(sector: sector, quintile: $0) }
        }
    }
}

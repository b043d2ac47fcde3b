import Recovery

/// What schools receive, spend, carry over and return per school year, to the cent.
///
/// Of each school's money: received = spent + carried + returned. What is spent is spent by the school or by its board.
public struct SpendingPath: Sendable {
    /// The flows of one school year, a cell for each school of the population.
    public struct Year: Sendable {
        /// The school year.
        public let year: SchoolYear
        /// Money received.
        public let received: [Cents]
        /// Money spent, by the school and by its board.
        public internal(set) var spent: [Cents]
        /// Money carried over to the next school year, by the school and by its board.
        public internal(set) var carried: [Cents]
        /// Money that goes back to the state after the deadline.
        public internal(set) var returned: [Cents]
        /// Money of the school that its board spent; a part of ``spent``.
        public internal(set) var spentOfSchoolByBoard: [Cents]
        /// Money that the board spent for the school: the board's spending divided over its schools.
        public internal(set) var spentForSchoolByBoard: [Cents]
        /// Money spent in the school or for it that buys no intervention.
        public internal(set) var overhead: [Cents]
        /// Money that interventions get: what the school spent itself and its board spent for it, less overhead.
        public internal(set) var effective: [Cents]
        /// The school's own money at the end of the year, without its board's: what surveys of schools ask for.
        public internal(set) var leftAtSchool: [Cents]

        init(_ year: SchoolYear, received: [Cents]) {
            let nothing = [Cents](repeating: .zero, count: received.count)
            self.year = year
            self.received = received
            (spent, carried, returned, leftAtSchool) = (nothing, nothing, nothing, nothing)
            (spentOfSchoolByBoard, spentForSchoolByBoard, overhead, effective) = (nothing, nothing, nothing, nothing)
        }
    }

    /// The years from the first receipt to the deadline.
    public private(set) var years: [Year]
    /// The schools' profiles and places; needed to compare the path with what was declared.
    let places: SpendingPlaces
    /// The policy.
    public let policy: SpendingPolicy

    /// Spends an allocation.
    ///
    /// The board's part of each receipt is spent at the pace of the school it came from, and all of it by the deadline.
    ///
    /// - Parameters:
    ///   - allocation: The money received.
    ///   - deadline: The last school year in which money may be spent. Moments of profiles after the start of the next
    ///     year play no part.
    ///   - policy: How it is spent.
    ///   - population: The schools.
    ///   - seed: The scenario's seed, which decides which schools spend fast.
    /// - Throws: ``FundingError/receivedAfterDeadline(year:deadline:)``, ``FundingError/deadlineTooLate(deadline:first:)``, or
    ///   ``FundingError/momentBeforeMoney(year:sector:first:place:)``.
    /// - Complexity: Linear in schools times years, but for the sorting of places.
    public init(
        _ allocation: Allocation, deadline: SchoolYear, policy: SpendingPolicy, population: SchoolPopulation,
        seed: UInt64
    ) throws(FundingError) {
        self.policy = policy
        places = SpendingPlaces(policy.profiles, population, seed: seed)
        years = try Self.received(allocation, deadline: deadline, schools: population.schools.count)
        guard !years.isEmpty else { return }
        try check(population)
        spend()
        try spendByBoards(BoardPool(population, policy.boardSpending))
    }

    private static func received(
        _ allocation: Allocation, deadline: SchoolYear, schools: Int
    ) throws(FundingError) -> [Year] {
        guard let first = allocation.years.first, let last = allocation.years.last else { return [] }
        guard last <= deadline else {
            throw .receivedAfterDeadline(year: last.description, deadline: deadline.description)
        }
        guard deadline.start - first.start <= 50 else { throw .deadlineTooLate(deadline: deadline, first: first) }
        return SchoolYear.years(from: first, through: deadline).map {
            Year($0, received: allocation.received(in: $0, schools: schools))
        }
    }

    /// Nothing can be left of money that has not come.
    private func check(_ population: SchoolPopulation) throws(FundingError) {
        for (position, profile) in policy.profiles.enumerated() {
            for sector in profile.sectors {
                let members = population.schools.indices.filter {
                    places.profile[$0] == position && population.schools[$0].sector == sector
                }
                let first = years.first { year in members.contains { year.received[$0] > .zero } }
                guard let first, let early = profile.moments.first(where: { $0.year <= first.year }) else { continue }
                throw .momentBeforeMoney(
                    year: early.year.description, sector: sector, first: first.year.description, place: early.place)
            }
        }
    }

    /// Fills in what schools and their boards spend of each school's money.
    private mutating func spend() {
        var school = SchoolSpending(years: years, policy: policy)
        for index in places.place.indices {
            var received = 0
            for year in years.indices {
                received += years[year].received[index].count
                school.received[year] = received
            }
            guard received > 0 else { continue }
            school.spend(profile: places.profile[index], place: places.place[index])
            var (own, board) = (0, 0)
            for year in years.indices {
                own += school.own.receipts[year] - school.own.spent[year]
                board += school.board.receipts[year] - school.board.spent[year]
                let isLast = year == years.count - 1
                years[year].spent[index] = Cents(school.own.spent[year] + school.board.spent[year])
                years[year].spentOfSchoolByBoard[index] = Cents(school.board.spent[year])
                years[year].leftAtSchool[index] = Cents(own)
                years[year].carried[index] = isLast ? .zero : Cents(own + board)
                years[year].returned[index] = isLast ? Cents(own + board) : .zero
            }
        }
    }

    /// Fills in what the boards' spending and the overhead leave to interventions.
    private mutating func spendByBoards(_ pool: BoardPool) throws(FundingError) {
        for year in years.indices {
            let reached = try pool.divided(years[year].spentOfSchoolByBoard)
            years[year].spentForSchoolByBoard = reached
            for index in reached.indices {
                let all = years[year].spent[index] - years[year].spentOfSchoolByBoard[index] + reached[index]
                let overhead = Cents(min(all.count, Int((Double(all.count) * policy.overhead.value).rounded())))
                years[year].overhead[index] = overhead
                years[year].effective[index] = all - overhead
            }
        }
    }

    /// What each school and its board spend of its money in a year; nil outside the path.
    public func spent(in year: SchoolYear) -> [Cents]? { years.first { $0.year == year }?.spent }

    /// What interventions get in each school in a year; nil outside the path.
    public func effective(in year: SchoolYear) -> [Cents]? { years.first { $0.year == year }?.effective }
}

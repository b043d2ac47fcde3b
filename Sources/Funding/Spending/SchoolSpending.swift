/// One school's money in two pots, its own and its board's: the work space of ``SpendingPath``, used for school after school.
struct SchoolSpending {
    /// Cents received up to the end of each year, by school and board.
    var received: [Int]
    /// The school's own money.
    private(set) var own: SpendDown
    /// The board's part.
    private(set) var board: SpendDown
    private let boardShare: Double
    private let unspentShare: Double
    /// For each profile the years at whose end a balance is declared, as positions, with what is left.
    private let declared: [[(year: Int, left: MoneyLeft)]]

    init(years: [SpendingPath.Year], policy: SpendingPolicy) {
        received = [Int](repeating: 0, count: years.count)
        own = SpendDown(years: years.count)
        board = own
        boardShare = policy.boardShare.value
        unspentShare = policy.unspentAtDeadline.value
        declared = policy.profiles.map { profile in
            profile.moments.compactMap { moment in
                years.firstIndex { $0.year.advanced(by: 1) == moment.year }.map { ($0, moment.left) }
            }
        }
    }

    /// Spends what was received.
    ///
    /// - Parameters:
    ///   - profile: The position of the school's profile, or -1 to spend in equal parts.
    ///   - place: The school's place among the profile's schools.
    mutating func spend(profile: Int, place: Double) {
        divideReceipts()
        for year in received.indices {
            own.balances[year] = SpendDown.free
            board.balances[year] = SpendDown.free
        }
        if profile >= 0 {
            var (ownReceived, boardReceived, next) = (0, 0, 0)
            for (year, left) in declared[profile] {
                while next <= year {
                    ownReceived += own.receipts[next]
                    boardReceived += board.receipts[next]
                    next += 1
                }
                let share = left.share(at: place)
                own.balances[year] = Self.part(share, of: ownReceived)
                // What boards keep is by definition spent; at the deadline none of it is left.
                if year < received.count - 1 { board.balances[year] = Self.part(share, of: boardReceived) }
            }
        }
        own.spend(unspentShare: unspentShare)
        board.spend(unspentShare: 0)
    }

    /// Divides receipts between school and board, rounding cumulated amounts so that no cent is lost.
    private mutating func divideReceipts() {
        var (before, boardBefore) = (0, 0)
        for year in received.indices {
            let receipt = received[year] - before
            let boardReceived = Int((Double(received[year]) * boardShare).rounded())
            board.receipts[year] = min(max(0, boardReceived - boardBefore), receipt)
            own.receipts[year] = receipt - board.receipts[year]
            boardBefore += board.receipts[year]
            before = received[year]
        }
    }

    /// Rounded up, so that who has something left by the profile has a cent.
    private static func part(_ share: Double, of amount: Int) -> Int {
        min(amount, Int((Double(amount) * share).rounded(.up)))
    }
}

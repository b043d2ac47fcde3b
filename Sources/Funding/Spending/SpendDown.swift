/// How one pot of money of one school is spent, year by year, in whole cents.
///
/// The moments at which a balance is declared cut the years into stretches. Within a stretch every amount (what was there
/// at its start, each receipt) is spent in equal parts from its receipt to the stretch's end, less its part of the balance
/// that the stretch must leave. So nothing is spent before it is there, and no year's spending is negative.
struct SpendDown {
    /// The balance at the end of a year when none is declared.
    static let free = -1

    /// Cents received in each year.
    var receipts: [Int]
    /// Cents to be left at the end of each year, or ``free``.
    var balances: [Int]
    /// Cents spent in each year, after ``spend(unspentShare:)``.
    private(set) var spent: [Int]

    /// A pot without money.
    init(years: Int) {
        receipts = [Int](repeating: 0, count: years)
        balances = [Int](repeating: Self.free, count: years)
        spent = receipts
    }

    /// Spends the money.
    ///
    /// - Parameter unspentShare: The share of the last stretch's money that is left at its end, when no balance is
    ///   declared there.
    mutating func spend(unspentShare: Double) {
        makeConsistent()
        for year in spent.indices { spent[year] = 0 }
        var (start, opening) = (0, 0)
        for year in receipts.indices {
            let isLast = year == receipts.count - 1
            guard balances[year] != Self.free || isLast else { continue }
            let total = receipts[start...year].reduce(opening, +)
            let left =
                balances[year] == Self.free
                ? min(total, Int((Double(total) * unspentShare).rounded())) : balances[year]
            spendStretch(start...year, opening: opening, total: total, left: left)
            (start, opening) = (year + 1, left)
        }
    }

    /// A balance that cannot come from the one before and the receipts between raises the one before: what is known of a
    /// later moment wins.
    private mutating func makeConsistent() {
        var (needed, received) = (0, receipts.reduce(0, +))
        for year in receipts.indices.reversed() {
            precondition(balances[year] <= received, "no more is left than was received")
            if balances[year] != Self.free {
                balances[year] = max(balances[year], needed)
                needed = balances[year]
            }
            needed = max(0, needed - receipts[year])
            received -= receipts[year]
        }
    }

    private mutating func spendStretch(_ years: ClosedRange<Int>, opening: Int, total: Int, left: Int) {
        guard total > left else { return }
        var (seen, leftSoFar) = (0, 0)
        for year in years {
            let amount = receipts[year] + (year == years.lowerBound ? opening : 0)
            seen += amount
            // Rounded down on cumulated amounts, so that the parts left add up and none exceeds its amount.
            let leftUpToHere = Int(Int128(seen) * Int128(left) / Int128(total))
            let toSpend = amount - (leftUpToHere - leftSoFar)
            leftSoFar = leftUpToHere
            let (part, extra) = toSpend.quotientAndRemainder(dividingBy: years.upperBound - year + 1)
            for offset in 0...(years.upperBound - year) { spent[year + offset] += part + (offset < extra ? 1 : 0) }
        }
    }
}

import Recovery

/// What schools receive, spend, carry over and return per school year: money is spent in equal parts over the years from
/// its receipt to the deadline.
public struct SpendingPath: Sendable {
    /// The flows of one school year, a cell for each school of the population.
    public struct Year: Sendable {
        /// The school year.
        public let year: SchoolYear
        /// Money received.
        public let received: [Cents]
        /// Money spent.
        public let spent: [Cents]
        /// Money carried over to the next school year.
        public let carried: [Cents]
        /// Money that goes back to the state after the deadline.
        public let returned: [Cents]
    }

    /// The years from the first receipt to the deadline.
    public let years: [Year]

    /// Spends an allocation.
    ///
    /// - Parameters:
    ///   - allocation: The money received.
    ///   - deadline: The last school year in which money may be spent.
    ///   - schools: The number of schools.
    /// - Throws: ``FundingError/receivedAfterDeadline(year:deadline:)``.
    public init(_ allocation: Allocation, deadline: SchoolYear, schools: Int) throws(FundingError) {
        guard let first = allocation.years.first, let last = allocation.years.last else {
            years = []
            return
        }
        guard last <= deadline else {
            throw .receivedAfterDeadline(year: last.description, deadline: deadline.description)
        }
        let calendar = SchoolYear.years(from: first, through: deadline)
        let receipts = calendar.map { allocation.received(in: $0, schools: schools) }
        var spent = calendar.map { _ in [Cents](repeating: .zero, count: schools) }
        for (position, received) in receipts.enumerated() {
            for (school, amount) in received.enumerated() where amount > .zero {
                let parts = amount.split(into: calendar.count - position)
                for (offset, part) in parts.enumerated() {
                    spent[position + offset][school] = spent[position + offset][school] + part
                }
            }
        }
        var balance = [Cents](repeating: .zero, count: schools)
        var years: [Year] = []
        for (position, year) in calendar.enumerated() {
            for school in 0..<schools {
                balance[school] = balance[school] + receipts[position][school] - spent[position][school]
            }
            let isLast = position == calendar.count - 1
            let nothing = [Cents](repeating: .zero, count: schools)
            years.append(
                Year(
                    year: year, received: receipts[position], spent: spent[position],
                    carried: isLast ? nothing : balance, returned: isLast ? balance : nothing))
        }
        self.years = years
    }

    /// What each school spends in a year; nothing outside the path.
    public func spent(in year: SchoolYear) -> [Cents]? { years.first { $0.year == year }?.spent }
}

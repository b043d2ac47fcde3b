/// Divides the money that boards spend over the schools it reaches, to the cent.
struct BoardPool {
    /// The schools of each board with more than one school; the others keep their own.
    private let boards: [[Int]]
    private let pupils: [Double]

    /// The boards of a population; a school without a board stands alone.
    init(_ population: SchoolPopulation, _ reach: SpendingPolicy.BoardSpending) {
        pupils = population.schools.map { Double($0.pupils) }
        var members: [[Int]] = []
        if reach == .perPupil {
            var positions: [String: Int] = [:]
            for (index, school) in population.schools.enumerated() {
                guard let board = school.traits.board else { continue }
                let position = positions[board] ?? members.count
                if position == members.count {
                    positions[board] = position
                    members.append([])
                }
                members[position].append(index)
            }
        }
        boards = members.filter { $0.count > 1 }
    }

    /// What boards spend for each school, from what they spend of each school's money.
    ///
    /// - Throws: Nothing in fact: boards none of whose schools has pupils spend for the school the money came from.
    func divided(_ contributions: [Cents]) throws(FundingError) -> [Cents] {
        var reached = contributions
        for schools in boards {
            let weights = schools.map { pupils[$0] }
            let total = schools.reduce(Cents.zero) { $0 + contributions[$1] }
            guard total > .zero, weights.contains(where: { $0 > 0 }) else { continue }
            for (school, part) in zip(schools, try total.split(by: weights)) { reached[school] = part }
        }
        return reached
    }
}

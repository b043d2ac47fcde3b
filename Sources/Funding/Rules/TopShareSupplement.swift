/// A supplement for the schools with the highest scores of their school type, as the labour-market allowance: 15%.
///
/// Schools of one sector and school type are compared with each other. A school is selected when fewer than the share q
/// of them have a higher score per pupil, so that schools which tie at the cut are all selected; or, when ties are left out,
/// when no more than q of them, itself and its ties included, have at least its score. Schools without a score, or with a
/// score of 0, are never selected; the ones without are not counted either.
public struct TopShareSupplement: Sendable, Equatable {
    /// What schools are ordered by.
    public enum Order: String, Sendable, CaseIterable {
        /// Disadvantage score per pupil.
        case scorePerPupil = "score_per_pupil"
        /// The share of newcomers among the pupils.
        case newcomersPerPupil = "newcomers_per_pupil"
    }

    /// What happens to schools that tie at the cut.
    public enum Ties: String, Sendable, CaseIterable {
        /// All are selected.
        case include
        /// None is selected.
        case exclude
    }

    /// What small schools get on top: an amount less something per pupil, never below nothing.
    public struct SmallSchool: Sendable, Equatable {
        /// Schools with fewer pupils are small.
        public let below: Int
        /// Euros per small school.
        public let amount: Double
        /// Euros per pupil of a small school, usually negative.
        public let perPupil: Double

        /// A small-school formula.
        public init(below: Int, amount: Double, perPupil: Double) {
            self.below = below
            self.amount = amount
            self.perPupil = perPupil
        }
    }

    /// Euros per pupil of a selected school; a weight when the rule's total is fixed.
    public let rate: YearlyNumber
    /// The share q of schools, from 0 to 1.
    public let share: Double
    /// What they are ordered by.
    public let order: Order
    /// Which score, when they are ordered by it.
    public let score: ScoreKind
    /// Ties at the cut.
    public let ties: Ties
    /// What small schools get on top; nil for nothing.
    public let smallSchool: SmallSchool?

    /// A supplement for the top schools.
    public init(
        rate: YearlyNumber = YearlyNumber(1), share: Double, order: Order = .scorePerPupil,
        score: ScoreKind = .withThreshold, ties: Ties = .include, smallSchool: SmallSchool? = nil
    ) {
        self.rate = rate
        self.share = share
        self.order = order
        self.score = score
        self.ties = ties
        self.smallSchool = smallSchool
    }

    /// The euros of a selected school with some pupils, at a rate.
    func euros(pupils: Double, rate: Double) -> Double {
        guard let smallSchool, pupils < Double(smallSchool.below) else { return rate * pupils }
        return rate * pupils + max(0, smallSchool.amount + smallSchool.perPupil * pupils)
    }

    /// The pupils of each selected school; nil for the others.
    func counts(of schools: ReachedSchools) -> [Double?] {
        var counts = [Double?](repeating: nil, count: schools.count)
        let kinds = schools.map { Kind(sector: $0.sector, type: $0.traits.type) }
        let peers = Dictionary(grouping: kinds.indices) { kinds[$0] }
        for members in peers.values {
            for position in selected(members.map { value(of: schools[$0]) }) {
                counts[members[position]] = Double(schools[members[position]].pupils)
            }
        }
        return counts
    }

    /// What schools that are compared with each other have in common.
    private struct Kind: Hashable {
        let sector: String
        let type: String?
    }

    private func value(of school: School) -> Double? {
        guard school.pupils > 0 else { return nil }
        let count =
            switch order {
            case .scorePerPupil: score.score(of: school)
            case .newcomersPerPupil: school.newcomers.map(Double.init)
            }
        return count.map(school.order)
    }

    /// The positions of the selected among peers, by their values.
    func selected(_ values: [Double?]) -> [Int] {
        let ranked = values.indices.compactMap { position in values[position].map { (value: $0, position: position) } }
            .sorted { $0.value > $1.value }
        let limit = share * Double(ranked.count)
        // The last bit of a share such as 0.07 of 100 schools must neither select a school nor drop one.
        let rounding = 1e-9
        var result: [Int] = []
        var start = 0
        while start < ranked.count, ranked[start].value > 0 {
            var end = start
            while end < ranked.count, ranked[end].value == ranked[start].value { end += 1 }
            let isWithin =
                switch ties {
                case .include: Double(start) < limit - rounding
                case .exclude: Double(end) <= limit + rounding
                }
            guard isWithin else { break }
            result += ranked[start..<end].map(\.position)
            start = end
        }
        return result
    }
}

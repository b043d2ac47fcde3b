import Probability

/// A subsidy that schools apply for, per pupil of at most a share of their pupils.
///
/// Which schools apply is not known: of the reached schools of a sector and quintile, the declared share of them (rounded
/// to a whole number) applies, in an order drawn once for each school. The order is the same for every rule, year and
/// scenario: who applies with a low take-up also applies with a higher one.
public struct ApplicationSubsidy: Sendable, Equatable {
    /// Euros per pupil; a weight when the rule's total is fixed.
    public let rate: YearlyNumber
    /// The largest share of a school's pupils; the pupils are rounded down to a whole number.
    public let share: Double
    /// The largest share in a school whose score after the threshold is above 0.
    public let shareWithScore: Double
    /// The share of schools that apply, by quintile 1 to 5; position 0 is for schools without a score.
    public let takeUp: [Double]

    /// A subsidy.
    ///
    /// - Parameter takeUp: Six shares: without a score, then quintiles 1 to 5.
    public init(rate: YearlyNumber = YearlyNumber(1), share: Double, shareWithScore: Double, takeUp: [Double]) {
        precondition(takeUp.count == 6, "a take-up for unknown scores and five quintiles")
        self.rate = rate
        self.share = share
        self.shareWithScore = shareWithScore
        self.takeUp = takeUp
    }

    /// The pupils whom a school may get the subsidy for.
    func pupils(of school: School) -> Double {
        let share = (school.disadvantageScore ?? 0) > 0 ? shareWithScore : share
        // A share such as 0.1 of 70 pupils must not lose a pupil to the last bit.
        return (share * Double(school.pupils) + 1e-9).rounded(.down)
    }

    /// The pupils of each school that applies; nil for the others.
    func counts(of schools: ReachedSchools, seed: UInt64) -> [Double?] {
        var counts = [Double?](repeating: nil, count: schools.count)
        let quintiles = schools.quintiles
        let kinds = zip(schools.map(\.sector), quintiles).map { Kind(sector: $0, quintile: $1) }
        let groups = Dictionary(grouping: kinds.indices) { kinds[$0] }
        for members in groups.values {
            guard let first = members.first else { continue }
            // As in pupils(of:): halves are rounded up whatever the last bit of the share.
            let applicants = Int((takeUp[quintiles[first]] * Double(members.count) + 1e-9).rounded())
            for member in order(members, schools, seed: seed).prefix(applicants) {
                counts[member] = pupils(of: schools[member])
            }
        }
        return counts
    }

    /// What schools of which a declared share applies have in common.
    private struct Kind: Hashable {
        let sector: String
        let quintile: Int
    }

    private func order(_ members: [Int], _ schools: ReachedSchools, seed: UInt64) -> [Int] {
        let keyed = members.map { member in
            let stream = RandomStream(
                seed: seed, purpose: .application, draw: 0, entity: streamKey(schools[member].id), period: 0)
            return (key: stream.uniform(at: 0), member: member)
        }
        return keyed.sorted { ($0.key, $0.member) < ($1.key, $1.member) }.map(\.member)
    }
}

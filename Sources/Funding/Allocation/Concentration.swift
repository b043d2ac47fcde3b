/// How unequally money is spread over pupils, and how much of it goes where scores are highest.
public struct Concentration: Sendable, Equatable {
    /// The Gini coefficient of euros per pupil over pupils: 0 when every pupil's school gets the same per pupil; nil
    /// without money.
    public let gini: Double?
    /// The share of the money of schools with a known score that goes to quintile 5; nil without such money.
    public let shareToTopQuintile: Double?

    /// The concentration of some schools' money.
    ///
    /// Pupils are ordered by the euros per pupil of their school; with L the share of the money up to a share of the
    /// pupils (the Lorenz curve), the Gini coefficient is 1 minus twice the area under L.
    ///
    /// - Parameters:
    ///   - amounts: Each school's money, not negative.
    ///   - pupils: Each school's pupils; schools without pupils do not count.
    ///   - quintiles: Each school's quintile, 0 when unknown.
    public init(amounts: [Cents], pupils: [Int], quintiles: [Int]) {
        precondition(amounts.count == pupils.count && pupils.count == quintiles.count, "one of each for every school")
        gini = Self.gini(amounts: amounts, pupils: pupils)
        var (top, known) = (Cents.zero, Cents.zero)
        for (amount, quintile) in zip(amounts, quintiles) where quintile > 0 {
            known = known + amount
            if quintile == 5 { top = top + amount }
        }
        shareToTopQuintile = known > .zero ? top.euros / known.euros : nil
    }

    private static func gini(amounts: [Cents], pupils: [Int]) -> Double? {
        var schools: [(perPupil: Double, pupils: Double, euros: Double)] = []
        for (amount, pupils) in zip(amounts, pupils) where pupils > 0 {
            schools.append((amount.euros / Double(pupils), Double(pupils), amount.euros))
        }
        let euros = schools.reduce(0) { $0 + $1.euros }
        let count = schools.reduce(0) { $0 + $1.pupils }
        guard euros > 0 else { return nil }
        schools.sort { $0.perPupil < $1.perPupil }
        var (below, twiceArea) = (0.0, 0.0)
        for school in schools {
            twiceArea += school.pupils / count * (2 * below + school.euros) / euros
            below += school.euros
        }
        let gini = 1 - twiceArea
        // Rounding of the sum: a smaller inequality cannot be told from none.
        return gini < 1e-12 ? 0 : gini
    }
}

import Recovery

/// A declared share of schools beside the share in the spending path: a calibrated figure is put in, not predicted.
public struct SpendingCalibration: Sendable {
    /// The sector.
    public let sector: String
    /// The disadvantage quintiles that the figure is for, 0 for unknown scores; empty for all.
    public let quintiles: [Int]
    /// The school year at whose start the money left is looked at.
    public let year: SchoolYear
    /// The class: nothing left, or up to a share.
    public let moneyLeft: MoneyLeft.Class
    /// The share of schools in the class in the path.
    public let simulatedShare: Double
    /// The number of schools that received money.
    public let schools: Int
    /// Where the declared share comes from.
    public let source: String

    /// The declared share of schools, scaled so that the classes add up to 1.
    public var declaredShare: Double { moneyLeft.share }
}

extension SpendingPath {
    /// Every declared share beside the simulated one, by profile, sector, school year and class; moments past the deadline's
    /// end are left out, and so are sectors without money.
    public func calibration(_ population: SchoolPopulation) -> [SpendingCalibration] {
        var rows: [SpendingCalibration] = []
        for (position, profile) in policy.profiles.enumerated() {
            for sector in profile.sectors {
                let members = population.schools.indices.filter {
                    places.profile[$0] == position && population.schools[$0].sector == sector
                }
                for moment in profile.moments {
                    let shares = sharesLeft(at: moment.year, members)
                    guard !shares.isEmpty else { continue }
                    let isForAll = Set(profile.quintiles) == Set(SpendingProfile.allQuintiles)
                    rows += Self.rows(shares, sector, isForAll ? [] : profile.quintiles, moment)
                }
            }
        }
        return rows
    }

    private static func rows(
        _ shares: [Double], _ sector: String, _ quintiles: [Int], _ moment: SpendingProfile.Moment
    ) -> [SpendingCalibration] {
        var lower = -1.0
        return moment.left.classes.map { item in
            let inside = shares.count { lower < $0 && $0 <= item.upTo }
            lower = item.upTo
            return SpendingCalibration(
                sector: sector, quintiles: quintiles, year: moment.year, moneyLeft: item,
                simulatedShare: Double(inside) / Double(shares.count), schools: shares.count, source: moment.left.source
            )
        }
    }

    /// The share of its own money so far that each school has left at the start of a year; schools without money are left
    /// out. Shares are rounded to a millionth, as balances are in whole cents.
    func sharesLeft(at year: SchoolYear, _ schools: [Int]) -> [Double] {
        guard let last = years.firstIndex(where: { $0.year.advanced(by: 1) == year }) else { return [] }
        return schools.compactMap { school in
            let received = years[...last].reduce(0) { $0 + $1.received[school].count }
            let byBoard = Int((Double(received) * policy.boardShare.value).rounded())
            guard received > byBoard else { return nil }
            let left = years[last].leftAtSchool[school].count
            let share = Double(left) / Double(received - byBoard)
            return left == 0 ? 0 : max(1e-6, (share * 1e6).rounded() / 1e6)
        }
    }

    /// The number of schools that have received money of their own by the end of a year, and how many have none left.
    ///
    /// - Parameters:
    ///   - position: The year's position in ``years``.
    ///   - schools: The schools counted.
    public func schoolsWithNothingLeft(atEndOf position: Int, among schools: [Int]) -> (nothingLeft: Int, schools: Int)
    {
        var (empty, all) = (0, 0)
        for school in schools {
            guard years[...position].contains(where: { $0.received[school] > .zero }) else { continue }
            all += 1
            if years[position].leftAtSchool[school] == .zero { empty += 1 }
        }
        return (empty, all)
    }
}

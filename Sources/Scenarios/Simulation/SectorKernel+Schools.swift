/// What scenarios add to schools: for each outcome, scenario and moment, what a euro per pupil of each paid year does to a
/// school's mean deviation and its change, and what entering pupils bring.
///
/// Eight numbers at a time: deviation of the low and the high group, their changes; of one paid year, or of entering pupils.
final class SchoolResponses {
    /// Numbers of one moment: four for each paid year, and four of entering pupils.
    let width: Int
    private let moments: Int
    private let outcomes: Int
    private let values: UnsafeMutablePointer<Double>
    private let count: Int

    init(_ kernel: SectorKernel, scenarios: Int) {
        width = 4 * (kernel.schools.paidYears.count + 1)
        moments = kernel.moments
        outcomes = kernel.outcomes.count
        count = scenarios * outcomes * moments * width
        values = .allocate(capacity: max(1, count))
        values.initialize(repeating: 0, count: max(1, count))
    }

    deinit { values.deallocate() }

    /// The numbers of an outcome, scenario and moment; those of entering pupils come last.
    func at(_ outcome: Int, _ scenario: Int, _ moment: Int) -> UnsafeMutablePointer<Double> {
        values + ((scenario * outcomes + outcome) * moments + moment) * width
    }
}

/// The number of recovered schools by scenario: the one figure that needs every school's own money.
extension SectorKernel {
    /// The least mean deviations (as the kernel holds them) that count as recovered: from the level, from the trend.
    func thresholds(_ own: Int, moment: Int, trend: Double) -> (level: Double, trend: Double) {
        let shift = trend * trendYears[moment]
        return outcomes[own].isFromLevel ? (-margin, -margin + shift) : (-margin - shift, -margin)
    }

    /// Counts a chunk's recovered schools of one outcome.
    ///
    /// - Parameters:
    ///   - scenario: The scenario; nil for one that adds nothing.
    ///   - counts: By benchmark (level, growth, trend) and moment; added to.
    func count(
        _ own: Int, _ chunk: SectorSchools.Chunk, trend: Double, scenario: Int?, _ work: SectorWorkspace,
        counts: UnsafeMutablePointer<Double>
    ) {
        for moment in 0..<moments {
            let least = thresholds(own, moment: moment, trend: trend)
            var tally = Tally(levelAtLeast: least.level, trendAtLeast: least.trend, growthAtLeast: -margin)
            let (means, changes) = (work.mean(own, moment), work.change(own, moment))
            if let scenario, moment > 0 {
                tally.add(
                    chunk, schools, scenario, work.responses.at(own, scenario, moment), before: moment, means, changes)
            } else {
                schools.isSchool.withUnsafeBufferPointer { isSchool in
                    for place in 0..<chunk.groups.count {
                        tally.add(means[place], change: changes[place], isSchool[chunk.groups.lowerBound + place])
                    }
                }
            }
            counts[moment] += tally.level.total
            if moment > 0 { counts[moments + moment] += tally.growth.total }
            counts[2 * moments + moment] += tally.trend.total
        }
    }
}

/// Schools at or above a threshold, eight at a time.
private struct Tally {
    let levelAtLeast, trendAtLeast, growthAtLeast: Double
    var level = Lanes(repeating: 0)
    var growth = Lanes(repeating: 0)
    var trend = Lanes(repeating: 0)

    init(levelAtLeast: Double, trendAtLeast: Double, growthAtLeast: Double) {
        (self.levelAtLeast, self.trendAtLeast, self.growthAtLeast) = (levelAtLeast, trendAtLeast, growthAtLeast)
    }

    @inline(__always)
    mutating func add(_ mean: Lanes, change: Lanes, _ isSchool: Lanes) {
        let none = Lanes(repeating: 0)
        level += none.replacing(with: isSchool, where: mean .>= levelAtLeast)
        trend += none.replacing(with: isSchool, where: mean .>= trendAtLeast)
        growth += none.replacing(with: isSchool, where: change .>= growthAtLeast)
    }

    /// A chunk's schools with what a scenario adds to each by a moment.
    mutating func add(
        _ chunk: SectorSchools.Chunk, _ schools: SectorSchools, _ scenario: Int,
        _ response: UnsafeMutablePointer<Double>, before moment: Int, _ means: UnsafeMutablePointer<Lanes>,
        _ changes: UnsafeMutablePointer<Lanes>
    ) {
        let (first, places) = (chunk.groups.lowerBound, schools.isSchool.count)
        let paid = schools.paidYears.count
        let paidBefore = schools.hasMoney[scenario] ? schools.paidYears.count { $0 < moment } : 0
        let entered = response + 4 * paid
        schools.euros.withUnsafeBufferPointer { euros in
            schools.shares[0].withUnsafeBufferPointer { lowShares in
                schools.shares[1].withUnsafeBufferPointer { highShares in
                    schools.isSchool.withUnsafeBufferPointer { isSchool in
                        for place in 0..<chunk.groups.count {
                            var (low, high) = (Lanes(repeating: entered[0]), Lanes(repeating: entered[1]))
                            var (lowChange, highChange) = (Lanes(repeating: entered[2]), Lanes(repeating: entered[3]))
                            for paidYear in 0..<paidBefore {
                                let amount = euros[(scenario * paid + paidYear) * places + first + place]
                                let perEuro = response + 4 * paidYear
                                low += amount * perEuro[0]
                                high += amount * perEuro[1]
                                lowChange += amount * perEuro[2]
                                highChange += amount * perEuro[3]
                            }
                            let (lowShare, highShare) = (lowShares[first + place], highShares[first + place])
                            add(
                                means[place] + lowShare * low + highShare * high,
                                change: changes[place] + lowShare * lowChange + highShare * highChange,
                                isSchool[first + place])
                        }
                    }
                }
            }
        }
    }
}

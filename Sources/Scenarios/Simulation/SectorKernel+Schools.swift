/// What a scenario adds to one school: euros by paid year times these, and what entering pupils bring.
struct SchoolResponse {
    /// By paid year, SD per euro per pupil: deviations of the low and high group, changes of the low and high group.
    var perEuro: [(low: Double, high: Double, lowChange: Double, highChange: Double)] = []
    var entered = (low: 0.0, high: 0.0, lowChange: 0.0, highChange: 0.0)

    /// Whether nothing is added.
    var isEmpty: Bool {
        func isNothing(_ x: (low: Double, high: Double, lowChange: Double, highChange: Double)) -> Bool {
            x.low == 0 && x.high == 0 && x.lowChange == 0 && x.highChange == 0
        }
        return isNothing(entered) && perEuro.allSatisfy(isNothing)
    }
}

/// The number of recovered schools by scenario: the one figure that needs every school's own money.
extension SectorKernel {
    /// The least mean deviations (as the kernel holds them) that count as recovered: from the level, from the trend.
    func thresholds(_ own: Int, moment: Int, trend: Double) -> (level: Double, trend: Double) {
        let shift = trend * trendYears[moment]
        return outcomes[own].isFromLevel ? (-margin, -margin + shift) : (-margin - shift, -margin)
    }

    /// Counts a chunk's recovered schools of one scenario and outcome.
    ///
    /// - Parameters:
    ///   - response: By moment; nil when the scenario adds nothing.
    ///   - counts: By benchmark (level, growth, trend) and moment; added to.
    func count(
        _ own: Int, _ chunk: SectorSchools.Chunk, trend: Double, scenario: Int, _ response: (Int) -> SchoolResponse?,
        _ work: SectorWorkspace, counts: inout [Double]
    ) {
        for moment in 0..<moments {
            let least = thresholds(own, moment: moment, trend: trend)
            var tally = Tally(levelAtLeast: least.level, trendAtLeast: least.trend, growthAtLeast: -margin)
            let (means, changes) = (work.mean(own, moment), work.change(own, moment))
            let first = chunk.groups.lowerBound
            if let response = response(moment), !response.isEmpty {
                tally.add(chunk, schools, scenario, response, means, changes)
            } else {
                for place in 0..<chunk.groups.count {
                    tally.add(means[place], change: changes[place], schools.isSchool[first + place])
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

    /// A chunk's schools with what a scenario adds to each.
    mutating func add(
        _ chunk: SectorSchools.Chunk, _ schools: SectorSchools, _ scenario: Int, _ response: SchoolResponse,
        _ means: UnsafeMutablePointer<Lanes>, _ changes: UnsafeMutablePointer<Lanes>
    ) {
        let first = chunk.groups.lowerBound
        for place in 0..<chunk.groups.count {
            var (low, lowChange) = (
                Lanes(repeating: response.entered.low), Lanes(repeating: response.entered.lowChange)
            )
            var (high, highChange) = (
                Lanes(repeating: response.entered.high), Lanes(repeating: response.entered.highChange)
            )
            for (paidYear, perEuro) in response.perEuro.enumerated() {
                let amount = schools.euros[scenario][paidYear][first + place]
                low += amount * perEuro.low
                lowChange += amount * perEuro.lowChange
                high += amount * perEuro.high
                highChange += amount * perEuro.highChange
            }
            let (shareLow, shareHigh) = (schools.shares[0][first + place], schools.shares[1][first + place])
            add(
                means[place] + shareLow * low + shareHigh * high,
                change: changes[place] + shareLow * lowChange + shareHigh * highChange, schools.isSchool[first + place])
        }
    }
}

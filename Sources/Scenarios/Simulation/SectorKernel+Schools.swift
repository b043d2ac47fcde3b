import Funding

/// The number of recovered schools by scenario: the one figure that needs every school's own money.
extension SectorKernel {
    /// What an outcome of a scenario adds to the schools of a cell, over all grades.
    struct SchoolResponse {
        /// By SES group, paid year and moment, SD per euro per pupil.
        let level: [[[Double]]]
        let growth: [[[Double]]]
        /// What entering pupils bring: by SES group and moment.
        let enteredMean: [[Double]]
        let enteredGrowth: [[Double]]

        init(_ response: GainResponse, _ kernel: SectorKernel) {
            (level, growth) = response.overGrades(kernel)
            enteredMean = response.enteredMean
            enteredGrowth = response.enteredGrowth
        }

        /// Whether anything has been added by a moment.
        func isEmpty(_ moment: Int) -> Bool {
            level.allSatisfy { $0.allSatisfy { $0[moment] == 0 } } && enteredMean.allSatisfy { $0[moment] == 0 }
                && growth.allSatisfy { $0.allSatisfy { $0[moment] == 0 } }
        }
    }

    /// The least mean deviations (as the kernel holds them) that count as recovered: from the level, from the trend.
    func thresholds(_ own: Int, moment: Int, trend: Double) -> (level: Double, trend: Double) {
        let shift = trend * trendYears[moment]
        return outcomes[own].isFromLevel ? (-margin, -margin + shift) : (-margin - shift, -margin)
    }

    /// Counts a chunk's recovered schools of one scenario and outcome.
    ///
    /// - Parameters:
    ///   - response: Nil when the scenario adds nothing: then the counts are those of all scenarios.
    ///   - counts: By benchmark (level, growth, trend) and moment; added to.
    func count(
        _ own: Int, _ chunk: SectorSchools.Chunk, trend: Double, scenario: Int, _ response: SchoolResponse?,
        _ work: SectorWorkspace, counts: inout [Double]
    ) {
        for moment in 0..<moments {
            let least = thresholds(own, moment: moment, trend: trend)
            let paid = schools.paidYears.indices.filter { schools.paidYears[$0] < moment }
            var tally = Tally(levelAtLeast: least.level, trendAtLeast: least.trend, growthAtLeast: -margin)
            let (means, changes) = (work.mean(own, moment), work.change(own, moment))
            let first = chunk.groups.lowerBound
            if let response, !response.isEmpty(moment) {
                let euros = paid.map { schools.euros[scenario][$0] }
                for place in 0..<chunk.groups.count {
                    var low = (
                        Lanes(repeating: response.enteredMean[0][moment]),
                        Lanes(repeating: response.enteredGrowth[0][moment])
                    )
                    var high = (
                        Lanes(repeating: response.enteredMean[1][moment]),
                        Lanes(repeating: response.enteredGrowth[1][moment])
                    )
                    for (index, paidYear) in paid.enumerated() {
                        let amount = euros[index][first + place]
                        low.0 += amount * response.level[0][paidYear][moment]
                        low.1 += amount * response.growth[0][paidYear][moment]
                        high.0 += amount * response.level[1][paidYear][moment]
                        high.1 += amount * response.growth[1][paidYear][moment]
                    }
                    let (shareLow, shareHigh) = (schools.shares[0][first + place], schools.shares[1][first + place])
                    tally.add(
                        means[place] + shareLow * low.0 + shareHigh * high.0,
                        change: changes[place] + shareLow * low.1 + shareHigh * high.1, schools.isSchool[first + place])
                }
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
}

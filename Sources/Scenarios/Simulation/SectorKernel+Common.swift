import Probability

/// The part of the state that all scenarios share.
extension SectorKernel {
    /// Draws a chunk's random numbers.
    func drawNumbers(
        _ chunk: SectorSchools.Chunk, draw: UInt32, _ parameters: [OutcomeParameters], _ work: SectorWorkspace
    ) {
        schools.entities.withUnsafeBufferPointer { all in
            let entities = UnsafeBufferPointer(
                rebasing: all[(chunk.groups.lowerBound * 8)..<(chunk.groups.upperBound * 8)])
            for (own, outcome) in outcomes.enumerated() {
                let p = parameters[own]
                let lasting = work.heterogeneity + own * work.width
                if p.schoolSD == 0 {
                    lasting.update(repeating: Lanes(repeating: 1), count: chunk.groups.count)
                } else {
                    // The second number of the block has no use.
                    NormalLanes.fill(
                        seed: seed, purpose: .schoolHeterogeneity, draw: draw, period: 0, block: outcome.block,
                        entities: entities, first: Self.doubles(lasting), second: Self.doubles(work.input))
                    for place in 0..<chunk.groups.count {
                        lasting[place] = 1 + Lanes(repeating: p.schoolSD) * lasting[place]
                    }
                }
                guard p.noiseSD != 0 else { continue }
                for year in outcome.startMoment..<max(years, outcome.startMoment) {
                    NormalLanes.fill(
                        seed: seed, purpose: .noise, draw: draw, period: periods[year], block: outcome.block,
                        entities: entities, first: Self.doubles(work.noise(own, year: year, group: 0)),
                        second: Self.doubles(work.noise(own, year: year, group: 1)))
                }
            }
        }
    }

    private static func doubles(_ lanes: UnsafeMutablePointer<Lanes>) -> UnsafeMutablePointer<Double> {
        UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: Double.self)
    }

    /// Simulates a chunk through all moments and adds it to the sums.
    func simulate(
        _ chunk: SectorSchools.Chunk, _ parameters: [OutcomeParameters], _ entry: EntryPaths, _ work: SectorWorkspace
    ) {
        for moment in 0..<moments {
            for own in outcomes.indices {
                for group in 0..<RecordLayout.groups {
                    let start = outcomes[own].startMoment
                    if moment <= start {
                        let value = moment == start ? parameters[own].start[group] : 0
                        set(own, group, moment, value, chunk, work)
                    } else {
                        step(own, group, moment, parameters[own], entry, chunk, work)
                    }
                    add(own, group, moment, entry, chunk, work)
                }
            }
            work.careers?.keep(moment, places: chunk.groups.count, work)
        }
    }

    /// Sets all grades to one deviation, as hard as each school was hit.
    private func set(
        _ own: Int, _ group: Int, _ moment: Int, _ value: Double, _ chunk: SectorSchools.Chunk, _ work: SectorWorkspace
    ) {
        let heterogeneity = work.heterogeneity + own * work.width
        for grade in 0..<grades {
            let state = work.state(moment, own, group: group, grade: grade)
            for place in 0..<chunk.groups.count { state[place] = value * heterogeneity[place] }
        }
    }

    /// One school year of one outcome and SES group.
    private func step(
        _ own: Int, _ group: Int, _ moment: Int, _ p: OutcomeParameters, _ entry: EntryPaths,
        _ chunk: SectorSchools.Chunk, _ work: SectorWorkspace
    ) {
        let (year, count) = (moment - 1, chunk.groups.count)
        let wellbeing = outcomes[own].wellbeing
        let shock = -outcomes[own].closureWeeks[year] * p.lossPerWeek * (group == 0 ? 1 + p.lowExtra : 1)
        let heterogeneity = work.heterogeneity + own * work.width
        let noise = work.noise(own, year: year, group: group)
        let input = work.input
        if p.noiseSD == 0 {
            for place in 0..<count { input[place] = shock * heterogeneity[place] + p.drift }
        } else {
            for place in 0..<count {
                input[place] = shock * heterogeneity[place] + p.drift + p.noiseSD * noise[place]
            }
        }
        for grade in (0..<grades).reversed() {
            let state = work.state(moment, own, group: group, grade: grade)
            if grade == 0, hasFlow {
                let brought =
                    p.persistence * entry.common[own][group][moment - 1]
                    + (wellbeing < 0 ? 0 : p.spillover * entry.common[wellbeing][group][moment - 1])
                for place in 0..<count { state[place] = brought + input[place] }
                continue
            }
            let from = hasFlow ? grade - 1 : grade
            let before = work.state(moment - 1, own, group: group, grade: from)
            if wellbeing < 0 {
                for place in 0..<count { state[place] = p.persistence * before[place] + input[place] }
            } else {
                let well = work.state(moment - 1, wellbeing, group: group, grade: from)
                for place in 0..<count {
                    state[place] = p.persistence * before[place] + input[place] + p.spillover * well[place]
                }
            }
        }
    }

    /// Adds a chunk's states to the sums over schools, and to the schools' own means.
    private func add(
        _ own: Int, _ group: Int, _ moment: Int, _ entry: EntryPaths, _ chunk: SectorSchools.Chunk,
        _ work: SectorWorkspace
    ) {
        let count = chunk.groups.count
        let quintile = schools.cells[chunk.cell].quintile
        let perGrade = 1 / Double(grades)
        let sum = work.sum(moment, own, group: group)
        for place in 0..<count { sum[place] = Lanes(repeating: 0) }
        let (mean, change) = (work.mean(own, moment), work.change(own, moment))
        schools.pupils[group].withUnsafeBufferPointer { all in
            let pupils = UnsafeBufferPointer(rebasing: all[chunk.groups])
            for grade in 0..<grades {
                let state = work.state(moment, own, group: group, grade: grade)
                var total = Lanes(repeating: 0)
                for place in 0..<count {
                    sum[place] += state[place]
                    total += pupils[place] * state[place]
                }
                work.byGrade[work.grade(own, group: group, grade: grade, moment: moment)] += perGrade * total.total
            }
            schools.shares[group].withUnsafeBufferPointer { all in
                let shares = UnsafeBufferPointer(rebasing: all[chunk.groups])
                var level = Lanes(repeating: 0)
                for place in 0..<count {
                    let own = perGrade * sum[place]
                    level += pupils[place] * own
                    mean[place] = group == 0 ? shares[place] * own : mean[place] + shares[place] * own
                }
                let index = work.level(own, group: group, quintile: quintile, moment: moment)
                work.levels[index] += level.total
                guard moment > 0 else { return }
                // Those who left count no longer; those who came had what they brought.
                let before = work.sum(moment - 1, own, group: group)
                let left = work.state(moment - 1, own, group: group, grade: grades - 1)
                let brought = moment > outcomes[own].startMoment ? entry.common[own][group][moment - 1] : 0
                var growth = Lanes(repeating: 0)
                for place in 0..<count {
                    let base = hasFlow ? before[place] - left[place] + brought : before[place]
                    let own = perGrade * (sum[place] - base)
                    growth += pupils[place] * own
                    change[place] = group == 0 ? shares[place] * own : change[place] + shares[place] * own
                }
                work.growth[index] += growth.total
            }
        }
    }
}

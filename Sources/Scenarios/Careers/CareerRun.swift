import Probability
import Transitions

/// One draw of a sector's careers, school by school.
///
/// In each school year the pupils of a school, SES group, grade and class flow multinomially. The odds of a route against the
/// grade's reference are those before the crisis times `exp(skill x + wellbeing y + policy)`, x and y the deviations from the
/// pre-crisis trend at the end of that school year of the school, group and grade in the scenario, money and noise included. Tracks
/// of a grade share its deviation; grades beyond the sector's have that of its last.
///
/// Pupils who change tracks are counted at the school where they entered. Who enters is a yearly intake that keeps the number of
/// a school's pupils before the crisis the same on average; the pupils of the first year are spread over grades as that intake
/// would have it.
struct CareerRun {
    let kernel: SectorKernel
    let careers: SectorCareers
    let draw: CareerDraw
    /// By outcome of the careers and moment: what a deviation from the level has too much, SD.
    let trendShifts: [[Double]]
    private let cells: [CareerShifts.Cell]
    private let cellOfRoute: [[Int]]

    init(_ kernel: SectorKernel, _ careers: SectorCareers, _ inputs: DrawnInputs, _ parameters: [OutcomeParameters]) {
        (self.kernel, self.careers) = (kernel, careers)
        (cells, cellOfRoute) = (careers.plan.shifts.cells, careers.plan.shifts.cellOfRoute)
        draw = CareerDraw(careers.plan, inputs, years: kernel.years)
        trendShifts = careers.outcomes.map { own in
            kernel.trendYears.map { kernel.outcomes[own].isFromLevel ? parameters[own].trend * $0 : 0 }
        }
    }

    /// Sets the baseline's weights, which no school changes.
    func begin(_ work: CareerWorkspace) {
        work.clear()
        for group in draw.weights.indices {
            for world in 0..<work.pupils.worlds {
                work.pupils.setWeights(draw.weights[group], world: world, group: group)
            }
        }
    }

    /// Simulates a chunk's schools through all years.
    func simulate(_ chunk: SectorSchools.Chunk, _ number: UInt32, _ work: CareerWorkspace) {
        for place in 0..<chunk.groups.count {
            let isSchool = kernel.schools.isSchool[chunk.groups.lowerBound + place]
            for lane in 0..<8 where isSchool[lane] != 0 {
                simulate(place, lane, first: chunk.groups.lowerBound, number, work)
            }
        }
    }

    private func simulate(_ place: Int, _ lane: Int, first: Int, _ number: UInt32, _ work: CareerWorkspace) {
        let schools = kernel.schools
        let entity = schools.entities[(first + place) * 8 + lane]
        let set = careers.plan.offers.sets[schools.schoolIndices[(first + place) * 8 + lane]]
        let start = RandomStream(
            seed: kernel.seed, purpose: .careers, draw: number, entity: entity, period: 0)
        let (stock, intake) = (start.uniforms(at: 0), start.uniforms(at: 1))
        work.pupils.clear()
        for group in 0..<RecordLayout.groups {
            let pupils = Int(schools.pupils[group][first + place][lane])
            settle(pupils, group, set, u: group == 0 ? stock.0 : stock.1, work)
        }
        for year in 0..<kernel.years {
            let stream = RandomStream(
                seed: kernel.seed, purpose: .careers, draw: number, entity: entity, period: kernel.periods[year])
            if year > 0 {
                let numbers = stream.uniforms(at: PupilFlowKernel.firstFreeBlock)
                for group in 0..<RecordLayout.groups {
                    let pupils = Int(schools.pupils[group][first + place][lane])
                    enter(
                        pupils, group, set, year, total: group == 0 ? intake.0 : intake.1,
                        u: group == 0 ? numbers.0 : numbers.1, work)
                }
            }
            for scenario in careers.hasPolicy.indices {
                weigh(scenario, year, place, lane, first: first, work)
            }
            advance(year, stream, work)
        }
    }

    private func advance(_ year: Int, _ stream: RandomStream, _ work: CareerWorkspace) {
        work.tallies.withUnsafeMutableBufferPointer { all in
            let own = UnsafeMutableBufferPointer(
                rebasing: all[(year * work.tallyLength)..<((year + 1) * work.tallyLength)])
            work.pupils.advance(stream, tally: own)
        }
    }

    /// Spreads a school's pupils over grades and classes, in all worlds alike.
    private func settle(_ count: Int, _ group: Int, _ set: Int, u: Double, _ work: CareerWorkspace) {
        work.atStart[group] += count
        forEachSystematicPart(of: count, cumulated: draw.stocks[set][group], u: u) { cell, part in
            for world in 0..<work.pupils.worlds { work.pupils.add(part, world: world, group: group, cell: cell) }
        }
    }

    /// Lets a year's pupils enter, in all worlds alike.
    private func enter(
        _ count: Int, _ group: Int, _ set: Int, _ year: Int, total: Double, u: Double, _ work: CareerWorkspace
    ) {
        let yearly = Double(count) / draw.years[set][group]
        let entering =
            Int((yearly * Double(year) + total).rounded(.down))
            - Int((yearly * Double(year - 1) + total).rounded(.down))
        let flow = careers.plan.flow
        let tracks = flow.ladder.tracks.count
        forEachSystematicPart(of: entering, cumulated: draw.intakes[set][group], u: u) { track, part in
            work.entering[(year * RecordLayout.groups + group) * tracks + track] += part
            let cell = flow.cell(.entering, grade: flow.ladder.state(track: track, grade: 1))
            for world in 0..<work.pupils.worlds { work.pupils.add(part, world: world, group: group, cell: cell) }
        }
    }

    /// Sets a scenario's weights for a school and year.
    private func weigh(
        _ scenario: Int, _ year: Int, _ place: Int, _ lane: Int, first: Int, _ work: CareerWorkspace
    ) {
        guard !cells.isEmpty else { return }
        deviate(scenario, year + 1, place, lane, first: first, work)
        let half = RecordLayout.groups * kernel.grades
        for (index, cell) in cells.enumerated() {
            let deviation = cell.group * kernel.grades + cell.grade
            var shift = careers.hasPolicy[scenario] ? draw.policy[year][index] : 0
            if careers.skill >= 0 { shift += draw.skill[index] * work.deviations[careers.skill * half + deviation] }
            if careers.wellbeing >= 0 {
                shift += draw.wellbeing[index] * work.deviations[careers.wellbeing * half + deviation]
            }
            // Beyond 30 nobody or everybody goes there; a draw whose deviations are no numbers is refused as a whole.
            work.factors[index] = shift == 0 || shift.isNaN ? 1 : Elementary.exp(min(max(shift, -30), 30))
        }
        for group in 0..<RecordLayout.groups {
            work.pupils.withWeights(world: scenario, group: group) { weights in
                draw.weights[group].withUnsafeBufferPointer { base in
                    cellOfRoute[group].withUnsafeBufferPointer { cells in
                        for route in base.indices where cells[route] >= 0 {
                            weights[route] = base[route] * work.factors[cells[route]]
                        }
                    }
                }
            }
        }
    }

    /// A school's deviations from the pre-crisis trend in a scenario at a moment, by outcome, group and grade.
    private func deviate(
        _ scenario: Int, _ moment: Int, _ place: Int, _ lane: Int, first: Int, _ work: CareerWorkspace
    ) {
        let schools = kernel.schools
        let (paid, places) = (schools.paidYears.count, schools.isSchool.count)
        for outcome in careers.outcomes.indices {
            for group in 0..<RecordLayout.groups {
                let response = work.response(scenario, outcome, moment, group)
                for grade in 0..<kernel.grades {
                    var value = work.state(moment, outcome, group: group, grade: grade)[place][lane]
                    value += work.entered[response * kernel.grades + grade] - trendShifts[outcome][moment]
                    for paidYear in 0..<paid {
                        // Who is in a grade for the first time since the money came has had none of it.
                        guard schools.paidYears[paidYear] < moment,
                            grade >= moment - 1 - schools.paidYears[paidYear]
                        else { continue }
                        value +=
                            schools.euros[(scenario * paid + paidYear) * places + first + place][lane]
                            * work.perEuro[response * paid + paidYear]
                    }
                    work.deviations[(outcome * RecordLayout.groups + group) * kernel.grades + grade] = value
                }
            }
        }
    }
}

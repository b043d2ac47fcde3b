import Funding
import Probability
import Recovery

/// The state equation of one sector, school by school:
///
///     x' = rho x + shock (1 + kappa low) (1 + u_s) + drift + gamma wellbeing + sigma noise
///     gain = A + B,  A' = A + c e,  B' = exp(-lambda) B + (1 - c) e,  e = effect x spending per pupil x multiplier
///
/// The deviation from the baseline, in SD, is x + gain. The two accumulators carry exactly the gain's decay to a plateau
/// of c. Noise and heterogeneity are keyed by school and year and shared by all scenarios.
struct SectorKernel: Sendable {
    /// One school of the sector.
    struct SchoolData: Sendable {
        let stream: UInt64
        let quintile: Int
        let low: Double
        let high: Double
    }

    /// Positions of the sector's outcomes in the file; well-being outcomes need no special place.
    let outcomes: [Int]
    /// For each of the sector's outcomes the position within the sector of the outcome that spills over, or -1.
    let wellbeing: [Int]
    /// For each of the sector's outcomes the declared stream number.
    let streams: [UInt64]
    /// For each outcome and year the weeks of closure.
    let closureWeeks: [[Double]]
    let schools: [SchoolData]
    /// Effective spending (what interventions get) per pupil in euros: `[scenario][school * years + year]`.
    let spendingPerPupil: [[Double]]
    let years: Int
    /// The calendar years in which the school years start, less 1900: they key the noise, so that a longer calendar
    /// changes no earlier draw.
    let periods: [UInt8]
    let margin: Double

    init(_ plan: SimulationPlan, sector: String) {
        let file = plan.file
        outcomes = file.outcomes.indices.filter { file.outcomes[$0].sector == sector }
        let own = outcomes.map { file.outcomes[$0] }
        wellbeing = own.map { outcome in own.firstIndex { $0.outcome == outcome.wellbeing } ?? -1 }
        streams = own.map(\.stream)
        closureWeeks = own.map { outcome in file.years.map { outcome.closureWeeks[$0] ?? 0 } }
        let members = plan.population.schools.indices.filter {
            plan.population.schools[$0].sector == sector && plan.population.schools[$0].pupils > 0
        }
        schools = members.map { index in
            let school = plan.population.schools[index]
            return SchoolData(
                stream: streamKey(school.id), quintile: plan.population.quintiles[index],
                low: Double(school.lowPupils), high: Double(school.highPupils))
        }
        let years = file.years
        spendingPerPupil = plan.scenarios.map { scenario in
            let spent = years.map { scenario.spending.effective(in: $0) }
            return members.flatMap { index in
                spent.map { ($0?[index].euros ?? 0) / Double(plan.population.schools[index].pupils) }
            }
        }
        self.years = years.count
        periods = years.map { UInt8(truncatingIfNeeded: $0.start - 1900) }
        margin = file.margin
    }

    /// Simulates one draw and adds it to the results.
    func run(
        draw: UInt32, seed: UInt64, parameters all: [OutcomeParameters], layout: RecordLayout,
        record: inout [Double]
    ) {
        let parameters = outcomes.map { all[$0] }
        var work = Workspace(outcomes: outcomes.count, years: years)
        for (index, school) in schools.enumerated() {
            drawRandomNumbers(school, draw: draw, seed: seed, parameters, &work)
            for scenario in spendingPerPupil.indices {
                simulate(index, school, scenario, parameters, layout, &work, &record)
            }
        }
    }

    /// A school's numbers of one draw, and the state while it is simulated.
    private struct Workspace {
        /// Relative heterogeneity 1 + u_s, by outcome.
        var heterogeneity: [Double]
        /// Noise by outcome, year and group.
        var noise: [Double]
        /// State, plateau and decaying gain by outcome and group.
        var x: [Double]
        var plateau: [Double]
        var decaying: [Double]
        /// The deviation at the end of the year before, by outcome and group.
        var before: [Double]

        init(outcomes: Int, years: Int) {
            heterogeneity = Array(repeating: 1, count: outcomes)
            noise = Array(repeating: 0, count: outcomes * years * 2)
            x = Array(repeating: 0, count: outcomes * 2)
            plateau = x
            decaying = x
            before = x
        }
    }

    private func drawRandomNumbers(
        _ school: SchoolData, draw: UInt32, seed: UInt64, _ parameters: [OutcomeParameters], _ work: inout Workspace
    ) {
        for outcome in outcomes.indices {
            let block = UInt16(truncatingIfNeeded: streams[outcome])
            let own = RandomStream(
                seed: seed, purpose: .schoolHeterogeneity, draw: draw, entity: school.stream, period: 0)
            work.heterogeneity[outcome] = 1 + parameters[outcome].schoolSD * own.normals(at: block).0
            for year in 0..<years {
                let random = RandomStream(
                    seed: seed, purpose: .noise, draw: draw, entity: school.stream, period: periods[year])
                let (first, second) = random.normals(at: block)
                let position = (outcome * years + year) * 2
                work.noise[position] = parameters[outcome].noiseSD * first
                work.noise[position + 1] = parameters[outcome].noiseSD * second
            }
        }
    }

    private func simulate(
        _ index: Int, _ school: SchoolData, _ scenario: Int, _ parameters: [OutcomeParameters], _ layout: RecordLayout,
        _ work: inout Workspace, _ record: inout [Double]
    ) {
        for outcome in outcomes.indices {
            work.x[outcome * 2] = parameters[outcome].startLow * work.heterogeneity[outcome]
            work.x[outcome * 2 + 1] = parameters[outcome].startHigh * work.heterogeneity[outcome]
            for group in 0..<2 {
                let cell = outcome * 2 + group
                work.plateau[cell] = 0
                work.decaying[cell] = 0
                work.before[cell] = work.x[cell]
            }
        }
        add(school, scenario, moment: 0, layout, work, &record)
        for year in 0..<years {
            let spending = spendingPerPupil[scenario][index * years + year]
            for outcome in outcomes.indices {
                step(outcome, year, spending, parameters[outcome], &work)
            }
            for cell in work.before.indices {
                work.before[cell] = work.x[cell] + work.plateau[cell] + work.decaying[cell]
            }
            add(school, scenario, moment: year + 1, layout, work, &record)
        }
    }

    /// One school year of one outcome.
    @inline(__always)
    private func step(
        _ outcome: Int, _ year: Int, _ spending: Double, _ p: OutcomeParameters, _ work: inout Workspace
    ) {
        let shock = -closureWeeks[outcome][year] * p.lossPerWeek * work.heterogeneity[outcome]
        let source = wellbeing[outcome]
        for group in 0..<2 {
            let cell = outcome * 2 + group
            let isLow = group == 0
            let spill = source < 0 ? 0 : p.spillover * work.before[source * 2 + group]
            let hit = isLow ? shock * (1 + p.lowExtra) : shock
            let noise = work.noise[(outcome * years + year) * 2 + group]
            work.x[cell] = p.persistence * work.x[cell] + hit + p.drift + spill + noise
            let gain = p.effectPerEuro * spending * (isLow ? p.lowMultiplier : 1)
            work.plateau[cell] += p.plateau * gain
            work.decaying[cell] = p.yearlyDecay * work.decaying[cell] + (1 - p.plateau) * gain
        }
    }

    /// Adds a school's deviations to the sums of its cells.
    @inline(__always)
    private func add(
        _ school: SchoolData, _ scenario: Int, moment: Int, _ layout: RecordLayout, _ work: Workspace,
        _ record: inout [Double]
    ) {
        for (own, outcome) in outcomes.enumerated() {
            let (low, high) = (work.before[own * 2], work.before[own * 2 + 1])
            record[layout.state(scenario, outcome, 0, school.quintile, moment)] += school.low * low
            record[layout.state(scenario, outcome, 1, school.quintile, moment)] += school.high * high
            let mean = (school.low * low + school.high * high) / (school.low + school.high)
            if mean >= -margin { record[layout.schools(scenario, outcome, .trend, moment)] += 1 }
        }
    }
}

/// One draw after another of a plan.
struct DrawSimulation: Sendable {
    private let plan: SimulationPlan
    private let layout: RecordLayout
    private let kernels: [SectorKernel]

    init(_ plan: SimulationPlan, layout: RecordLayout) {
        self.plan = plan
        self.layout = layout
        kernels = plan.population.sectors.map { SectorKernel(plan, sector: $0) }.filter { !$0.outcomes.isEmpty }
    }

    /// The records of some draws; nil when it was asked to stop.
    func block(_ draws: Range<Int>, cancellation: Cancellation) -> RecordBlock? {
        var values = [Double]()
        values.reserveCapacity(draws.count * layout.length)
        for draw in draws {
            if cancellation.isCancelled { return nil }
            var record = [Double](repeating: 0, count: layout.length)
            let parameters = plan.parameters(draw: UInt32(draw))
            for kernel in kernels {
                kernel.run(
                    draw: UInt32(draw), seed: plan.file.seed, parameters: parameters, layout: layout, record: &record)
            }
            values += record
        }
        return RecordBlock(draws: draws, values: values)
    }
}

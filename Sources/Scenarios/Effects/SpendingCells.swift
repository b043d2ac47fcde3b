import Funding
import Recovery

extension FundedScenario {
    /// The euros that interventions get in each school in a year, what its board spends for it included and overhead not:
    /// the one place from which effects take their money.
    func eurosPerSchool(in year: SchoolYear) -> [Double]? { spending.effective(in: year)?.map(\.euros) }
}

/// The money of one sector as its pupils meet it: the mean spending per pupil of each SES group in the schools of each
/// quintile, by scenario and year.
///
/// Within a cell schools share one amount: top-down effects, being linear, lose nothing by it; staff is pooled.
struct SpendingCells: Sendable {
    /// Pupils of one group in the schools of one quintile.
    struct Cell: Sendable {
        /// 1 to 5, or 0 for unknown scores.
        let quintile: Int
        let isLow: Bool
        let pupils: Double
        /// Euros per pupil: `[scenario][year]`.
        let euros: [[Double]]
    }

    /// The cells that have pupils, by quintile and then low before high.
    let cells: [Cell]

    init(_ plan: SimulationPlan, sector: String) {
        let population = plan.population
        let members = population.schools.indices.filter {
            population.schools[$0].sector == sector && population.schools[$0].pupils > 0
        }
        let spent = plan.scenarios.map { scenario in plan.file.years.map { scenario.eurosPerSchool(in: $0) } }
        var cells: [Cell] = []
        for quintile in 0...5 {
            let schools = members.filter { population.quintiles[$0] == quintile }
            for isLow in [true, false] {
                let counts = schools.map { index in
                    Double(isLow ? population.schools[index].lowPupils : population.schools[index].highPupils)
                }
                let pupils = counts.reduce(0, +)
                guard pupils > 0 else { continue }
                let euros = spent.map { years in
                    years.map { amounts in
                        guard let amounts else { return 0.0 }
                        return zip(schools, counts).reduce(0) { sum, member in
                            sum + member.1 * amounts[member.0] / Double(population.schools[member.0].pupils)
                        } / pupils
                    }
                }
                cells.append(Cell(quintile: quintile, isLow: isLow, pupils: pupils, euros: euros))
            }
        }
        self.cells = cells
    }
}

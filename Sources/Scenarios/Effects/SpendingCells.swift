import Funding
import Recovery

extension FundedScenario {
    /// The euros that interventions get in each school in a year, what its board spends for it included and overhead not:
    /// the one place from which effects take their money.
    func eurosPerSchool(in year: SchoolYear) -> [Double]? { spending.effective(in: year)?.map(\.euros) }
}

/// The money of one sector as its pupils meet it: the mean spending per pupil of each SES group in the schools of each
/// quintile, by scenario and year; where staff hangs on the region, of each region that is named.
///
/// Within a cell schools share one amount: top-down effects, being linear, lose nothing by it; staff is pooled.
struct SpendingCells: Sendable {
    /// Pupils of one group in the schools of one quintile and region.
    struct Cell: Sendable {
        /// 1 to 5, or 0 for unknown scores.
        let quintile: Int
        /// A region that the sector's capacity names; nil for all others together.
        let region: String?
        let isLow: Bool
        let pupils: Double
        /// Euros per pupil: `[scenario][year]`.
        let euros: [[Double]]
    }

    /// The cells that have pupils, by quintile, then the named regions before the others, then low before high.
    let cells: [Cell]

    init(_ plan: SimulationPlan, sector: String) {
        let population = plan.population
        let members = population.schools.indices.filter {
            population.schools[$0].sector == sector && population.schools[$0].pupils > 0
        }
        let spent = plan.scenarios.map { scenario in plan.file.years.map { scenario.eurosPerSchool(in: $0) } }
        let named = (plan.interventions?.capacities[sector]?.byRegion.keys).map(Array.init) ?? []
        func region(_ school: Int) -> String? {
            population.schools[school].traits.region.flatMap { named.contains($0) ? $0 : nil }
        }
        let choices = (0...5).flatMap { quintile in
            (named.map(Optional.some) + [nil]).map { (quintile: quintile, region: $0) }
        }
        var cells: [Cell] = []
        for choice in choices {
            let schools = members.filter {
                population.quintiles[$0] == choice.quintile && region($0) == choice.region
            }
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
                cells.append(
                    Cell(quintile: choice.quintile, region: choice.region, isLow: isLow, pupils: pupils, euros: euros))
            }
        }
        self.cells = cells
    }
}

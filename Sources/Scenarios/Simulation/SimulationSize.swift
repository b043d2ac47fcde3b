import Funding

/// How large a simulation is, for those who want to know before they start it.
public struct SimulationSize: Sendable, Equatable {
    /// The scenarios.
    public let scenarios: Int
    /// Schools with pupils by SES groups, grades, outcomes of their sector and school years.
    public let cells: Int
    /// Schools with pupils by SES groups, grades of all tracks and school years, of sectors with careers.
    public let careerCells: Int
    /// The bytes of a draw's record, in memory and on disk.
    public let bytesPerDraw: Int

    /// Cells of all scenarios: what one draw computes.
    public var updatesPerDraw: Int { scenarios * cells }
}

extension Simulator {
    /// How large the simulation is.
    public var size: SimulationSize {
        let cells = plan.file.outcomes.map { outcome in
            let schools = plan.population.schools.count { $0.sector == outcome.sector && $0.pupils > 0 }
            return schools * RecordLayout.groups * plan.file.gradeCount(of: outcome.sector) * plan.file.years.count
        }
        let careers = plan.careers.map { careers in
            let schools = plan.population.schools.count {
                $0.sector == careers.declaration.sector && $0.pupils > 0
            }
            return schools * RecordLayout.groups * careers.flow.gradeCount * plan.file.years.count
        }
        return SimulationSize(
            scenarios: plan.scenarios.count, cells: cells.reduce(0, +), careerCells: careers.reduce(0, +),
            bytesPerDraw: memory(draws: 1))
    }
}

extension SimulationResult {
    /// These draws over and over, in the same memory: to measure how long summaries of so many take, never to report.
    package func repeated(to draws: Int) -> SimulationResult {
        var (blocks, next) = ([RecordBlock](), 0)
        while next < draws {
            let count = min(records.count, draws - next)
            blocks += records.moved(by: next, first: count)
            next += count
        }
        return SimulationResult(layout: layout, records: DrawRecords(blocks, length: layout.length))
    }
}

import Probability
import Recovery

/// A row of `trajectories.csv`: the deviation from the baseline of some pupils in one school year, over draws.
public struct Trajectory: Sendable {
    /// The scenario.
    public let scenario: String
    /// The sector.
    public let sector: String
    /// The outcome.
    public let outcome: String
    /// The SES group, or `all`.
    public let group: String
    /// The disadvantage quintile of the school: `1` to `5`, `unknown` or `all`.
    public let quintile: String
    /// The school year at the end of which the deviation stands.
    public let year: SchoolYear
    /// The number of pupils.
    public let pupils: Int
    /// The deviation in SD, summarised.
    public let summary: DrawSummary
    /// The share of draws in which the deviation is at least minus the margin.
    public let probabilityRecovered: Double
    /// Its Monte Carlo standard error.
    public let mcseOfProbability: Double
}

extension SimulationResult {
    /// The trajectories of every scenario, outcome, group, quintile and year that has pupils.
    public func trajectories(_ plan: SimulationPlan) -> [Trajectory] {
        let cube = ResultCube(plan, self)
        var rows: [Trajectory] = []
        for (scenario, funded) in plan.scenarios.enumerated() {
            for (position, outcome) in plan.file.outcomes.enumerated() {
                for (groupName, groups) in cube.groupChoices {
                    for (quintileName, quintiles) in ResultCube.quintileChoices {
                        let selection = PupilSelection(sector: outcome.sector, groups: groups, quintiles: quintiles)
                        let pupils = cube.pupilCount(selection)
                        guard pupils > 0 else { continue }
                        for (moment, year) in cube.moments.enumerated() {
                            let draws = cube.deviations(
                                scenario: scenario, outcome: position, selection, moment: moment)
                            let share = Double(draws.count { $0 >= -plan.file.margin }) / Double(draws.count)
                            rows.append(
                                Trajectory(
                                    scenario: funded.declaration.name, sector: outcome.sector,
                                    outcome: outcome.outcome, group: groupName, quintile: quintileName, year: year,
                                    pupils: pupils, summary: DrawSummary(draws), probabilityRecovered: share,
                                    mcseOfProbability: mcseOfProportion(share, draws: draws.count)))
                        }
                    }
                }
            }
        }
        return rows
    }
}

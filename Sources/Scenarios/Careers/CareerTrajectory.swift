import Parallelism
import Probability
import Recovery

/// A row of `careers.csv`: an indicator of some pupils of a sector in a school year, over draws, beside the baseline and the
/// reference.
public struct CareerTrajectory: Sendable {
    /// The scenario.
    public let scenario: String
    /// The sector.
    public let sector: String
    /// What is told.
    public let indicator: CareerIndicator
    /// The track, or `all`.
    public let track: String
    /// The SES group, or `all`.
    public let group: String
    /// The school year.
    public let year: SchoolYear
    /// The indicator.
    public let summary: DrawSummary
    /// The indicator in the baseline, no crisis and no policy with the same random numbers: its mean over draws.
    public let baselineMean: Double
    /// The indicator less that of the baseline, draw by draw.
    public let deviation: DrawSummary
    /// Beside the reference; nil for the reference itself.
    public let difference: Difference?

    /// The paired difference with the reference.
    public struct Difference: Sendable {
        /// The reference.
        public let reference: String
        /// Scenario less reference, draw by draw.
        public let summary: DrawSummary
        /// The share of draws in which the scenario does better, ties counted half; nil where neither more nor less is better.
        public let probabilityBetter: Double?
        /// Its Monte Carlo standard error.
        public let mcseOfProbabilityBetter: Double?
    }
}

extension ResultCube {
    /// The careers of all scenarios: by sector, then scenario, indicator, track, group and year.
    func careerTrajectories() -> [CareerTrajectory] {
        let scenarios = plan.scenarios.count
        var parts = [[CareerTrajectory]](repeating: [], count: plan.careers.count * scenarios)
        parts.withUnsafeMutableBufferPointer { parts in
            nonisolated(unsafe) let parts = parts
            Threads.forEach(parts.count) { place in
                let draws = CareerDraws(cube: self, index: place / scenarios)
                parts[place] = draws.trajectories(scenario: place % scenarios)
            }
        }
        return parts.flatMap { $0 }
    }
}

extension CareerDraws {
    func trajectories(scenario: Int) -> [CareerTrajectory] {
        CareerIndicator.allCases.flatMap { indicator in
            let tracks = [nil] + (indicator.isByTrack ? (0..<layout.tracks).map { $0 } : [])
            return tracks.flatMap { track in
                cube.groupChoices.flatMap { group in
                    (0..<layout.years).compactMap { year in
                        let figure = CareerFigure(indicator: indicator, track: track, groups: group.groups, year: year)
                        return row(figure, scenario: scenario, group: group.name)
                    }
                }
            }
        }
    }

    /// Nil where some draw of the scenario, the baseline or the reference has nobody to tell it of.
    private func row(_ figure: CareerFigure, scenario: Int, group: String) -> CareerTrajectory? {
        let reference = cube.plan.referencePosition
        guard let own = values(figure, world: scenario), let base = values(figure, world: baseline),
            let other = scenario == reference ? own : values(figure, world: reference)
        else { return nil }
        let dependence = cube.plan.sampling.dependence
        return CareerTrajectory(
            scenario: cube.plan.scenarios[scenario].declaration.name, sector: plan.declaration.sector,
            indicator: figure.indicator, track: figure.track.map { plan.flow.ladder.tracks[$0].name } ?? "all",
            group: group, year: cube.plan.file.years[figure.year], summary: DrawSummary(own, dependence: dependence),
            baselineMean: CompensatedSum(base).value / Double(base.count),
            deviation: DrawSummary(zip(own, base).map { $0 - $1 }, dependence: dependence),
            difference: scenario == reference ? nil : difference(own, other, figure.indicator))
    }

    private func difference(
        _ own: [Double], _ other: [Double], _ indicator: CareerIndicator
    ) -> CareerTrajectory.Difference {
        let dependence = cube.plan.sampling.dependence
        let differences = zip(own, other).map { $0 - $1 }
        let better =
            indicator.direction == 0
            ? nil : DrawShare.above(differences.map { indicator.direction * $0 }, dependence: dependence)
        return CareerTrajectory.Difference(
            reference: cube.plan.file.reference, summary: DrawSummary(differences, dependence: dependence),
            probabilityBetter: better?.value, mcseOfProbabilityBetter: better?.mcse)
    }
}

import Probability
import Recovery

/// A row of `trajectories.csv`: the deviation from a benchmark of some pupils in one school year, over draws.
///
/// Written for each SES group: all pupils against every benchmark; each disadvantage quintile against the trend; each grade,
/// where a sector has more than one, against the trend and the level.
public struct Trajectory: Sendable {
    /// The scenario.
    public let scenario: String
    /// What the deviation is from.
    public let benchmark: RecoveryBenchmark
    /// The sector.
    public let sector: String
    /// The outcome.
    public let outcome: String
    /// The SES group, or `all`.
    public let group: String
    /// The disadvantage quintile of the school: `1` to `5`, `unknown` or `all`.
    public let quintile: String
    /// The grade, `1` for that in which pupils enter the sector, or `all`.
    public let grade: String
    /// The school year at the end of which the deviation stands.
    public let year: SchoolYear
    /// The number of pupils; of a grade the sector's divided by its grades.
    public let pupils: Int
    /// The deviation in SD, summarised.
    public let summary: DrawSummary
    /// The share of draws in which the deviation is at least minus the margin.
    public let probabilityRecovered: Double
    /// Its Monte Carlo standard error.
    public let mcseOfProbability: Double?
}

/// Which trajectories are made.
public enum TrajectoryDetail: String, Codable, Sendable, CaseIterable {
    /// All schools and grades together.
    case national
    /// Also by quintile and grade.
    case full
}

extension OutcomeDraws {
    /// The trajectories: by group, then all pupils by benchmark, quintiles and grades, then year.
    func trajectories(_ detail: TrajectoryDetail) -> [Trajectory] {
        let groups = cube.groupChoices.filter { pupils($0.groups) > 0 }
        guard detail == .full else {
            return groups.flatMap { group in RecoveryBenchmark.allCases.flatMap { ofAll(group, $0) } }
        }
        return groups.flatMap { group in
            RecoveryBenchmark.allCases.flatMap { ofAll(group, $0) }
                + ResultCube.quintileChoices.dropFirst().flatMap { ofQuintile(group, $0) }
                + (grades > 1 ? (0..<grades).flatMap { ofGrade(group, $0) } : [])
        }
    }

    private typealias Group = (name: String, groups: [Int])

    private func ofAll(_ group: Group, _ benchmark: RecoveryBenchmark) -> [Trajectory] {
        // There is no growth before the first simulated year.
        cube.moments.indices.dropFirst(benchmark == .growth ? 1 : 0).map { moment in
            trajectory(
                group.name, benchmark, moment, pupils: pupils(group.groups),
                deviations(group.groups, moment: moment, benchmark: benchmark))
        }
    }

    private func ofQuintile(_ group: Group, _ quintile: (name: String, quintiles: [Int])) -> [Trajectory] {
        let pupils = pupils(group.groups, quintiles: quintile.quintiles)
        guard pupils > 0 else { return [] }
        return cube.moments.indices.map { moment in
            trajectory(
                group.name, .trend, quintile: quintile.name, moment, pupils: pupils,
                deviations(group.groups, quintiles: quintile.quintiles, moment: moment, benchmark: .trend))
        }
    }

    private func ofGrade(_ group: Group, _ grade: Int) -> [Trajectory] {
        [RecoveryBenchmark.level, .trend].flatMap { benchmark in
            cube.moments.indices.map { moment in
                trajectory(
                    group.name, benchmark, grade: String(grade + 1), moment,
                    pupils: Int((Double(pupils(group.groups)) / Double(grades)).rounded()),
                    deviations(group.groups, grade: grade, moment: moment, benchmark: benchmark))
            }
        }
    }

    private func trajectory(
        _ group: String, _ benchmark: RecoveryBenchmark, quintile: String = "all", grade: String = "all",
        _ moment: Int, pupils: Int, _ draws: [Double]
    ) -> Trajectory {
        let dependence = cube.plan.sampling.dependence
        let share = DrawShare(draws, atLeast: -cube.plan.file.margin, dependence: dependence)
        return Trajectory(
            scenario: cube.plan.scenarios[scenario].declaration.name, benchmark: benchmark, sector: simulated.sector,
            outcome: simulated.outcome, group: group, quintile: quintile, grade: grade, year: cube.moments[moment],
            pupils: pupils, summary: DrawSummary(draws, dependence: dependence), probabilityRecovered: share.value,
            mcseOfProbability: share.mcse)
    }
}

import Probability
import Transitions

extension SimulationPlan {
    /// Every number of the careers: shares of tracks, flows, and what shifts them.
    var careerAssumptions: [Assumption] { careers.flatMap { $0.assumptions(file) } }
}

extension CareerPlan {
    fileprivate func assumptions(_ file: ScenarioFile) -> [Assumption] {
        trackAssumptions(file) + fittedAssumptions(file)
            + parameters.map { own in
                Assumption(
                    own.name, own.parameter.distribution, origin: "assumption", source: own.parameter.source,
                    note: [own.parameter.kind.meaning, own.parameter.note].filter { !$0.isEmpty }
                        .joined(separator: "; "))
            }
    }

    private func trackAssumptions(_ file: ScenarioFile) -> [Assumption] {
        zip(declaration.ladder.tracks, declaration.tracks).flatMap { named, track in
            zip([file.lowGroup, file.highGroup], track.shares).map { group, share in
                Assumption(
                    "careers.\(declaration.sector).entering.\(named.name).\(group)", .fixed(share),
                    origin: "assumption", source: declaration.source,
                    note: "share of the group's pupils who enter the track, \(named.grades) grades"
                        + (track.schoolTypes.map {
                            ", in schools of type " + $0.joined(separator: ", ")
                                + "; among the tracks that a school has, in proportion"
                        } ?? ""))
            }
        }
    }

    private func fittedAssumptions(_ file: ScenarioFile) -> [Assumption] {
        guard let fitted else { return [] }
        return fitted.mean.indices.map { row in
            let variance = (0...row).reduce(0.0) { $0 + fitted.factor[row, $1] * fitted.factor[row, $1] }
            return Assumption(
                "\(fitted.model).log_odds.\(row + 1)", .normal(mean: fitted.mean[row], sd: variance.squareRoot()),
                origin: "estimate", source: "model \(fitted.model)",
                note: "log-odds of \(fitted.names[row]), drawn jointly with the model's others")
        }
    }
}

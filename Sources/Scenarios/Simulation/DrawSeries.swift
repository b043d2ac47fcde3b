import Recovery

/// The mean deviation of a sector's pupils in every draw.
public struct DrawSeries: Sendable {
    /// The scenario's name.
    public let scenario: String
    /// The outcome.
    public let outcome: SimulatedOutcome
    /// The SES group, or `all`.
    public let group: String
    /// The school year at whose end the pupils stand.
    public let year: SchoolYear
    /// The deviation from the pre-crisis trend, SD, by draw.
    public let values: [Double]
}

extension SimulationResult {
    /// Gives the deviations of every scenario, outcome, SES group and school year, one series at a time, in the order
    /// of the scenario file; groups without pupils are left out.
    ///
    /// - Throws: What `body` throws.
    public func forEachSeries(_ plan: SimulationPlan, _ body: (DrawSeries) throws -> Void) rethrows {
        let cube = ResultCube(plan, self)
        for (scenario, funded) in plan.scenarios.enumerated() {
            for (position, outcome) in plan.file.outcomes.enumerated() {
                for (group, members) in cube.groupChoices {
                    let everyone = PupilSelection(
                        sector: outcome.sector, groups: members, quintiles: Array(0..<RecordLayout.quintiles))
                    guard cube.pupilCount(everyone) > 0 else { continue }
                    for (moment, year) in cube.moments.enumerated() {
                        try body(
                            DrawSeries(
                                scenario: funded.declaration.name, outcome: outcome, group: group, year: year,
                                values: cube.deviations(
                                    scenario: scenario, outcome: position, everyone, moment: moment)))
                    }
                }
            }
        }
    }
}

import LinearAlgebra
import Models
import Probability
import TestSupport
import Testing
import Transitions

@testable import Scenarios

/// Careers that flow as a fitted model says.
@Suite struct CareerFittedFlowsTests {
    private static func ladder(_ names: [String]) throws -> CareerLadder {
        try CareerLadder(tracks: names.enumerated().map { .init(name: $1, grades: $0 + 2) }, ends: ["left"])
    }

    /// Log-odds of staying, leaving and moving up, by SES group and origin, uncertain in common.
    private func flows(
        _ names: [String] = ["low", "high"], groups: [String] = [""], baselineYears: [String] = ["2018/19"],
        unseen: Set<FlowOrigin> = []
    ) throws -> FittedFlows {
        let ladder = try Self.ladder(names)
        var (labels, values) = ([FlowLabel](), [Double]())
        var references: [Int?] = ladder.states.map { _ in nil }
        for state in 0..<ladder.gradeStateCount {
            guard case .grade(let track, let grade) = ladder.places[state] else { continue }
            references[state] =
                grade == ladder.tracks[track].grades ? ladder.diploma(track: track) : state + 1
            for group in groups {
                labels += [
                    FlowLabel(group: group, from: state, to: state),
                    FlowLabel(group: group, from: state, to: ladder.end(0)),
                ]
                values += [group == "practical" ? -1 : -2, -3]
            }
        }
        let n = values.count
        var covariance = Matrix(rows: n, columns: n)
        for row in 0..<n {
            for column in 0..<n { covariance[row, column] = 0.01 + (row == column ? 0.01 : 0) }
        }
        return FittedFlows(
            ladder: ladder, groups: groups, references: references,
            logOdds: EstimateVector(labels: labels, values: values, covariance: covariance),
            baselineYears: baselineYears, unseen: unseen)
    }

    private func plan(_ flows: FittedFlows?) throws -> SimulationPlan {
        let folder = try TemporaryFolder()
        return try withExtendedLifetime(folder) {
            var text = ScenarioText()
            text.schools = ["a,po,north,4000,1000,0", "b,po,north,6400,3200,50"]
            text.lines = [
                """
                grades: {po: 3}
                careers:
                  - sector: po
                    stream: 60
                    source: test
                    tracks:
                      - {name: low, grades: 2, share: {practical: 0.75, theoretical: 0.25}}
                      - {name: high, grades: 3, share: {practical: 0.25, theoretical: 0.75}}
                    flows: {model: m}
                    policy: {2021/22: {passed: \(ScenarioText.fixed(1))}}
                """
            ]
            _ = try text.write(to: folder)
            let path = try folder.write(
                text.text.replacing("models: []", with: "models: [{file: m.yaml, stream: 9}]"), to: "s.yaml")
            return try SimulationPlan(ScenarioFile(path: path), analyses: [:], flows: flows.map { ["m": $0] } ?? [:])
        }
    }

    @Test func flowsAreDrawnJointlyFromTheEstimates() throws {
        let plan = try plan(flows(groups: ["practical", "theoretical"]))
        let n = 20
        #expect(plan.space.inputs.map(\.name) == (1...n).map { "m.log_odds.\($0)" })
        #expect(plan.space.inputs.allSatisfy { $0.source == .sampling })
        let rows = plan.assumptions.filter { $0.parameter.hasPrefix("m.log_odds.") }
        #expect(rows.count == n && rows.allSatisfy { $0.origin == "estimate" && $0.source == "model m" })
        #expect(
            rows[0].mean == -1 && abs(rows[0].standardDeviation - 0.02.squareRoot()) < 1e-14
                && rows[0].note
                    == "log-odds of going from 'low_1' to 'low_1' rather than to 'low_2', 'practical', drawn jointly with the "
                    + "model's others"
        )
        // Each grade has the routes left, itself and on; by their log-odds.
        let routes = plan.careers[0].flow.routes
        #expect(routes.count == 15)
        let stay = try #require(routes.firstIndex { $0.from == 0 && $0.to == 0 })
        let leave = try #require(routes.firstIndex { $0.from == 0 && $0.move == .left })
        let draws = (0..<4000).map { draw in
            let weights = CareerDraw(plan.careers[0], plan.inputs(draw: UInt32(draw)), years: 4).weights[0]
            return (Elementary.log(weights[stay]), Elementary.log(weights[leave]))
        }
        let (first, second) = (draws.map(\.0), draws.map(\.1))
        // Variances 0.02, covariance 0.01; 4,000 draws know means to 0.0022 and variances to 2.2%.
        #expect(abs(first.reduce(0, +) / 4000 + 1) < 0.009 && abs(second.reduce(0, +) / 4000 + 3) < 0.009)
        #expect(abs(try #require(sampleVariance(first)) / 0.02 - 1) < 0.09)
        let sums = zip(first, second).map { $0 + $1 }
        #expect(abs(try #require(sampleVariance(sums)) / 0.06 - 1) < 0.09)
    }

    @Test func flowsThatMayHoldTheCrisisAreRefused() throws {
        func message(_ years: [String]) throws -> String {
            let error = #expect(throws: ScenarioError.self) { try plan(flows(baselineYears: years)) }
            return "\(try #require(error))"
        }
        #expect(
            try message([]).contains("model 'm' names no baseline, so that its flows would hold the crisis years too."))
        #expect(try message(["2018/19", "2031/32"]).contains("holds 2031/32, which is after the pre-crisis year"))
    }

    @Test func aPolicyShiftsPassingAgainstStaying() throws {
        let plan = try plan(flows())
        let cube = ResultCube(plan, try Simulator(plan).run(draws: 200, threads: 2))
        let draws = CareerDraws(cube: cube, index: 0)
        func odds(_ world: Int) -> Double {
            let passed = draws.counts(.passed, world: world, year: 1).reduce(0, +)
            return Elementary.log(passed / draws.counts(.failed, world: world, year: 1).reduce(0, +))
        }
        // 200 draws of over 3,000 candidates, 12% of whom stay: the log-odds ratio is known to 0.01.
        #expect(abs(odds(0) - odds(2) - 1) < 0.05 && abs(odds(2) - 2) < 0.1)
    }

    @Test func storedEstimatesTakeThePlaceOfFittedOnes() throws {
        let plan = try plan(flows())
        let own = plan.drawnEstimates
        #expect(own.map(\.name) == ["m: log-odds of careers", "m: factor of the covariance of log-odds"])
        let moved = own.map { DrawnEstimate(name: $0.name, values: $0.values.map { $0 * 1.5 }) }
        let other = plan.replacing(moved)
        #expect(other.drawnEstimates == moved)
        let (a, b) = (
            CareerDraw(plan.careers[0], plan.inputs(draw: 1), years: 4).weights[0][0],
            CareerDraw(other.careers[0], other.inputs(draw: 1), years: 4).weights[0][0]
        )
        #expect(abs(Elementary.log(b) / Elementary.log(a) - 1.5) < 1e-12)
    }

    @Test(arguments: SamplingDesign.allCases) func everyDesignDrawsTheEstimates(design: SamplingDesign) throws {
        let plan = try plan(flows(groups: ["practical", "theoretical"])).sampled(by: design)
        let result = try Simulator(plan).run(draws: 16, threads: 2)
        let passed = CareerDraws(cube: ResultCube(plan, result), index: 0).counts(.passed, world: 0, year: 1)
        #expect(Set(passed).count > 8)
        let analysis = try SensitivityAnalysis(plan, result: result, samples: 16)
        #expect(analysis.evaluations > 0)
    }

    /// Else they would all go on: without log-odds everybody takes the reference.
    @Test func pupilsOfWhomTheModelSaysNothingAreRefused() throws {
        func message(_ flows: FittedFlows) throws -> String {
            let error = #expect(throws: ScenarioError.self) { try plan(flows) }
            return "\(try #require(error))"
        }
        let expected =
            " and the simulation has them there. Give it flows of that group, or flows of all pupils together."
        #expect(
            try message(flows(groups: ["practical"])).hasSuffix(
                ": model 'm' saw no pupils of 'theoretical' in 'low_1'," + expected))
        let groups = ["practical", "theoretical"]
        #expect(
            try message(flows(groups: groups, unseen: [FlowOrigin(group: "practical", state: 3)])).hasSuffix(
                ": model 'm' saw no pupils of 'practical' in 'high_2'," + expected))
        // Nobody comes to a state that no grade is.
        _ = try plan(flows(groups: groups, unseen: [FlowOrigin(group: "practical", state: 5)]))
    }

    @Test func modelsThatDoNotFitAreRefused() throws {
        func message(_ flows: FittedFlows?) -> String {
            do {
                _ = try plan(flows)
                return ""
            } catch {
                let text = "\(error)"
                return text.firstRange(of: ": ").map { String(text[$0.upperBound...]) } ?? text
            }
        }
        #expect(message(nil) == "model 'm' has no yearly flows (kind transitions).")
        #expect(
            message(try flows(["low", "other"]))
                == "model 'm' has tracks low (2), other (3) and ends left; expected those declared here: tracks low (2), high (3) "
                + "and ends left.")
        #expect(
            message(try flows(groups: ["girls", "boys"]))
                == "model 'm' has flows of SES group 'girls'; expected 'practical' and 'theoretical', as under 'groups'."
        )
    }
}

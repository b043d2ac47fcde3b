import LinearAlgebra
import TestSupport
import Testing
import Transitions

@Suite("Flows estimated from counts") struct ChainFlowTests {
    @Test("Counts become shares with the multinomial's covariance") func shares() throws {
        let ladder = try ChainExamples.ladder()
        var counts = FlowCounts(ladder: ladder)
        try counts.add(from: 0, to: 0, count: 10)
        try counts.add(from: 0, to: 1, count: 85)
        try counts.add(from: 0, to: ladder.end(0), count: 5)
        try counts.add(from: 0, to: 2, count: 0)
        try counts.add(from: 1, to: ladder.diploma(track: 0))
        let flows = counts.estimated(designEffect: 2)
        let origin = try #require(flows.origins[0])
        #expect(origin.destinations == [0, 1, ladder.end(0)] && origin.base == 100)
        #expect(origin.shares == [0.1, 0.85, 0.05])
        #expect(relativeDifference(origin.covariance[0, 0], 2 * 0.1 * 0.9 / 100) < 1e-15)
        #expect(relativeDifference(origin.covariance[0, 1], -2 * 0.1 * 0.85 / 100) < 1e-15)
        #expect(flows.origins[2] == nil)
        #expect(try flows.matrix().isAbsorbing(2))
        #expect(relativeDifference(try #require(counts.share(of: .retained)), 10.0 / 101) < 1e-15)
        #expect(FlowCounts(ladder: ladder).share(of: .retained) == nil)
    }

    @Test("Moves that nobody can make and counts that are none are refused") func mistakes() throws {
        let ladder = try ChainExamples.ladder()
        var counts = FlowCounts(ladder: ladder)
        #expect(throws: ChainError.impossibleMove(from: "low_2", to: "low_1")) { try counts.add(from: 1, to: 0) }
        #expect(throws: ChainError.badFlow(from: "low_1", to: "low_2", found: -1)) {
            try counts.add(from: 0, to: 1, count: -1)
        }
        #expect(throws: ChainError.self) { try counts.add(from: 0, to: 1, count: .nan) }
    }

    /// The observed spread over 2,000 drawn tables of a few hundred pupils. The delta method errs by 1 / n relative,
    /// a sample variance of 2,000 draws by sqrt(2 / 2000) = 3.2%: 4 of those are 13%.
    @Test("The delta method has the spread of indicators over drawn tables") func deltaMethod() throws {
        let (ladder, truth) = try ChainExamples.geometric(grades: 3, retention: 0.15)
        let wanted: [CareerIndicator] = [.yearsToDiploma, .diplomaWithoutDelay]
        var random = SeededGenerator(seed: 11)
        var sums = wanted.map { _ in ChainSimulationTests.Sum() }
        var cross = 0.0
        let expected = try SyntheticCohort(ladder: ladder, years: [truth], placements: [1])
        let centre = try wanted.map { try expected.value(of: $0).value }
        let draws = 2_000
        for _ in 0..<draws {
            var counts = FlowCounts(ladder: ladder)
            for grade in 0..<3 {
                let retained = (0..<400).filter { _ in Double.random(in: 0..<1, using: &random) < 0.15 }.count
                try counts.add(from: grade, to: grade, count: Double(retained))
                try counts.add(from: grade, to: grade + 1, count: Double(400 - retained))
            }
            let cohort = try SyntheticCohort(ladder: ladder, years: [counts.estimated().matrix()], placements: [1])
            let found = try wanted.enumerated().map { try cohort.value(of: $1).value - centre[$0] }
            for index in wanted.indices { sums[index].add(found[index]) }
            cross += found[0] * found[1] / Double(draws)
        }
        var counts = FlowCounts(ladder: ladder)
        for grade in 0..<3 {
            try counts.add(from: grade, to: grade, count: 60)
            try counts.add(from: grade, to: grade + 1, count: 340)
        }
        let flows = counts.estimated()
        let gradients = try wanted.map { try expected.value(of: $0).gradients[0] }
        for index in wanted.indices {
            let spread = sums[index].mcse * Double(draws).squareRoot()
            let delta = flows.covariance(gradients[index], gradients[index]).squareRoot()
            #expect(abs(spread / delta - 1) < 0.065, "\(wanted[index].name)")
        }
        #expect(abs(cross / flows.covariance(gradients[0], gradients[1]) - 1) < 0.14)
        // Closed form: T = sum 1 / (1 - r_g), each r_g with variance r (1 - r) / 1000.
        let closed = 3 * 0.15 * 0.85 / 400 / (0.85 * 0.85 * 0.85 * 0.85)
        #expect(relativeDifference(flows.covariance(gradients[0], gradients[0]), closed) < 1e-13)
    }
}

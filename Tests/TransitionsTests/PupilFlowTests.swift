import Probability
import TestSupport
import Testing

@testable import Transitions

/// A ladder of random tracks, everything that can be done in it, and random weights.
private struct RandomFlow {
    let flow: PupilFlow
    let weights: [[Double]]

    init(_ random: inout SeededGenerator, groups: Int) throws {
        let tracks = (0..<Int.random(in: 1...3, using: &random)).map {
            CareerLadder.Track(name: "t\($0)", grades: Int.random(in: 1...4, using: &random))
        }
        let ladder = try CareerLadder(tracks: tracks, ends: ["left", "abroad"])
        let destinations = (0..<ladder.gradeStateCount).map { from in
            ladder.states.indices.filter { ladder.move(from: from, to: $0) != nil }.shuffled(using: &random)
        }
        flow = try PupilFlow(ladder, destinations: destinations)
        let count = flow.routes.count
        weights = (0..<groups).map { _ in
            (0..<count).map { _ in Bool.random(using: &random) ? Double.random(in: 0...3, using: &random) : 0 }
        }
    }
}

@Suite struct PupilFlowTests {
    @Test("Stock and intake are stock, diplomas and leavers, in every world, group and year of 10,000 populations")
    func pupilsAreConserved() throws {
        var random = SeededGenerator(seed: 20_210_217)
        var (failures, populations) = (0, 0)
        while populations < 10_000 {
            let (groups, worlds) = (Int.random(in: 1...2, using: &random), Int.random(in: 1...3, using: &random))
            let made = try RandomFlow(&random, groups: groups)
            let flow = made.flow
            let isEnd = flow.routes.map { $0.to >= flow.gradeCount }
            let kernel = PupilFlowKernel(flow, worlds: worlds, groups: groups)
            // Ten populations on each of 1,000 ladders.
            for _ in 0..<10 {
                populations += 1
                kernel.clear()
                for world in 0..<worlds {
                    for group in 0..<groups {
                        let weights = world == 0 ? made.weights[group] : made.weights[group].map { $0 * 1.5 + 0.1 }
                        kernel.setWeights(weights, world: world, group: group)
                        for _ in 0..<Int.random(in: 0...8, using: &random) {
                            kernel.add(
                                Int.random(in: 0...40, using: &random) * (Bool.random(using: &random) ? 50 : 1),
                                world: world,
                                group: group, cell: Int.random(in: 0..<flow.cellCount, using: &random))
                        }
                    }
                }
                func total(_ world: Int, _ group: Int) -> Int {
                    (0..<flow.cellCount).reduce(0) { $0 + kernel.pupils(world: world, group: group, cell: $1) }
                }
                for year in 0..<Int.random(in: 1...5, using: &random) {
                    let before = (0..<worlds).map { world in (0..<groups).map { total(world, $0) } }
                    let size = PupilClass.count * flow.routes.count
                    var tally = [Int](repeating: 0, count: worlds * groups * size)
                    let stream = RandomStream(
                        seed: 1, purpose: .test, draw: UInt32(populations), entity: 7, period: UInt8(year))
                    tally.withUnsafeMutableBufferPointer { kernel.advance(stream, tally: $0) }
                    for world in 0..<worlds {
                        for group in 0..<groups {
                            // Plain loops: ten million of these are counted without optimisation.
                            let first = (world * groups + group) * size
                            var (moved, gone, isNegative) = (0, 0, false)
                            for place in first..<(first + size) where tally[place] != 0 {
                                moved += tally[place]
                                isNegative = isNegative || tally[place] < 0
                                if isEnd[(place - first) % isEnd.count] { gone += tally[place] }
                            }
                            let isLost =
                                moved != before[world][group] || total(world, group) + gone != before[world][group]
                                || isNegative
                            if isLost { failures += 1 }
                        }
                    }
                }
            }
        }
        #expect(failures == 0)
    }

    @Test("The largest flow has a random number for each group, grade, class and route") func largestFlow() throws {
        let ladder = try CareerLadder(
            tracks: (0..<15).map { .init(name: "t\($0)", grades: 10) }, ends: ["left"])
        let destinations = (0..<ladder.gradeStateCount).map { from in
            Array(
                ladder.states.indices.filter { ladder.move(from: from, to: $0) != nil }.prefix(
                    PupilFlow.largestNumberOfRoutes))
        }
        let flow = try PupilFlow(ladder, destinations: destinations)
        #expect(
            flow.gradeCount == PupilFlow.largestNumberOfGrades && flow.mostRoutes == PupilFlow.largestNumberOfRoutes)
        let kernel = PupilFlowKernel(flow, worlds: 1, groups: 2)
        kernel.setWeights(flow.routes.map { _ in 1 }, world: 0, group: 1)
        // As many pupils as the largest school has, in the last cell.
        kernel.add(1_000_000, world: 0, group: 1, cell: flow.cellCount - 1)
        var tally = [Int](repeating: 0, count: 2 * PupilClass.count * flow.routes.count)
        let stream = RandomStream(seed: 1, purpose: .test, draw: 0, entity: 7, period: 0)
        tally.withUnsafeMutableBufferPointer { kernel.advance(stream, tally: $0) }
        #expect(tally.reduce(0, +) == 1_000_000)
    }

    private static func small() throws -> PupilFlow {
        let ladder = try CareerLadder(
            tracks: [.init(name: "low", grades: 2), .init(name: "high", grades: 3)], ends: ["left"])
        func at(_ name: String) -> Int { ladder.position(of: name) ?? -1 }
        return try PupilFlow(
            ladder,
            destinations: [
                [at("left"), at("low_1"), at("high_2"), at("low_2")], [at("left"), at("low_2"), at("diploma_low")],
                [at("high_1"), at("low_2"), at("high_2")], [at("high_2"), at("high_3")],
                [at("left"), at("high_3"), at("diploma_high")],
            ])
    }

    private static let weights = [0.02, 0.08, 0.1, 0.8, 0.01, 0.04, 0.95, 0.07, 0.11, 0.82, 0.1, 0.9, 0.01, 0.12, 0.87]

    @Test func flowsMatchTheirProbabilities() throws {
        let flow = try Self.small()
        let kernel = PupilFlowKernel(flow, worlds: 1, groups: 1)
        kernel.setWeights(Self.weights, world: 0, group: 0)
        // Forty schools of 30 pupils a grade, 400 years: all routes together over 4,000 numbers each.
        let (pupils, cells) = (30, flow.gradeCount)
        var sums = [Double](repeating: 0, count: flow.routes.count)
        var squares = sums
        let draws = 16_000
        for draw in 0..<draws {
            kernel.clear()
            for grade in 0..<cells { kernel.add(pupils, world: 0, group: 0, cell: flow.cell(.entering, grade: grade)) }
            var tally = [Int](repeating: 0, count: PupilClass.count * flow.routes.count)
            let stream = RandomStream(seed: 5, purpose: .test, draw: UInt32(draw), entity: 3, period: 1)
            tally.withUnsafeMutableBufferPointer { kernel.advance(stream, tally: $0) }
            for route in flow.routes.indices {
                let count = Double(tally[PupilClass.entering.code * flow.routes.count + route])
                sums[route] += count
                squares[route] += count * count
            }
        }
        let chances = flow.probabilities(Self.weights)
        for (route, p) in chances.enumerated() {
            let (n, size) = (Double(draws), Double(pupils))
            let (mean, variance) = (sums[route] / n, squares[route] / n - (sums[route] / n) * (sums[route] / n))
            let exact = size * p * (1 - p)
            #expect(abs(mean - size * p) < 4 * (exact / n).squareRoot(), "route \(route)")
            // A binomial variance's own error: (3 + (1 - 6 p q) / (n p q) - 1) / draws, relative and squared.
            let kurtosis = 3 + (1 - 6 * p * (1 - p)) / exact
            #expect(abs(variance / exact - 1) < 4 * ((kurtosis - 1) / n).squareRoot(), "route \(route)")
        }
    }

    @Test func worldsWithTheSameWeightsAreTheSameAndHigherOddsNeverGiveFewer() throws {
        let flow = try Self.small()
        let kernel = PupilFlowKernel(flow, worlds: 3, groups: 2)
        var higher = Self.weights
        higher[0] *= 2  // low_1 to left
        for group in 0..<2 {
            for (world, weights) in [Self.weights, Self.weights, higher].enumerated() {
                kernel.setWeights(weights, world: world, group: group)
            }
        }
        var differences = 0
        for draw in 0..<200 {
            kernel.clear()
            for world in 0..<3 {
                for group in 0..<2 {
                    for cell in 0..<flow.cellCount { kernel.add(9 + cell, world: world, group: group, cell: cell) }
                }
            }
            let size = PupilClass.count * flow.routes.count
            var tally = [Int](repeating: 0, count: 6 * size)
            let stream = RandomStream(seed: 5, purpose: .test, draw: UInt32(draw), entity: 3, period: 1)
            tally.withUnsafeMutableBufferPointer { kernel.advance(stream, tally: $0) }
            #expect(tally[..<(2 * size)] == tally[(2 * size)..<(4 * size)])
            for group in 0..<2 {
                for code in 0..<PupilClass.count {
                    let (base, more) = (
                        tally[group * size + code * flow.routes.count],
                        tally[(4 + group) * size + code * flow.routes.count]
                    )
                    #expect(more >= base)
                    differences += more - base
                }
            }
        }
        #expect(differences > 0)
    }

    @Test func delayAndPlacementFollowTheMoves() throws {
        let flow = try Self.small()
        func after(_ start: PupilClass, _ from: String, _ to: String) -> PupilClass? {
            let (from, to) = (flow.ladder.position(of: from), flow.ladder.position(of: to))
            return flow.routes.first { $0.from == from && $0.to == to }.map(start.after)
        }
        #expect(after(.entering, "low_1", "low_2") == .entering)
        #expect(after(.entering, "low_1", "low_1") == PupilClass(hasDelay: true, placement: 0))
        #expect(after(.entering, "low_1", "high_2") == PupilClass(hasDelay: false, placement: 1))
        #expect(after(.entering, "high_1", "low_2") == PupilClass(hasDelay: false, placement: -1))
        #expect(
            after(PupilClass(hasDelay: true, placement: -1), "low_1", "high_2")
                == PupilClass(hasDelay: true, placement: 0))
        #expect(Set(PupilClass.all.map { "\($0.hasDelay) \($0.placement)" }).count == 6)
    }

    // Two tracks by hand: low_1 takes 1 / (1 - 0.08) years, and so on.
    @Test func stationaryPupilsAndTheSyntheticCohortHaveTheirClosedForms() throws {
        let flow = try Self.small()
        let stock = StationaryPupils(flow, intake: [0.4, 0.6], weights: Self.weights)
        let high1 = 0.6 / (1 - 0.07)
        let low1 = 0.4 / (1 - 0.08)
        let low2 = (low1 * 0.8 + high1 * 0.11) / (1 - 0.04)
        let high2 = (low1 * 0.1 + high1 * 0.82) / (1 - 0.1)
        let high3 = high2 * 0.9 / (1 - 0.12)
        let byGrade = (0..<5).map { grade in
            PupilClass.all.reduce(0.0) { $0 + stock.cells[flow.cell($1, grade: grade)] }
        }
        for (found, exact) in zip(byGrade, [low1, low2, high1, high2, high3]) {
            #expect(abs(found - exact) < 1e-11)
        }
        #expect(abs(stock.years - (low1 + low2 + high1 + high2 + high3)) < 1e-11)
        // Without delay in high_3: those who were never retained, from either first grade.
        let prompt = stock.cells[flow.cell(.entering, grade: 4)]
        #expect(abs(prompt - 0.6 * 0.82 * 0.9) < 1e-14)

        let cohort = DiplomaExpectation(flow, intake: [2, 3], pupils: Self.weights.map { 1000 * $0 })
        #expect(abs(cohort.diplomaShare - (low2 * 0.95 + high3 * 0.87)) < 1e-12)
        // From each grade: the probability h of a diploma, and the mean years to it among those who get one.
        func step(_ grades: [(p: Double, h: Double, years: Double)], stay: Double, passes: Double) -> (Double, Double) {
            let h = (passes + grades.reduce(0) { $0 + $1.p * $1.h }) / (1 - stay)
            // h T = h + stay h T + sum p h T: a year is spent here on every visit.
            let years = (h + grades.reduce(0) { $0 + $1.p * $1.h * $1.years }) / (1 - stay) / h
            return (h, years)
        }
        let l2 = step([], stay: 0.04, passes: 0.95)
        let h3 = step([], stay: 0.12, passes: 0.87)
        let h2 = step([(0.9, h3.0, h3.1)], stay: 0.1, passes: 0)
        let l1 = step([(0.1, h2.0, h2.1), (0.8, l2.0, l2.1)], stay: 0.08, passes: 0)
        let h1 = step([(0.11, l2.0, l2.1), (0.82, h2.0, h2.1)], stay: 0.07, passes: 0)
        let years = (0.4 * l1.0 * l1.1 + 0.6 * h1.0 * h1.1) / (0.4 * l1.0 + 0.6 * h1.0)
        #expect(abs(cohort.yearsToDiploma - years) < 1e-12)
        // A grade that nobody leaves, and one without pupils.
        var stuck = Self.weights
        (stuck[12], stuck[13], stuck[14]) = (0, 1, 0)
        let held = DiplomaExpectation(flow, intake: [0, 1], pupils: stuck)
        #expect(abs(held.diplomaShare - 0.11 / 0.93 * l2.0) < 1e-12)
        #expect(DiplomaExpectation(flow, intake: [1, 1], pupils: stuck.map { _ in 0 }).yearsToDiploma == 0)
    }

    @Test func partsAreWholeNearAndExactOnAverage() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let weights = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                Bool.random(using: &random) ? Double.random(in: 0...2, using: &random) : 0
            }
            let count = Int.random(in: 0...3000, using: &random)
            guard let cumulated = cumulatedShares(weights) else { continue }
            var parts = [Int](repeating: 0, count: weights.count)
            forEachSystematicPart(of: count, cumulated: cumulated, u: Double.random(in: 0..<1, using: &random)) {
                parts[$0] += $1
            }
            let total = weights.reduce(0, +)
            #expect(parts.reduce(0, +) == count && parts.allSatisfy { $0 >= 0 })
            for (part, weight) in zip(parts, weights) {
                #expect(abs(Double(part) - Double(count) * weight / total) < 1 + 1e-9)
            }
        }
        // Over u on a grid of 1,000 the mean is exact to its step.
        var sum = 0
        for step in 0..<1000 {
            forEachSystematicPart(of: 7, cumulated: [0.3, 0.8, 1], u: (Double(step) + 0.5) / 1000) { place, part in
                if place == 1 { sum += part }
            }
        }
        #expect(sum == 3500)
        #expect(cumulatedShares([0, 0]) == nil)
    }

    @Test func impossibleFlowsAreRefusedInWords() throws {
        let ladder = try CareerLadder(tracks: [.init(name: "a", grades: 3)], ends: ["left"])
        func message(_ destinations: [[Int]]) -> String {
            do {
                _ = try PupilFlow(ladder, destinations: destinations)
                return ""
            } catch { return error.description }
        }
        #expect(
            message([[2], [2], [3]])
                == "nobody can go from 'a_1' to 'a_3' in a year; expected the same grade or the next one, the track's own "
                + "diploma from its last grade, or an end.")
        #expect(message([[], [2], [3]]) == "pupils of 'a_1' can go nowhere; expected at least one destination.")
        #expect(message([[1, 0, 1], [2], [3]]) == "the flow from 'a_1' to 'a_2' is given twice. Give it once.")
    }
}

import LinearAlgebra
import TestSupport
import Testing
import Transitions

@Suite("Indicators of a synthetic cohort") struct ChainIndicatorTests {
    static let all: [CareerIndicator] =
        [
            .withoutDelay(grade: 1), .withoutDelay(grade: 3), .withoutDelayAmongPupils(grade: 3), .diplomaWithoutDelay,
            .diploma, .leftWithoutDiploma, .yearsToDiploma, .abovePlacement(grade: 3), .belowPlacement(grade: 3),
            .passRate(track: nil), .passRate(track: 1), .movedOn(end: 1, track: nil), .movedOn(end: 2, track: 0),
        ] + CareerMove.allCases.filter { $0 != .movedOn }.map { .yearly($0) }

    @Test("Retention in every grade has closed forms", arguments: [0.05, 0.3])
    func geometric(retention r: Double) throws {
        let (ladder, matrix) = try ChainExamples.geometric(grades: 5, retention: r)
        let cohort = try SyntheticCohort(ladder: ladder, years: [matrix], placements: [1])
        func close(_ indicator: CareerIndicator, _ closed: Double) throws {
            #expect(abs(try cohort.value(of: indicator).value - closed) < 1e-14, "\(indicator.name)")
        }
        let stays = 1 - r
        try close(.withoutDelay(grade: 3), stays * stays)
        try close(.withoutDelayAmongPupils(grade: 3), stays * stays)
        try close(.diplomaWithoutDelay, stays * stays * stays * stays * stays)
        try close(.diploma, 1)
        try close(.leftWithoutDiploma, 0)
        try close(.yearsToDiploma, 5 / stays)
        try close(.yearly(.retained), r)
        try close(.passRate(track: 0), stays)
        try close(.abovePlacement(grade: 3), 0)
        // d (5 / (1 - r)) / dr = 5 / (1 - r)^2, when r moves in every grade and promotion the other way.
        let gradient = try cohort.value(of: .yearsToDiploma).gradients[0]
        let slope = (0..<5).reduce(0.0) { $0 + gradient[$1, $1] - gradient[$1, $1 + 1] }
        #expect(relativeDifference(slope, 5 / (stays * stays)) < 1e-14)
    }

    @Test("Shares that are parts of a whole add up", arguments: 1...20) func parts(seed: Int) throws {
        let cohort = try Self.cohort(seed, years: 1 + seed % 4)
        func value(_ indicator: CareerIndicator) throws -> Double { try cohort.value(of: indicator).value }
        #expect(abs(try value(.diploma) + value(.leftWithoutDiploma) - 1) < 1e-14)
        let moves: [CareerMove] = [.promoted, .passed, .retained, .up, .down, .left]
        #expect(abs(try moves.reduce(0) { try $0 + value(.yearly($1)) } - 1) < 1e-14)
        #expect(abs(try (0...2).reduce(0) { try $0 + value(.movedOn(end: $1, track: 2)) } - 1) < 1e-14)
        let placed = try value(.abovePlacement(grade: 3)) + value(.belowPlacement(grade: 3))
        #expect(placed > 0 && placed < 1)
        let grades = try (1...3).reduce(0) { try $0 + value(.withoutDelayAmongPupils(grade: $1)) }
        #expect(grades > 1 && grades < 3)
        let inGradeThree = cohort.ladder.states.indices.filter { cohort.ladder.states[$0].hasSuffix("_3") }
        let distribution = cohort.distribution(after: 2)
        #expect(abs(inGradeThree.reduce(0) { $0 + distribution[$1] } - (try value(.withoutDelay(grade: 3)))) < 1e-15)
    }

    /// One matrix for all years is the same as that matrix written out for many years, by another way of summing.
    @Test("The years written out give the period's indicators", arguments: all) func writtenOut(
        indicator: CareerIndicator
    ) throws {
        let short = try Self.cohort(4, years: 1)
        let long = try SyntheticCohort(
            ladder: short.ladder, years: Array(repeating: short.years[0], count: 40), placements: short.placements)
        let (one, many) = (try short.value(of: indicator), try long.value(of: indicator))
        #expect(abs(one.value - many.value) < 1e-13)
        let total = many.gradients.dropFirst().reduce(many.gradients[0]) { $0 + $1 }
        for (x, y) in zip(one.gradients[0].elements, total.elements) { #expect(abs(x - y) < 1e-12) }
    }

    /// Central differences with step h have an error of the order h^2 (here 1e-10) and rounding of 1e-16 / h.
    @Test("Derivatives are those of finite differences", arguments: all, [1, 3])
    func gradient(indicator: CareerIndicator, years: Int) throws {
        let cohort = try Self.cohort(7, years: years)
        let value = try cohort.value(of: indicator)
        var largest = 0.0
        for year in 0..<years {
            for from in cohort.ladder.states.indices {
                let destinations = cohort.ladder.states.indices.filter {
                    cohort.years[year].probabilities[from, $0] > 0
                }
                for to in destinations.dropFirst() {
                    let against = destinations[0]
                    let numeric = try Self.slope(cohort, indicator, year, from, to, against)
                    let own = value.gradients[year][from, to] - value.gradients[year][from, against]
                    largest = max(largest, abs(numeric - own) / max(1, abs(own)))
                }
            }
        }
        #expect(largest < 1e-8, "\(indicator.name)")
        for track in 1...2 {
            var shares = (cohort.placements, cohort.placements)
            shares.0[track] += 1e-5
            shares.0[0] -= 1e-5
            shares.1[track] -= 1e-5
            shares.1[0] += 1e-5
            let ends = try [shares.0, shares.1].map {
                try SyntheticCohort(ladder: cohort.ladder, years: cohort.years, placements: $0).value(of: indicator)
                    .value
            }
            let own = value.placements[track] - value.placements[0]
            #expect(abs((ends[0] - ends[1]) / 2e-5 - own) < 1e-8 * max(1, abs(own)), "\(indicator.name)")
        }
    }

    private static func slope(
        _ cohort: SyntheticCohort, _ indicator: CareerIndicator, _ year: Int, _ from: Int, _ to: Int, _ against: Int
    ) throws -> Double {
        let h = 1e-5
        let ends = try [h, -h].map { step in
            var years = cohort.years
            var p = years[year].probabilities
            p[from, to] += step
            p[from, against] -= step
            years[year] = try TransitionMatrix(states: cohort.ladder.states, probabilities: p)
            return try SyntheticCohort(ladder: cohort.ladder, years: years, placements: cohort.placements)
                .value(of: indicator).value
        }
        return (ends[0] - ends[1]) / (2 * h)
    }

    static func cohort(_ seed: Int, years: Int) throws -> SyntheticCohort {
        let ladder = try ChainExamples.ladder()
        return try SyntheticCohort(
            ladder: ladder, years: (0..<years).map { try ChainExamples.drawn(ladder, seed: seed + 100 * $0) },
            placements: [0.3, 0.45, 0.25])
    }

    @Test("A cohort that cannot end, or an indicator of nothing, is refused") func mistakes() throws {
        let ladder = try ChainExamples.ladder()
        let matrix = try ChainExamples.drawn(ladder, seed: 2)
        func cohort(_ p: Matrix, _ placements: [Double] = [1, 0, 0]) throws -> SyntheticCohort {
            try SyntheticCohort(
                ladder: ladder, years: [TransitionMatrix(states: ladder.states, probabilities: p)],
                placements: placements)
        }
        var p = matrix.probabilities
        for to in ladder.states.indices { p[1, to] = to == 1 ? 1 : 0 }
        #expect(throws: ChainError.noPupils(state: "low_2")) { try cohort(p) }
        p = matrix.probabilities
        for to in ladder.states.indices { p[0, to] = to == 4 ? 1 : 0 }
        #expect(throws: ChainError.impossibleMove(from: "low_1", to: "middle_3")) { try cohort(p) }
        #expect(throws: ChainError.badStartSum(found: 0.5)) { try cohort(matrix.probabilities, [0.5, 0, 0]) }
        #expect(throws: ChainError.badStart(state: "middle_1", found: -1)) {
            try cohort(matrix.probabilities, [1, -1, 1])
        }
        #expect(throws: ChainError.badCount(found: 1, expected: 3)) { try cohort(matrix.probabilities, [1]) }
        let fine = try cohort(matrix.probabilities)
        #expect(throws: ChainError.noSuchPlace(indicator: "without_delay_grade_5")) {
            try fine.value(of: .withoutDelay(grade: 5))
        }
        #expect(throws: ChainError.noSuchPlace(indicator: "moved_on_end_4")) {
            try fine.value(of: .movedOn(end: 3, track: nil))
        }
        let (own, never) = try ChainExamples.geometric(grades: 2, retention: 0.1)
        let nobody = try SyntheticCohort(ladder: own, years: [never], placements: [1])
        #expect(throws: ChainError.nobody(indicator: "moved_on_end_1")) {
            try nobody.value(of: .movedOn(end: 0, track: nil))
        }
    }
}

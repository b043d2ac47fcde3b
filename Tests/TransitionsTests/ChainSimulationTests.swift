import LinearAlgebra
import TestSupport
import Testing
import Transitions

@Suite("Simulated cohorts") struct ChainSimulationTests {
    /// A pupil's career, drawn year by year: an oracle that knows nothing of matrices of occupancies.
    struct Career {
        var states: [Int]
        let start: Int
    }

    struct Sum {
        var (sum, squares, count) = (0.0, 0.0, 0.0)

        mutating func add(_ x: Double) {
            sum += x
            squares += x * x
            count += 1
        }

        var mean: Double { sum / count }
        var mcse: Double { ((squares / count - mean * mean) / count).squareRoot() }
    }

    /// A ratio's error is that of its residuals. With 100,000 pupils a set it passed as well, in 95 seconds.
    @Test(
        "Drawn careers have the indicators within 4 Monte Carlo standard errors", arguments: 1...10)
    func drawnCareers(seed: Int) throws {
        let cohort = try ChainIndicatorTests.cohort(seed, years: 1 + seed % 3)
        let ladder = cohort.ladder
        let indicators = ChainIndicatorTests.all
        let values = try indicators.map { try cohort.value(of: $0).value }
        var residuals = indicators.map { _ in Sum() }
        var bases = indicators.map { _ in 0.0 }
        let rows = cohort.years.map { matrix in
            ladder.states.indices.map { from -> [(Int, Double)] in
                var sum = 0.0
                return ladder.states.indices.filter { matrix.probabilities[from, $0] > 0 }.map {
                    sum += matrix.probabilities[from, $0]
                    return ($0, sum)
                }
            }
        }
        let isGrade = ladder.places.map { place in
            if case .grade = place { return true }
            return false
        }
        var random = SeededGenerator(seed: 900 + seed)
        for _ in 0..<10_000 {
            let draw = Double.random(in: 0..<1, using: &random)
            let start = draw < 0.3 ? 0 : draw < 0.75 ? 1 : 2
            var states = [ladder.state(track: start, grade: 1)]
            while let now = states.last, ladder.end(0) > now {
                let row = rows[min(states.count - 1, rows.count - 1)][now]
                let u = Double.random(in: 0..<1, using: &random)
                states.append((row.first { u < $0.1 } ?? row[row.count - 1]).0)
            }
            let path = Career(states: states, start: start)
            for (index, indicator) in indicators.enumerated() {
                let (top, bottom) = Self.parts(indicator, path, ladder, isGrade)
                residuals[index].add(top - values[index] * bottom)
                bases[index] += bottom
            }
        }
        for (index, indicator) in indicators.enumerated() {
            let sum = residuals[index]
            #expect(abs(sum.mean) <= 4 * sum.mcse + 1e-12, "\(indicator.name): \(sum.mean / sum.mcse)")
            #expect(bases[index] > 0)
        }
    }

    /// A career's contribution to the numerator and the denominator, from the words of the definitions.
    private static func parts(
        _ indicator: CareerIndicator, _ path: Career, _ ladder: CareerLadder, _ isGrade: [Bool]
    ) -> (Double, Double) {
        let states = path.states
        func grade(_ state: Int) -> Int { if case .grade(_, let grade) = ladder.places[state] { grade } else { 0 } }
        func track(_ state: Int) -> Int {
            switch ladder.places[state] {
            case .grade(let track, _), .diploma(let track): track
            case .end: -1
            }
        }
        func isDiploma(_ state: Int) -> Bool { !isGrade[state] && state < ladder.end(0) }
        let years = zip(states, states.dropFirst())
        let firstDiploma = states.firstIndex { isDiploma($0) }
        switch indicator {
        case .withoutDelay(let g): return (states.count >= g && grade(states[g - 1]) == g ? 1 : 0, 1)
        case .withoutDelayAmongPupils(let g):
            guard states.count >= g, isGrade[states[g - 1]] else { return (0, 0) }
            return (grade(states[g - 1]) == g ? 1 : 0, 1)
        case .diplomaWithoutDelay:
            guard let firstDiploma else { return (0, 1) }
            return (firstDiploma == ladder.tracks[track(states[firstDiploma])].grades ? 1 : 0, 1)
        case .diploma: return (firstDiploma == nil ? 0 : 1, 1)
        case .leftWithoutDiploma: return (firstDiploma == nil ? 1 : 0, 1)
        case .yearsToDiploma: return firstDiploma.map { (Double($0), 1) } ?? (0, 0)
        case .abovePlacement(let g), .belowPlacement(let g):
            let stop = states.firstIndex { !isGrade[$0] || grade($0) >= g } ?? 0
            let last = track(states[stop]) >= 0 ? track(states[stop]) : track(states[stop - 1])
            if case .abovePlacement = indicator { return (last > path.start ? 1 : 0, 1) }
            return (last < path.start ? 1 : 0, 1)
        case .yearly(let move):
            let own = years.filter { isGrade[$0.0] }
            return (Double(own.filter { ladder.move(from: $0.0, to: $0.1) == move }.count), Double(own.count))
        case .passRate(let wanted):
            let own = years.filter {
                isGrade[$0.0] && grade($0.0) == ladder.tracks[track($0.0)].grades
                    && (wanted == nil || wanted == track($0.0))
            }
            return (Double(own.filter { isDiploma($0.1) }.count), Double(own.count))
        case .movedOn(let end, let wanted):
            let own = years.filter { isDiploma($0.0) && (wanted == nil || wanted == track($0.0)) }
            return (Double(own.filter { $0.1 == ladder.end(end) }.count), Double(own.count))
        }
    }
}

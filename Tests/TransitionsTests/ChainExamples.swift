import LinearAlgebra
import TestSupport
import Transitions

/// Ladders and probabilities for the tests of chains.
enum ChainExamples {
    /// Three tracks of two, three and four grades, and three ends.
    static func ladder() throws -> CareerLadder {
        try CareerLadder(
            tracks: [.init(name: "low", grades: 2), .init(name: "middle", grades: 3), .init(name: "high", grades: 4)],
            ends: ["left", "mbo", "wo"])
    }

    /// Probabilities of all moves of a ladder, drawn; promotion and passing weigh most.
    static func drawn(_ ladder: CareerLadder, seed: Int) throws -> TransitionMatrix {
        var random = SeededGenerator(seed: seed)
        let n = ladder.states.count
        var p = Matrix(rows: n, columns: n)
        for from in 0..<n {
            for to in 0..<n {
                guard let move = ladder.move(from: from, to: to) else { continue }
                let isUsual = [.promoted, .passed, .movedOn].contains(move)
                p[from, to] = Double.random(in: 0.01..<1, using: &random) * (isUsual ? 5 : 0.4)
            }
            let sum = (0..<n).reduce(0) { $0 + p[from, $1] }
            if sum == 0 { p[from, from] = 1 }
            for to in 0..<n where sum > 0 { p[from, to] /= sum }
        }
        return try TransitionMatrix(states: ladder.states, probabilities: p)
    }

    /// A single track in which a share is retained in every grade and all others go on to the diploma.
    static func geometric(grades: Int, retention: Double) throws -> (CareerLadder, TransitionMatrix) {
        let ladder = try CareerLadder(tracks: [.init(name: "havo", grades: grades)], ends: ["left"])
        var p = Matrix.identity(ladder.states.count)
        for grade in 0..<grades {
            p[grade, grade] = retention
            p[grade, grade + 1] = 1 - retention
        }
        return (ladder, try TransitionMatrix(states: ladder.states, probabilities: p))
    }
}

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
        let rows = drawnProbabilities(ladder.states.count, seed: seed) { from, to in
            ladder.move(from: from, to: to).map { [.promoted, .passed, .movedOn].contains($0) ? 5 : 0.4 }
        }
        return try TransitionMatrix(states: ladder.states, probabilities: Matrix(rowVectors: rows))
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

import LinearAlgebra
import TestSupport
import Testing
import Transitions

@Suite("A projection of cohorts") struct ChainProjectionTests {
    @Test("Pupils are conserved: those there and those who came in", arguments: 1...200)
    func conservation(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let ladder = try ChainExamples.ladder()
        let years = try (0..<8).map { try ChainExamples.drawn(ladder, seed: seed * 10 + $0) }
        let stock = ladder.states.map { _ in Double(Int.random(in: 0...5_000, using: &random)) }
        let inflows = years.map { _ in
            ladder.states.indices.map { $0 == 0 ? Double(Int.random(in: 0...900, using: &random)) : 0 }
        }
        let projection = try CohortProjection(stock: stock, inflows: inflows, matrices: years, spread: .multinomial)
        var total = stock.reduce(0, +)
        for (year, numbers) in projection.expected.enumerated() {
            #expect(abs(numbers.reduce(0, +) - total) < 1e-12 * total)
            if year < inflows.count { total += inflows[year].reduce(0, +) }
            // The total is not random: the covariances of each state with all states add up to 0.
            let covariance = projection.covariances[year]
            for row in ladder.states.indices {
                #expect(abs(ladder.states.indices.reduce(0) { $0 + covariance[row, $1] }) < 1e-9)
            }
        }
    }

    @Test("Independent pupils spread as the multinomial of where they can be") func multinomial() throws {
        // From one state, the covariance after t years is n (diag(q) - q q') with q the t-step probabilities.
        let ladder = try ChainExamples.ladder()
        let matrix = try ChainExamples.drawn(ladder, seed: 3)
        var stock = ladder.states.map { _ in 0.0 }
        stock[5] = 700
        let projection = try CohortProjection(
            stock: stock, inflows: [], matrices: Array(repeating: matrix, count: 4), spread: .multinomial)
        let q = matrix.distribution(from: stock, after: 4).map { $0 / 700 }
        for row in q.indices {
            for column in q.indices {
                let closed = 700 * ((row == column ? q[row] : 0) - q[row] * q[column])
                #expect(abs(projection.covariances[4][row, column] - closed) < 1e-11)
            }
        }
    }

    @Test("Mistakes have words") func mistakes() throws {
        let ladder = try ChainExamples.ladder()
        let matrix = try ChainExamples.drawn(ladder, seed: 1)
        let stock = ladder.states.map { _ in 1.0 }
        #expect(throws: ChainError.noYears) { try CohortProjection(stock: stock, inflows: [], matrices: []) }
        #expect(throws: ChainError.badCount(found: 1, expected: 15)) {
            try CohortProjection(stock: [1], inflows: [], matrices: [matrix])
        }
        #expect(throws: ChainError.badCount(found: 2, expected: 1)) {
            try CohortProjection(stock: stock, inflows: [stock, stock], matrices: [matrix])
        }
        #expect(throws: ChainError.badStart(state: "low_2", found: -1)) {
            try CohortProjection(
                stock: [1, -1] + stock.dropFirst(2), inflows: [], matrices: [matrix])
        }
        let (_, other) = try ChainExamples.geometric(grades: 2, retention: 0.1)
        #expect(
            throws: ChainError.otherStates(year: 2, found: other.states, expected: ladder.states)
        ) { try CohortProjection(stock: stock, inflows: [], matrices: [matrix, other]) }
    }
}

import LinearAlgebra
import TestSupport
import Testing
import Transitions

@Suite("An absorbing chain") struct ChainTests {
    /// Kemeny and Snell (1960), section 3.2: the random walk on five points with absorbing ends, p = 1/2. N, tau and B
    /// are printed there as 3/2 1 1/2 ..., 3 4 3 and 3/4 1/4 ...; the variance (8, 8, 8) follows from (2N - I) tau - tau^2.
    @Test("The random walk has Kemeny and Snell's numbers") func randomWalk() throws {
        var p = Matrix.identity(5)
        for state in 1...3 {
            p[state, state] = 0
            p[state, state - 1] = 0.5
            p[state, state + 1] = 0.5
        }
        let chain = try AbsorbingChain(
            TransitionMatrix(states: ["0", "1", "2", "3", "4"], probabilities: p))
        #expect(chain.transient == [1, 2, 3] && chain.absorbing == [0, 4])
        #expect(chain.fundamentalMatrix == Matrix(rowVectors: [[1.5, 1, 0.5], [1, 2, 1], [0.5, 1, 1.5]]))
        #expect(chain.absorptionProbabilities == Matrix(rowVectors: [[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]]))
        #expect(chain.expectedYears == [3, 4, 3])
        #expect(chain.varianceOfYears == [8, 8, 8])
        // Winning from 1 of 4 takes (4^2 - 1^2) / 3 = 5 steps, from 2 (16 - 4) / 3, from 3 (16 - 9) / 3 (Feller I, XIV.3).
        for (found, closed) in zip(chain.expectedYears(endingIn: 4), [5.0, 4, 7.0 / 3]) {
            #expect(relativeDifference(try #require(found), closed) < 1e-15)
        }
    }

    @Test(
        "With retention r, g grades take g / (1 - r) years, with variance g r / (1 - r)^2",
        arguments: [0, 0.06, 0.5, 0.999_999_999])
    func geometricRetention(retention: Double) throws {
        let (_, matrix) = try ChainExamples.geometric(grades: 5, retention: retention)
        let chain = try AbsorbingChain(matrix)
        let left = 1 - retention
        #expect(relativeDifference(chain.expectedYears[0], 5 / left) < 1e-14)
        #expect(abs(chain.varianceOfYears[0] - 5 * retention / (left * left)) < 1e-13 * (1 + 25 / (left * left)))
        #expect(chain.expectedYears(endingIn: 6)[0] == nil, "nobody leaves without a diploma")
    }

    /// With probability 1e-14 of leaving at each end, I - Q formed and factored has lost 14 digits.
    @Test("Long careers keep their digits") func longCareers() throws {
        let p = Matrix(rowVectors: [[1 - 1e-14 - 0.5, 0.5, 1e-14], [1, 0, 0], [0, 0, 1]])
        let chain = try AbsorbingChain(TransitionMatrix(states: ["a", "b", "end"], probabilities: p))
        // Every visit of a costs 1 year, and with 0.5 a second in b; a is visited 1e14 times.
        #expect(relativeDifference(chain.expectedYears[0], 1.5e14) < 1e-15)
        #expect(chain.absorptionProbabilities[0, 0] == 1)
    }

    @Test("Where everyone ends adds up to 1, and visits repeat the chain's own equations", arguments: 1...30)
    func identities(seed: Int) throws {
        let chain = try AbsorbingChain(ChainExamples.drawn(ChainExamples.ladder(), seed: seed))
        let n = chain.fundamentalMatrix
        let (t, ends) = (chain.transient.count, chain.absorptionProbabilities)
        for row in 0..<t {
            #expect(abs((0..<ends.columns).reduce(0) { $0 + ends[row, $1] } - 1) < 1e-14)
            #expect(abs((0..<t).reduce(0) { $0 + n[row, $1] } - chain.expectedYears[row]) < 1e-13)
            for column in 0..<t {
                // N = I + Q N.
                let once = (0..<t).reduce(row == column ? 1.0 : 0) {
                    $0 + chain.matrix.probabilities[chain.transient[row], chain.transient[$1]] * n[$1, column]
                }
                #expect(abs(once - n[row, column]) < 1e-14)
                let ever = chain.visitProbabilities[row, column]
                #expect(ever >= -1e-15 && ever <= 1 + 1e-14)
            }
            // The law of total expectation over the ends.
            let mean = chain.absorbing.indices.reduce(0.0) { sum, end in
                sum + ends[row, end] * (chain.expectedYears(endingIn: chain.absorbing[end])[row] ?? 0)
            }
            #expect(abs(mean - chain.expectedYears[row]) < 1e-13)
        }
        // A visit count is geometric after its first: its variance is h (1 - h) m^2 + h v.
        for row in 0..<t {
            for column in 0..<t where row != column {
                let (h, own) = (chain.visitProbabilities[row, column], n[column, column])
                let variance = h * (own * (own - 1)) + h * (1 - h) * own * own
                #expect(abs(chain.varianceOfVisits[row, column] - variance) < 1e-13)
            }
        }
    }

    @Test("After many years everybody is where the chain ends") func longRun() throws {
        let ladder = try ChainExamples.ladder()
        let chain = try AbsorbingChain(ChainExamples.drawn(ladder, seed: 5))
        var start = ladder.states.map { _ in 0.0 }
        start[0] = 1
        #expect(chain.matrix.distribution(from: start, after: 0) == start)
        let late = chain.matrix.distribution(from: start, after: 200)
        for (end, state) in chain.absorbing.enumerated() {
            #expect(abs(late[state] - chain.absorptionProbabilities[0, end]) < 1e-14)
        }
    }

    @Test("Chains that never end are refused") func mistakes() throws {
        let states = ["a", "b", "c"]
        let around = try TransitionMatrix(
            states: states, probabilities: Matrix(rowVectors: [[0, 1, 0], [1, 0, 0], [0, 0, 1]]))
        #expect(throws: ChainError.neverEnds(states: ["a", "b"])) { try AbsorbingChain(around) }
        let never = try TransitionMatrix(
            states: states, probabilities: Matrix(rowVectors: [[0, 1, 0], [0, 0, 1], [1, 0, 0]]))
        #expect(throws: ChainError.noEnd) { try AbsorbingChain(never) }
        let late = try TransitionMatrix(
            states: ["a", "b"],
            probabilities: Matrix(rowVectors: [[(1 as Double).nextDown, .leastNonzeroMagnitude], [0, 1]]))
        #expect(throws: ChainError.tooLong) { try AbsorbingChain(late) }
        #expect(
            ChainError.neverEnds(states: ["a", "b"]).description
                == "careers never end from 'a', 'b': no final state can be reached. Add the transition out of them.")
    }
}

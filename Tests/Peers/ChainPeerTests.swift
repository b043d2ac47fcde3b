import LinearAlgebra
import TestSupport
import Testing
import Transitions

/// markovchain, msm and solve() on the same chains in the same test run. Needs R with markovchain and msm.
@Suite(.enabled(if: Rscript.hasPackages(["markovchain", "msm"]))) struct ChainPeerTests {
    private static func ladder(_ grades: [Int]) throws -> CareerLadder {
        try CareerLadder(
            tracks: zip(["low", "middle", "high", "top"], grades).map { .init(name: $0, grades: $1) },
            ends: ["left", "mbo", "wo"])
    }

    private static func drawn(_ ladder: CareerLadder, seed: Int) throws -> TransitionMatrix {
        let rows = drawnProbabilities(ladder.states.count, seed: seed) { from, to in
            ladder.move(from: from, to: to).map { [.promoted, .passed, .movedOn].contains($0) ? 5 : 0.4 }
        }
        return try TransitionMatrix(states: ladder.states, probabilities: Matrix(rowVectors: rows))
    }

    /// msm's expected passage times are numeric solutions and its passage probabilities exponentials of a matrix.
    private static let tolerances = ["first-passage": 1e-12, "passes": 1e-10]

    @Test(
        "Absorption, times and visits are those of markovchain, msm and solve()", arguments: [[2, 3], [2, 3, 4, 6]])
    func chains(grades: [Int]) throws {
        let chain = try AbsorbingChain(Self.drawn(Self.ladder(grades), seed: grades.count))
        let ours = Self.values(chain)
        let states = chain.matrix.states
        let rows = states.indices.map { from in
            states.indices.map { String(chain.matrix.probabilities[from, $0]) }.joined(separator: ",")
        }
        let folder = try TemporaryFolder()
        let text = ([states.joined(separator: ",")] + rows).joined(separator: "\n") + "\n"
        let file = try folder.write(text, to: "matrix.csv")
        var largest: [String: Double] = [:]
        var compared = Set<String>()
        for line in try Rscript.run("chains.R", ["matrix", file]) where line.count == 2 {
            let theirs = try #require(Double(line[1]))
            let found = try #require(ours[line[0]], "we have no '\(line[0])'")
            let kind = String(line[0].prefix { $0 != " " })
            let difference = abs(found - theirs) / max(1, abs(theirs))
            largest[kind] = max(largest[kind] ?? 0, difference)
            compared.insert(line[0])
            #expect(difference < Self.tolerances[kind] ?? 1e-12, "\(line[0]): ours \(found), R \(theirs)")
        }
        #expect(compared.count == ours.count, "R printed no \(Set(ours.keys).subtracting(compared).prefix(3))")
        print("largest differences of \(compared.count):", largest.sorted { $0.key < $1.key })
    }

    private static func values(_ chain: AbsorbingChain) -> [String: Double] {
        var ours: [String: Double] = [:]
        let names = chain.matrix.states
        let (n, b, seen) = (chain.fundamentalMatrix, chain.absorptionProbabilities, chain.visitProbabilities)
        for (row, state) in chain.transient.enumerated() {
            let from = names[state]
            ours["years \(from)"] = chain.expectedYears[row]
            ours["first-passage \(from)"] = chain.expectedYears[row]
            ours["variance \(from)"] = chain.varianceOfYears[row]
            for (column, to) in chain.transient.enumerated() {
                ours["visits \(from) \(names[to])"] = n[row, column]
                ours["hits \(from) \(names[to])"] = seen[row, column]
                if row != column { ours["passes \(from) \(names[to])"] = seen[row, column] }
            }
            for (column, to) in chain.absorbing.enumerated() {
                ours["ends \(from) \(names[to])"] = b[row, column]
                ours["years \(from) \(names[to])"] = chain.expectedYears(endingIn: to)[row]
            }
        }
        return ours
    }

    @Test("Counted careers are the state table of msm") func stateTable() throws {
        let ladder = try Self.ladder([2, 3])
        let matrix = try Self.drawn(ladder, seed: 8)
        var (counts, random) = (FlowCounts(ladder: ladder), SeededGenerator(seed: 21))
        var lines = ["pupil,year,state"]
        for pupil in 1...400 {
            var (now, year) = (pupil % 2 * 2, 1)
            lines.append("\(pupil),\(year),\(now + 1)")
            while now < ladder.end(0) {
                var u = Double.random(in: 0..<1, using: &random)
                let next = ladder.states.indices.first { to in
                    u -= matrix.probabilities[now, to]
                    return u < 0
                }
                let to = next ?? ladder.end(0)
                try counts.add(from: now, to: to)
                (now, year) = (to, year + 1)
                lines.append("\(pupil),\(year),\(now + 1)")
            }
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(lines.joined(separator: "\n") + "\n", to: "careers.csv")
        var total = 0.0
        for line in try Rscript.run("chains.R", ["careers", file]) where line.count == 2 {
            let words = line[0].split(separator: " ").compactMap { Int($0) }
            let theirs = try #require(Double(line[1]))
            #expect(counts.counts[words[0] - 1, words[1] - 1] == theirs)
            total += theirs
        }
        #expect(total == counts.bases.reduce(0, +))
    }
}

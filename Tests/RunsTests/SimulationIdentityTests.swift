import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Runs

@Suite struct SimulationIdentityTests {
    private func identity(
        version: String = "1", seed: UInt64 = 1, length: Int = 10, text: String? = "seed: 1\na: 2\n",
        digest: String = "aaaaaaaaaaaaaaaa", values: [Double] = [0.1, -2, .infinity]
    ) -> SimulationIdentity {
        SimulationIdentity(
            version: version, seed: seed, recordLength: length,
            inputs: [.init(path: "s.yaml", sha256: text ?? digest, text: text), .init(path: "x.csv", sha256: digest)],
            estimates: [DrawnEstimate(name: "m: means", values: values)])
    }

    @Test func readsBackEveryBit() throws {
        let values = [0.1, 1.0 / 3, Double.leastNonzeroMagnitude, -0.0, 1e308, .infinity, 1, -2.5e-7]
        let identity = identity(values: values)
        let read = try SimulationIdentity(json: try identity.json)
        #expect(read == identity)
        #expect(read.estimates[0].values.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(try read.digest == identity.digest)
    }

    @Test func theDigestHangsOnEverythingButPlaces() throws {
        let base = try identity().digest
        var moved = identity()
        moved.inputs[1].path = "/elsewhere/x.csv"
        #expect(try moved.digest == base)
        for other in [
            identity(version: "2"), identity(seed: 2), identity(length: 11), identity(text: "seed: 2\n"),
            identity(digest: "b"), identity(values: [0.1, -2, 3]),
            identity(values: [Double(0.1).nextUp, -2, .infinity]),
        ] {
            #expect(try other.digest != base)
        }
    }

    @Test func refusalsNameTheDifference() {
        let cases: [(SimulationIdentity, String)] = [
            (identity(version: "2"), "the program's version was 1 and is now 2"),
            (identity(seed: 2), "the seed was 1 and is now 2"),
            (identity(length: 11), "the numbers kept of a draw were 10 and are now 11"),
            (identity(text: "seed: 1\na: 3\n"), "s.yaml:2 was 'a: 2' and is now 'a: 3'"),
            (identity(text: "seed: 1\n"), "s.yaml:2 was 'a: 2' and is now ''"),
            (
                identity(digest: "bbbbbbbbbbbbbbbb"),
                "x.csv has changed: its SHA-256 was aaaaaaaaaaaa... and is now bbbbbbbbbbbb..."
            ),
            (
                identity(values: [0.1, -2.1, .infinity]),
                "m: means, number 2, was -2.0 and is now fitted as -2.1; fits of different machines agree to 1e-06"
            ),
            (identity(values: [0.1]), "m: means: there were 3 numbers and now there are 1"),
            (
                identity(values: [.nan, -2, .infinity]),
                "m: means, number 1, was 0.1 and is now fitted as nan; fits of different machines agree to 1e-06"
            ),
        ]
        for (other, words) in cases { #expect(identity().difference(from: other) == words) }
        // Last digits of a fit: 1e-7 of the largest number.
        #expect(identity().difference(from: identity(values: [0.1 + 1e-7, -2 - 1e-7, .infinity])) == nil)
    }

    @Test func aRunOfAnotherMachineDrawsFromTheEstimatesThatAreKept() throws {
        let prepared = try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml"))
        let own = prepared.plan.drawnEstimates
        // Starts, persistence and an effect of the shipped scenario, two entries for each of the first two.
        #expect(own.count >= 5 && own.contains { $0.values.contains(.infinity) || $0.name.contains("effect") })
        let folder = try TemporaryFolder()
        let (first, store) = try prepared.keepingDraws(in: folder.file("out"), earlier: .continued) { _ in }
        #expect(first.plan.drawnEstimates == own)
        // What a machine with other last digits would have written.
        let other = own.map { DrawnEstimate(name: $0.name, values: $0.values.map { $0 * (1 + 1e-9) }) }
        #expect(zip(own, other).allSatisfy { $0 != $1 })
        let identity = SimulationIdentity(
            version: store.identity.version, seed: store.identity.seed, recordLength: store.identity.recordLength,
            inputs: store.identity.inputs, estimates: other)
        try Data(try identity.json).write(to: URL(fileURLWithPath: folder.file("out/shards/simulation.json")))
        let (second, _) = try prepared.keepingDraws(in: folder.file("out"), earlier: .continued) { _ in }
        #expect(second.plan.drawnEstimates == other)
    }
}

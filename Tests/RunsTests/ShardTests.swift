import Foundation
import Scenarios
import Synchronization
import TestSupport
import Testing

@testable import Runs

/// Remarks for standard error.
private final class Notes: Sendable {
    private let texts = Mutex<[String]>([])
    var all: [String] { texts.withLock { $0 } }
    func add(_ text: String) { texts.withLock { $0.append(text) } }
}

/// Every file of a run directory by name.
private func files(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "shards" }
    return Dictionary(
        uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: folder + "/" + $0) ?? Data()) })
}

@Suite struct ShardTests {
    private let small: SmallScenario
    private let notes = Notes()

    init() throws { small = try SmallScenario() }

    private func open(
        _ folder: String, _ earlier: ShardStore.Earlier = .continued
    ) throws -> (PreparedScenario, ShardStore) {
        try PreparedScenario(path: small.path).keepingDraws(in: folder, earlier: earlier) { [notes] in notes.add($0) }
    }

    /// Finishes a run from what is in its folder.
    private func finish(
        _ folder: String, draws: Int = 100, threads: Int = 2, keepsDraws: Bool = false
    ) throws -> [String: Data] {
        let (scenario, store) = try open(folder)
        let run = try scenario.simulate(
            draws: draws, threads: threads, store: store, keepsDraws: keepsDraws, cancellation: Cancellation(),
            progress: { _, _ in })
        try run.write(to: folder, command: ["run"])
        if !keepsDraws { store.remove() }
        return try files(folder)
    }

    private func simulate(_ part: ShardPart, _ folder: String, draws: Int = 100) throws {
        let (scenario, store) = try open(folder)
        try scenario.simulate(
            part, of: draws, into: store, threads: 1, cancellation: Cancellation(), progress: { _ in })
    }

    private func plain(draws: Int = 100) throws -> [String: Data] {
        let folder = small.folder.file("plain")
        let run = try PreparedScenario(path: small.path).simulate(
            draws: draws, threads: 1, cancellation: Cancellation(), progress: { _, _ in })
        try run.write(to: folder, command: ["run"])
        return try files(folder)
    }

    @Test(arguments: [1, 7, 64])
    func partsInAnyOrderGiveTheBytesOfOneRun(count: Int) throws {
        var random = SeededGenerator(seed: count)
        let folder = small.folder.file("out")
        for index in (1...count).shuffled(using: &random) {
            try simulate(try #require(ShardPart(index: index, count: count)), folder)
        }
        #expect(try open(folder).1.keptDraws() == 100)
        let expected = try plain()
        #expect(expected.count >= 10)
        #expect(try finish(folder) == expected)
        #expect(notes.all.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder + "/shards"))
    }

    @Test func threadsAndPartsOfOtherSplitsChangeNoByte() throws {
        let expected = try plain()
        #expect(try finish(small.folder.file("one"), threads: 1) == expected)
        #expect(try finish(small.folder.file("two"), threads: 2) == expected)
        let folder = small.folder.file("out")
        // Draws 20 to 39, 0 to 32 and 57 to 70: overlaps, and gaps that the joining run fills.
        for (index, count) in [(2, 5), (1, 3), (5, 7)] {
            try simulate(try #require(ShardPart(index: index, count: count)), folder)
        }
        #expect(try open(folder).1.keptDraws() == 54)
        #expect(try finish(folder) == expected)
    }

    @Test func partsCoverTheDrawsOnceAndAreReadFromText() {
        for count in [1, 3, 7, 64, 200] {
            let parts = (1...count).compactMap { ShardPart(index: $0, count: count)?.range(of: 100) }
            #expect(parts.flatMap { $0 } == Array(0..<100))
        }
        #expect(ShardPart("2/8") == ShardPart(index: 2, count: 8))
        for text in [
            "", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/4", "a/b", "1/", "+1/3", " 1/3", "1/99999999999999999999",
        ] {
            #expect(ShardPart(text) == nil, "\(text)")
        }
    }

    @Test func moreDrawsGoOnFromThoseThatAreThere() throws {
        let folder = small.folder.file("out")
        _ = try finish(folder, draws: 40, keepsDraws: true)
        let first = try #require(FileManager.default.contents(atPath: folder + "/shards/0-31.draws"))
        #expect(try open(folder).1.keptDraws() == 40)
        #expect(try finish(folder, draws: 100) == plain(draws: 100))
        _ = try finish(folder, draws: 100, keepsDraws: true)
        #expect(FileManager.default.contents(atPath: folder + "/shards/0-31.draws") == first)
    }

    @Test func theFormatIsTheDocumentedOne() throws {
        let folder = small.folder.file("out")
        try simulate(try #require(ShardPart("4/4")), folder)  // draws 75 to 99: pieces end at multiples of 32
        let (scenario, store) = try open(folder)
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: folder + "/shards/75-95.draws")))
        func number(_ position: Int, _ size: Int) -> Int {
            bytes[position..<(position + size)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let length = Simulator(scenario.plan).layout.length
        #expect(String(decoding: bytes[..<8], as: UTF8.self) == "HERSTELd")
        #expect(try Array(bytes[16..<48]) == store.identity.digest)
        let header: [Int] = [(8, 4), (12, 4), (48, 8), (56, 8), (64, 8)].map { number($0.0, $0.1) }
        #expect(header == [1, 72, 75, 21, length])
        #expect(bytes.count == 72 + 8 * 21 * length + 32)
        #expect(Array(bytes.suffix(32)) == sha256Bytes(Array(bytes.dropLast(32))))
        // The same doubles as a simulation in memory.
        let block = try #require(try store.finishedBlocks().first)
        let fromBytes = (0..<(21 * length)).map {
            Double(
                bitPattern: UInt64(bytes[(72 + 8 * $0)..<(80 + 8 * $0)].reversed().reduce(0) { $0 << 8 | UInt64($1) }))
        }
        #expect(block.withValues { Array($0) } == fromBytes && fromBytes.contains { $0 != 0 })
    }

    @Test func everyDamagedByteIsNoticedAndComputedAgain() throws {
        let folder = small.folder.file("out")
        try simulate(try #require(ShardPart("1/3")), folder)
        let file = folder + "/shards/0-31.draws"
        let whole = try #require(FileManager.default.contents(atPath: file))
        let expected = try plain()
        let (scenario, store) = try open(folder)
        let (digest, length) = (try store.identity.digest, Simulator(scenario.plan).layout.length)
        var random = SeededGenerator(seed: 75)
        let positions = Array(0..<8) + [8, 12, 16, 47, 48, 56, 64, 71, 72, whole.count - 33, whole.count - 1]
        for position in positions + (0..<56).map({ _ in Int.random(in: 0..<whole.count, using: &random) }) {
            var damaged = whole
            damaged[position] ^= UInt8.random(in: 1...255, using: &random)
            try damaged.write(to: URL(fileURLWithPath: file))
            #expect(throws: ShardProblem.self, "\(position)") {
                try ShardFile.open(file, digest: digest, recordLength: length)
            }
            #expect(try store.finishedBlocks().map(\.draws) == [32..<33], "\(position)")
        }
        let cut: [Data] = [
            Data(), whole.prefix(50), whole.prefix(103), whole.dropLast(1), whole + Data([0]), whole + whole,
        ]
        for data in cut {
            try data.write(to: URL(fileURLWithPath: file))
            #expect(throws: ShardProblem.self) { try ShardFile.open(file, digest: digest, recordLength: length) }
        }
        #expect(
            notes.all.last
                == "\(file): not used, its checksum is wrong: it is damaged or cut off. Its draws are computed again.")
        #expect(try finish(folder) == expected)
    }

    @Test func filesOfOtherSimulationsAreNotMerged() throws {
        let folder = small.folder.file("out")
        try simulate(try #require(ShardPart("1/3")), folder)
        let other = try SmallScenario(seed: 2)
        let (scenario, store) = try PreparedScenario(path: other.path).keepingDraws(
            in: other.folder.file("out"), earlier: .continued
        ) { _ in }
        try scenario.simulate(
            try #require(ShardPart("1/1")), of: 64, into: store, threads: 1, cancellation: Cancellation(),
            progress: { _ in })
        try FileManager.default.copyItem(
            atPath: other.folder.file("out/shards/32-63.draws"), toPath: folder + "/shards/32-63.draws")
        #expect(try open(folder).1.finishedBlocks().map(\.draws) == [0..<32, 32..<33])
        #expect(
            notes.all == [
                "\(folder)/shards/32-63.draws: not used, it belongs to another simulation. Its draws are computed again."
            ])
        #expect(try finish(folder) == plain())
    }

    @Test func drawsThatTwoFilesHoldDifferentlyAreComputedAgain() throws {
        let folder = small.folder.file("out")
        try simulate(try #require(ShardPart("1/2")), folder)  // draws 0 to 49
        let (scenario, store) = try open(folder)
        let length = Simulator(scenario.plan).layout.length
        try ShardFile.write(
            RecordBlock(draws: 20..<25, values: Array(repeating: 1, count: 5 * length)),
            digest: try store.identity.digest, to: folder + "/shards/20-24.draws")
        #expect(try store.finishedBlocks().map(\.draws) == [32..<50])
        #expect(notes.all == ["\(folder)/shards: two files differ in the draws 20 to 24. These are computed again."])
        #expect(try finish(folder) == plain())
    }

    @Test func leftoversAreDiscardedWithoutResumeAndAFolderInUseIsRefused() throws {
        let folder = small.folder.file("out")
        try simulate(try #require(ShardPart("1/2")), folder)
        let (_, store) = try open(folder, .discarded)
        #expect(
            notes.all == [
                "\(folder)/shards: the draws of an earlier run are discarded (2 files); --resume goes on from them."
            ])
        #expect(try store.finishedBlocks().isEmpty)
        #expect(throws: RunError.inUse(path: folder + "/shards")) { try open(folder, .discarded) }
        withExtendedLifetime(store) {}
    }

    @Test func aDamagedIdentityDiscardsItsDraws() throws {
        let folder = small.folder.file("out")
        try simulate(try #require(ShardPart("1/2")), folder)
        try small.folder.write("{", to: "out/shards/simulation.json")
        #expect(try open(folder).1.finishedBlocks().isEmpty)
        #expect(notes.all.count == 1 && notes.all[0].contains("simulation.json: the file is damaged"))
        #expect(try finish(folder) == plain())
    }

    @Test func theTableOfDrawsHasTheMeansOfTheTrajectories() throws {
        let folder = small.folder.file("out")
        let table = try finish(folder, keepsDraws: true)
        func rows(_ name: String) throws -> [[String]] {
            String(decoding: try #require(table[name]), as: UTF8.self).split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }
        let draws = try rows("draws.csv")
        // 2 scenarios, 1 outcome, 3 choices of group, 3 years and the start, 100 draws.
        #expect(draws.count == 2 * 3 * 4 * 100)
        var checked = 0
        // Scenario, benchmark, unit, sector, outcome, group, quintile, grade, year, pupils, mean.
        for row in try rows("trajectories.csv") where row[1] == "trend" && row[6] == "all" && row[7] == "all" {
            let values = draws.filter {
                [$0[0], $0[1], $0[2], $0[3], $0[4]] == [row[0], row[3], row[4], row[5], row[8]]
            }
            #expect(values.map { $0[5] } == (0..<100).map(String.init))
            let mean = values.compactMap { Double($0[6]) }.reduce(0, +) / 100
            // Sums of 100 numbers below 1 in another order.
            #expect(abs(mean - (try #require(Double(row[10])))) < 1e-14)
            checked += 1
        }
        #expect(checked >= 2 * 3 * 3)
        let package = String(decoding: try #require(table["datapackage.json"]), as: UTF8.self)
        let digest = sha256([UInt8](try #require(table["draws.csv"])))
        #expect(package.contains("draws.csv") && package.contains(digest))
        #expect(FileManager.default.fileExists(atPath: folder + "/shards/simulation.json"))
    }
}

import Foundation
import Scenarios
import Specifications
import TestSupport
import Testing

@testable import Runs

@Suite struct BatchWorkTests {
    @Test func theLastUnitOfAVariantWritesItsTablesAndRemovesItsDraws() throws {
        let study = try BatchStudy(variants: 2, shards: 3)
        let folder = try study.folder("study")
        #expect(try study.work(1...2, in: folder) == [.computed, .computed])
        #expect(FileManager.default.fileExists(atPath: folder.variant(1) + "/shards/simulation.json"))
        #expect(!FileManager.default.fileExists(atPath: folder.variant(1) + "/run.json"))
        #expect(try study.work(3...6, in: folder) == Array(repeating: .computed, count: 4))
        for variant in 1...2 {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.variant(variant)).sorted()
            #expect(names == ["comparison.csv", "datapackage.json", "ranking.csv", "run.json", "trajectories.csv"])
        }
        let units = try FileManager.default.contentsOfDirectory(atPath: folder.units).sorted()
        #expect(units == (1...6).map { "00000\($0).done" })
        #expect(try study.work(1...6, in: folder) == Array(repeating: .alreadyDone, count: 6))
        #expect(study.notes.all.isEmpty)
    }
}

@Suite struct BatchMergeTests {
    @Test func resultsAreTheSameBytesHoweverTheUnitsRan() throws {
        let study = try BatchStudy()
        let folder = try study.folder("study")
        try study.work(1...32, in: folder)
        let merged = try StudyMerge(in: folder).merge(threads: 2)
        #expect(merged.joined.isEmpty)
        let expected = try BatchStudy.files(folder.results)
        #expect(expected.keys.sorted() == [
            "comparison.csv", "datapackage.json", "ranking.csv", "run.json", "study.csv", "trajectories.csv",
        ])
        var random = SeededGenerator(seed: 7)
        let other = try study.folder("other")
        try study.work((1...32).shuffled(using: &random), in: other, threads: 2)
        try StudyMerge(in: other).merge(threads: 1)
        #expect(try BatchStudy.files(other.results) == expected)
    }
}

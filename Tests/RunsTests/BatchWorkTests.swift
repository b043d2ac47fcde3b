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
        #expect(
            expected.keys.sorted() == [
                "comparison.csv", "datapackage.json", "overrides.csv", "ranking.csv", "run.json", "study.csv",
                "trajectories.csv",
            ])
        var random = SeededGenerator(seed: 7)
        let other = try study.folder("other")
        try study.work((1...32).shuffled(using: &random), in: other, threads: 2)
        try StudyMerge(in: other).merge(threads: 1)
        #expect(try BatchStudy.files(other.results) == expected)
    }
}

extension BatchMergeTests {
    @Test func workersAtOnceOnTheSameUnitsChangeNoByte() throws {
        let study = try BatchStudy(variants: 3)
        let folder = try study.folder("study")
        try study.work(1...12, in: folder)
        try StudyMerge(in: folder).merge(threads: 2)
        let expected = try BatchStudy.files(folder.results)
        var random = SeededGenerator(seed: 8)
        for round in 0..<3 {
            let other = try study.folder("other\(round)")
            // Every unit twice, by four at a time.
            let units =
                round == 0 ? (1...12).flatMap { [$0, $0] } : (Array(1...12) + Array(1...12)).shuffled(using: &random)
            try study.workAtOnce(units, in: other, workers: 4)
            #expect(try study.mergeWithRetries(other).retries == 0)
            #expect(try BatchStudy.files(other.results) == expected)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: other.variant(1)).sorted() == [
                    "comparison.csv", "datapackage.json", "ranking.csv", "run.json", "trajectories.csv",
                ])
            #expect(try FileManager.default.contentsOfDirectory(atPath: other.units).count == 12)
        }
    }

    @Test func variantsThatNobodyJoinedAreJoinedByTheMerge() throws {
        let study = try BatchStudy(variants: 3)
        let folder = try study.folder("study")
        try study.work(1...12, in: folder)
        try StudyMerge(in: folder).merge(threads: 2)
        let expected = try BatchStudy.files(folder.results)
        for threads in [1, 2] {
            let other = try study.folder("other\(threads)")
            // The last unit's record hidden, nobody finds all of a variant's.
            for last in [4, 8, 12] {
                try study.work(last - 3..<last, in: other)
                let first = other.done(last - 3)
                try FileManager.default.moveItem(atPath: first, toPath: first + "-hidden")
                try study.work([last], in: other)
                try FileManager.default.moveItem(atPath: first + "-hidden", toPath: first)
            }
            #expect(!FileManager.default.fileExists(atPath: other.variant(1) + "/run.json"))
            #expect(try StudyMerge(in: other).merge(threads: threads).joined == [1, 2, 3])
            #expect(try BatchStudy.files(other.results) == expected)
            #expect(!FileManager.default.fileExists(atPath: other.variant(1) + "/shards"))
        }
    }

    @Test func tablesHoldTheRowsOfEveryVariant() throws {
        let study = try BatchStudy(variants: 2, shards: 1, draws: 40)
        let folder = try study.folder("study")
        try study.work(1...2, in: folder)
        try StudyMerge(in: folder).merge(threads: 1)
        for name in ["trajectories.csv", "comparison.csv", "ranking.csv"] {
            let variants = try (1...2).map { try contents(of: folder.variant($0) + "/" + name).split(separator: "\n") }
            let merged = try contents(of: folder.results + "/" + name).split(separator: "\n")
            let rows = variants.enumerated().flatMap { index, lines in lines.dropFirst().map { "\(index + 1),\($0)" } }
            #expect(merged.map(String.init) == ["variant," + (variants[0].first ?? "")] + rows)
        }
        #expect(
            try contents(of: folder.results + "/study.csv").hasPrefix("variant,replication,seed,draws\n1,1,1,40\n2,2,"))
        let units = try contents(of: folder.path + "/units.csv").split(separator: "\n")
        #expect(units.count == 3 && units[1].hasPrefix("1,1,1,40,"))
        // The plan is not of the machine, and neither are the results.
        let run = try contents(of: folder.results + "/run.json")
        let digest = try study.plan.designDigest
        #expect(!run.contains(folder.path) && run.contains("\"study_design\" : \"\(digest)\""))
    }

    @Test func nationalTrajectoriesAreThoseOfAllQuintilesAndGrades() throws {
        let full = try BatchStudy(variants: 1, shards: 1, draws: 40, trajectories: .full)
        let national = try BatchStudy(variants: 1, shards: 1, draws: 40)
        func rows(_ study: BatchStudy) throws -> [Substring] {
            let folder = try study.folder("study")
            try study.work([1], in: folder)
            return try contents(of: folder.variant(1) + "/trajectories.csv").split(separator: "\n")
        }
        let all = try rows(full)
        let kept = all.filter {
            $0.split(separator: ",", omittingEmptySubsequences: false)[6...7].allSatisfy { $0 == "all" }
        }
        #expect(try rows(national) == [all[0]] + kept)
        #expect(kept.count > 10 && kept.count < all.count - 10)
    }

    @Test func recordsWithQuotedLineBreaksStayWhole() throws {
        let folder = try TemporaryFolder()
        var table = try MergedTable("ranking", in: folder.path)
        let bytes = Array("a,b\n\"x\ny\",1\n\"q\"\"\n\"\"\",2\nplain,3\n".utf8)
        #expect(
            MergedTable.records(bytes).map { String(decoding: bytes[$0], as: UTF8.self) } == [
                "a,b\n", "\"x\ny\",1\n", "\"q\"\"\n\"\"\",2\n", "plain,3\n",
            ])
        // Columns that no table of the name has, as in an edited file, and then those of a table with one renamed.
        #expect(try !table.add(bytes, of: 7))
        let header = TableSchema.ranking.columns.map(\.name).joined(separator: ",") + "\n"
        #expect(try table.add(Array(header.utf8), of: 7))
        #expect(try !table.add(Array(("x" + header).utf8), of: 8))
        #expect(try table.finish()?.rowCount == 0)
    }

    @Test func sensitivityAndEveryTableAreTheSameByOneThreadOrMore() throws {
        let study = try BatchStudy(
            variants: 1, shards: 2, draws: 64, tables: VariantTables.allowed.map(\.name), sensitivity: 32)
        var results: [[String: Data]] = []
        for threads in [1, 2] {
            let folder = try study.folder("threads\(threads)")
            try study.work([2, 1], in: folder, threads: threads)
            try StudyMerge(in: folder).merge(threads: threads)
            results.append(try BatchStudy.files(folder.results))
        }
        #expect(results[0] == results[1])
        #expect(results[0].keys.contains("sensitivity.csv") && results[0].keys.contains("allocation_summary.csv"))
    }
}

import Foundation
import Scenarios
import Specifications
import TestSupport
import Testing

@testable import Runs

/// Damaged, missing and foreign files: noticed, and the results are the same bytes in the end.
@Suite struct BatchDamageTests {
    private let study: BatchStudy
    private let expected: [String: Data]

    init() throws {
        study = try BatchStudy(variants: 2, shards: 3)
        let folder = try study.folder("whole")
        try study.work(1...6, in: folder)
        try StudyMerge(in: folder).merge(threads: 1)
        expected = try BatchStudy.files(folder.results)
    }

    /// Changes a byte of a file.
    private func damage(_ path: String, at position: Int, by mask: UInt8 = 0x11) throws {
        let url = URL(fileURLWithPath: path)
        var data = try Data(contentsOf: url)
        data[position % data.count] ^= mask
        try data.write(to: url)
    }

    @Test func theTablesOfAnotherVariantAreNotTaken() throws {
        let folder = try study.folder("swapped")
        try study.work(1...6, in: folder)
        let files = FileManager.default
        try files.removeItem(atPath: folder.variant(2))
        try files.copyItem(atPath: folder.variant(1), toPath: folder.variant(2))
        #expect(throws: BatchError.incomplete(folder: folder.path, missing: [4, 5, 6], units: 6)) {
            try StudyMerge(in: folder).merge(threads: 1)
        }
        try study.work(4...6, in: folder)
        try StudyMerge(in: folder).merge(threads: 1)
        #expect(try BatchStudy.files(folder.results) == expected)
    }

    @Test func everyDamagedByteOfTheDrawsIsNoticed() throws {
        var random = SeededGenerator(seed: 40)
        let template = try study.folder("template")
        try study.work([1, 2, 4, 5], in: template)
        let shards = template.variant(1) + "/shards/"
        let names = try FileManager.default.contentsOfDirectory(atPath: shards).filter { $0.hasSuffix(".draws") }
            .sorted()
        #expect(names == ["0-31.draws", "32-32.draws", "33-63.draws", "64-65.draws"])
        let positions =
            [0, 8, 12, 16, 48, 56, 64, 72, -1, -32, -33]
            + (0..<29).map { _ in Int.random(in: 0..<1_000_000, using: &random) }
        for (trial, position) in positions.enumerated() {
            let folder = StudyFolder(study.small.folder.file("trial\(trial)"))
            try FileManager.default.copyItem(atPath: template.path, toPath: folder.path)
            let name = names[trial % names.count]
            let size = try Data(contentsOf: URL(fileURLWithPath: shards + name)).count
            try damage(folder.variant(1) + "/shards/" + name, at: (position + size) % size)
            let unit = name.hasPrefix("0") || name.hasPrefix("32") ? 1 : 2
            // The last unit of the variant finds out.
            try study.work([3], in: folder)
            let notes = study.notes.all.suffix(2)
            #expect(notes.first?.contains("/shards/\(name): not used") == true, "\(position)")
            #expect(notes.last == "variant 1: draws of units \(unit) are missing or damaged; they must be done again.")
            #expect(throws: BatchError.incomplete(folder: folder.path, missing: [unit, 6], units: 6)) {
                try StudyMerge(in: folder).merge(threads: 2)
            }
            #expect(try study.work([unit, 6], in: folder) == [.computed, .computed])
            try StudyMerge(in: folder).merge(threads: 1)
            #expect(try BatchStudy.files(folder.results) == expected, "\(position)")
            try FileManager.default.removeItem(atPath: folder.path)
        }
    }

    @Test func everyDamagedByteOfATableIsNoticed() throws {
        var random = SeededGenerator(seed: 41)
        for name in ["trajectories.csv", "comparison.csv", "ranking.csv"] {
            for trial in 0..<5 {
                let folder = try study.folder("\(name)-\(trial)")
                try study.work(1...6, in: folder)
                try damage(
                    folder.variant(2) + "/" + name, at: trial == 0 ? 0 : Int.random(in: 1..<1_000_000, using: &random))
                #expect(throws: BatchError.incomplete(folder: folder.path, missing: [4, 5, 6], units: 6)) {
                    try StudyMerge(in: folder).merge(threads: 2)
                }
                #expect(try StudyState(in: folder).unitsToDo == [4, 5, 6])
                try study.work([4, 5, 6], in: folder)
                try StudyMerge(in: folder).merge(threads: 1)
                #expect(try BatchStudy.files(folder.results) == expected)
            }
        }
    }

    @Test func anyChangedByteOfAnyFileLeavesTheResultsAsTheyAre() throws {
        var random = SeededGenerator(seed: 42)
        let template = try study.folder("template")
        try study.work([1, 2, 3, 4, 5], in: template)
        let names = try BatchStudy.files(template.path).keys.filter {
            // An empty file has no byte to change.
            $0 != "plan.json" && !$0.hasSuffix(".unfinished-run")
        }.sorted()
        for name in names {
            for trial in 0..<3 {
                let folder = StudyFolder(study.small.folder.file("trial"))
                try FileManager.default.copyItem(atPath: template.path, toPath: folder.path)
                try damage(
                    folder.path + "/" + name, at: Int.random(in: 0..<1_000_000, using: &random), by: UInt8(1 << trial))
                #expect(try study.mergeWithRetries(folder).files == expected, "\(name)")
                try FileManager.default.removeItem(atPath: folder.path)
            }
        }
    }

    @Test func anyMissingFileIsMadeAgain() throws {
        let template = try study.folder("template")
        try study.work([1, 2, 3, 4, 5], in: template)
        let names = try FileManager.default.subpathsOfDirectory(atPath: template.path).filter { $0 != "plan.json" }
        for name in names.sorted() {
            let folder = StudyFolder(study.small.folder.file("trial"))
            try FileManager.default.copyItem(atPath: template.path, toPath: folder.path)
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
            #expect(try study.mergeWithRetries(folder).files == expected, "\(name)")
            try FileManager.default.removeItem(atPath: folder.path)
        }
    }

    @Test func earlierResultsStayUntilTheNewOnesAreThere() throws {
        let folder = try study.folder("study")
        try study.work(1...6, in: folder)
        try StudyMerge(in: folder).merge(threads: 1)
        try study.small.folder.write("mine", to: "study/results/notes.txt")
        try damage(folder.variant(1) + "/ranking.csv", at: 100)
        #expect(throws: BatchError.self) { try StudyMerge(in: folder).merge(threads: 1) }
        var files = try BatchStudy.files(folder.results)
        #expect(files.removeValue(forKey: "notes.txt") == Data("mine".utf8))
        #expect(files == expected)
        #expect(try study.mergeWithRetries(folder).files.count == expected.count + 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "plan.json", "results", "units", "units.csv", "variants",
            ])
    }

    @Test func aFolderOfSomethingElseIsNoPlaceForResults() throws {
        let folder = try study.folder("study")
        try study.work(1...6, in: folder)
        try FileManager.default.createDirectory(atPath: folder.results, withIntermediateDirectories: false)
        try study.small.folder.write("mine", to: "study/results/notes.txt")
        #expect(throws: RunError.notARun(path: folder.results)) { try StudyMerge(in: folder).merge(threads: 1) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.results) == ["notes.txt"])
    }
}

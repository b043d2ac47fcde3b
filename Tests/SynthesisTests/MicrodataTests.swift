import Foundation
import Synchronization
import Tables
import TestSupport
import Testing

@testable import Synthesis

/// Everything that a truth can have.
private let full = """
    kind: synthetic
    seed: 7
    structure:
      schools: 12
      pupils_per_school: {mean: 14, sd: 6}
      classes_per_school: 2
      moves: {share: 0.3, within_region: 0.5, region_size: 4}
    moments: [0, 1, 2.5]
    jitter: 0.2
    missing: 0.1
    factors:
      cohort: {levels: ["2019/20", "2020/21"]}
      ses: {levels: [high, low], shares: [0.6, 0.4], school_sd: 0.5}
    outcome: {name: score, family: gaussian, residual_sd: 5}
    fixed: {"(Intercept)": 50, time: 6, "time:seslow": -1, "cohort2020/21": -2}
    random:
      pupil: {"(Intercept)": 8, time: 1, correlation: -0.25}
      school: {"(Intercept)": 4, seslow: 1}
      class: {"(Intercept)": 2}
    weights: {name: weight, from: 0.5, to: 2}
    """

@Suite struct MicrodataTests {
    @Test func theBytesDoNotDependOnThreadsOrBlocks() throws {
        let truth = try truth(full)
        let reference = try bytes(truth, blockRows: 1_000_000)
        for (threads, blockRows) in [(1, 3), (2, 3), (2, 20), (3, 100), (7, 1), (2, 1_000_000)] {
            #expect(try bytes(truth, threads: threads, blockRows: blockRows) == reference)
        }
        // Long enough for the threads to overtake each other.
        let long = try bytes(truth, .rows(60_000), blockRows: 1_000_000)
        for threads in [2, 4] { #expect(try bytes(truth, .rows(60_000), threads: threads, blockRows: 9) == long) }
        #expect(try bytes(truth, seed: 8) != reference)
        #expect(try bytes(truth, seed: 7) == reference)
    }

    /// A record of change, not a golden value: files of a seed stay the same from version to version.
    @Test func theFirstRowsStayTheSame() throws {
        let text = String(decoding: try bytes(truth(full)), as: UTF8.self)
        #expect(
            text.split(separator: "\n").prefix(4) == [
                "pupil,school,class,cohort,ses,time,score,weight", "p1,s1,s1-1,2019/20,low,-0.073,76.105,1.342",
                "p1,s1,s1-1,2019/20,low,0.971,,0.807", "p1,s2,s2-1,2019/20,low,2.657,89.128,1.101",
            ])
    }

    @Test(arguments: [1, 2, 3, 17, 500, 1000])
    func exactlyAsManyRowsAsAskedFor(rows: Int) throws {
        let truth = try truth(full)
        let data = Microdata(truth, size: .rows(rows))
        #expect(data.rowCount == rows && data.pupilCount == (rows + 2) / 3)
        #expect(try table(truth, .rows(rows)).rowCount == rows)
        let all = try bytes(truth, .rows(rows), blockRows: 10)
        #expect(all.count { $0 == UInt8(ascii: "\n") } == rows + 1 && all.last == UInt8(ascii: "\n"))
    }

    @Test(arguments: [1, 2, 100])
    func exactlyAsManyPupilsAsAskedFor(pupils: Int) throws {
        let table = try table(truth(full), .pupils(pupils))
        #expect(table.rowCount == 3 * pupils)
        #expect(Set(try table.texts("pupil")).count == pupils)
    }

    @Test func aPupilDoesNotDependOnThoseWhoFollow() throws {
        let still = try truth(full.replacing("share: 0.3", with: "share: 0"))
        for (few, many) in [(MicrodataSize.rows(50), MicrodataSize.rows(600)), (.pupils(20), .pupils(200))] {
            let (short, long) = (try bytes(still, few), try bytes(still, many))
            #expect(long.starts(with: short) && long.count > short.count)
        }
    }

    @Test func theNumberOfSchoolsFollowsThePupils() throws {
        let fixed = try truth(full.replacing("{mean: 14, sd: 6}", with: "10"))
        #expect(Microdata(fixed).schoolCount == 12 && Microdata(fixed).pupilCount == 120)
        #expect(Microdata(fixed, size: .pupils(101)).schoolCount == 11)
        #expect(Microdata(fixed, size: .rows(1)).schoolCount == 1)
        let variable = Microdata(try truth(full), size: .pupils(1000)).schools
        #expect((0..<variable.schoolCount).map { variable.pupils(of: $0).count }.reduce(0, +) == 1000)
        for pupil in 0..<1000 { #expect(variable.pupils(of: variable.school(of: pupil)).contains(pupil)) }
    }

    @Test func columnsAreInTheDeclaredOrderAndNamesAreQuoted() throws {
        let text = full.replacing(
            "cohort: {levels: [\"2019/20\", \"2020/21\"]}", with: "'co,hort': {levels: ['a\"b', c]}"
        )
        .replacing("\"cohort2020/21\": -2", with: "\"co,hortc\": -2")
        let table = try table(truth(text))
        #expect(table.columnNames == ["pupil", "school", "class", "co,hort", "ses", "time", "score", "weight"])
        #expect(Set(try table.texts("co,hort")) == ["a\"b", "c"])
    }

    @Test func withoutFactorsClassesAndWeightsThereAreFiveColumns() throws {
        let small = """
            kind: synthetic
            structure: {schools: 2, pupils_per_school: 2}
            moments: [0, 1.5]
            outcome: {name: score, family: gaussian, residual_sd: 0, decimals: 1}
            fixed: {"(Intercept)": 50, time: 6}
            """
        let rows = (1...4).flatMap { ["p\($0),s\(($0 + 1) / 2),0,50.0", "p\($0),s\(($0 + 1) / 2),1.5,59.0"] }
        let expected = (["pupil,school,time,score"] + rows).joined(separator: "\n") + "\n"
        #expect(String(decoding: try bytes(truth(small)), as: UTF8.self) == expected)
    }

    @Test func classesAreNestedInSchoolsAndFilledInTurn() throws {
        let table = try table(truth(full.replacing("share: 0.3", with: "share: 0")))
        let (pupils, schools, classes) = (
            try table.texts("pupil"), try table.texts("school"), try table.texts("class")
        )
        var sizes: [String: Set<String>] = [:]
        for row in 0..<table.rowCount {
            #expect(classes[row] == schools[row] + "-1" || classes[row] == schools[row] + "-2")
            sizes[classes[row], default: []].insert(pupils[row])
        }
        for school in Set(schools) {
            let (first, second) = (sizes[school + "-1"]?.count ?? 0, sizes[school + "-2"]?.count ?? 0)
            #expect(first == second || first == second + 1)
        }
    }

    @Test func nothingIsWrittenAfterACancellation() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "x.csv")
        let data = Microdata(try truth(full), size: .rows(50_000))
        let done = Mutex(0)
        #expect(throws: SynthesisError.cancelled) {
            try data.write(
                to: path, threads: 2, blockRows: 100, isCancelled: { done.withLock { $0 } > 2000 },
                progress: { rows in done.withLock { $0 = max($0, rows) } })
        }
        #expect(done.withLock { $0 } < 50_000)
        #expect(try contents(of: path) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x.csv"])
    }

    @Test func progressEndsWithAllRows() throws {
        let folder = try TemporaryFolder()
        let done = Mutex(0)
        try Microdata(try truth(full), size: .rows(1001)).write(
            to: folder.file("x.csv"), threads: 2, blockRows: 100,
            progress: { rows in done.withLock { $0 = max($0, rows) } })
        #expect(done.withLock { $0 } == 1001)
    }

    @Test func aFileThatCannotBeWrittenIsSaidBeforeTheWork() throws {
        let folder = try TemporaryFolder()
        let data = Microdata(try truth(full), size: .rows(Microdata.largestRowCount / 1_000_000))
        let cases = [
            ("none/x.csv", "No such file or directory"), (".", "Is a directory"),
            ("/dev/null", "it is a device or a pipe, and only a file can be replaced"),
        ]
        for (name, reason) in cases {
            let path = name.hasPrefix("/") ? name : folder.file(name)
            #expect {
                try data.write(to: path, threads: 2)
            } throws: {
                "\($0)" == "\(path): cannot be written: \(reason). What was there before is unchanged."
            }
        }
    }
}

import Foundation
import Scenarios
import Specifications
import TestSupport
import Testing

@testable import Runs

@Suite struct BatchStateTests {
    private func claim(_ unit: Int) -> UnitClaim {
        UnitClaim(unit: unit, place: .here(), started: timestamp(), done: 3, draws: 50)
    }

    private func write(_ value: some Encodable, to path: String, secondsAgo: Double = 0) throws {
        try Data(try canonicalJSON(value)).write(to: URL(fileURLWithPath: path))
        let time = Date.now.addingTimeInterval(-secondsAgo)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }

    @Test func tellsWhatBecameOfEachUnit() throws {
        let study = try BatchStudy(variants: 3, shards: 2)
        let folder = try study.folder("study")
        #expect(try StudyState(in: folder).units == Array(repeating: .missing, count: 6))
        try study.work([1, 2], in: folder)
        let failure = UnitFailure(unit: 5, place: .here(), time: timestamp(), message: "no")
        try write(claim(3), to: folder.running(3), secondsAgo: 60)
        try write(claim(4), to: folder.running(4), secondsAgo: 300)
        try write(failure, to: folder.failed(5))
        let expected: [UnitState] = [.done, .done, .running(claim(3)), .lost(claim(4)), .failed(failure), .missing]
        // Times are to the second: another claim of the same moment may be one later.
        let found = try StudyState(in: folder).units
        #expect(found.map { "\($0)".prefix(6) } == expected.map { "\($0)".prefix(6) })
        #expect(found[4] == .failed(failure))
        #expect(try StudyState(in: folder).unitsToDo == [4, 5, 6])
        // A variant with its tables needs no records.
        try FileManager.default.removeItem(atPath: folder.done(1))
        #expect(try StudyState(in: folder).units[0] == .done)
    }

    @Test func signsAreGivenAgainAndAgainAndThenRemoved() async throws {
        let study = try BatchStudy(variants: 1, shards: 1)
        let folder = try study.folder("study")
        try StudyFolder.make(folder.units)
        let unit = try #require(study.plan.unit(1))
        let signs = try UnitSigns(of: unit, draws: 100, in: folder, interval: 0.05)
        let first: UnitClaim = try #require(StudyFolder.read(folder.running(1)))
        #expect(first.done == 0 && first.draws == 100 && first.unit == 1)
        signs.progress(7)
        var claim: UnitClaim? = first
        for _ in 0..<200 where claim?.done != 7 {
            try await Task.sleep(for: .milliseconds(20))
            claim = StudyFolder.read(folder.running(1))
        }
        #expect(claim?.done == 7)
        signs.end()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.units).isEmpty)
    }

    @Test func theClaimOfAnotherProcessIsLeft() throws {
        let study = try BatchStudy(variants: 1, shards: 1)
        let folder = try study.folder("study")
        try StudyFolder.make(folder.units)
        let signs = try UnitSigns(of: try #require(study.plan.unit(1)), draws: 100, in: folder)
        let other = WorkPlace(host: "elsewhere", process: 1, job: "17_4", restarts: 1)
        try write(
            UnitClaim(unit: 1, place: other, started: "", done: 1, draws: 100), to: folder.running(1))
        signs.end()
        #expect(FileManager.default.fileExists(atPath: folder.running(1)))
    }

    @Test func aStoppedUnitKeepsItsBlocksAndGoesOn() throws {
        let study = try BatchStudy(variants: 1, shards: 1)
        let folder = try study.folder("study")
        let cancellation = Cancellation()
        #expect(throws: BatchError.stopped(unit: 1, kept: 64, draws: 100, path: folder.variant(1) + "/shards")) {
            try StudyWork(in: folder).run(
                unit: 1, threads: 1, cancellation: cancellation,
                progress: { done, _ in if done == 64 { cancellation.cancel() } })
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.units).isEmpty)
        #expect(try study.work([1], in: folder) == [.computed])
        #expect(try StudyState(in: folder).units == [.done])
    }

    @Test func anErrorIsToldInAFileUntilTheUnitIsDone() throws {
        let study = try BatchStudy(variants: 1, shards: 2)
        let folder = try study.folder("study")
        let work = try StudyWork(in: folder)
        try study.small.folder.write("", to: "study/variants/00001")
        #expect(throws: (any Error).self) { try work.run(unit: 1, threads: 1) }
        guard case .failed(let failure) = try StudyState(in: folder).units[0] else {
            Issue.record("it failed")
            return
        }
        #expect(failure.message.hasPrefix("\(folder.variant(1))/.unfinished-run: cannot be written: Not a directory."))
        #expect(!FileManager.default.fileExists(atPath: folder.running(1)))
        try FileManager.default.removeItem(atPath: folder.variant(1))
        #expect(try work.run(unit: 1, threads: 1) == .computed)
        #expect(!FileManager.default.fileExists(atPath: folder.failed(1)))
    }

    @Test func refusesWhatIsNotAsItWasPlanned() throws {
        let study = try BatchStudy(variants: 1, shards: 1)
        let folder = try study.folder("study")
        #expect(throws: BatchError.noSuchUnit(2, count: 1)) { try StudyWork(in: folder).run(unit: 2, threads: 1) }
        #expect(throws: BatchError.noPlan(folder: "/nowhere")) { try StudyWork(in: StudyFolder("/nowhere")) }
        let schools = study.small.folder.file("schools.csv")
        try Data("x".utf8).write(to: URL(fileURLWithPath: schools))
        #expect(throws: BatchError.changedInput(path: schools, folder: folder.path)) { try StudyWork(in: folder) }
        let elsewhere = try BatchStudy(variants: 1, shards: 1, directory: "/nonexistent folder")
        let other = try elsewhere.folder("study")
        #expect {
            try StudyWork(in: other)
        } throws: {
            "\($0)".hasPrefix(
                "/nonexistent folder: the study was planned in this folder, which cannot be entered here: No such file or "
                    + "directory.")
        }
    }

    @Test func aProcessKnowsItsJob() {
        let none = WorkPlace.here([:])
        #expect(none.job == nil && none.restarts == 0 && !none.host.isEmpty && none.process == Int(getpid()))
        let array = [
            "SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "4", "SLURM_JOB_ID": "21", "SLURM_RESTART_COUNT": "2",
        ]
        #expect(WorkPlace.here(array).job == "17_4" && WorkPlace.here(array).restarts == 2)
        #expect(WorkPlace.here(["SLURM_JOB_ID": "21"]).job == "21")
        #expect(WorkPlace.here(["PBS_JOBID": "5[3].host"]).job == "5[3].host")
    }
}

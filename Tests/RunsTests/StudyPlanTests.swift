import Foundation
import Specifications
import TestSupport
import Testing

@testable import Runs

/// Plans of studies: numbers of units, cost, and what may change once work is done.
@Suite struct StudyPlanTests {
    private let small: SmallScenario

    init() throws { small = try SmallScenario(schools: 12, draws: 40) }

    private func plan(_ design: String, draws: Int = 40, shards: Int = 1, more: String = "") throws -> StudyPlan {
        let text = """
            kind: study
            title: Test
            base: scenario.yaml
            draws: \(draws)
            shards: \(shards)
            design: \(design)
            \(more)

            """
        return try StudyPlan(Study(path: small.folder.write(text, to: "study.yaml")))
    }

    private let seeds = "{kind: grid, factors: [{name: replication, set: seed, values: [1, 2, 3, 4, 5]}]}"

    @Test func unitsAndTasksAreNumberedVariantByVariant() throws {
        let plan = try plan(seeds, shards: 3, more: "resources: {units_per_task: 4}")
        #expect(plan.unitCount == 15 && plan.taskCount == 4)
        let units = (1...15).compactMap { plan.unit($0) }
        #expect(units.map(\.variant) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5])
        #expect(units.map(\.part.index) == Array(repeating: [1, 2, 3], count: 5).flatMap { $0 })
        // Together the parts of a variant are its draws, each once.
        #expect(units.prefix(3).flatMap { Array($0.part.range(of: 40)) } == Array(0..<40))
        #expect((1...4).flatMap { Array(plan.units(ofTask: $0)) } == Array(1...15))
        #expect((1...15).allSatisfy { plan.units(ofTask: plan.task(ofUnit: $0)).contains($0) })
        #expect(plan.unit(0) == nil && plan.unit(16) == nil && plan.units(ofTask: 5).isEmpty)
        #expect(plan.units(ofVariant: 5) == 13...15)
    }

    @Test func anArrayStaysBelowAThousandTasks() throws {
        let plan = try plan(
            "{kind: latin_hypercube, samples: 1500, seed: 1, factors: [{name: x, set: 'outcomes[1].parameters.drift.value', low: 0, high: 0.01}]}"
        )
        #expect(plan.unitsPerTask == 2 && plan.taskCount == 750)
    }

    @Test func workGrowsWithYearsAndScenarios() throws {
        let plan = try plan(
            """
            {kind: list, variants: [{name: base}, {name: short, set: {calendar.last: 2021/22, scenarios.money.deadline: 2021/22}},
              {name: three, set: {scenarios.other: {rules: []}}}]}
            """)
        // Of three years two; of two scenarios three, which share as much work as six.
        #expect(plan.cost.sizes.count == 3)
        for (size, expected) in zip(plan.cost.sizes, [1, 2.0 / 3, 9.0 / 8]) { #expect(abs(size - expected) < 1e-12) }
        #expect(plan.cost.draw > 0 && plan.cost.preparation > 0 && plan.cost.summary > 0 && plan.cost.tableBytes > 1000)
    }

    @Test func timeAtOnceIsThatOfTheBusiestWorker() throws {
        var plan = try plan(seeds)
        plan.cost = StudyCost(
            preparation: 1, draw: 0.1, summary: 2, sizes: [1, 1, 1, 1, 2], memory: 1, tableBytes: 1, drawBytes: 1)
        // 1 + 40 x 0.1 + 2 = 7 s; the last variant has twice the draws' work, 11 s.
        #expect(abs(plan.expectedSeconds - 39) < 1e-9)
        #expect(abs(plan.expectedSeconds(tasksAtOnce: 1) - 39) < 1e-9)
        // 7 + 7 + 11 against 7 + 7.
        #expect(abs(plan.expectedSeconds(tasksAtOnce: 2) - 25) < 1e-9)
        #expect(abs(plan.expectedSeconds(tasksAtOnce: 1000) - 11) < 1e-9)
    }

    @Test func resourcesMayChangeOnceWorkIsDoneButNotWhatResultsHangOn() throws {
        let folder = StudyFolder(small.folder.file("study"))
        let first = try plan(seeds).write(to: folder)
        #expect(try StudyPlan(in: folder).workDigest == first.workDigest)
        try writeText("{}", to: folder.done(1))
        let more = try plan(seeds, more: "resources: {memory: 8G, units_per_task: 2}").write(to: folder)
        #expect(try more.workDigest == first.workDigest)
        #expect(try StudyPlan(in: folder).resources.memory == "8G")
        #expect(
            throws: BatchError.otherPlan(
                folder: folder.path, difference: "it has 40 draws of each variant, and now 41 are asked for")
        ) { try plan(seeds, draws: 41).write(to: folder) }
        #expect(
            throws: BatchError.otherPlan(
                folder: folder.path, difference: "its number of shards is 1, and now 2 are asked for")
        ) { try plan(seeds, shards: 2).write(to: folder) }
        // Without work the folder takes any plan.
        unlink(folder.done(1))
        #expect(try plan(seeds, shards: 2).write(to: folder).shards == 2)
    }

    @Test func anEditedPlanIsRefused() throws {
        let folder = StudyFolder(small.folder.file("study"))
        _ = try plan(seeds).write(to: folder)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.plan))
        for position in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            var damaged = bytes
            damaged[position] ^= 1
            try damaged.write(to: URL(fileURLWithPath: folder.plan))
            #expect(throws: (any Error).self, "byte \(position)") { try StudyPlan(in: folder) }
        }
    }

    @Test func aDamagedPlanIsMadeAgainAndKeepsTheWork() throws {
        let folder = StudyFolder(small.folder.file("study"))
        let first = try plan(seeds).write(to: folder)
        _ = try StudyWork(in: folder).run(unit: 1, threads: 1)
        try writeText("{", to: folder.plan)
        #expect(try plan(seeds).write(to: folder).workDigest == first.workDigest)
        #expect(try StudyWork(in: folder).run(unit: 1, threads: 1) == .alreadyDone)
        unlink(folder.plan)
        #expect(try plan(seeds).write(to: folder).workDigest == first.workDigest)
    }

    @Test func filesThatHaveChangedSincePlanningAreNamed() throws {
        let folder = StudyFolder(small.folder.file("study"))
        let plan = try plan(seeds).write(to: folder)
        try plan.checkInputs(in: folder)
        try writeText(SmallScenario.text(draws: 40, seed: 9), to: small.path)
        #expect(throws: BatchError.changedInput(path: small.path, folder: folder.path)) {
            try plan.checkInputs(in: folder)
        }
    }

    @Test func tablesThatTheBaseDoesNotHaveAreNamed() throws {
        let plan = try plan(seeds, more: "tables: [trajectories, effects, ranking, careers]")
        #expect(plan.cost.absentTables == ["effects", "careers"])
    }

    @Test func memoryGrowsWithTheLargestVariant() throws {
        let one = try plan("{kind: list, variants: [{name: base}]}")
        let two = try plan("{kind: list, variants: [{name: base}, {name: long, set: {calendar.last: 2044/45}}]}")
        let records = Double(2 * one.cost.drawBytes * one.draws)
        #expect(two.cost.sizes[1] == 25.0 / 3)
        #expect(Double(two.cost.memory) >= records * 25 / 3)
    }

    @Test func foldersOfOthersAreLeft() throws {
        try FileManager.default.createDirectory(atPath: small.folder.file("mine"), withIntermediateDirectories: false)
        try small.folder.write("x", to: "mine/notes.txt")
        let plan = try plan(seeds)
        #expect(throws: BatchError.self) { try plan.write(to: StudyFolder(small.folder.file("mine"))) }
        #expect(throws: BatchError.self) { try plan.write(to: StudyFolder(small.folder.file("line\nbreak"))) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: small.folder.file("mine")) == ["notes.txt"])
    }

    @Test func numbersAreShortened() {
        #expect(numberRanges([3, 1, 2, 7, 9, 10, 2]) == "1-3,7,9-10")
        #expect(numberRanges([]) == "")
        #expect(numberRanges(Array(stride(from: 1, to: 99, by: 2)), limit: 2) == "1,3,...")
    }

    private func writeText(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}

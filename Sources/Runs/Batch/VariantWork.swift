import Foundation
import Scenarios
import Tables

/// A variant of a study in its folder: whether it is whole, and how its draws are kept, joined and written as tables.
struct VariantWork: Sendable {
    let study: OpenStudy
    /// The variant's number.
    let number: Int

    /// The variant's folder.
    var path: String { study.folder.variant(number) }
    private var plan: StudyPlan { study.plan }

    /// Whether the tables are written and as they were written.
    var isWhole: Bool { FinishedVariant(number, in: path, of: study.digest)?.isWhole(in: path) ?? false }

    /// Whether every unit has a record. Units are most often done in their order: the last one tells soonest.
    var hasAllRecords: Bool { plan.units(ofVariant: number).reversed().allSatisfy { study.hasRecord($0) } }

    /// Opens the variant's draws. Those of another simulation can only be damaged: the plan says what they hang on.
    ///
    /// - Returns: The scenario, which draws from the estimates that are kept, and the store.
    /// - Throws: ``RunError/inUse(path:)`` when another process works with what is damaged, or an error of the file system.
    func open(
        _ prepared: PreparedVariant, note: @escaping @Sendable (String) -> Void
    ) throws -> (PreparedScenario, ShardStore) {
        if let opened = try opened(prepared, note: note) { return opened }
        note("\(path): its draws are another simulation's, or damaged, and are discarded.")
        ShardStore.removeLeftovers(in: path)
        guard let opened = try opened(prepared, note: note) else { throw RunError.inUse(path: path) }
        return opened
    }

    /// nil when the draws that are there are another simulation's.
    private func opened(
        _ prepared: PreparedVariant, note: @escaping @Sendable (String) -> Void
    ) throws -> (PreparedScenario, ShardStore)? {
        try StudyFolder.make(path)
        // Whatever else it holds, the folder is the study's.
        if access(path + "/run.json", F_OK) != 0 { try RunDirectory.mark(path) }
        do {
            let store = try prepared.scenario.store(
                in: path, for: prepared.identity, earlier: .continued, note: note)
            guard prepared.agrees(with: store.identity, planned: plan.estimates) else { return nil }
            return (prepared.scenario.drawing(from: store.identity.estimates), store)
        } catch RunError.otherSimulation {
            return nil
        }
    }

    /// Summarises all draws and writes the tables.
    ///
    /// - Returns: The numbers of the units whose draws are missing or damaged, of which the records are removed; none when the
    ///   variant is whole.
    /// - Throws: ``Scenarios/ScenarioError/cancelled``, or an error of the file system.
    func join(_ scenario: PreparedScenario, _ store: ShardStore, cancellation: Cancellation) throws -> [Int] {
        let part = store.part(0..<plan.draws)
        if isWhole { return [] }
        let missing = unitsWithout(part.blocks.map(\.draws))
        guard missing.isEmpty else {
            for unit in missing { unlink(study.folder.done(unit)) }
            return missing
        }
        let result = try Simulator(scenario.plan).run(draws: plan.draws, threads: 1, store: part)
        let request = SimulationRequest(
            draws: plan.draws, sampling: plan.sampling, sensitivitySamples: plan.sensitivity)
        let run = try scenario.summary(
            of: result, request, scope: VariantTables.scope(of: plan.tables, trajectories: plan.trajectories),
            cancellation: cancellation)
        try write(run, request)
        return []
    }

    /// The units of which draws are outside some ranges.
    private func unitsWithout(_ found: [Range<Int>]) -> [Int] {
        plan.units(ofVariant: number).filter { number in
            guard let draws = plan.unit(number)?.part.range(of: plan.draws) else { return false }
            let count = found.reduce(0) { $0 + $1.clamped(to: draws).count }
            return count < draws.count
        }
    }

    private func write(_ run: CompletedRun, _ request: SimulationRequest) throws {
        let (scenario, variant) = (run.prepared, plan.variant(number))
        let title = [plan.title, variant.words(plan.factors)].filter { !$0.isEmpty }.joined(separator: ": ")
        let writer = RunWriter(
            path: path, name: "\(plan.name)-\(number)", title: title,
            origin: StudyOrigin(overrides: variant.overrides, digest: study.digest))
        try writer.write(
            VariantTables(run, keeping: plan.tables, trajectories: plan.trajectories).tables,
            command: ["batch", plan.base, FinishedVariant.word(number)], seed: scenario.file.seed, drawCount: run.draws,
            request: request, teachingWeeks: scenario.fit.teachingWeeks, inputs: try scenario.inputs)
    }

    /// Removes the draws of a variant that is whole, unless another process works on it.
    ///
    /// - Parameters:
    ///   - unit: The unit of this process; 0 for none.
    ///   - store: The draws, when this process has opened them.
    func removeDraws(unit: Int = 0, of store: ShardStore? = nil) {
        // Where the file system has no locks, signs of life tell.
        guard !plan.units(ofVariant: number).contains(where: { $0 != unit && study.isClaimed($0) }) else { return }
        if let store { store.removeIfAlone() } else { ShardStore.removeLeftovers(in: path) }
    }

    /// The units of a variant without tables that must be done, or done again, after a look at every file. What is damaged is
    /// marked as not done.
    func missingUnits(note: @escaping @Sendable (String) -> Void) -> [Int] {
        let all = Array(plan.units(ofVariant: number))
        let kept = ShardStore.keptDraws(in: path, note: note)
        guard !kept.isEmpty else {
            // Its tables, if there are any, are not whole, and there is nothing to make them from.
            withdraw()
            return all
        }
        let damaged = Set(unitsWithout(kept))
        for unit in damaged where study.hasRecord(unit) && !study.isClaimed(unit) { unlink(study.folder.done(unit)) }
        return all.filter { damaged.contains($0) || !study.hasRecord($0) }
    }

    /// Takes back that a variant is whole: its units must be done again.
    private func withdraw() {
        if access(path + "/run.json", F_OK) == 0 {
            try? RunDirectory.mark(path)
            unlink(path + "/run.json")
        }
        for unit in plan.units(ofVariant: number) where !study.isClaimed(unit) { unlink(study.folder.done(unit)) }
    }
}

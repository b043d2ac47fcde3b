import Foundation
import Scenarios
import Tables

/// A unit being done.
struct UnitRun {
    let study: OpenStudy
    let unit: WorkUnit
    let variant: VariantWork
    let threads: Int
    let note: @Sendable (String) -> Void

    private let started = (time: timestamp(), clock: ContinuousClock.now, use: ResourceUse.now)

    init(
        study: OpenStudy, unit: WorkUnit, variant: VariantWork, threads: Int, note: @escaping @Sendable (String) -> Void
    ) {
        (self.study, self.unit, self.variant, self.threads, self.note) = (study, unit, variant, threads, note)
    }

    private var draws: Range<Int> { unit.part.range(of: study.plan.draws) }

    /// Computes, keeps, records, and joins when nothing else is missing; gives signs of life meanwhile.
    func result(
        cancellation: Cancellation, progress: @escaping @Sendable (Int, Int) -> Void,
        prepare: () throws -> PreparedVariant
    ) throws -> UnitOutcome {
        let signs = try UnitSigns(of: unit, draws: draws.count, in: study.folder)
        defer { signs.end() }
        let prepared = try prepare()
        let preparation = seconds
        let (scenario, store) = try variant.open(prepared, note: note)
        let part = store.part(draws)
        let isKept = part.draws == draws.count
        do {
            let count = draws.count
            try Simulator(scenario.plan).fill(draws, of: part, threads: threads, cancellation: cancellation) {
                signs.progress($0)
                progress($0, count)
            }
            let isNew = !isKept || !study.hasRecord(unit.number)
            if isNew { try record(preparation) }
            if variant.hasAllRecords, let summary = try join(scenario, store, cancellation), isNew {
                try record(preparation, summary: summary)
            }
        } catch ScenarioError.cancelled {
            throw BatchError.stopped(
                unit: unit.number, kept: store.part(draws).draws, draws: draws.count, path: store.path)
        }
        return isKept ? .alreadyDone : .computed
    }

    /// Joins the variant's draws, and removes them when its tables are written.
    ///
    /// - Returns: How long it took, s; nil when draws are missing.
    private func join(
        _ scenario: PreparedScenario, _ store: ShardStore, _ cancellation: Cancellation
    ) throws -> Double? {
        let start = seconds
        let missing = try variant.join(scenario, store, cancellation: cancellation)
        guard missing.isEmpty else {
            note(
                "variant \(unit.variant): draws of units \(numberRanges(missing)) are missing or damaged; they must be done again."
            )
            return nil
        }
        variant.removeDraws(unit: unit.number, of: store)
        return seconds - start
    }

    private var seconds: Double { (ContinuousClock.now - started.clock) / .seconds(1) }

    private func record(_ preparation: Double, summary: Double? = nil) throws {
        let use = ResourceUse.now
        let record = UnitRecord(
            unit: unit.number, version: study.plan.version, plan: study.digest, draws: draws.count, place: .here(),
            started: started.time, finished: timestamp(), seconds: seconds, preparationSeconds: preparation,
            summarySeconds: summary, cpuSeconds: use.cpuSeconds - started.use.cpuSeconds, peakMemory: use.peakMemory)
        try writeAtomically(try canonicalJSON(record), to: study.folder.done(unit.number))
    }
}

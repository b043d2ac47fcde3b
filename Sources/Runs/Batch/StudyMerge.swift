import Dispatch
import Foundation
import Parallelism
import Scenarios
import Synchronization
import Tables

/// What a merge made.
public struct MergedStudy: Sendable {
    /// The folder of the results.
    public let results: String
    /// The tables, with the numbers of their rows.
    public let tables: [(file: String, rows: Int)]
    /// Variants whose tables had to be made from draws.
    public let joined: [Int]
}

/// Puts the tables of all variants of a study together.
public struct StudyMerge: Sendable {
    /// The plan.
    public var plan: StudyPlan { study.plan }
    private let study: OpenStudy

    /// Opens a study's folder.
    ///
    /// - Throws: ``BatchError``.
    public init(in folder: StudyFolder) throws { study = try OpenStudy(in: folder) }

    /// Checks every variant, makes its tables from its draws where they are missing, and writes the results.
    ///
    /// Results of an earlier merge stay until the new ones are all there. The same bytes however the units ran.
    ///
    /// - Parameters:
    ///   - threads: The number of threads; results do not depend on it.
    ///   - cancellation: Set it to stop.
    ///   - note: Called with remarks for standard error, from any thread.
    ///   - progress: Called from any thread with the number of variants that are whole, and of all.
    /// - Throws: ``BatchError/incomplete(folder:missing:units:)`` with the units that must be done, or done again: what is
    ///   damaged is then marked as not done. ``Scenarios/ScenarioError/cancelled``, or an error of files.
    @discardableResult
    public func merge(
        threads: Int, cancellation: Cancellation = Cancellation(),
        note: @escaping @Sendable (String) -> Void = { _ in },
        progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> MergedStudy {
        let check = VariantChecks(
            study: study, threads: threads, cancellation: cancellation, note: note, progress: progress)
        let (joined, missing) = try check.run()
        try writeAtomically(UnitsTable(study: study).bytes, to: study.folder.path + "/units.csv")
        guard missing.isEmpty else {
            throw BatchError.incomplete(folder: study.folder.path, missing: missing, units: study.plan.unitCount)
        }
        if cancellation.isCancelled { throw ScenarioError.cancelled }
        let tables = try StudyResults(study).write()
        return MergedStudy(
            results: study.folder.results, tables: tables.map { ($0.schema.fileName, $0.rowCount) }, joined: joined)
    }
}

/// The check of every variant, several at a time.
private struct VariantChecks: Sendable {
    let study: OpenStudy
    let threads: Int
    let cancellation: Cancellation
    let note: @Sendable (String) -> Void
    let progress: @Sendable (Int, Int) -> Void

    /// - Returns: Variants whose tables were made from draws, and the units that are missing or damaged; both in order.
    func run() throws -> (joined: [Int], missing: [Int]) {
        let (candidates, missing) = try missing()
        progress(study.plan.variants.count - candidates.count, study.plan.variants.count)
        guard missing.isEmpty else { return ([], missing) }
        if !candidates.isEmpty {
            try study.enterDirectory()
            try study.checkInputs()
        }
        let lost = try joined(candidates)
        return (zip(candidates, lost).filter(\.1.isEmpty).map(\.0.number), lost.flatMap { $0 })
    }

    /// Looks at every file of every variant.
    ///
    /// - Returns: The units that are missing or damaged, in order, and the variants without tables that miss none.
    func missing() throws -> (candidates: [VariantWork], units: [Int]) {
        let variants = study.plan.variants.map { VariantWork(study: study, number: $0.number) }
        let units = try each(variants, threads: threads) { variant in
            if variant.isWhole {
                variant.removeDraws()
                return [Int]?.none
            }
            return variant.missingUnits(note: note)
        }
        return (zip(variants, units).filter { $0.1 == [] }.map(\.0), units.flatMap { $0 ?? [] })
    }

    /// Joins variants: each on one thread when there are many, else one after the other on all threads.
    ///
    /// - Returns: For each the units whose draws are missing.
    private func joined(_ variants: [VariantWork]) throws -> [[Int]] {
        guard !variants.isEmpty else { return [] }
        let isDivided = variants.count >= threads
        Threads.use(isDivided ? 1 : threads)
        defer { Threads.use(threads) }
        let count = Atomic<Int>(study.plan.variants.count - variants.count)
        return try each(variants, threads: isDivided ? threads : 1) { variant in
            let prepared = try PreparedVariant(study.plan.variant(variant.number), of: study.plan)
            let (scenario, store) = try variant.open(prepared, note: note)
            let missing = try variant.join(scenario, store, cancellation: cancellation)
            if missing.isEmpty { variant.removeDraws(of: store) }
            progress(count.wrappingAdd(1, ordering: .relaxed).newValue, study.plan.variants.count)
            return missing
        }
    }

    /// Does something with every variant on some threads; the first error, in the order of variants, ends it.
    private func each<Result: Sendable>(
        _ variants: [VariantWork], threads: Int, _ body: @Sendable (VariantWork) throws -> Result
    ) throws -> [Result] {
        let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: variants.count))
        let next = Atomic<Int>(0)
        let hasFailed = Atomic<Bool>(false)
        DispatchQueue.concurrentPerform(iterations: min(max(1, threads), max(1, variants.count))) { _ in
            while !cancellation.isCancelled, !hasFailed.load(ordering: .relaxed) {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < variants.count else { return }
                let result = Swift.Result { try body(variants[index]) }
                if case .failure = result { hasFailed.store(true, ordering: .relaxed) }
                results.withLock { $0[index] = result }
            }
        }
        let all = results.withLock { $0.compactMap { $0 } }
        for case .failure(let error) in all { throw error }
        guard all.count == variants.count else { throw ScenarioError.cancelled }
        return try all.map { try $0.get() }
    }
}

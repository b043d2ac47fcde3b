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
    /// The number of variants.
    public let variants: Int
    /// Variants whose tables had to be made from draws.
    public let joined: [Int]
}

/// Puts the tables of all variants of a study together.
public struct StudyMerge: Sendable {
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
    ///   - progress: Called from any thread with the number of variants that are checked, and of all.
    /// - Throws: ``BatchError/incomplete(folder:missing:units:)`` with the units that must be done, or done again: what is
    ///   damaged is then marked as not done. ``Scenarios/ScenarioError/cancelled``, or an error of files.
    @discardableResult
    public func merge(
        threads: Int, cancellation: Cancellation = Cancellation(), note: @escaping @Sendable (String) -> Void = { _ in },
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
        try StudyResults(study).write()
        return MergedStudy(results: study.folder.results, variants: study.plan.variants.count, joined: joined)
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
        let variants = study.plan.variants.map { VariantWork(study: study, number: $0.number) }
        let isWhole = try each(variants) { $0.isWhole }
        let (done, rest) = (zip(variants, isWhole).filter(\.1).map(\.0), zip(variants, isWhole).filter { !$0.1 }.map(\.0))
        for variant in done { variant.removeDraws() }
        progress(done.count, variants.count)
        var (candidates, missing) = ([VariantWork](), [Int]())
        for variant in rest {
            let units = missingUnits(of: variant)
            if units.isEmpty { candidates.append(variant) } else { missing += units }
        }
        if !candidates.isEmpty {
            try study.enterDirectory()
            try study.checkInputs()
        }
        let lost = try joined(candidates, done: done.count)
        let made = zip(candidates, lost).filter(\.1.isEmpty).map(\.0.number)
        return (made, (missing + lost.flatMap { $0 }).sorted())
    }

    /// The units of a variant without tables that have no record, or whose draws are gone with them.
    private func missingUnits(of variant: VariantWork) -> [Int] {
        let path = variant.path
        guard access(path + "/" + ShardStore.folderName, F_OK) == 0 else {
            if access(path, F_OK) == 0 { variant.withdraw() }
            return Array(study.plan.units(ofVariant: variant.number))
        }
        return variant.unitsWithoutRecord()
    }

    /// Joins variants: each on one thread when there are many, else one after the other on all threads.
    ///
    /// - Returns: For each the units whose draws are missing.
    private func joined(_ variants: [VariantWork], done: Int) throws -> [[Int]] {
        guard !variants.isEmpty else { return [] }
        let isDivided = variants.count >= threads
        Threads.use(isDivided ? 1 : threads)
        defer { Threads.use(threads) }
        let count = Atomic<Int>(done)
        return try each(variants, threads: isDivided ? threads : 1) { variant in
            let prepared = try PreparedVariant(study.plan.variant(variant.number), of: study.plan)
            let store = try variant.store(of: prepared, note: note)
            let missing = try variant.join(prepared, store, cancellation: cancellation)
            if missing.isEmpty { variant.removeDraws(of: store) }
            progress(count.wrappingAdd(1, ordering: .relaxed).newValue, study.plan.variants.count)
            return missing
        }
    }

    /// Does something with every variant on some threads; the first error, in the order of variants, ends it.
    private func each<Result: Sendable>(
        _ variants: [VariantWork], threads: Int? = nil, _ body: @Sendable (VariantWork) throws -> Result
    ) throws -> [Result] {
        let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: variants.count))
        let next = Atomic<Int>(0)
        let hasFailed = Atomic<Bool>(false)
        DispatchQueue.concurrentPerform(iterations: min(max(1, threads ?? self.threads), max(1, variants.count))) { _ in
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

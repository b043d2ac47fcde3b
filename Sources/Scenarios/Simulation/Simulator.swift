import Dispatch
import Synchronization

/// A request to stop, set from a signal handler or another thread and read by the shards.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    /// A request that has not been made.
    public init() {}

    /// Asks to stop.
    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Whether it was asked to stop.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// The results of all draws of a scenario file.
public struct SimulationResult: Sendable {
    let layout: RecordLayout
    let records: DrawRecords
    /// The number of draws.
    public var draws: Int { records.count }
}

/// Runs the draws of a plan.
///
/// Draws are cut into blocks at fixed places; each is computed by itself and put where it belongs, so that the results
/// have the same bits for any number of threads, and whether blocks were kept from an earlier run or not.
public struct Simulator: Sendable {
    /// The plan.
    public let plan: SimulationPlan
    /// Where figures stand in a draw's record.
    public let layout: RecordLayout
    /// The most draws in a block: what a stopped run loses at most per thread.
    public static let drawsPerBlock = 32

    /// A simulator of a plan.
    public init(_ plan: SimulationPlan) {
        self.plan = plan
        layout = RecordLayout(
            scenarios: plan.scenarios.count, grades: plan.file.outcomes.map { plan.file.gradeCount(of: $0.sector) },
            moments: plan.file.years.count + 1,
            careers: plan.careers.map { careers in
                CareerLayout(
                    worlds: plan.scenarios.count + 1, years: plan.file.years.count,
                    tracks: careers.flow.ladder.tracks.count)
            })
    }

    /// The bytes that the records of some draws take in memory, and in a store.
    public func memory(draws: Int) -> Int { draws * layout.length * MemoryLayout<Double>.size }

    /// Simulates.
    ///
    /// - Parameters:
    ///   - draws: The number of draws; draw d is the same whatever their number.
    ///   - threads: The number of threads; the results do not depend on it.
    ///   - store: Where blocks are kept; those that it holds already are not computed again.
    ///   - cancellation: Set it to stop early.
    ///   - progress: Called from any thread with the number of draws done.
    /// - Throws: ``ScenarioError/cancelled``, or an error of the store.
    public func run(
        draws: Int, threads: Int, store: (any RecordStore)? = nil, cancellation: Cancellation = Cancellation(),
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> SimulationResult {
        let kept = try store?.finishedBlocks() ?? []
        let blocks = try blocks(
            0..<draws, kept: kept, threads: threads, store: store, cancellation: cancellation, progress: progress)
        return SimulationResult(layout: layout, records: DrawRecords(blocks, length: layout.length))
    }

    /// Computes the draws of a range that a store does not hold yet, and keeps them there.
    ///
    /// - Throws: ``ScenarioError/cancelled``, or an error of the store.
    public func fill(
        _ range: Range<Int>, of store: any RecordStore, threads: Int, cancellation: Cancellation = Cancellation(),
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        _ = try blocks(
            range, kept: try store.finishedBlocks(), threads: threads, store: store, cancellation: cancellation,
            progress: progress)
    }

    /// Computes the draws of a range that are not in the blocks kept.
    ///
    /// - Returns: Blocks that hold exactly the range, those kept included.
    func blocks(
        _ range: Range<Int>, kept: [RecordBlock], threads: Int, store: (any RecordStore)?, cancellation: Cancellation,
        progress: @escaping @Sendable (Int) -> Void
    ) throws -> [RecordBlock] {
        let found = kept.compactMap { $0.part(range) }
        let missing = Self.pieces(of: range, without: found.map(\.draws))
        let simulation = DrawSimulation(plan, layout: layout)
        let slots = Slots(count: missing.count)
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(found.reduce(0) { $0 + $1.draws.count })
        progress(done.load(ordering: .relaxed))
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
            while !cancellation.isCancelled, !slots.hasFailed {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < missing.count else { return }
                slots.fill(index) {
                    guard let block = try simulation.block(missing[index], cancellation: cancellation) else {
                        return nil
                    }
                    return try store?.save(block) ?? block
                }
                progress(done.wrappingAdd(missing[index].count, ordering: .relaxed).newValue)
            }
        }
        let computed = try slots.contents()
        if cancellation.isCancelled { throw ScenarioError.cancelled }
        return found + computed
    }

    /// The parts of a range outside some others, cut at multiples of ``drawsPerBlock``.
    static func pieces(of range: Range<Int>, without found: [Range<Int>]) -> [Range<Int>] {
        var (pieces, next) = ([Range<Int>](), range.lowerBound)
        for gapEnd in found.sorted(by: { $0.lowerBound < $1.lowerBound }) + [range.upperBound..<range.upperBound] {
            while next < gapEnd.lowerBound {
                let end = min(gapEnd.lowerBound, (next / drawsPerBlock + 1) * drawsPerBlock)
                pieces.append(next..<end)
                next = end
            }
            next = max(next, gapEnd.upperBound)
        }
        return pieces
    }
}

/// The blocks, each in its place, or the first error.
private final class Slots: Sendable {
    private let results: Mutex<[RecordBlock?]>
    private let error = Mutex<(any Error)?>(nil)
    private let failed = Atomic<Bool>(false)

    init(count: Int) { results = Mutex(Array(repeating: nil, count: count)) }

    var hasFailed: Bool { failed.load(ordering: .relaxed) }

    func fill(_ index: Int, _ work: () throws -> RecordBlock?) {
        do {
            let block = try work()
            results.withLock { $0[index] = block }
        } catch let caught {
            error.withLock { $0 = $0 ?? caught }
            failed.store(true, ordering: .relaxed)
        }
    }

    func contents() throws -> [RecordBlock] {
        if let error = error.withLock({ $0 }) { throw error }
        return results.withLock { $0.compactMap { $0 } }
    }
}

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
    let layout: ResultLayout
    /// Pupil-weighted sums of the state: draw by draw, each ``ResultLayout/stateCount`` long.
    let states: [Double]
    /// Recovered schools: draw by draw, each ``ResultLayout/schoolCount`` long.
    let recovered: [Double]
    /// The number of draws.
    public let draws: Int
}

/// Runs the draws of a plan.
///
/// Draws are cut into shards of a fixed size; each writes its own place, so that the results have the same bits for any
/// number of threads.
public struct Simulator: Sendable {
    /// The plan.
    public let plan: SimulationPlan
    private static let drawsPerShard = 5

    /// A simulator of a plan.
    public init(_ plan: SimulationPlan) { self.plan = plan }

    /// The bytes that the results of some draws take in memory.
    public func memory(draws: Int) -> Int {
        let layout = layout
        return draws * (layout.stateCount + layout.schoolCount) * MemoryLayout<Double>.size
    }

    private var layout: ResultLayout {
        ResultLayout(
            scenarios: plan.scenarios.count, outcomes: plan.file.outcomes.count, moments: plan.file.years.count + 1)
    }

    /// Simulates.
    ///
    /// - Parameters:
    ///   - draws: The number of draws; draw d is the same whatever their number.
    ///   - threads: The number of threads; the results do not depend on it.
    ///   - cancellation: Set it to stop early.
    ///   - progress: Called from any thread with the number of draws done.
    /// - Throws: ``ScenarioError/cancelled``.
    public func run(
        draws: Int, threads: Int, cancellation: Cancellation = Cancellation(),
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(ScenarioError) -> SimulationResult {
        try run(draws: 0..<draws, threads: threads, cancellation: cancellation, progress: progress)
    }

    /// Simulates a range of draws.
    func run(
        draws: Range<Int>, threads: Int, cancellation: Cancellation, progress: @escaping @Sendable (Int) -> Void
    ) throws(ScenarioError) -> SimulationResult {
        let layout = layout
        let kernels = plan.population.sectors.map { SectorKernel(plan, sector: $0) }.filter { !$0.outcomes.isEmpty }
        let shards = (draws.count + Self.drawsPerShard - 1) / Self.drawsPerShard
        let slots = Slots(count: shards)
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
            while !cancellation.isCancelled {
                let shard = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard shard < shards else { return }
                let start = draws.lowerBound + shard * Self.drawsPerShard
                let range = start..<min(draws.upperBound, start + Self.drawsPerShard)
                slots.fill(shard, self.shard(range, kernels, layout))
                progress(done.wrappingAdd(range.count, ordering: .relaxed).newValue)
            }
        }
        if cancellation.isCancelled { throw .cancelled }
        let finished = slots.contents()
        return SimulationResult(
            layout: layout, states: finished.flatMap(\.states), recovered: finished.flatMap(\.recovered),
            draws: draws.count)
    }

    private func shard(_ draws: Range<Int>, _ kernels: [SectorKernel], _ layout: ResultLayout) -> ShardResult {
        var result = ShardResult()
        for draw in draws {
            let parameters = plan.parameters(draw: UInt32(draw))
            var states = [Double](repeating: 0, count: layout.stateCount)
            var recovered = [Double](repeating: 0, count: layout.schoolCount)
            for kernel in kernels {
                kernel.run(
                    draw: UInt32(draw), seed: plan.file.seed, parameters: parameters, layout: layout, states: &states,
                    recovered: &recovered)
            }
            result.states += states
            result.recovered += recovered
        }
        return result
    }
}

private struct ShardResult: Sendable {
    var states: [Double] = []
    var recovered: [Double] = []
}

/// The results of the shards, each in its place.
private final class Slots: Sendable {
    private let results: Mutex<[ShardResult]>

    init(count: Int) { results = Mutex(Array(repeating: ShardResult(), count: count)) }

    func fill(_ shard: Int, _ result: ShardResult) { results.withLock { $0[shard] = result } }

    func contents() -> [ShardResult] { results.withLock { $0 } }
}

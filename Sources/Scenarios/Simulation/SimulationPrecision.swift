import Probability

/// How long a simulation goes on: for a number of draws, or until its Monte Carlo error is small enough.
public struct SimulationPrecision: Sendable, Equatable {
    /// The largest Monte Carlo standard error of a mean deviation that is accepted, SD.
    public let mcse: Double
    /// The most draws, whether the error is small enough or not.
    public let largestNumberOfDraws: Int

    /// A precision.
    ///
    /// - Parameters:
    ///   - mcse: Above 0.
    ///   - largestNumberOfDraws: At least 2.
    public init(mcse: Double, largestNumberOfDraws: Int) {
        precondition(mcse > 0 && largestNumberOfDraws >= 2, "a precision above 0 and draws to reach it with")
        self.mcse = mcse
        self.largestNumberOfDraws = largestNumberOfDraws
    }

    /// The number of draws to go on to: those that the error asks for, `n (error / mcse)^2`, but a tenth more at least, and
    /// no more than four times as many, because an error from few draws is uncertain itself.
    func nextNumberOfDraws(after draws: Int, error: Double) -> Int {
        let needed = Double(draws) * (error / mcse) * (error / mcse)
        let bounded = min(max(needed, 1.1 * Double(draws)), 4 * Double(draws))
        return min(largestNumberOfDraws, max(draws + 1, Int(bounded.rounded(.up))))
    }
}

extension SimulationResult {
    /// The largest Monte Carlo standard error of a mean deviation over all scenarios, outcomes, SES groups and school years,
    /// the disadvantage quintiles together, SD; 0 when nothing varies.
    public func largestMCSEOfMean(_ plan: SimulationPlan) -> Double {
        let cube = ResultCube(plan, self)
        var largest = 0.0
        for scenario in plan.scenarios.indices {
            for (position, outcome) in plan.file.outcomes.enumerated() {
                for (_, groups) in cube.groupChoices {
                    let everyone = PupilSelection(
                        sector: outcome.sector, groups: groups, quintiles: Array(0..<RecordLayout.quintiles))
                    guard cube.pupilCount(everyone) > 0 else { continue }
                    for moment in cube.moments.indices {
                        let draws = cube.deviations(scenario: scenario, outcome: position, everyone, moment: moment)
                        largest = max(largest, Self.mcseOfMean(draws, plan.sampling.dependence))
                    }
                }
            }
        }
        return largest
    }

    /// As ``Probability/DrawSummary/mcseOfMean``, without sorting.
    private static func mcseOfMean(_ draws: [Double], _ dependence: ReplicatedMean.Dependence) -> Double {
        guard draws.count > 1 else { return 0 }
        guard dependence == .independent else { return ReplicatedMean(draws, dependence: dependence).mcse ?? 0 }
        let n = Double(draws.count)
        let mean = CompensatedSum(draws).value / n
        let squares = CompensatedSum(draws.map { ($0 - mean) * ($0 - mean) }).value
        return (squares / (n - 1) / n).squareRoot()
    }
}

extension Simulator {
    /// Simulates until the Monte Carlo error is small enough.
    ///
    /// The draws are the first ones of the same sequence, and when to stop depends on them alone: the results are those of a
    /// run of so many draws, for any number of threads.
    ///
    /// - Parameters:
    ///   - precision: When to stop.
    ///   - draws: The number of draws to begin with.
    ///   - progress: Called from any thread with the number of draws done and the number gone on to.
    /// - Throws: ``ScenarioError/cancelled``.
    public func run(
        until precision: SimulationPrecision, beginningWith draws: Int, threads: Int, store: (any RecordStore)? = nil,
        cancellation: Cancellation = Cancellation(), progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws -> SimulationResult {
        let kept = try store?.finishedBlocks() ?? []
        let first = min(draws, precision.largestNumberOfDraws)
        let blocks = try blocks(
            0..<first, kept: kept, threads: threads, store: store, cancellation: cancellation
        ) { progress($0, first) }
        var result = SimulationResult(layout: layout, records: DrawRecords(blocks, length: layout.length))
        while result.draws < precision.largestNumberOfDraws {
            let error = result.largestMCSEOfMean(plan)
            guard error > precision.mcse else { break }
            let done = result.draws
            let next = precision.nextNumberOfDraws(after: done, error: error)
            let more = try self.blocks(
                done..<next, kept: kept, threads: threads, store: store, cancellation: cancellation
            ) { progress(done + $0, next) }
            result = SimulationResult(layout: layout, records: result.records.followed(by: more))
        }
        return result
    }
}

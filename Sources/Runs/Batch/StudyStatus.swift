/// How far a study is, from its files and, when there is one, from Slurm's queue.
public struct StudyStatus: Sendable {
    /// The plan.
    public let plan: StudyPlan
    /// Units that are done.
    public let done: [Int]
    /// Units that somebody works on.
    public let running: [Int]
    /// Units of tasks that wait in the queue.
    public let queued: [Int]
    /// Units that failed.
    public let failed: [UnitFailure]
    /// Units whose process gave no sign of life for a while.
    public let lost: [Int]
    /// Units that nobody has begun, and that are in no queue.
    public let missing: [Int]
    /// The machines that work now.
    public let hosts: [String]
    /// Draws done of those of the running units, percent.
    public let runningShare: Int
    /// The work left for one task at a time, s.
    public let secondsOfWork: Double
    /// The time left at the pace of those that are running now, s; nil when none is.
    public let secondsLeft: Double?
    /// Slurm's reason for each task that waits, and how many have it.
    public let reasons: [(reason: String, tasks: Int)]
    /// Slurm's word on why tasks ended that are not done, by task; empty where it keeps no accounts.
    public let ends: [Int: String]
    /// Whether Slurm was asked and gave no answer.
    public let isQueueUnknown: Bool
    /// Whether jobs were submitted to Slurm.
    public let wasSubmitted: Bool
    /// Whether any unit was ever begun, or a job submitted.
    public var wasBegun: Bool { wasSubmitted || hasResults || missing.count < plan.unitCount }
    /// Whether the results of this plan are there.
    public let hasResults: Bool

    /// Looks at a study's folder.
    ///
    /// - Parameter asksSlurm: Whether Slurm is asked about jobs that were submitted; it may be away.
    /// - Throws: ``BatchError``, or an error of the file system.
    public init(in folder: StudyFolder, asksSlurm: Bool) throws {
        let plan = try StudyPlan(in: folder)
        self.plan = plan
        let records = asksSlurm ? JobRecord.all(in: folder) : []
        let queue = Slurm.queue(records)
        let state = try StudyState(plan, in: folder, jobs: records, queue: queue)
        isQueueUnknown = queue == nil
        wasSubmitted = !JobRecord.all(in: folder).isEmpty
        let tasks = (queue ?? [:]).values
        reasons = Dictionary(grouping: tasks.filter { $0.state == .waiting }, by: \.reason)
            .map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
        var units = UnitLists()
        for (index, unit) in state.units.enumerated() {
            units.add(index + 1, unit, isQueued: queue?[plan.task(ofUnit: index + 1)] != nil)
        }
        (done, running, queued) = (units.done, units.claims.map(\.unit), units.queued)
        (failed, lost, missing) = (units.failures, units.lost, units.missing)
        let ended = Set((lost + missing + failed.map(\.unit)).map { plan.task(ofUnit: $0) })
        ends = ended.isEmpty || records.isEmpty ? [:] : Slurm.ends(records).filter { ended.contains($0.key) }
        hosts = Array(Set(units.claims.map(\.place.host))).sorted()
        let draws = units.claims.reduce((done: 0, all: 0)) { ($0.done + $1.done, $0.all + $1.draws) }
        runningShare = draws.all > 0 ? draws.done * 100 / draws.all : 0
        secondsOfWork = units.expectedSeconds(of: plan) * Self.slowness(units.done, plan, folder)
        secondsLeft = units.claims.isEmpty ? nil : secondsOfWork / Double(units.claims.count)
        hasResults = StudyMerge.hasResults(of: plan, in: folder)
    }

    /// How much longer the units done so far took than was expected; 1 as long as none is.
    private static func slowness(_ done: [Int], _ plan: StudyPlan, _ folder: StudyFolder) -> Double {
        // Some are enough, from all of the study.
        let step = max(1, done.count / 50)
        let pairs = stride(from: 0, to: done.count, by: step).compactMap { index -> (Double, Double)? in
            let record: UnitRecord? = StudyFolder.read(folder.done(done[index]))
            return record.map { ($0.seconds, plan.expectedSeconds(ofUnit: done[index])) }
        }
        let (took, expected) = pairs.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
        return took > 0 && expected > 0 ? took / expected : 1
    }

    /// Numbers for reading, runs of them shortened: `1-3,7`.
    public static func ranges(_ numbers: [Int]) -> String { numberRanges(numbers) }
}

/// Units by what is known of them.
private struct UnitLists {
    private(set) var done: [Int] = []
    private(set) var claims: [UnitClaim] = []
    private(set) var queued: [Int] = []
    private(set) var failures: [UnitFailure] = []
    private(set) var lost: [Int] = []
    private(set) var missing: [Int] = []

    /// A task in the queue will do its units again, whatever became of them before.
    mutating func add(_ unit: Int, _ state: UnitState, isQueued: Bool) {
        switch state {
        case .done: done.append(unit)
        case .running(let claim): claims.append(claim)
        case .lost where isQueued, .failed where isQueued, .missing where isQueued: queued.append(unit)
        case .failed(let failure): failures.append(failure)
        case .lost: lost.append(unit)
        case .missing: missing.append(unit)
        }
    }

    /// The time that the units which are not done will take one after the other, s.
    func expectedSeconds(of plan: StudyPlan) -> Double {
        let untouched = (queued + failures.map(\.unit) + lost + missing).reduce(0) {
            $0 + plan.expectedSeconds(ofUnit: $1)
        }
        return claims.reduce(untouched) { sum, claim in
            let share = Double(claim.done) / Double(max(1, claim.draws))
            return sum + plan.expectedSeconds(ofUnit: claim.unit) * max(0, 1 - share)
        }
    }
}

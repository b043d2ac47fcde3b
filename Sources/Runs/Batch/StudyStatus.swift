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
    /// A line for each job in the queue.
    public let jobs: [String]
    /// Whether tasks, or the job that joins, are in the queue.
    public let isQueued: Bool
    /// Whether the results of this plan are there.
    public let hasResults: Bool

    /// Looks at a study's folder.
    ///
    /// - Parameter queue: The scheduler to ask; nil for files only.
    /// - Throws: ``BatchError``, or an error of the file system.
    public init(in folder: StudyFolder, queue scheduler: Slurm?) throws {
        let state = try StudyState(in: folder)
        plan = state.plan
        let queue = try scheduler?.queue(of: folder)
        let waiting = Set((queue?.waitingTasks ?? []).flatMap { state.plan.units(ofTask: $0) })
        var (done, running, queued, lost, missing) = ([Int](), [Int](), [Int](), [Int](), [Int]())
        var (failures, claims) = ([UnitFailure](), [UnitClaim]())
        for unit in 1...state.plan.unitCount {
            switch state[unit] {
            case .done: done.append(unit)
            case .running(let claim):
                running.append(unit)
                claims.append(claim)
            case .failed(let failure) where !waiting.contains(unit): failures.append(failure)
            case .lost where !waiting.contains(unit): lost.append(unit)
            case .missing where !waiting.contains(unit): missing.append(unit)
            case .failed, .lost, .missing: queued.append(unit)
            }
        }
        (self.done, self.running, self.queued) = (done, running, queued)
        (failed, self.lost, self.missing) = (failures, lost, missing)
        hosts = Array(Set(claims.map(\.place.host))).sorted()
        let draws = (done: claims.reduce(0) { $0 + $1.done }, all: claims.reduce(0) { $0 + $1.draws })
        runningShare = draws.all > 0 ? draws.done * 100 / draws.all : 0
        let left = Set(1...state.plan.unitCount).subtracting(done).sorted()
        let begun = claims.reduce(0.0) { sum, claim in
            sum + state.plan.expectedSeconds(ofUnit: claim.unit) * Double(claim.done) / Double(max(1, claim.draws))
        }
        let expected = left.reduce(0) { $0 + state.plan.expectedSeconds(ofUnit: $1) } - begun
        secondsOfWork = max(0, expected) * (try state.slowness())
        secondsLeft = claims.isEmpty ? nil : secondsOfWork / Double(claims.count)
        jobs = queue?.lines ?? []
        isQueued = queue.map { !$0.isEmpty } ?? false
        hasResults = try StudyMerge.hasResults(of: state.plan, in: folder)
    }

    /// Numbers for reading, runs of them shortened: `1-3,7`.
    public static func ranges(_ numbers: [Int]) -> String { numberRanges(numbers) }
}

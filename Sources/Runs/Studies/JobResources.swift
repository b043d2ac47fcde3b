/// What a study asks of a scheduler for each of its jobs. Texts are checked when the study is read: they hold nothing that a
/// scheduler or a shell could take for more than a word.
public struct JobResources: Codable, Sendable, Equatable {
    /// The time limit in Slurm's form, `02:30:00`; nil for three times the expected time.
    public var time: String?
    /// The memory limit in Slurm's form, `2G`; nil for what is expected and half of it more.
    public var memory: String?
    /// The partition (queue).
    public var partition: String?
    /// The account that pays.
    public var account: String?
    /// The quality of service.
    public var qos: String?
    /// Features that a node must have.
    public var constraint: String?
    /// Environment modules to load before the work.
    public var modules: [String] = []
    /// The most tasks at a time; nil for as many as there is room for.
    public var throttle: Int?
    /// Processor cores, and threads, of a task.
    public var cpus = 1
    /// Whether a task that was preempted or lost its node is queued again.
    public var requeue = true
    /// Work units that one task does one after the other; nil for as few as keep the array below a thousand tasks.
    public var unitsPerTask: Int?

    /// The defaults.
    public init() {}
}

/// Where a process runs: written beside what it computed, never into results, which do not hang on it.
public struct WorkPlace: Codable, Sendable, Equatable {
    /// The machine's name.
    public let host: String
    /// The process.
    public let process: Int
    /// The scheduler's job, such as `17_4`; nil when none was found in the environment.
    public let job: String?
    /// How often the scheduler has started the job again.
    public let restarts: Int
}

/// What became of a unit that is done.
public struct UnitRecord: Codable, Sendable, Equatable {
    /// The unit.
    public let unit: Int
    /// The program's version.
    public let version: String
    /// The digest of the plan that the unit is of.
    public let plan: String
    /// The number of draws.
    public let draws: Int
    /// Where it was computed.
    public let place: WorkPlace
    /// When it was begun, ISO 8601, UTC.
    public let started: String
    /// When it was done.
    public let finished: String
    /// How long it took, s.
    public let seconds: Double
    /// Of that, what preparing took, s.
    public let preparationSeconds: Double
    /// Of that, what summarising the variant took, s; nil when other units of it were still to come.
    public var summarySeconds: Double?
    /// Time of all cores, s.
    public let cpuSeconds: Double
    /// The most memory that the process has had, bytes.
    public let peakMemory: Int

    private enum CodingKeys: String, CodingKey {
        case preparationSeconds = "preparation_seconds"
        case summarySeconds = "summary_seconds"
        case cpuSeconds = "cpu_seconds"
        case peakMemory = "peak_memory"
        case unit, version, plan, draws, place, started, finished, seconds
    }
}

/// Who works on a unit: written again every few seconds, so that an old file is one of a process that is gone.
public struct UnitClaim: Codable, Sendable, Equatable {
    /// The unit.
    public let unit: Int
    /// Where it is computed.
    public let place: WorkPlace
    /// When it was begun, ISO 8601, UTC.
    public let started: String
    /// Draws done so far.
    public let done: Int
    /// Draws of the unit.
    public let draws: Int

    /// After so many seconds without a sign a process is taken to be gone.
    public static let lifetime = 120.0
    /// A sign is given every so many seconds.
    public static let interval = 10.0
}

/// Why a unit failed.
public struct UnitFailure: Codable, Sendable, Equatable {
    /// The unit.
    public let unit: Int
    /// Where it was computed.
    public let place: WorkPlace
    /// When, ISO 8601, UTC.
    public let time: String
    /// The message.
    public let message: String
}

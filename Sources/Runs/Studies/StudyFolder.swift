/// Where the files of a study stand: its folder is all the state there is, shared by every process that works on it.
public struct StudyFolder: Sendable, Equatable {
    /// The folder.
    public let path: String

    /// A folder, which need not be there.
    public init(_ path: String) { self.path = path }

    /// What was planned; see ``StudyPlan``.
    public var plan: String { path + "/plan.json" }
    /// What became of each unit, and who works on it.
    public var units: String { path + "/units" }
    /// A folder for each variant: its draws in `shards/`, and its tables when all draws are there.
    public var variants: String { path + "/variants" }
    /// The tables of all variants together: the study's result.
    public var results: String { path + "/results" }
    /// What the scheduler's jobs print.
    public var logs: String { path + "/logs" }
    /// Which jobs were submitted.
    public var jobs: String { path + "/jobs" }

    /// The folder of a variant.
    public func variant(_ number: Int) -> String { variants + "/" + Self.digits(number, 5) }

    /// The record of a unit that is done; see ``UnitRecord``.
    public func done(_ unit: Int) -> String { units + "/" + Self.digits(unit, 6) + ".done" }
    /// Who works on a unit; see ``UnitClaim``.
    public func running(_ unit: Int) -> String { units + "/" + Self.digits(unit, 6) + ".running" }
    /// Why a unit failed; see ``UnitFailure``.
    public func failed(_ unit: Int) -> String { units + "/" + Self.digits(unit, 6) + ".failed" }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

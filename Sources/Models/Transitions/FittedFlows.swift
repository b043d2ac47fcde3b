import Transitions

/// Which log-odds of a fitted flow: of going to one state rather than to the origin's reference, in one SES group.
public struct FlowLabel: Hashable, Sendable {
    /// The SES group, or empty.
    public let group: String
    /// The position of the origin among the ladder's states.
    public let from: Int
    /// The position of the destination; never the origin's reference.
    public let to: Int

    /// A label.
    public init(group: String, from: Int, to: Int) {
        self.group = group
        self.from = from
        self.to = to
    }
}

/// The pupils of a SES group in a state.
public struct FlowOrigin: Hashable, Sendable {
    /// The SES group, or empty.
    public let group: String
    /// The position of the state among the ladder's.
    public let state: Int

    /// A group's pupils in a state.
    public init(group: String, state: Int) {
        self.group = group
        self.state = state
    }
}

/// The yearly flows of the baseline years as a fitted model gives them: what a simulation of careers starts from.
public struct FittedFlows: Sendable {
    /// The states.
    public let ladder: CareerLadder
    /// The SES groups; one empty name when there are none.
    public let groups: [String]
    /// The destination against which each origin's log-odds are, by state; nil where nobody goes on from.
    public let references: [Int?]
    /// The log-odds of the other destinations with their joint covariance. Destinations without a label have probability 0.
    public let logOdds: EstimateVector<FlowLabel>
    /// The baseline years that they pool; empty when the model names no baseline, and all its years are pooled.
    public internal(set) var baselineYears: [String]
    /// The groups and states of which nobody was seen, though pupils of other groups were: they have no log-odds.
    public let unseen: Set<FlowOrigin>
    /// Whether some rest on counts that may not be published: what is drawn from them would tell these.
    public internal(set) var areWithheld = false

    /// Fitted flows.
    public init(
        ladder: CareerLadder, groups: [String], references: [Int?], logOdds: EstimateVector<FlowLabel>,
        baselineYears: [String], unseen: Set<FlowOrigin> = []
    ) {
        self.unseen = unseen
        self.baselineYears = baselineYears
        precondition(references.count == ladder.states.count, "a reference, or none, for each state")
        self.ladder = ladder
        self.groups = groups
        self.references = references
        self.logOdds = logOdds
    }
}

/// Why flows, chains or models of transitions cannot be computed.
public enum TransitionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A ladder without tracks.
    case noTracks
    /// A track without grades.
    case noGrades(track: String)
    /// Two states have one name.
    case sameState(String)
    /// A probability that is none.
    case badProbability(from: String, to: String, found: Double)
    /// The probabilities of where pupils go from a state do not add up to 1.
    case badSum(from: String, found: Double)

    /// What is wrong, what was expected and what to do.
    public var description: String {
        switch self {
        case .noTracks: "a career ladder has no tracks; expected at least one."
        case .noGrades(let track): "track '\(track)' has no grades; expected at least 1."
        case .sameState(let state): "two states are named '\(state)'. Give each track and end a name of its own."
        case .badProbability(let from, let to, let found):
            "the probability of going from '\(from)' to '\(to)' is \(found); expected a number from 0 to 1."
        case .badSum(let from, let found):
            "the probabilities of where pupils go from '\(from)' add up to \(found); expected 1. Add the missing destination."
        }
    }
}

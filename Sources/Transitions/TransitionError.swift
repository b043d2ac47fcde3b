/// Why flows, chains or models of transitions cannot be computed.
public enum TransitionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A ladder without tracks.
    case noTracks
    /// A track without grades.
    case noGrades(track: String)
    /// Two states have one name.
    case sameState(String)
    /// A track or end without a name.
    case noName
    /// A track has the name of a grade, a diploma or an end.
    case trackAndState(String)
    /// A probability that is none.
    case badProbability(from: String, to: String, found: Double)
    /// The probabilities of where pupils go from a state do not add up to 1.
    case badSum(from: String, found: Double)
    /// Nobody can go anywhere from a grade.
    case noRoute(from: String)
    /// A flow that nobody can make: skipping grades, going back, leaving an end.
    case impossibleRoute(from: String, to: String)
    /// A flow is given twice.
    case sameRoute(from: String, to: String)
    /// A ladder has more grades than flows of counts have room for.
    case tooManyGrades(found: Int)
    /// A grade has more flows than flows of counts have room for.
    case tooManyRoutes(found: Int)

    /// What is wrong, what was expected and what to do.
    public var description: String {
        switch self {
        case .noTracks: "a career ladder has no tracks; expected at least one."
        case .noGrades(let track): "track '\(track)' has no grades; expected at least 1."
        case .sameState(let state): "two states are named '\(state)'. Give each track and end a name of its own."
        case .noName: "a track or end has an empty name. Give each a name of its own."
        case .trackAndState(let name):
            "'\(name)' is the name of a track, and of a grade, diploma or end. Rename the track or the end."
        case .badProbability(let from, let to, let found):
            "the probability of going from '\(from)' to '\(to)' is \(found); expected a number from 0 to 1."
        case .badSum(let from, let found):
            "the probabilities of where pupils go from '\(from)' add up to \(found); expected 1. Add the missing destination."
        case .noRoute(let from): "pupils of '\(from)' can go nowhere; expected at least one destination."
        case .impossibleRoute(let from, let to):
            "nobody can go from '\(from)' to '\(to)' in a year; expected the same grade or the next one, the track's own "
                + "diploma from its last grade, or an end."
        case .sameRoute(let from, let to): "the flow from '\(from)' to '\(to)' is given twice. Give it once."
        case .tooManyGrades(let found):
            "a ladder has \(found) grades in all its tracks; expected at most \(PupilFlow.largestNumberOfGrades)."
        case .tooManyRoutes(let found):
            "a grade has \(found) destinations; expected at most \(PupilFlow.largestNumberOfRoutes)."
        }
    }
}

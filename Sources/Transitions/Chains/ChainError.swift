/// Why a chain of yearly transitions, or the careers that run through it, cannot be computed.
public enum ChainError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A chain in which every state is left.
    case noEnd
    /// States from which no career ever ends.
    case neverEnds(states: [String])
    /// Careers that last longer than numbers reach.
    case tooLong
    /// The matrix of a year has other states than expected.
    case otherStates(year: Int, found: [String], expected: [String])
    /// No matrix at all.
    case noYears
    /// A distribution or a stock that is none.
    case badStart(state: String, found: Double)
    /// Shares of first placements that do not add up to 1.
    case badStartSum(found: Double)
    /// A number of starting values other than that of the states or tracks.
    case badCount(found: Int, expected: Int)
    /// A move that nobody can make.
    case impossibleMove(from: String, to: String)
    /// A count of pupils that is none.
    case badFlow(from: String, to: String, found: Double)
    /// A state that pupils reach and from which nobody was seen to go on.
    case noPupils(state: String)
    /// An indicator of a grade, a track or an end that the ladder does not have.
    case noSuchPlace(indicator: String)
    /// A share of nobody.
    case nobody(indicator: String)

    /// What is wrong, what was expected and what to do.
    public var description: String {
        switch self {
        case .noEnd:
            "no state is final: expected at least one that nobody leaves. Add the diplomas or ends of careers."
        case .neverEnds(let states):
            "careers never end from \(Self.list(states)): no final state can be reached. "
                + "Add the transition out of \(states.count == 1 ? "it" : "them")."
        case .tooLong:
            "the expected time to an end is not a finite number: the probability of leaving some state is too small. "
                + "Check the probabilities near 0."
        case .otherStates(let year, let found, let expected):
            "the matrix of year \(year) has the states \(Self.list(found)); expected \(Self.list(expected)). "
                + "Use the same states in the same order in each year."
        case .noYears: "no year has transition probabilities; expected at least one matrix."
        case .badStart(let state, let found):
            "the start in '\(state)' is \(found); expected a number of at least 0."
        case .badStartSum(let found):
            "the shares of first placements add up to \(found); expected 1. Add the missing track."
        case .badCount(let found, let expected): "\(found) starting values were given; expected \(expected)."
        case .impossibleMove(let from, let to):
            "nobody can go from '\(from)' to '\(to)' in a year: pupils repeat a grade, go to the next grade, change "
                + "track at the same or the next grade, pass from the last grade, or leave. Correct the states."
        case .badFlow(let from, let to, let found):
            "the count from '\(from)' to '\(to)' is \(found); expected a number of at least 0."
        case .noPupils(let state):
            "pupils come to '\(state)', but nobody was seen to go on from there. "
                + "Add its transitions, or pool years or groups."
        case .noSuchPlace(let indicator):
            "the indicator '\(indicator)' asks for a grade, a track or an end that the ladder does not have."
        case .nobody(let indicator): "the indicator '\(indicator)' is a share of nobody: its denominator is 0."
        }
    }

    private static func list(_ states: [String]) -> String {
        let shown = states.prefix(6).map { "'\($0)'" }.joined(separator: ", ")
        return states.count > 6 ? shown + " and \(states.count - 6) more" : shown
    }
}

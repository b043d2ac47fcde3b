import Probability
import Transitions

/// Where pupils can go by declared probabilities, and what each rests on.
struct DeclaredFlows {
    let moves: [DeclaredMove: PlacedParameters]
    let places: CareerPlaces

    private var ladder: CareerLadder { places.ladder }

    /// The moves of which a probability is declared for a grade, in either group; the diploma comes last.
    private func moves(track: Int, grade: Int, state: Int) -> [(move: DeclaredMove, to: Int)] {
        DeclaredMove.allCases.compactMap { move in
            guard let to = destination(move, track: track, grade: grade),
                places.groups.indices.contains(where: { entry(move, group: $0, track: track, state: state) != nil })
            else { return nil }
            return (move, to)
        }
    }

    /// Moves to another track go a grade further, where that track has one; nil when nobody can make the move.
    private func destination(_ move: DeclaredMove, track: Int, grade: Int) -> Int? {
        let isLast = grade == ladder.tracks[track].grades
        switch move {
        case .left: return ladder.end(0)
        case .passed: return isLast ? ladder.diploma(track: track) : nil
        case .retained: return isLast ? nil : ladder.state(track: track, grade: grade)
        case .up, .down:
            let other = move == .up ? track + 1 : track - 1
            guard !isLast, ladder.tracks.indices.contains(other), ladder.tracks[other].grades >= grade else {
                return nil
            }
            return ladder.state(track: other, grade: min(grade + 1, ladder.tracks[other].grades))
        }
    }

    private func entry(_ move: DeclaredMove, group: Int, track: Int, state: Int) -> Int? {
        moves[move]?.entry(group: group, track: track, state: state)
    }

    /// Where pupils of each grade can go; the reference, the next grade or the diploma, last.
    var destinations: [[Int]] {
        (0..<ladder.gradeStateCount).map { state in
            guard case .grade(let track, let grade) = ladder.places[state] else { return [] }
            let declared = moves(track: track, grade: grade, state: state).filter { $0.move != .passed }.map(\.to)
            // Who does not pass stays.
            return grade == ladder.tracks[track].grades
                ? declared + [state, ladder.diploma(track: track)]
                : declared + [ladder.state(track: track, grade: grade + 1)]
        }
    }

    /// What is wrong with the probabilities; nil when nothing is.
    var problem: String? { pointlessProblem ?? gradeProblem }

    /// A grade of its own from which nobody can make the move.
    private var pointlessProblem: String? {
        for move in DeclaredMove.allCases {
            for entry in moves[move]?.entries ?? [] {
                guard let state = entry.part.state, let (track, grade) = ladder.grade(state),
                    destination(move, track: track, grade: grade) == nil
                else { continue }
                let reason =
                    move == .passed
                    ? "it is not the last grade" : "it is the last grade, or there is no such track or grade beside it"
                return
                    "'\(entry.name)' has a probability of '\(move.rawValue)', but nobody can make that move from there: "
                    + "\(reason). Remove it."
            }
        }
        return nil
    }

    private var gradeProblem: String? {
        for state in 0..<ladder.gradeStateCount {
            guard case .grade(let track, let grade) = ladder.places[state] else { continue }
            for (group, name) in places.groups.enumerated() {
                if grade == ladder.tracks[track].grades, entry(.passed, group: group, track: track, state: state) == nil
                {
                    return
                        "no probability of 'passed' is declared for '\(ladder.states[state])' and '\(name)'. Declare it, or "
                        + "one for 'all'."
                }
                let sum = DeclaredMove.allCases.reduce(0.0) { sum, move in
                    guard destination(move, track: track, grade: grade) != nil,
                        let entry = entry(move, group: group, track: track, state: state)
                    else { return sum }
                    return sum + (moves[move]?.entries[entry].parameter.distribution.mean ?? 0)
                }
                if sum > 1 + 1e-12 {
                    let rounded = (sum * 1e6).rounded() / 1e6
                    return "the mean probabilities of the moves of '\(ladder.states[state])' and '\(name)' add up to "
                        + "\(rounded); expected at most 1, going on included."
                }
            }
        }
        return nil
    }
}

/// What a transition from one school year to the next means.
public enum CareerMove: String, Sendable, CaseIterable {
    /// To the next grade of the same track.
    case promoted
    /// From the last grade to the track's diploma.
    case passed
    /// The same grade once more.
    case retained
    /// To a higher track, or from a diploma back to school.
    case up
    /// To a lower track.
    case down
    /// To an end, from a grade: school is left without a diploma.
    case left
    /// From a diploma to an end: further education, or none.
    case movedOn = "moved_on"
}

extension CareerLadder {
    /// What a transition means; nil when nobody can make it: skipping grades, going back, leaving an end.
    ///
    /// Moves to another track keep the grade or go to the next one.
    public func move(from: Int, to: Int) -> CareerMove? {
        switch (places[from], places[to]) {
        case (.grade(let track, let grade), .grade(let next, let later)):
            guard later == grade || later == grade + 1 else { return nil }
            if next == track { return later == grade ? .retained : .promoted }
            return next > track ? .up : .down
        case (.grade(let track, let grade), .diploma(let diploma)):
            return track == diploma && grade == tracks[track].grades ? .passed : nil
        case (.grade, .end): return .left
        case (.diploma(let track), .grade(let next, _)): return next > track ? .up : nil
        case (.diploma, .end): return .movedOn
        case (.diploma, .diploma), (.end, _): return nil
        }
    }
}

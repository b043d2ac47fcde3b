/// A figure about the careers of a synthetic cohort, defined for pupils who change track and repeat grades.
///
/// Years count from the start in grade 1: after t years means t transitions later. Having a diploma is a state of its
/// own in which a pupil stays for the year until the next transition.
public enum CareerIndicator: Hashable, Sendable {
    /// The share of all who started that is in a grade, of any track, after exactly grade - 1 years.
    ///
    /// Who left before counts as not there; so does who then has the diploma of a shorter track.
    case withoutDelay(grade: Int)
    /// The same share of those who are then still in school, in any grade.
    case withoutDelayAmongPupils(grade: Int)
    /// The share of all who started whose first diploma came after exactly the grades of its track.
    ///
    /// The track is that of the diploma, not that of the first placement: who moves from the first grade of a track of
    /// six to the second of one of five and passes after five years has no delay.
    case diplomaWithoutDelay
    /// The share of all who started that ever gets a diploma.
    case diploma
    /// The share of all who started that goes to an end from a grade, without any diploma before.
    ///
    /// With ``diploma`` it adds up to 1.
    case leftWithoutDiploma
    /// The expected number of years from the start to the first diploma, of those who get one.
    case yearsToDiploma
    /// The share of all who started that is in a higher track than their first one when they first come to a grade.
    ///
    /// Who gets a diploma or leaves before that grade is counted by the last track they were in. Sooner or later: a year
    /// repeated on the way does not matter.
    case abovePlacement(grade: Int)
    /// The same for a lower track.
    case belowPlacement(grade: Int)
    /// The share of the years spent in grades that end with a move, weighted by where the cohort spends its years.
    ///
    /// `yearly(.retained)` is the retention rate of a population in which every year such a cohort starts.
    case yearly(CareerMove)
    /// The share of the years spent in the last grade of a track, or of all tracks, that end with its diploma.
    ///
    /// Of all pupils of the grade, not of the candidates of an exam.
    case passRate(track: Int?)
    /// The share of the diplomas of a track, or of all tracks, after which the holder goes to an end.
    case movedOn(end: Int, track: Int?)

    /// The words that name it in messages, in the style of model files.
    public var name: String {
        switch self {
        case .withoutDelay(let grade): "without_delay_grade_\(grade)"
        case .withoutDelayAmongPupils(let grade): "without_delay_pupils_grade_\(grade)"
        case .diplomaWithoutDelay: "without_delay_diploma"
        case .diploma: "diploma"
        case .leftWithoutDiploma: "left"
        case .yearsToDiploma: "years_to_diploma"
        case .abovePlacement(let grade): "above_placement_grade_\(grade)"
        case .belowPlacement(let grade): "below_placement_grade_\(grade)"
        case .yearly(let move): "yearly_\(move.rawValue)"
        case .passRate(let track): track.map { "pass_rate_track_\($0 + 1)" } ?? "pass_rate"
        case .movedOn(let end, let track):
            "moved_on_end_\(end + 1)" + (track.map { "_track_\($0 + 1)" } ?? "")
        }
    }
}

extension CareerIndicator {
    /// Whether a ladder has the grade, the track and the end that it asks for.
    public func isDefined(on ladder: CareerLadder) -> Bool {
        switch self {
        case .withoutDelay(let grade), .withoutDelayAmongPupils(let grade), .abovePlacement(let grade),
            .belowPlacement(let grade):
            ladder.tracks.contains { $0.grades >= grade } && grade >= 1
        case .passRate(let track): track.map { ladder.tracks.indices.contains($0) } ?? true
        case .movedOn(let end, let track):
            ladder.ends.indices.contains(end) && track.map { ladder.tracks.indices.contains($0) } ?? true
        case .diplomaWithoutDelay, .diploma, .leftWithoutDiploma, .yearsToDiploma, .yearly: true
        }
    }

    /// The sum whose expectation is the share or its numerator, for those who start in a track.
    func numerator(_ ladder: CareerLadder, start: Int) -> CareerFunctional {
        switch self {
        case .withoutDelay(let grade), .withoutDelayAmongPupils(let grade):
            return .count(before: grade - 1) { ladder.grade(of: $0) == grade }
        case .diplomaWithoutDelay:
            var passing = CareerFunctional.first {
                ladder.isDiploma($0.to)
            } counting: {
                guard case .diploma(let track) = ladder.places[$0.to] else { return false }
                return $0.year + 1 == ladder.tracks[track].grades
            }
            passing.horizon = ladder.tracks.map(\.grades).max()
            return passing
        case .diploma: return .first { ladder.isDiploma($0.to) }
        case .leftWithoutDiploma:
            return .first {
                ladder.isDiploma($0.to)
            } counting: {
                ladder.move(from: $0.from, to: $0.to) == .left
            }
        case .yearsToDiploma:
            var years = CareerFunctional.first { ladder.isDiploma($0.to) }
            years.measure = .years
            return years
        case .abovePlacement(let grade): return ladder.placement(at: grade) { $0 > start }
        case .belowPlacement(let grade): return ladder.placement(at: grade) { $0 < start }
        case .yearly(let move): return .all { ladder.isGrade($0.from) && ladder.move(from: $0.from, to: $0.to) == move }
        case .passRate(let track):
            return .all { ladder.isLastGrade($0.from, of: track) && ladder.isDiploma($0.to) }
        case .movedOn(let end, let track):
            return .all { ladder.isDiploma($0.from, of: track) && ladder.places[$0.to] == .end(end) }
        }
    }

    /// The sum whose expectation is the denominator; nil where that is all who started.
    func denominator(_ ladder: CareerLadder) -> CareerFunctional? {
        switch self {
        case .withoutDelayAmongPupils(let grade): .count(before: grade - 1) { ladder.isGrade($0) }
        case .yearsToDiploma: .first { ladder.isDiploma($0.to) }
        case .yearly: .all { ladder.isGrade($0.from) }
        case .passRate(let track): .all { ladder.isLastGrade($0.from, of: track) }
        case .movedOn(_, let track): .all { ladder.isDiploma($0.from, of: track) }
        default: nil
        }
    }
}

extension CareerFunctional {
    /// The number of transitions of a kind, over a whole career.
    static func all(_ counts: @escaping (Step) -> Bool) -> CareerFunctional {
        CareerFunctional(gain: { counts($0) ? 1 : 0 }, isLast: { _ in false })
    }

    /// The first transition of a kind, after which nothing counts; of those before it too, the ones that are counted.
    static func first(
        _ event: @escaping (Step) -> Bool, counting counts: ((Step) -> Bool)? = nil
    ) -> CareerFunctional {
        let counts = counts ?? event
        return CareerFunctional(gain: { counts($0) ? 1 : 0 }, isLast: event)
    }

    /// Whether a state is one of some after a number of years, from 0: the year that starts then is looked at.
    static func count(before years: Int, _ isCounted: @escaping (Int) -> Bool) -> CareerFunctional {
        CareerFunctional(
            gain: { $0.year == years && isCounted($0.from) ? 1 : 0 }, isLast: { _ in false }, horizon: years + 1)
    }
}

extension CareerLadder {
    /// The grade of a state; nil when it is none.
    func grade(of state: Int) -> Int? {
        guard case .grade(_, let grade) = places[state] else { return nil }
        return grade
    }

    func isGrade(_ state: Int) -> Bool { state < gradeStateCount }

    /// Whether a state is the diploma of a track, or of any.
    func isDiploma(_ state: Int, of track: Int? = nil) -> Bool {
        guard case .diploma(let own) = places[state] else { return false }
        return track.map { $0 == own } ?? true
    }

    /// Whether a state is the last grade of a track, or of any.
    func isLastGrade(_ state: Int, of track: Int?) -> Bool {
        guard case .grade(let own, let grade) = places[state], grade == tracks[own].grades else { return false }
        return track.map { $0 == own } ?? true
    }

    /// The track of a grade or a diploma; nil for an end.
    func track(of state: Int) -> Int? {
        switch places[state] {
        case .grade(let track, _), .diploma(let track): track
        case .end: nil
        }
    }

    /// Whether the track is one of some at the first arrival in a grade, or at the end where that comes before.
    func placement(at grade: Int, _ isCounted: @escaping (Int) -> Bool) -> CareerFunctional {
        let arrives = { (step: CareerFunctional.Step) in self.grade(of: step.to).map { $0 >= grade } ?? true }
        return .first(arrives) { step in
            guard arrives(step), let track = self.track(of: step.to) ?? self.track(of: step.from) else { return false }
            return isCounted(track)
        }
    }
}

/// The grades, diplomas and ends through which school careers run.
///
/// Its states are numbered: first the grades, track by track from the lowest (`havo_1`, `havo_2` ...), then the diplomas
/// (`diploma_havo`), then the ends (`left`, `hbo` ...).
public struct CareerLadder: Sendable, Equatable {
    /// A track of so many grades that ends with a diploma.
    public struct Track: Sendable, Equatable {
        /// Its name: `havo`.
        public let name: String
        /// The school years to the diploma without delay, at least 1.
        public let grades: Int

        /// A track.
        public init(name: String, grades: Int) {
            self.name = name
            self.grades = grades
        }
    }

    /// What a state is.
    public enum Place: Sendable, Hashable {
        /// A grade, counted from 1, of a track, counted from 0.
        case grade(track: Int, grade: Int)
        /// The diploma of a track.
        case diploma(track: Int)
        /// An end, counted from 0.
        case end(Int)
    }

    /// The tracks, from low to high.
    public let tracks: [Track]
    /// Where careers end other than with a diploma: `left`, or further education.
    public let ends: [String]
    /// The names of all states.
    public let states: [String]
    /// What each state is.
    public let places: [Place]
    private let positions: [String: Int]

    /// A ladder.
    ///
    /// - Parameters:
    ///   - tracks: From low to high, at least one.
    ///   - ends: Where careers end other than with a diploma; may be empty.
    /// - Throws: ``TransitionError/noTracks``, ``TransitionError/noGrades(track:)``, ``TransitionError/noName``,
    ///   ``TransitionError/sameState(_:)`` or ``TransitionError/trackAndState(_:)``.
    public init(tracks: [Track], ends: [String]) throws(TransitionError) {
        guard !tracks.isEmpty else { throw .noTracks }
        guard !(tracks.map(\.name) + ends).contains("") else { throw .noName }
        var (states, places) = ([String](), [Place]())
        for (track, own) in tracks.enumerated() {
            guard own.grades >= 1 else { throw .noGrades(track: own.name) }
            for grade in 1...own.grades {
                states.append("\(own.name)_\(grade)")
                places.append(.grade(track: track, grade: grade))
            }
        }
        for (track, own) in tracks.enumerated() {
            states.append("diploma_\(own.name)")
            places.append(.diploma(track: track))
        }
        for (end, name) in ends.enumerated() {
            states.append(name)
            places.append(.end(end))
        }
        var positions: [String: Int] = [:]
        for (position, state) in states.enumerated() {
            guard positions.updateValue(position, forKey: state) == nil else { throw .sameState(state) }
        }
        // Words of model and scenario files name tracks and states alike.
        if let both = tracks.first(where: { positions[$0.name] != nil }) { throw .trackAndState(both.name) }
        self.tracks = tracks
        self.ends = ends
        self.states = states
        self.places = places
        self.positions = positions
    }

    /// The number of states that are grades; they come first.
    public var gradeStateCount: Int { tracks.reduce(0) { $0 + $1.grades } }

    /// The position of a state by its name; nil when there is none.
    public func position(of state: String) -> Int? { positions[state] }

    /// The position of a grade.
    ///
    /// - Parameter grade: From 1 to the track's number of grades.
    public func state(track: Int, grade: Int) -> Int {
        precondition((1...tracks[track].grades).contains(grade), "a track has its own grades only")
        return tracks[..<track].reduce(0) { $0 + $1.grades } + grade - 1
    }

    /// The position of a track's diploma.
    public func diploma(track: Int) -> Int { gradeStateCount + track }

    /// The position of an end.
    public func end(_ index: Int) -> Int { gradeStateCount + tracks.count + index }
}

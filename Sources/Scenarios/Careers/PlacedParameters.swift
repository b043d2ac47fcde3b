import Probability
import Specifications
import Tables
import Transitions

/// A move of school careers of which probabilities and shifts of log-odds are declared. The words are those of scenario files.
public enum DeclaredMove: String, Sendable, CaseIterable {
    /// The same grade once more, in grades before the last.
    case retained
    /// To the track above, a grade further.
    case up
    /// To the track below, a grade further.
    case down
    /// Out of school without a diploma.
    case left
    /// The diploma, in the last grade; who does not pass or leave stays in it.
    case passed

    /// Part of what keys its random numbers: never renumbered.
    var code: UInt32 {
        switch self {
        case .retained: 0
        case .up: 1
        case .down: 2
        case .left: 3
        case .passed: 4
        }
    }
}

/// The states and SES groups of a careers block, for reading what is declared for some of them.
struct CareerPlaces {
    let ladder: CareerLadder
    /// Low, high.
    let groups: [String]

    /// A part of the pupils: some grades of one or both SES groups.
    struct Part: Sendable {
        /// 0 for both groups, else the group's place plus 1.
        let group: Int
        let track: Int?
        let state: Int?

        /// A grade comes before its track, a track before all; one group before both.
        var rank: Int { (state != nil ? 4 : track != nil ? 2 : 0) + (group > 0 ? 1 : 0) }

        /// Part of what keys random numbers: 0 for all pupils.
        var code: UInt32 {
            // A ladder has 150 grades at most, and no more tracks than grades.
            UInt32(group) * 512 + UInt32(state.map { 200 + $0 } ?? track.map { 1 + $0 } ?? 0)
        }

        func holds(group: Int, track: Int, state: Int) -> Bool {
            (self.group == 0 || self.group == group + 1) && (self.track == nil || self.track == track)
                && (self.state == nil || self.state == state)
        }
    }

    /// The words that name parts: `all`, `practical`, `havo`, `havo_4`, `havo.practical`, `havo_4.practical`.
    func part(_ word: String) -> Part? {
        if word == "all" { return Part(group: 0, track: nil, state: nil) }
        if let group = groups.firstIndex(of: word) { return Part(group: group + 1, track: nil, state: nil) }
        if let part = grades(word, group: 0) { return part }
        for (index, group) in groups.enumerated() where word.hasSuffix("." + group) {
            return grades(String(word.dropLast(group.count + 1)), group: index + 1)
        }
        return nil
    }

    private func grades(_ word: String, group: Int) -> Part? {
        if let track = ladder.tracks.firstIndex(where: { $0.name == word }) {
            return Part(group: group, track: track, state: nil)
        }
        guard let state = ladder.position(of: word), case .grade(let track, _) = ladder.places[state] else {
            return nil
        }
        return Part(group: group, track: track, state: state)
    }

    /// Notes that a word names no part.
    func fail(_ word: SpecificationValue, _ found: String) {
        let words = ["all"] + groups + ladder.tracks.map(\.name) + ladder.states.prefix(ladder.gradeStateCount)
        let example = ladder.states[0]
        word.fail(
            "found '\(found)'; expected 'all', a SES group, a track or a grade of one such as '\(example)', the last two also for "
                + "one group: '\(example).\(groups[0])'."
                + (nearest(to: found, among: words).map { " Did you mean '\($0)'?" } ?? ""))
    }
}

/// A parameter that may differ between grades and SES groups.
struct PlacedParameters: Sendable {
    struct Entry: Sendable {
        /// As in the file: `all`, `havo_4.practical`.
        let name: String
        let part: CareerPlaces.Part
        let parameter: UncertainParameter
    }

    let entries: [Entry]

    /// Reads one parameter for all, or a mapping from parts to parameters.
    init?(_ kind: UncertainParameter.Kind, _ value: SpecificationValue, _ places: CareerPlaces) {
        if value.hasKey("distribution") || !value.isMapping {
            guard let parameter = UncertainParameter(kind, value), let all = places.part("all") else { return nil }
            entries = [Entry(name: "all", part: all, parameter: parameter)]
            return
        }
        guard let mapping = value.openMapping("parameters by track, grade and SES group") else { return nil }
        var entries: [Entry] = []
        var isComplete = true
        for entry in mapping.entries {
            guard let part = places.part(entry.key) else {
                places.fail(entry.keyValue, entry.key)
                isComplete = false
                continue
            }
            guard let parameter = UncertainParameter(kind, entry.value) else {
                isComplete = false
                continue
            }
            entries.append(Entry(name: entry.key, part: part, parameter: parameter))
        }
        guard isComplete else { return nil }
        self.entries = entries
    }

    /// The entry that says most about a grade and group; nil when none does.
    func entry(group: Int, track: Int, state: Int) -> Int? {
        var best: Int?
        for (index, entry) in entries.enumerated() where entry.part.holds(group: group, track: track, state: state) {
            if best.map({ entries[$0].part.rank < entry.part.rank }) ?? true { best = index }
        }
        return best
    }
}

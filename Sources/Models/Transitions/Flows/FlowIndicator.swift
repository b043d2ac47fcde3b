import Specifications
import Transitions

/// An indicator of careers that a model file asks for by name.
///
/// The words are those of ``Transitions/CareerIndicator``: `without_delay_grade_3`, `without_delay_pupils_grade_3`,
/// `without_delay_diploma`, `diploma`, `left`, `years_to_diploma`, `above_placement` and `below_placement` (in grade 3, or
/// `above_placement_grade_2`), and of the yearly rates `retention`, `moved_up`, `moved_down`, `dropout`, `pass_rate`,
/// `pass_rate.havo`, `moved_on.hbo` and `moved_on.hbo.havo`. Rates are weighted by where the synthetic cohort spends its
/// years; `stock_retention`, `stock_moved_up`, `stock_moved_down` and `stock_dropout` by the pupils who were there.
public struct FlowIndicator: Sendable, Hashable {
    /// What is computed.
    public enum Measure: Sendable, Hashable {
        /// A figure of the synthetic cohort.
        case cohort(CareerIndicator)
        /// The share of the counted pupils in grades that made a move.
        case stock(CareerMove)
    }

    /// The outcome's name in the tables.
    public let name: String
    /// What is computed.
    public let measure: Measure

    /// The factor from the chain's figure to the table's: percent, or years.
    var scale: Double { measure == .cohort(.yearsToDiploma) ? 1 : 100 }

    /// The unit, for readers.
    public var unit: String { scale == 1 ? "years" : "%" }

    private static let plain: [String: Measure] = [
        "without_delay_diploma": .cohort(.diplomaWithoutDelay), "diploma": .cohort(.diploma),
        "left": .cohort(.leftWithoutDiploma), "years_to_diploma": .cohort(.yearsToDiploma),
        "above_placement": .cohort(.abovePlacement(grade: 3)), "below_placement": .cohort(.belowPlacement(grade: 3)),
        "retention": .cohort(.yearly(.retained)), "moved_up": .cohort(.yearly(.up)),
        "moved_down": .cohort(.yearly(.down)), "dropout": .cohort(.yearly(.left)),
        "pass_rate": .cohort(.passRate(track: nil)), "stock_retention": .stock(.retained),
        "stock_moved_up": .stock(.up),
        "stock_moved_down": .stock(.down), "stock_dropout": .stock(.left),
    ]

    /// All words that a ladder gives a meaning.
    static func words(_ ladder: CareerLadder) -> [(word: String, measure: Measure)] {
        var words = plain.map { (word: $0.key, measure: $0.value) }
        for grade in 1...max(1, ladder.tracks.map(\.grades).max() ?? 1) {
            words += [
                ("without_delay_grade_\(grade)", .cohort(.withoutDelay(grade: grade))),
                ("without_delay_pupils_grade_\(grade)", .cohort(.withoutDelayAmongPupils(grade: grade))),
                ("above_placement_grade_\(grade)", .cohort(.abovePlacement(grade: grade))),
                ("below_placement_grade_\(grade)", .cohort(.belowPlacement(grade: grade))),
            ]
        }
        for (track, own) in ladder.tracks.enumerated() {
            words.append(("pass_rate.\(own.name)", .cohort(.passRate(track: track))))
        }
        for (end, name) in ladder.ends.enumerated() {
            words.append(("moved_on.\(name)", .cohort(.movedOn(end: end, track: nil))))
            for (track, own) in ladder.tracks.enumerated() {
                words.append(("moved_on.\(name).\(own.name)", .cohort(.movedOn(end: end, track: track))))
            }
        }
        return words.filter {
            if case .cohort(let indicator) = $0.measure { indicator.isDefined(on: ladder) } else { true }
        }.sorted { $0.word < $1.word }
    }

    /// Reads the list of names; nil after an error.
    static func list(_ value: SpecificationValue, ladder: CareerLadder, isCounted: Bool) -> [FlowIndicator]? {
        guard let items = value.list(atLeast: 1) else { return nil }
        let known = words(ladder)
        var found: [FlowIndicator] = []
        for item in items {
            guard let word = item.word(among: known.map(\.word)),
                let measure = known.first(where: { $0.word == word })?.measure
            else { return nil }
            guard known.count(where: { $0.word == word }) == 1 else {
                item.fail("'\(word)' means two things: an end or a track has a '.' in its name. Rename it.")
                return nil
            }
            if case .stock = measure, !isCounted {
                item.fail(
                    "'\(word)' is weighted by counted pupils, and published shares have none. Use 'retention' ...")
                return nil
            }
            guard !found.contains(where: { $0.name == word }) else {
                item.fail("'\(word)' is named twice.")
                return nil
            }
            found.append(FlowIndicator(name: word, measure: measure))
        }
        return found
    }
}

extension FlowIndicator.Measure {
    /// Whether less of it is better for all that is known: pupils who fall back, stay back or leave.
    var isBetterLower: Bool {
        switch self {
        case .cohort(.leftWithoutDiploma), .cohort(.yearsToDiploma), .cohort(.belowPlacement),
            .cohort(.yearly(.retained)), .cohort(.yearly(.down)), .cohort(.yearly(.left)), .stock(.retained),
            .stock(.down), .stock(.left):
            true
        case .cohort, .stock: false
        }
    }
}

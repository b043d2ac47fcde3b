import Specifications
import Tables

/// An indicator of a sector's careers that a goal is about: `vo.retention`, `vo.pass_rate.havo`.
struct CareerSubject: Sendable, Equatable {
    /// Its place among the file's careers.
    let careers: Int
    let sector: String
    let indicator: CareerIndicator
    /// The track and its name; nil for all.
    let track: Int?
    let trackName: String

    /// As in the file, without the sector: what stands in the column of outcomes.
    var name: String { indicator.rawValue + (track == nil ? "" : "." + trackName) }

    /// Every subject of which goals can be set.
    private static func all(_ careers: [CareerDeclaration]) -> [CareerSubject] {
        careers.enumerated().flatMap { index, own in
            CareerIndicator.allCases.filter(\.isShare).flatMap { indicator in
                let whole = CareerSubject(
                    careers: index, sector: own.sector, indicator: indicator, track: nil, trackName: "all")
                let tracks = indicator.isByTrack ? own.ladder.tracks : []
                return [whole]
                    + tracks.enumerated().map { track, named in
                        CareerSubject(
                            careers: index, sector: own.sector, indicator: indicator, track: track,
                            trackName: named.name)
                    }
            }
        }
    }

    /// Reads a list of subjects.
    static func list(_ value: SpecificationValue, among careers: [CareerDeclaration]) -> [CareerSubject]? {
        guard let values = value.list(atLeast: 1) else { return nil }
        let known = all(careers)
        var result: [CareerSubject] = []
        for item in values {
            guard let found = item.text() else { return nil }
            guard let subject = known.first(where: { "\($0.sector).\($0.name)" == found }) else {
                item.fail(problem(found, careers, known))
                return nil
            }
            guard !result.contains(subject) else {
                item.fail("'\(found)' is named twice.")
                return nil
            }
            result.append(subject)
        }
        return result
    }

    private static func problem(_ found: String, _ careers: [CareerDeclaration], _ known: [CareerSubject]) -> String {
        guard let first = careers.first else {
            return "found '\(found)', but no careers are declared. Declare them under 'careers'."
        }
        let names = CareerIndicator.allCases.filter(\.isShare).map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return
            "found '\(found)'; expected a sector with careers and one of \(names), as in '\(first.sector).retention', or of a "
            + "track, as in '\(first.sector).pass_rate.\(first.ladder.tracks[0].name)'."
            + (nearest(to: found, among: known.map { "\($0.sector).\($0.name)" }).map { " Did you mean '\($0)'?" } ?? "")
    }
}

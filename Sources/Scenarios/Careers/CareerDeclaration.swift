import Recovery
import Specifications
import Transitions

/// School careers of one sector, as a scenario file declares them.
public struct CareerDeclaration: Sendable {
    /// A track with who enters it.
    struct Track: Sendable {
        /// The shares of those who enter a school: low group, high group.
        let shares: [Double]
        /// The types of school that have it; nil for all.
        let schoolTypes: [String]?
    }

    /// Where the flows of the years before the crisis come from.
    enum Flows: Sendable {
        /// A fitted model of kind `transitions`.
        case model(String, place: SpecificationPlace)
        /// Declared probabilities.
        case declared([DeclaredMove: PlacedParameters])
    }

    /// How an outcome shifts careers.
    struct Response: Sendable {
        /// The outcome of the sector.
        let outcome: String
        /// Shifts of log-odds per SD.
        let shifts: [DeclaredMove: PlacedParameters]
    }

    /// The sector.
    public let sector: String
    /// The number that keys its random numbers; unique among outcomes and careers.
    public let stream: UInt64
    /// The grades, diplomas and ends.
    public let ladder: CareerLadder
    /// Where the tracks and their shares come from.
    public let source: String
    let tracks: [Track]
    let flows: Flows
    let skill: Response?
    let wellbeing: Response?
    /// Shifts of log-odds in some years.
    let policy: [SchoolYear: [DeclaredMove: PlacedParameters]]
    /// Where it is declared, for messages.
    let place: SpecificationPlace

    /// The outcomes that shift careers.
    var responses: [(kind: UncertainParameter.Kind, response: Response)] {
        [(UncertainParameter.Kind.skillShift, skill), (.wellbeingShift, wellbeing)].compactMap { kind, response in
            response.map { (kind, $0) }
        }
    }
}

import OrderedCollections
import Specifications

/// What the money of a sector is spent on: the share of each intervention, together 1.
public struct InterventionMix: Sendable {
    /// An intervention with its share of the money.
    public struct Part: Sendable {
        /// The intervention.
        public fileprivate(set) var intervention: Intervention
        /// Its share of the money, with its source.
        public let share: SourcedNumber
    }

    /// The sector.
    public let sector: String
    /// The parts in the order of the file; shares of 0 are kept.
    public private(set) var parts: [Part]

    /// Rounding that sums of decimal shares are allowed.
    private static let tolerance = 1e-9

    /// Reads a mix: `{intervention: {share, source}}`.
    ///
    /// - Parameters:
    ///   - sector: The sector.
    ///   - menu: The menu.
    ///   - version: The version of the menu in use, one of its own.
    public init?(sector: String, _ value: SpecificationValue, menu: InterventionMenu, version: String) {
        guard let mapping = value.openMapping("mix of sector '\(sector)'") else { return nil }
        let names = menu.interventions.map(\.name)
        var parts: [Part] = []
        for entry in mapping.entries {
            guard entry.keyValue.word(among: names) != nil,
                let intervention = menu.interventions.first(where: { $0.name == entry.key }),
                Self.isOffered(intervention, sector: sector, version: version, at: entry.keyValue),
                let share = SourcedNumber(entry.value, "share", in: .share)
            else { return nil }
            parts.append(Part(intervention: intervention, share: share))
        }
        let sum = parts.reduce(0) { $0 + $1.share.value }
        guard abs(sum - 1) <= Self.tolerance else {
            let rounded = (sum * 1e9).rounded() / 1e9
            value.fail("the shares of sector '\(sector)' add to \(rounded); expected 1.")
            return nil
        }
        self.sector = sector
        self.parts = parts
    }

    private static func isOffered(
        _ intervention: Intervention, sector: String, version: String, at place: SpecificationValue
    ) -> Bool {
        guard intervention.sectors.contains(sector) else {
            place.fail(
                "'\(intervention.name)' is not for sector '\(sector)'; the menu offers it to "
                    + "\(intervention.sectors.joined(separator: ", ")).")
            return false
        }
        guard intervention.isOffered(in: version) else {
            place.fail("'\(intervention.name)' is not in version '\(version)' of the menu.")
            return false
        }
        return true
    }

    /// Puts an effect of an intervention in place of its own, in all versions.
    public mutating func replaceEffect(
        of intervention: String, on outcome: String, by predictive: PredictiveEffect, versions: [String], source: String
    ) {
        for position in parts.indices where parts[position].intervention.name == intervention {
            parts[position].intervention.replaceEffect(
                on: outcome, by: predictive, versions: versions, source: source)
        }
    }
}

import Specifications

/// An error that all estimates of some years share: that of putting a test on the scale of the years before.
public struct LinkError: Sendable {
    /// The outcome.
    public let outcome: String
    /// The years that share it.
    public let years: [String]
    /// Its standard deviation, in the outcome's unit.
    public let standardError: Double

    static func declared(_ value: SpecificationValue?, outcomes: [String]) -> [LinkError]? {
        guard let value else { return [] }
        guard let list = value.list() else { return nil }
        let read = list.map { item -> LinkError? in
            guard let mapping = item.mapping("link error", keys: ["outcome", "years", "std_error", "source", "note"]),
                let outcome = mapping.required("outcome")?.word(among: outcomes),
                let years = mapping.required("years")?.texts(atLeast: 1),
                let error = mapping.number("std_error", in: .positive), mapping.text("source") != nil
            else { return nil }
            return LinkError(outcome: outcome, years: years, standardError: error)
        }
        return read.contains { $0 == nil } ? nil : read.compactMap { $0 }
    }
}

extension [LinkError] {
    /// The covariance that they add to cells.
    func covariance(of cells: [Cell]) -> [(Int, Int, Double)] {
        var added: [(Int, Int, Double)] = []
        for link in self {
            let positions = cells.indices.filter {
                cells[$0].outcome == link.outcome && link.years.contains(cells[$0].cohort)
            }
            let variance = link.standardError * link.standardError
            for first in positions { for second in positions { added.append((first, second, variance)) } }
        }
        return added
    }
}

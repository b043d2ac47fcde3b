import LinearAlgebra
import Specifications
import Tables
import Transitions

/// The shares of first placements by track.
public enum FlowStart: Sendable {
    /// Those of the pupils in grade 1 in the year itself, those who repeat it included.
    case counted
    /// Declared shares by group, an empty name for all, with the covariance of all of them, one group after another.
    case declared(groups: [(group: String, shares: [Double])], covariance: Matrix, origin: Origin)

    /// Where declared shares are from.
    public struct Origin: Sendable, Equatable {
        /// The source, or what is assumed.
        public let words: String
        /// Whether they are an assumption rather than published.
        public let isAssumed: Bool

        init?(_ mapping: SpecificationMapping) {
            let (source, assumption) = (mapping.optional("source"), mapping.optional("assumption"))
            guard (source == nil) != (assumption == nil) else {
                mapping.fail("give the shares' 'source', or say what is assumed under 'assumption'.")
                return nil
            }
            guard let words = (source ?? assumption)?.text() else { return nil }
            (self.words, isAssumed) = (words, assumption != nil)
        }
    }

    /// Reads `counted`, or `{havo: 0.6, vwo: 0.4, source: ...}`: shares by track, each a number or `{share, std_error}`, or
    /// such a mapping for each group, with their `source` or `assumption`.
    ///
    /// Declared shares are divided by their sum, which must be 1 to a thousandth; their errors go along.
    init?(_ value: SpecificationValue?, _ flows: SpecificationMapping, ladder: CareerLadder, isCounted: Bool) {
        guard let value else {
            guard isCounted else {
                _ = flows.required("start")
                return nil
            }
            self = .counted
            return
        }
        guard value.isMapping else {
            guard value.word(among: ["counted"]) != nil else { return nil }
            guard isCounted else {
                value.fail("published shares count nobody. Give the shares of first placements by track.")
                return nil
            }
            self = .counted
            return
        }
        guard let mapping = value.openMapping("start"), let origin = Origin(mapping) else { return nil }
        let tracks = ladder.tracks.map(\.name)
        let isCommon = mapping.entries.contains { tracks.contains($0.key) }
        let entries = mapping.entries.filter { !Self.originKeys.contains($0.key) }
        if let unnamed = entries.first(where: { $0.key.isEmpty }) {
            unnamed.keyValue.fail("found an empty name; expected a track, or a group.")
            return nil
        }
        let parts = isCommon ? [("", value)] : entries.map { ($0.key, $0.value) }
        let read = parts.map { Self.shares($0.1, tracks: tracks) }
        var groups: [(group: String, shares: [Double])] = []
        var covariance = Matrix(rows: parts.count * tracks.count, columns: parts.count * tracks.count)
        for (position, found) in read.enumerated() {
            guard let found else { return nil }
            groups.append((parts[position].0, found.shares))
            let first = position * tracks.count
            for row in tracks.indices {
                for column in tracks.indices {
                    covariance[first + row, first + column] = found.covariance[row, column]
                }
            }
        }
        guard !groups.isEmpty else {
            value.fail("no share is given; expected one for each track where pupils start.")
            return nil
        }
        self = .declared(groups: groups, covariance: covariance, origin: origin)
    }

    private static let originKeys = ["source", "assumption", "note"]

    private static func shares(
        _ value: SpecificationValue, tracks: [String]
    ) -> (shares: [Double], covariance: Matrix)? {
        guard let mapping = value.mapping("start", keys: tracks + originKeys) else { return nil }
        var (shares, errors) = (tracks.map { _ in 0.0 }, tracks.map { _ in 0.0 })
        for (track, name) in tracks.enumerated() {
            guard let own = mapping.optional(name) else { continue }
            if own.isMapping {
                guard let both = own.mapping("share", keys: ["share", "std_error"]),
                    let share = both.number("share", in: .share), let error = both.number("std_error", in: .nonNegative)
                else { return nil }
                (shares[track], errors[track]) = (share, error)
            } else {
                guard let share = own.number(in: .share) else { return nil }
                shares[track] = share
            }
        }
        let sum = shares.reduce(0, +)
        guard abs(sum - 1) <= 1e-3 else {
            value.fail(
                "the shares of first placements add up to \(shortestText(sum)); expected 1. Add the missing track.")
            return nil
        }
        shares = shares.map { $0 / sum }
        // d(x_i / sum x) = dx_i - s_i sum dx: shares that err up take from the others.
        var slope = Matrix.identity(tracks.count)
        for row in tracks.indices {
            for column in tracks.indices { slope[row, column] -= shares[row] }
        }
        let own = slope * Matrix.diagonal(errors.map { $0 * $0 / (sum * sum) })
        return (shares, own.timesTransposed(slope))
    }

    /// Whether the shares are declared rather than counted.
    var isDeclared: Bool {
        if case .declared = self { true } else { false }
    }

    func explanation(_ ladder: CareerLadder) -> [String] {
        switch self {
        case .counted: return ["  start     pupils in grade 1, those who repeat it included"]
        case .declared(let groups, _, let origin):
            return groups.map { group, shares in
                "  start     " + (group.isEmpty ? "" : "\(group): ") + Self.words(shares, ladder)
            } + ["            \(origin.isAssumed ? "assumed" : "published"): \(origin.words)"]
        }
    }

    private static func words(_ shares: [Double], _ ladder: CareerLadder) -> String {
        zip(ladder.tracks, shares).filter { $1 > 0 }
            .map { "\($0.name) \(shortestText(($1 * 1e4).rounded() / 1e4))" }.joined(separator: ", ")
    }

    /// Declared shares as figures, for reports.
    func figures(_ ladder: CareerLadder) -> [PublishedFlows.Figure] {
        guard case .declared(let groups, let covariance, let origin) = self else { return [] }
        return groups.enumerated().flatMap { position, group in
            zip(ladder.tracks, group.shares).enumerated().filter { $1.1 > 0 }.map { track, share in
                let place = position * ladder.tracks.count + track
                return PublishedFlows.Figure(
                    words: "first placed in \(share.0.name)" + (group.group.isEmpty ? "" : ", \(group.group)"),
                    share: share.1, standardError: max(0, covariance[place, place]).squareRoot(),
                    source: origin.words, isAssumed: origin.isAssumed)
            }
        }
    }
}

import Specifications

/// Reads the kinds of errors and what they need: lag, spacing, prewhitening, criterion, inference.
struct SeriesErrorsReader {
    let mapping: SpecificationMapping

    init(_ mapping: SpecificationMapping) { self.mapping = mapping }

    /// nil after noting what is wrong.
    func read() -> [SeriesErrors]? {
        let words = words()
        let method = neweyWest()
        let criterion = mapping.optional("estimation").map { $0.word(of: Criterion.self) } ?? .reml
        let inference =
            mapping.optional("inference").map { $0.word(of: SamplingErrorRegression.Inference.self) } ?? .t
        guard let words, let method, let criterion, let inference else { return nil }
        for key in ["lag", "spacing", "prewhiten", "small_sample"] where !words.contains("newey_west") {
            mapping.optional(key)?.fail("'\(key)' needs 'newey_west' in 'errors'. Add it, or drop the key.")
        }
        return words.map { word in
            if let kind = HeteroskedasticErrors(rawValue: word) { return .heteroskedastic(kind) }
            if let kind = AutoregressiveErrors.Kind(rawValue: word) { return .autoregressive(kind, criterion) }
            switch word {
            case "newey_west": return .neweyWest(method)
            case "sampling": return .sampling(criterion, inference)
            default: return .classical
            }
        }
    }

    private func words() -> [String]? {
        guard let value = mapping.optional("errors") else { return ["newey_west"] }
        guard let list = value.list() else { return nil }
        let words = list.map { $0.word(among: SeriesSpecification.errorWords) }
        return words.contains(nil) ? nil : SeriesSpecification.withoutRepeats(words.compactMap { $0 }, value)
    }

    private func neweyWest() -> NeweyWest? {
        let lag = mapping.optional("lag").map { Self.lag($0) } ?? .rule
        let spacing = mapping.optional("spacing").map { $0.word(of: NeweyWest.Spacing.self) } ?? .years
        let prewhiten = mapping.optional("prewhiten").map { $0.word(among: ["none", "ar1"]) } ?? "none"
        let adjustment = mapping.optional("small_sample").map { $0.word(among: ["adjusted", "none"]) } ?? "adjusted"
        guard let lag, let spacing, let prewhiten, let adjustment else { return nil }
        return NeweyWest(
            lag: lag, spacing: spacing, isPrewhitened: prewhiten == "ar1", isAdjusted: adjustment == "adjusted")
    }

    /// A number of years, `rule` or `newey_west_1994`.
    private static func lag(_ value: SpecificationValue) -> NeweyWest.Lag? {
        guard let text = value.text() else { return nil }
        if text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }) {
            return value.integer(in: 0...1000).map { .fixed($0) }
        }
        return value.word(among: ["rule", "newey_west_1994"]).map { $0 == "rule" ? .rule : .automatic }
    }
}

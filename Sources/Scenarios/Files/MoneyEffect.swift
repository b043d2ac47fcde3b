import Specifications

/// Which computation of the effect of money the simulation uses (DESIGN section 6): a question of structure, not of a
/// parameter's value.
public struct MoneyEffect: Sendable, Equatable {
    /// The probability that a draw takes the effect per euro of studies of money; the others take the menu's effects of
    /// what the money buys.
    public let topDownShare: Double
    /// Where the probability comes from.
    public let source: String

    /// The effect per euro, in every draw.
    static let topDown = MoneyEffect(topDownShare: 1, source: "")

    /// The key of the input that decides.
    static var key: InputKey { .parameter(.moneyEffect, stream: 0) }

    /// For a sentence: `top-down in 50% of the draws, bottom-up in the others`.
    public var words: String {
        guard isUncertain else { return topDownShare == 1 ? "top-down" : "bottom-up" }
        let percent = (1000 * topDownShare).rounded() / 10
        return "top-down in \(percent)% of the draws, bottom-up in the others"
    }

    var isUncertain: Bool { topDownShare > 0 && topDownShare < 1 }

    /// Whether the draw takes the effect per euro.
    func isTopDown(_ inputs: DrawnInputs) -> Bool {
        isUncertain ? inputs.uniform(Self.key) < topDownShare : topDownShare == 1
    }

    init(topDownShare: Double, source: String) {
        self.topDownShare = topDownShare
        self.source = source
    }

    /// Reads `top_down`, `bottom_up`, or `{top_down: 0.5, bottom_up: 0.5, source: ...}`.
    init?(_ value: SpecificationValue) {
        guard value.isMapping else {
            guard let word = value.word(among: ["top_down", "bottom_up"]) else { return nil }
            self.init(topDownShare: word == "top_down" ? 1 : 0, source: "")
            return
        }
        guard let mapping = value.mapping("money_effect", keys: ["top_down", "bottom_up", "source"]),
            let topDown = mapping.number("top_down", in: .share),
            let bottomUp = mapping.number("bottom_up", in: .share),
            let source = mapping.text("source")
        else { return nil }
        guard abs(topDown + bottomUp - 1) < 1e-9 else {
            mapping.fail("the probabilities add to \(topDown + bottomUp); expected 1.")
            return nil
        }
        self.init(topDownShare: topDown, source: source)
    }
}

/// A declared correlation between uncertain parameters.
public struct DeclaredCorrelation: Sendable {
    /// The parameters, each pair of which has the correlation.
    let parameters: [(name: String, place: SpecificationPlace)]
    /// The correlation of their normal scores.
    public let correlation: Double
    /// Where it comes from.
    public let source: String
    let place: SpecificationPlace

    /// The names of the parameters.
    public var names: [String] { parameters.map(\.name) }

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("correlation", keys: ["parameters", "correlation", "source"]),
            let list = mapping.required("parameters")?.list(atLeast: 2),
            let correlation = mapping.number("correlation", in: .from(-1, to: 1)), let source = mapping.text("source")
        else { return nil }
        let names = list.compactMap { entry in entry.text().map { ($0, entry.place) } }
        guard names.count == list.count else { return nil }
        guard Set(names.map(\.0)).count == names.count else {
            mapping.optional("parameters")?.fail("a parameter is named twice.")
            return nil
        }
        parameters = names.map { (name: $0.0, place: $0.1) }
        self.correlation = correlation
        self.source = source
        place = value.place
    }
}

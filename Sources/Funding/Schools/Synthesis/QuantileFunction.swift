import Specifications

/// A piecewise linear quantile function with its source.
public struct QuantileFunction: Sendable {
    let probabilities: [Double]
    let values: [Double]
    /// Where it comes from.
    public let source: String

    init?(_ value: SpecificationValue, in range: NumberRange = .nonNegative) {
        guard let mapping = value.mapping("quantile function", keys: ["probabilities", "values", "source"]),
            let probabilities = mapping.required("probabilities"), let values = mapping.required("values"),
            let source = mapping.text("source")
        else { return nil }
        self.init(probabilities: probabilities, values: values, in: range, source: source)
    }

    /// Reads the two lists where they stand.
    init?(
        probabilities: SpecificationValue, values: SpecificationValue, in range: NumberRange = .nonNegative,
        source: String
    ) {
        guard let p = probabilities.list(atLeast: 2), let x = values.list(atLeast: 2) else { return nil }
        self.probabilities = p.compactMap { $0.number(in: .share) }
        self.values = x.compactMap { $0.number(in: range) }
        self.source = source
        guard self.probabilities.count == p.count, self.values.count == x.count else { return nil }
        guard isQuantileFunction else {
            values.fail(
                "a quantile function needs rising probabilities from 0 to 1 and as many values, not falling, up to 1e9."
            )
            return nil
        }
    }

    private var isQuantileFunction: Bool {
        probabilities.count == values.count && probabilities.first == 0 && probabilities.last == 1
            && values.allSatisfy { $0 <= 1e9 }
            && zip(probabilities, probabilities.dropFirst()).allSatisfy(<)
            && zip(values, values.dropFirst()).allSatisfy(<=)
    }

    /// The quantile at a probability.
    func callAsFunction(_ p: Double) -> Double {
        guard let upper = probabilities.firstIndex(where: { $0 >= p }), upper > 0 else { return values[0] }
        let (p0, p1) = (probabilities[upper - 1], probabilities[upper])
        let share = (p - p0) / (p1 - p0)
        return values[upper - 1] + share * (values[upper] - values[upper - 1])
    }

    /// The quantiles at the middles of equal parts of probability, rising: a sample without chance.
    func middles(_ count: Int) -> [Double] {
        (0..<count).map { self((Double($0) + 0.5) / Double(count)) }
    }
}

/// Divides a whole number in proportion to weights; largest remainders, ties to the earlier part.
///
/// - Parameter weights: Non-negative and finite; when none is above zero the parts are equal.
func wholeParts(of total: Int, by weights: [Double]) -> [Int] {
    guard !weights.isEmpty else { return [] }
    let parts = (try? Cents(total).split(by: weights)) ?? Cents(total).split(into: weights.count)
    return parts.map(\.count)
}

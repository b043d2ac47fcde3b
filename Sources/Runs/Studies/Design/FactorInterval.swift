import Probability
import Specifications
import Tables

/// The range of a factor that a Latin hypercube samples.
struct FactorInterval {
    /// How points lie between the ends.
    enum Spacing: String, CaseIterable {
        /// Equal steps.
        case linear
        /// Equal ratios.
        case log
    }

    let low: Double
    let high: Double
    let spacing: Spacing

    /// Reads the range; nil after noting a problem.
    init?(_ mapping: SpecificationMapping) {
        let spacing = mapping.optional("spacing").map { $0.word(of: Spacing.self) } ?? .linear
        guard let low = mapping.number("low"), let high = mapping.number("high"), let spacing else { return nil }
        guard low < high else {
            mapping.optional("high")?.fail(
                "found \(shortestText(high)); expected a number above low, \(shortestText(low)).")
            return nil
        }
        guard spacing == .linear || low > 0 else {
            mapping.optional("low")?.fail("found \(shortestText(low)); spacing log needs numbers above 0.")
            return nil
        }
        (self.low, self.high, self.spacing) = (low, high, spacing)
    }

    /// The number at a point of the unit interval: the same bits on every machine.
    func value(at point: Double) -> Double {
        let value: Double
        switch spacing {
        case .linear: value = low * (1 - point) + high * point
        case .log:
            value = Elementary.exp(Elementary.log(low) * (1 - point) + Elementary.log(high) * point)
        }
        return min(high, max(low, value))
    }
}

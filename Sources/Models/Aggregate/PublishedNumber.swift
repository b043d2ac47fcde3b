import Specifications
import Tables

/// A published number with its standard error, in any of the ways in which statistics are published.
///
/// - `estimate` with `std_error`, or with the sample's size `n` and standard deviation `sd`: `sd / sqrt(n)`;
/// - `percent`, or `count`, of `n`: a share in percent with `100 sqrt(p (1 - p) / n)`. Where nobody or everybody is counted that
///   would be 0, so p is then taken as `(count + 2) / (n + 4)` (Agresti and Coull 1998);
/// - `design_effect` multiplies a variance that follows from `n`: weights and clusters make samples worth less than their size;
/// - `rounded_to` adds the variance of rounding, `unit^2 / 12`: 0.1 for a mark printed as 7.1.
struct PublishedNumber {
    let estimate: Double
    let standardError: Double
    let sampleSize: Double?

    static let keys = ["estimate", "std_error", "n", "sd", "percent", "count", "design_effect", "rounded_to"]

    init?(_ figure: SpecificationMapping) {
        let kinds = ["estimate", "percent", "count"].filter { figure.optional($0) != nil }
        guard kinds.count <= 1 else {
            figure.optional(kinds[1])?.fail("give one of 'estimate', 'percent' and 'count'.")
            return nil
        }
        guard let rounding = figure.number("rounded_to", in: .positive, default: .leastNonzeroMagnitude),
            let effect = figure.number("design_effect", in: .positive, default: 1)
        else { return nil }
        let published = kinds.first.map { $0 != "estimate" } ?? false ? Self.share(figure) : Self.mean(figure)
        guard let published else { return nil }
        estimate = published.estimate
        sampleSize = published.n
        let isDeclared = figure.optional("std_error") != nil
        if isDeclared, figure.optional("design_effect") != nil {
            figure.optional("design_effect")?.fail(
                "a design effect is for errors that follow from 'n', not for 'std_error'.")
            return nil
        }
        let added = figure.optional("rounded_to") == nil ? 0 : rounding * rounding / 12
        standardError = (published.error * published.error * effect + added).squareRoot()
    }

    /// A mean with `std_error`, or `sd / sqrt(n)`.
    private static func mean(_ figure: SpecificationMapping) -> (estimate: Double, error: Double, n: Double?)? {
        let estimate = figure.number("estimate")
        if let declared = figure.optional("std_error") {
            if figure.optional("n") != nil { declared.fail("give either 'std_error' or 'n' and 'sd', not both.") }
            guard let estimate, let error = declared.number(in: .positive) else { return nil }
            return (estimate, error, nil)
        }
        guard figure.optional("n") != nil || figure.optional("sd") != nil else {
            figure.fail(
                "the figure has no uncertainty: give 'std_error', or 'n' and 'sd'; or 'percent' or 'count' with 'n' for a share."
            )
            return nil
        }
        guard let n = figure.number("n", in: .positive), let sd = figure.number("sd", in: .positive), let estimate
        else { return nil }
        return (estimate, sd / n.squareRoot(), n)
    }

    /// A share in percent of `n`.
    private static func share(_ figure: SpecificationMapping) -> (estimate: Double, error: Double, n: Double?)? {
        if let sd = figure.optional("sd") {
            sd.fail("a share needs no 'sd': its error follows from 'n'.")
            return nil
        }
        let declared = figure.optional("std_error")
        var n: Double?
        if declared == nil || figure.optional("n") != nil {
            guard let size = figure.number("n", in: .positive) else { return nil }
            n = size
        }
        let share: Double
        if let percent = figure.optional("percent") {
            guard let value = percent.number(in: .from(0, to: 100)) else { return nil }
            share = value / 100
        } else {
            guard let value = figure.number("count", in: .nonNegative) else { return nil }
            guard let n else {
                figure.fail("a count needs its base: give 'n'.")
                return nil
            }
            guard value <= n else {
                figure.optional("count")?.fail(
                    "found a count of \(shortestText(value)) out of n = \(shortestText(n)); a count is at most its base."
                )
                return nil
            }
            share = value / n
        }
        if let declared {
            guard let error = declared.number(in: .positive) else { return nil }
            return (100 * share, error, n)
        }
        guard let n else { return nil }
        let likely = share == 0 || share == 1 ? (share * n + 2) / (n + 4) : share
        return (100 * share, 100 * (likely * (1 - likely) / n).squareRoot(), n)
    }
}

/// Corrections of p-values for many tests at once (R's `p.adjust`).
public enum MultipleTesting: String, Sendable, CaseIterable {
    /// Every p-value times the number of tests: controls the chance of one false finding or more.
    case bonferroni
    /// Holm's step-down correction: the same promise, never larger p-values (Holm 1979, Scandinavian Journal of Statistics 6).
    case holm
    /// Hochberg's step-up correction, for independent or positively dependent tests (Hochberg 1988, Biometrika 75).
    case hochberg
    /// Benjamini and Hochberg (1995): controls the expected share of false findings among the findings.
    case benjaminiHochberg

    /// The corrected p-values, in the order given.
    ///
    /// - Parameter pValues: Each 0...1; a missing one, NaN, stays missing and does not count as a test.
    /// - Throws: ``AnalysisProblem/badValue(what:position:found:expected:)``.
    public func adjusted(_ pValues: [Double]) throws(SurveyError) -> [Double] {
        try check("p-value", pValues, "0 to 1") { $0.isNaN || ($0 >= 0 && $0 <= 1) }
        let order = pValues.indices.filter { !pValues[$0].isNaN }.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
        let factors = order.indices.map { factor(rank: $0 + 1, of: order.count) }
        var result = pValues
        var bound = self == .holm ? 0.0 : 1.0
        for rank in self == .holm ? Array(order.indices) : order.indices.reversed() {
            let product = min(1, factors[rank] * pValues[order[rank]])
            switch self {
            case .bonferroni: bound = product
            case .holm: bound = max(bound, product)
            case .hochberg, .benjaminiHochberg: bound = min(bound, product)
            }
            result[order[rank]] = bound
        }
        return result
    }

    /// What the p-value of a rank, from 1 for the smallest, is multiplied by.
    private func factor(rank: Int, of count: Int) -> Double {
        switch self {
        case .bonferroni: Double(count)
        case .holm, .hochberg: Double(count - rank + 1)
        case .benjaminiHochberg: Double(count) / Double(rank)
        }
    }
}

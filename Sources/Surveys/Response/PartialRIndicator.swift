/// What one variable adds to the unlike response of a survey (Schouten, Shlomo and Skinner 2011, Journal of Official Statistics
/// 27, 231-253).
public struct PartialRIndicator: Sendable, Equatable {
    /// One category of the variable.
    public struct Category: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// `sqrt(N_k / N) (mean rho in k - mean rho)`: negative when the category is under-represented.
        public let unconditional: Double
        /// Its part of the variation that other variables leave, `sqrt(sum in k (rho - cell mean)^2 / N)`.
        public let conditional: Double
    }

    /// The standard deviation of the propensities between the variable's categories: 0 when they respond alike.
    public let unconditional: Double
    /// The standard deviation of the propensities within the cells of the other variables: what only this variable can explain; equal
    /// to S of all propensities when there are no others.
    public let conditional: Double
    /// The categories with units.
    public let categories: [Category]
}

extension RIndicator {
    /// The partial indicators of a variable of the model; of the propensities as estimated, not adjusted for that.
    ///
    /// - Parameters:
    ///   - codes: The variable's category in each row, a position in `names`.
    ///   - names: The categories' names.
    ///   - others: The categories of the model's other variables, one list a variable; their cells are what conditions.
    /// - Throws: ``AnalysisProblem``.
    public func partial(
        _ codes: [Int32], names: [String], given others: [[Int32]] = []
    ) throws(SurveyError) -> PartialRIndicator {
        for list in [codes] + others { try checkLength("categories", list.count, propensities.count) }
        if let bad = codes.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
            throw problem(
                .badValue(
                    what: "category of row", position: bad, found: Double(codes[bad]),
                    expected: "0 to \(names.count - 1)"))
        }
        let total = units.reduce(0, +)
        let cells = codes.indices.map { row in others.map { $0[row] } }
        let (cellMeans, categoryMeans) = (means(cells), means(codes))
        var sums = [(units: Double, within: Double)](repeating: (0, 0), count: names.count)
        for row in codes.indices {
            let difference = propensities[row] - (cellMeans[cells[row]] ?? meanPropensity)
            sums[Int(codes[row])].units += units[row]
            sums[Int(codes[row])].within += units[row] * difference * difference / total
        }
        let categories = names.indices.filter { sums[$0].units > 0 }.map { code in
            let mean = categoryMeans[Int32(code)] ?? meanPropensity
            return PartialRIndicator.Category(
                name: names[code], unconditional: (sums[code].units / total).squareRoot() * (mean - meanPropensity),
                conditional: sums[code].within.squareRoot())
        }
        return PartialRIndicator(
            unconditional: categories.reduce(0) { $0 + $1.unconditional * $1.unconditional }.squareRoot(),
            conditional: sums.reduce(0) { $0 + $1.within }.squareRoot(), categories: categories)
    }

    /// The mean propensity of each group of rows.
    private func means<Group: Hashable>(_ groups: [Group]) -> [Group: Double] {
        var sums: [Group: (weight: Double, sum: Double)] = [:]
        for (row, group) in groups.enumerated() {
            let before = sums[group] ?? (0, 0)
            sums[group] = (before.weight + units[row], before.sum + units[row] * propensities[row])
        }
        return sums.mapValues { $0.sum / $0.weight }
    }
}

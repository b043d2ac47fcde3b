import LinearAlgebra

extension MarginalDeviance {
    /// Puts the effects of each term in the order of what variance is left to them, and gives the same covariances in that
    /// order.
    ///
    /// With a small variance first, the factor's later columns could be turned about almost freely; with the largest first,
    /// only the last diagonal elements can be small, and they are zero together with their columns.
    mutating func reorderEffects(_ point: [Double]) -> [Double] {
        var theta: [Double] = []
        for (block, lambda) in factors(point).enumerated() {
            let order = Self.pivotOrder(lambda, templates[block])
            permute(block, order)
            let permuted = Matrix(rowVectors: order.map { row in (0..<lambda.columns).map { lambda[row, $0] } })
            theta += Self.canonical(permuted, templates[block])
        }
        forgetModes()
        return theta + point[thetaCount...]
    }

    /// The same covariances with no negative diagonal element in their factors, and nothing below a diagonal of zero.
    func canonical(_ point: [Double]) -> [Double] {
        zip(templates, factors(point)).flatMap { Self.canonical($1, $0) } + point[thetaCount...]
    }

    /// The parameters of the lower triangular factor of `F F'`.
    private static func canonical(_ factor: Matrix, _ template: CovarianceTemplate) -> [Double] {
        let lower: Matrix
        if template.isDiagonal {
            lower = factor
        } else {
            lower = (try? SemidefiniteFactor(factor.timesTransposed(factor)))?.lower ?? factor
        }
        return template.parameters.map { element in
            // The sign of a column is free.
            lower[element.row, element.column] * (lower[element.column, element.column] < 0 ? -1 : 1)
        }
    }

    /// Within each term the effect with most variance left after those before it comes next.
    private static func pivotOrder(_ lambda: Matrix, _ template: CovarianceTemplate) -> [Int] {
        var rest = lambda.timesTransposed(lambda)
        var order: [Int] = []
        for term in template.terms {
            var candidates = Array(term)
            while let next = candidates.max(by: { rest[$0, $0] < rest[$1, $1] }) {
                candidates.removeAll { $0 == next }
                order.append(next)
                let pivot = rest[next, next]
                guard pivot > 0 else { continue }
                let column = (0..<lambda.rows).map { rest[$0, next] }
                for i in candidates {
                    for j in candidates { rest[i, j] -= column[i] * column[j] / pivot }
                }
            }
        }
        return order
    }

    private mutating func permute(_ block: Int, _ order: [Int]) {
        orders[block] = order.map { orders[block][$0] }
        for cell in 0..<cellCount {
            let start = cell * layout.rowWidth + layout.starts[block]
            let values = Array(randomColumns[start..<(start + order.count)])
            for (position, effect) in order.enumerated() { randomColumns[start + position] = values[effect] }
        }
    }
}

extension CovarianceTemplate {
    /// The effects of each term, which are correlated with each other only.
    var terms: [Range<Int>] {
        var ranges: [Range<Int>] = []
        while let start = ranges.isEmpty ? 0 : ranges.last?.upperBound, start < width {
            // The first column of a term has an element in each of its rows.
            ranges.append(start..<(start + parameters.count { $0.column == start }))
        }
        return ranges
    }

    /// Whether no effects are correlated.
    var isDiagonal: Bool { parameters.allSatisfy { $0.isDiagonal } }
}

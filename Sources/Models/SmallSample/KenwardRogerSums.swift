import LinearAlgebra

/// The sums over independent sets of rows from which Kenward and Roger's adjustment is made.
///
/// V is linear in the covariance parameters gamma, `V = sum of gamma_i G_i`, so its second derivatives vanish and with
/// them the R_ij of Kenward and Roger (1997), Biometrics 53, 983-997. With S the inverse of V:
struct KenwardRogerSums {
    /// `X' S X`, p x p: the inverse of Phi.
    private(set) var information: Matrix
    /// `-P_i = X' S G_i S X`, p x p for each parameter, one below the other: rp x p.
    private(set) var firstOrder: Matrix
    /// `Q_ij = X' S G_i S G_j S X`, p x p for each pair of parameters: rp x rp.
    private(set) var secondOrder: Matrix
    /// `tr(S G_i S G_j)`, r x r.
    private(set) var traces: Matrix

    init(fixedCount p: Int, parameterCount r: Int) {
        information = Matrix(rows: p, columns: p)
        firstOrder = Matrix(rows: r * p, columns: p)
        secondOrder = Matrix(rows: r * p, columns: r * p)
        traces = Matrix(rows: r, columns: r)
    }

    /// Adds the part of one set of rows.
    ///
    /// - Throws: ``ModelError/numericalBreakdown`` when V is not positive definite.
    /// - Complexity: O(m^3) for m rows, O(m^2) for each fixed effect and each pair of parameters.
    mutating func add(_ set: RowSet) throws(ModelError) {
        let inverse = try Self.inverse(of: set.covariance())
        let weighted = inverse * set.columns
        let derivatives = Self.derivatives(set, weighted)
        information = information + set.columns.transposedTimes(weighted)
        firstOrder = firstOrder + derivatives.transposedTimes(weighted)
        secondOrder = secondOrder + derivatives.transposedTimes(inverse * derivatives)
        addTraces(set, inverse)
    }

    private static func inverse(of covariance: Matrix) throws(ModelError) -> Matrix {
        var factor = covariance
        do {
            try factorLowerInPlace(&factor.elements, size: factor.rows)
        } catch {
            throw .numericalBreakdown
        }
        return inverseOfLeadingBlock(factor, size: factor.rows)
    }

    /// `G_i S X` for each parameter, side by side: m x rp.
    private static func derivatives(_ set: RowSet, _ weighted: Matrix) -> Matrix {
        var elements: [Double] = []
        for factor in set.factors {
            let sums = factor.effects.indices.map { factor.levelSums(effect: $0, of: weighted) }
            for parameter in factor.parameters {
                elements += factor.derivative(parameter, levelSums: sums).elements
            }
        }
        let width = set.count > 0 ? elements.count / set.count : 0
        return Matrix(rows: set.count, columns: width, elements: elements)
    }

    /// `tr(S G_i S G_j)`: with `B_ac = Z_a' S Z_c`, two inner products of such matrices.
    private mutating func addTraces(_ set: RowSet, _ inverse: Matrix) {
        var column = 0
        for (index, second) in set.factors.enumerated() {
            let products = second.effects.indices.map { second.columnSums(effect: $0, of: inverse) }
            var row = 0
            for first in set.factors[...index] {
                let crossed = first.effects.indices.map { effect in
                    products.map { first.levelSums(effect: effect, of: $0).elements }
                }
                for (i, one) in first.parameters.enumerated() {
                    for (j, other) in second.parameters.enumerated() where row + i <= column + j {
                        let trace = Self.trace(one, other, crossed)
                        traces[row + i, column + j] += trace
                        if row + i != column + j { traces[column + j, row + i] += trace }
                    }
                }
                row += first.parameters.count
            }
            column += second.parameters.count
        }
    }

    /// For G_i of effects a, b and G_j of effects c, d. A covariance of two effects counts both its elements of Sigma.
    private static func trace(
        _ first: CovarianceTemplate.Element, _ second: CovarianceTemplate.Element, _ crossed: [[[Double]]]
    ) -> Double {
        let (a, b, c, d) = (first.row, first.column, second.row, second.column)
        let straight = dot(crossed[a][c], crossed[b][d])
        let across = dot(crossed[a][d], crossed[b][c])
        return (straight + across) * (first.isDiagonal ? 0.5 : 1) * (second.isDiagonal ? 1 : 2)
    }
}

import LinearAlgebra
import RealModule

/// Takes the first grouping factor out of the penalised system (its Schur complement), pattern by pattern, and gives back
/// what the gradient needs of it.
struct FirstFactorElimination {
    let products: CrossProducts
    let patterns: LevelPatterns
    /// The relative covariance factors, the first grouping factor's first.
    let lambdas: [Matrix]

    /// The factor of one pattern's system.
    private struct PatternFactor {
        /// L of `Lambda' Z'Z Lambda + I`, lower triangular.
        let lower: Matrix
        /// `Q = L^-1 Lambda'`.
        let solved: Matrix
        let logDeterminant: Double
    }

    /// The columns of other random effects that are linked to a group, after the forward solve.
    private struct LinkedColumns {
        var positions: [Int] = []
        /// `Q A Lambda_other`, K a column.
        var values: [Double] = []
    }

    /// Subtracts `W'W`, with `W = L^-1 Lambda' [Z'Z_other Lambda_other, Z'X, Z'y]`, from the tail's lower triangle.
    ///
    /// - Returns: The logarithm of the determinant of the eliminated part.
    /// - Throws: ``ModelError/numericalBreakdown``.
    func eliminate(from tail: inout Matrix) throws(ModelError) -> Double {
        let (k, width, q) = (products.width, products.fixedCount + 1, products.otherCount)
        var fixed = [Double](repeating: 0, count: width * width)
        var logDeterminant = 0.0
        var sums = [Double](repeating: 0, count: k * width)
        var linked = LinkedColumns()
        for pattern in patterns.patterns {
            let factor = try factorise(pattern.representative)
            logDeterminant += pattern.count * factor.logDeterminant
            pattern.moments.addWeighted(factor.solved.transposedTimesSmall(factor.solved), to: &fixed, products)
            for group in pattern.groups where !hasNoLinks(group) {
                loadLinked(group, factor, into: &linked)
                loadSums(group, factor, into: &sums)
                subtract(linked, count: patterns.groups[group].count, sums: sums, from: &tail)
            }
        }
        for column in 0..<width {
            for row in column..<width { tail[q + row, q + column] -= fixed[column * width + row] }
        }
        return logDeterminant
    }

    /// For the gradient: sums over levels of the diagonal blocks of the inverse, and of the effects' products.
    ///
    /// - Parameters:
    ///   - inverse: The inverse of the tail without the response; zero rows where the criterion leaves X out.
    ///   - residual: -beta and, last, 1: `[X y]` times it is the response less the fixed part.
    ///   - others: The spherical effects u of the other factors.
    /// - Returns: `sum C_jj` and `sum u_j u_j'`, each K x K.
    func inverseAndEffects(
        inverse: Matrix, residual: [Double], others: [Double]
    ) throws(ModelError) -> (inverse: Matrix, effects: Matrix) {
        let (k, width, q) = (products.width, products.fixedCount + 1, products.otherCount)
        var forms = (
            inverse: [Double](repeating: 0, count: width * width),
            residual: [Double](repeating: 0, count: width * width)
        )
        for v in 0..<width {
            for u in 0..<width {
                forms.residual[v * width + u] = residual[u] * residual[v]
                if u < width - 1, v < width - 1 { forms.inverse[v * width + u] = inverse[q + u, q + v] }
            }
        }
        var result = (inverse: Matrix(rows: k, columns: k), effects: Matrix(rows: k, columns: k))
        var sums = [Double](repeating: 0, count: k * width)
        var linked = LinkedColumns()
        for pattern in patterns.patterns {
            let factor = try factorise(pattern.representative)
            var middle = factor.solved.congruence(pattern.moments.quadratic(forms.inverse, products))
            for index in 0..<k { middle[index, index] += pattern.count }
            var outer = factor.solved.congruence(pattern.moments.quadratic(forms.residual, products))
            for group in pattern.groups where !hasNoLinks(group) {
                loadLinked(group, factor, into: &linked)
                loadSums(group, factor, into: &sums)
                let count = patterns.groups[group].count
                addInverse(linked, count: count, sums: sums, inverse, to: &middle)
                addEffects(linked, count: count, sums: sums, residual, others, to: &outer)
            }
            result.inverse = result.inverse + factor.lower.backCongruence(middle)
            result.effects = result.effects + factor.lower.backCongruence(outer)
        }
        return result
    }

    private func hasNoLinks(_ group: Int) -> Bool {
        let level = patterns.groups[group].representative
        return products.linkStart[level] == products.linkStart[level + 1]
    }

    private func factorise(_ level: Int) throws(ModelError) -> PatternFactor {
        let (k, lambda) = (products.width, lambdas[0])
        var gram = Matrix(rows: k, columns: k)
        for index in 0..<(k * k) { gram.elements[index] = products.gram[level * k * k + index] }
        var lower = lambda.transposedCongruence(gram)
        for index in 0..<k { lower[index, index] += 1 }
        var logDeterminant = 0.0
        for column in 0..<k {
            for inner in 0..<column {
                for row in column..<k { lower[row, column] -= lower[column, inner] * lower[row, inner] }
            }
            let pivot = lower[column, column]
            guard pivot > 0, pivot.isFinite else { throw .numericalBreakdown }
            logDeterminant += Double.log(pivot)
            let root = pivot.squareRoot()
            for row in column..<k { lower[row, column] /= root }
            for row in 0..<column { lower[row, column] = 0 }
        }
        return PatternFactor(
            lower: lower, solved: lower.forwardSolved(lambda.transposed), logDeterminant: logDeterminant)
    }

    /// `F = Q sum of Z'[X y]` over a group's levels.
    private func loadSums(_ group: Int, _ factor: PatternFactor, into sums: inout [Double]) {
        let (k, width) = (products.width, products.fixedCount + 1)
        for column in 0..<width {
            let start = (group * width + column) * k
            for row in 0..<k {
                var sum = 0.0
                for inner in 0..<k { sum += factor.solved[row, inner] * patterns.sums[start + inner] }
                sums[column * k + row] = sum
            }
        }
    }

    private func loadLinked(_ group: Int, _ factor: PatternFactor, into linked: inout LinkedColumns) {
        let k = products.width
        let level = patterns.groups[group].representative
        linked.positions.removeAll(keepingCapacity: true)
        linked.values.removeAll(keepingCapacity: true)
        for link in products.links[products.linkStart[level]..<products.linkStart[level + 1]] {
            let other = lambdas[link.block + 1]
            for effect in 0..<other.columns {
                linked.positions.append(link.column + effect)
                for row in 0..<k {
                    var sum = 0.0
                    for inner in effect..<other.rows {
                        var image = 0.0
                        for index in 0..<k {
                            image += factor.solved[row, index] * products.linkValues[link.offset + inner * k + index]
                        }
                        sum += image * other[inner, effect]
                    }
                    linked.values.append(sum)
                }
            }
        }
    }

    private func subtract(_ linked: LinkedColumns, count: Double, sums: [Double], from tail: inout Matrix) {
        let (k, width, q) = (products.width, products.fixedCount + 1, products.otherCount)
        for (left, column) in linked.positions.enumerated() {
            for right in left..<linked.positions.count {
                var sum = 0.0
                for index in 0..<k { sum += linked.values[left * k + index] * linked.values[right * k + index] }
                tail[linked.positions[right], column] -= count * sum
            }
            for row in 0..<width {
                var sum = 0.0
                for index in 0..<k { sum += linked.values[left * k + index] * sums[row * k + index] }
                tail[q + row, column] -= sum
            }
        }
    }

    /// Adds `count W_l C_ll W_l' + W_l C_lx F' + its transpose`.
    private func addInverse(
        _ linked: LinkedColumns, count: Double, sums: [Double], _ inverse: Matrix, to target: inout Matrix
    ) {
        let (k, p, q) = (products.width, products.fixedCount, products.otherCount)
        var image = [Double](repeating: 0, count: k)
        for (left, position) in linked.positions.enumerated() {
            // (count C_ll W_l' + 2 C_lx F') for this linked column; the sum is symmetrised at the end.
            for index in 0..<k { image[index] = 0 }
            for (right, other) in linked.positions.enumerated() {
                let weight = count * inverse[position, other]
                for index in 0..<k { image[index] += weight * linked.values[right * k + index] }
            }
            for column in 0..<p {
                let weight = 2 * inverse[q + column, position]
                for index in 0..<k { image[index] += weight * sums[column * k + index] }
            }
            target.addSymmetricPart(linked.values, at: left * k, image)
        }
    }

    /// Adds `sum r r'` for `r = F v - W_l u`, less the part without links.
    private func addEffects(
        _ linked: LinkedColumns, count: Double, sums: [Double], _ residual: [Double], _ others: [Double],
        to target: inout Matrix
    ) {
        let k = products.width
        var (own, shared) = ([Double](repeating: 0, count: k), [Double](repeating: 0, count: k))
        for (column, weight) in residual.enumerated() {
            for index in 0..<k { own[index] += weight * sums[column * k + index] }
        }
        for (left, position) in linked.positions.enumerated() {
            for index in 0..<k { shared[index] += others[position] * linked.values[left * k + index] }
        }
        var image = [Double](repeating: 0, count: k)
        for index in 0..<k { image[index] = count * shared[index] - 2 * own[index] }
        target.addSymmetricPart(shared, at: 0, image)
    }
}

// MARK: Small matrices

extension Matrix {
    /// `self' * right` for small matrices.
    fileprivate func transposedTimesSmall(_ right: Matrix) -> Matrix {
        var result = Matrix(rows: columns, columns: right.columns)
        for column in 0..<right.columns {
            for row in 0..<columns {
                var sum = 0.0
                for inner in 0..<rows { sum += self[inner, row] * right[inner, column] }
                result[row, column] = sum
            }
        }
        return result
    }

    private func timesSmall(_ right: Matrix) -> Matrix { transposed.transposedTimesSmall(right) }

    /// `self * middle * self'`.
    fileprivate func congruence(_ middle: Matrix) -> Matrix { timesSmall(middle).timesSmall(transposed) }

    /// `self' * middle * self`.
    fileprivate func transposedCongruence(_ middle: Matrix) -> Matrix { transposedTimesSmall(middle).timesSmall(self) }

    /// `L^-1 right` for a lower triangular L.
    fileprivate func forwardSolved(_ right: Matrix) -> Matrix {
        var x = right
        for column in 0..<right.columns {
            for row in 0..<rows {
                var value = x[row, column]
                for inner in 0..<row { value -= self[row, inner] * x[inner, column] }
                x[row, column] = value / self[row, row]
            }
        }
        return x
    }

    /// `L^-T middle L^-1` for a lower triangular L and a symmetric middle.
    fileprivate func backCongruence(_ middle: Matrix) -> Matrix {
        let inverse = forwardSolved(.identity(rows))
        return inverse.transposedCongruence(middle)
    }

    /// Adds `(x y' + y x') / 2`.
    fileprivate mutating func addSymmetricPart(_ x: [Double], at offset: Int, _ y: [Double]) {
        for column in 0..<columns {
            for row in 0..<rows {
                self[row, column] += 0.5 * (x[offset + row] * y[column] + y[row] * x[offset + column])
            }
        }
    }
}

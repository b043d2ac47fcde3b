import LinearAlgebra

/// A set of rows that share no random effect with other rows, with dense matrices of its own.
///
/// The residual is one more grouping factor, with a level for each row: V is then a sum of alike terms
/// `Z_k (I x Sigma_k) Z_k'`, linear in the covariance parameters.
struct RowSet {
    /// X, m x p for the m rows of the set.
    let columns: Matrix
    /// y - X beta, length m.
    let residuals: [Double]
    /// The grouping factors, the residual last.
    let factors: [SetFactor]

    /// m.
    var count: Int { residuals.count }

    init(_ model: MixedModelRows, rows: [Int]) {
        let p = model.fixedCount
        var columns = Matrix(rows: rows.count, columns: p)
        var residuals: [Double] = []
        for (position, row) in rows.enumerated() {
            var fitted = 0.0
            for column in 0..<p {
                let value = model.columns[row * p + column]
                columns[position, column] = value
                fitted += value * model.fixedEffects[column]
            }
            residuals.append(model.response[row] - fitted)
        }
        self.columns = columns
        self.residuals = residuals
        let blocks = zip(model.blocks, model.covariances).map { SetFactor($0, covariance: $1, rows: rows) }
        factors = blocks + [SetFactor(residualOf: model, rows: rows)]
    }

    /// V, m x m.
    ///
    /// - Complexity: O(m k^2) and O(k) for each pair of rows that share a factor level.
    func covariance() -> Matrix {
        var matrix = Matrix(rows: count, columns: count)
        for factor in factors { factor.addCovariance(to: &matrix) }
        return matrix
    }
}

/// One grouping factor in a set of rows: its random effects' columns and its levels, numbered within the set.
struct SetFactor {
    /// The number of levels in the set.
    let levelCount: Int
    /// The level of each row.
    let levels: [Int]
    /// For each random effect of a level its column of Z, length m.
    let effects: [[Double]]
    /// The covariance of one level's random effects.
    let covariance: Matrix
    /// The free elements of that covariance.
    let parameters: [CovarianceTemplate.Element]

    fileprivate init(_ block: RandomEffectsBlock, covariance: Matrix, rows: [Int]) {
        var position: [Int32: Int] = [:]
        levels = rows.map { row in
            let code = block.codes[row]
            if let known = position[code] { return known }
            position[code] = position.count
            return position.count - 1
        }
        levelCount = position.count
        effects = (0..<block.width).map { effect in rows.map { block.matrix[$0 * block.width + effect] } }
        self.covariance = covariance
        parameters = block.template.parameters
    }

    fileprivate init(residualOf model: MixedModelRows, rows: [Int]) {
        levels = Array(rows.indices)
        levelCount = rows.count
        effects = [rows.map { row in model.weights.map { 1 / $0[row].squareRoot() } ?? 1 }]
        covariance = Matrix(rows: 1, columns: 1, repeating: model.residualVariance)
        parameters = [CovarianceTemplate.Element(row: 0, column: 0)]
    }

    /// Adds `Z (I x Sigma) Z'`.
    fileprivate func addCovariance(to matrix: inout Matrix) {
        for members in rowsByLevel() {
            for row in members {
                for (column, effect) in effects.enumerated() {
                    var scaled = 0.0
                    for (inner, other) in effects.enumerated() { scaled += covariance[column, inner] * other[row] }
                    for other in members { matrix[other, row] += effect[other] * scaled }
                }
            }
        }
    }

    private func rowsByLevel() -> [[Int]] {
        var members = [[Int]](repeating: [], count: levelCount)
        for (row, level) in levels.enumerated() { members[level].append(row) }
        return members
    }

    /// `Z_e' A` for one random effect e of all levels: levels x columns.
    func levelSums(effect: Int, of matrix: Matrix) -> Matrix {
        let values = effects[effect]
        var sums = Matrix(rows: levelCount, columns: matrix.columns)
        for column in 0..<matrix.columns {
            for row in 0..<matrix.rows { sums[levels[row], column] += values[row] * matrix[row, column] }
        }
        return sums
    }

    /// `A Z_e` for one random effect e of all levels: rows x levels.
    func columnSums(effect: Int, of matrix: Matrix) -> Matrix {
        let values = effects[effect]
        var sums = Matrix(rows: matrix.rows, columns: levelCount)
        for column in 0..<matrix.columns {
            let (level, value) = (levels[column], values[column])
            for row in 0..<matrix.rows { sums[row, level] += value * matrix[row, column] }
        }
        return sums
    }

    /// `dV/dgamma A` for one covariance parameter gamma, from the level sums `Z_e' A` of every effect e.
    ///
    /// `Z_a Z_b' A + Z_b Z_a' A` for a covariance of effects a and b, `Z_a Z_a' A` for a variance.
    func derivative(_ parameter: CovarianceTemplate.Element, levelSums: [Matrix]) -> Matrix {
        let (a, b) = (parameter.row, parameter.column)
        var result = Matrix(rows: levels.count, columns: levelSums[a].columns)
        for column in 0..<result.columns {
            for row in levels.indices {
                var value = effects[a][row] * levelSums[b][levels[row], column]
                if a != b { value += effects[b][row] * levelSums[a][levels[row], column] }
                result[row, column] = value
            }
        }
        return result
    }
}

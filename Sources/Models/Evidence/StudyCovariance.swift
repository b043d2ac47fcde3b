import LinearAlgebra
import RealModule

/// The marginal covariance of effects, `V_j = diag(v_i + w) + s 11'` for study j, by its inverse in closed form.
///
/// With `a_i = 1 / (v_i + w)`, `S = sum a_i` and the study's weighted mean `m = sum a_i x_i / S`,
/// `x' V_j^-1 y = sum a_i (x_i - m_x)(y_i - m_y) + S / (1 + s S) m_x m_y`: a part within the study and one between. No
/// difference of large numbers is formed, so that a standard error of 0.0002 beside one of 0.1 costs no digits.
struct StudyCovariance: Sendable {
    private let rows: EffectRows
    /// s and w.
    let variances: BetweenVariances
    /// a_i.
    let precisions: [Double]
    /// S of each study.
    let sums: [Double]
    /// `h = S / (1 + s S)` of each study: the precision of its weighted mean.
    let meanPrecisions: [Double]

    init(_ rows: EffectRows, _ variances: BetweenVariances) {
        self.rows = rows
        self.variances = variances
        let precisions = rows.variances.map { 1 / ($0 + variances.withinStudies) }
        let sums = rows.studies.map { $0.reduce(0) { $0 + precisions[$1] } }
        self.precisions = precisions
        self.sums = sums
        meanPrecisions = sums.map { $0 / (1 + variances.betweenStudies * $0) }
    }

    /// log|V|.
    var logDeterminant: Double {
        let within = precisions.reduce(0) { $0 - Double.log($1) }
        return sums.reduce(within) { $0 + Double.log(onePlus: variances.betweenStudies * $1) }
    }

    /// A study's weighted mean; exact where all values are the same.
    private func mean(_ x: ArraySlice<Double>, _ study: Int) -> Double {
        let members = rows.studies[study]
        let first = x[x.startIndex + members[0]]
        return first
            + members.reduce(0) { $0 + precisions[$1] * (x[x.startIndex + $1] - first) } / sums[study]
    }

    /// Z with `Z' Z = X' V^-1 X`, (n + J) x k: the effects' deviations from their study's mean, then the means.
    func whitened(_ x: Matrix) -> Matrix {
        let n = rows.count
        var result = Matrix(rows: n + rows.studies.count, columns: x.columns)
        for column in 0..<x.columns {
            let values = x.elements[column * n..<(column + 1) * n]
            for (study, members) in rows.studies.enumerated() {
                let mean = mean(values, study)
                for row in members {
                    result[row, column] = precisions[row].squareRoot() * (values[values.startIndex + row] - mean)
                }
                result[n + study, column] = meanPrecisions[study].squareRoot() * mean
            }
        }
        return result
    }

    /// `V^-1 X`, n x k.
    func solve(_ x: Matrix) -> Matrix {
        let n = rows.count
        var result = Matrix(rows: n, columns: x.columns)
        for column in 0..<x.columns {
            let values = x.elements[column * n..<(column + 1) * n]
            for (study, members) in rows.studies.enumerated() {
                let mean = mean(values, study)
                let shared = mean / (1 + variances.betweenStudies * sums[study])
                for row in members {
                    result[row, column] = precisions[row] * (values[values.startIndex + row] - mean + shared)
                }
            }
        }
        return result
    }

    /// The sum over each study's rows, J x k.
    func studySums(_ x: Matrix) -> Matrix {
        var result = Matrix(rows: rows.studies.count, columns: x.columns)
        for column in 0..<x.columns {
            for (study, members) in rows.studies.enumerated() {
                result[study, column] = members.reduce(0) { $0 + x[$1, column] }
            }
        }
        return result
    }

    /// `tr(V^-1 V_k)` for V_k the derivative of V in s and in w.
    var traces: [Double] {
        var within = 0.0
        for (study, members) in rows.studies.enumerated() {
            for (position, other) in otherSums(members, power: 1).enumerated() {
                within += diagonal(members[position], others: other, study)
            }
        }
        return [meanPrecisions.reduce(0, +), within]
    }

    /// `tr(V^-1 V_k V^-1 V_l)`, 2 x 2.
    var crossTraces: Matrix {
        var result = Matrix(rows: 2, columns: 2)
        for (study, members) in rows.studies.enumerated() {
            let shrinkage = 1 + variances.betweenStudies * sums[study]
            let coupling = variances.betweenStudies / shrinkage
            let squares = otherSums(members, power: 2)
            for (position, other) in otherSums(members, power: 1).enumerated() {
                let precision = precisions[members[position]]
                let element = diagonal(members[position], others: other, study)
                result[1, 1] += element * element + coupling * coupling * precision * precision * squares[position]
                result[0, 1] += (precision / shrinkage) * (precision / shrinkage)
            }
            result[0, 0] += meanPrecisions[study] * meanPrecisions[study]
        }
        result[1, 0] = result[0, 1]
        return result
    }

    /// A diagonal element of V^-1, `a_i (1 + s (S - a_i)) / (1 + s S)`.
    private func diagonal(_ row: Int, others: Double, _ study: Int) -> Double {
        precisions[row] * (1 + variances.betweenStudies * others) / (1 + variances.betweenStudies * sums[study])
    }

    /// For each row of a study the sum of the others' precisions, or of their squares: added up, not subtracted.
    private func otherSums(_ members: [Int], power: Int) -> [Double] {
        let values = members.map { power == 1 ? precisions[$0] : precisions[$0] * precisions[$0] }
        var result = [Double](repeating: 0, count: values.count)
        var (before, after) = (0.0, 0.0)
        for position in values.indices {
            result[position] += before
            before += values[position]
        }
        for position in values.indices.reversed() {
            result[position] += after
            after += values[position]
        }
        return result
    }

    /// V of one study, dense.
    func block(_ study: Int) -> Matrix {
        let members = rows.studies[study]
        var block = Matrix(rows: members.count, columns: members.count, repeating: variances.betweenStudies)
        for (position, row) in members.enumerated() {
            block[position, position] += rows.variances[row] + variances.withinStudies
        }
        return block
    }
}

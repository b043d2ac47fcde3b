import LinearAlgebra
import Probability

/// The likelihood of a table whose two variables are normal and cut into categories.
///
/// Parameters stand in the order correlation, cut points of the rows, cut points of the columns.
struct PolychoricLikelihood {
    /// Counts or weights, without empty rows and columns.
    let table: [[Double]]
    private var rowCuts: Int { table.count - 1 }
    private var columnCuts: Int { table[0].count - 1 }
    var parameterCount: Int { 1 + rowCuts + columnCuts }

    /// Cells that count for nothing are not let below this, so that their logarithm exists.
    private static let smallest = 1e-300

    /// The cut points that the items' shares alone give, after a correlation.
    func start(correlation: Double) -> [Double] {
        let rows = table.map { $0.reduce(0, +) }
        let columns = table[0].indices.map { column in table.reduce(0) { $0 + $1[column] } }
        return [correlation] + Self.cuts(rows) + Self.cuts(columns)
    }

    private static func cuts(_ sizes: [Double]) -> [Double] {
        let total = sizes.reduce(0, +)
        var below = 0.0
        return sizes.dropLast().map { size in
            below += size
            return standardNormalQuantile(below / total)
        }
    }

    /// Whether the correlation is within -1...1 and cut points ascend.
    func isValid(_ parameters: [Double]) -> Bool {
        let (rows, columns) = limits(parameters)
        func ascends(_ cuts: [Double]) -> Bool { zip(cuts, cuts.dropFirst()).allSatisfy { $0 < $1 } }
        return abs(parameters[0]) < 1 && ascends(rows) && ascends(columns)
    }

    /// The cut points with the infinite ones around them.
    private func limits(_ parameters: [Double]) -> (rows: [Double], columns: [Double]) {
        let rows = Array(parameters[1..<(1 + rowCuts)])
        let columns = Array(parameters[(1 + rowCuts)...])
        return ([-.infinity] + rows + [.infinity], [-.infinity] + columns + [.infinity])
    }

    /// The cells' probabilities, row by row.
    func probabilities(_ parameters: [Double]) -> [[Double]] {
        let (rows, columns) = limits(parameters)
        let normal = BivariateNormal(correlation: parameters[0])
        let corners = rows.map { x in columns.map { normal.cdf(x, $0) } }
        return Self.differences(corners).map { $0.map { max(Self.smallest, $0) } }
    }

    /// `sum n log p`.
    func logLikelihood(_ parameters: [Double]) -> Double {
        var sum = CompensatedSum()
        for (counts, shares) in zip(table, probabilities(parameters)) {
            for (count, share) in zip(counts, shares) where count > 0 { sum.add(count * Elementary.log(share)) }
        }
        return sum.value
    }

    /// Whether a cell that occurs has a probability that is lost in rounding.
    func isOutOfReach(_ parameters: [Double]) -> Bool {
        zip(table, probabilities(parameters)).contains { counts, shares in
            zip(counts, shares).contains { $0 > 0 && $1 < 1e-14 }
        }
    }

    /// The derivative of each cell's probability, by parameter.
    func slopes(_ parameters: [Double]) -> [[[Double]]] {
        let rho = parameters[0]
        let (rows, columns) = limits(parameters)
        let normal = BivariateNormal(correlation: rho)
        var slopes = [Self.differences(rows.map { x in columns.map { normal.density(x, $0) } })]
        let rest = ((1 - rho) * (1 + rho)).squareRoot()
        for cut in 1...rowCuts {
            let below = columns.map {
                standardNormalDensity(rows[cut]) * standardNormalCDF(($0 - rho * rows[cut]) / rest)
            }
            slopes.append(Self.differences(rows.indices.map { $0 == cut ? below : below.map { _ in 0 } }))
        }
        for cut in 1...columnCuts {
            let below = rows.map {
                standardNormalDensity(columns[cut]) * standardNormalCDF(($0 - rho * columns[cut]) / rest)
            }
            slopes.append(
                Self.differences(below.map { value in columns.indices.map { $0 == cut ? value : 0 } }))
        }
        return slopes
    }

    /// The gradient of the log-likelihood.
    func gradient(_ parameters: [Double]) -> [Double] {
        let shares = probabilities(parameters)
        return slopes(parameters).map { slope in
            var sum = 0.0
            for row in table.indices {
                for column in table[row].indices where table[row][column] > 0 {
                    sum += table[row][column] * slope[row][column] / shares[row][column]
                }
            }
            return sum
        }
    }

    /// The expected information, of as many rows as the table weighs.
    func information(_ parameters: [Double]) -> Matrix {
        let (shares, slopes) = (probabilities(parameters), slopes(parameters))
        let total = table.reduce(0) { $0 + $1.reduce(0, +) }
        var result = Matrix(rows: slopes.count, columns: slopes.count)
        for one in slopes.indices {
            for other in slopes.indices {
                for row in table.indices {
                    for column in table[row].indices {
                        let product = slopes[one][row][column] * slopes[other][row][column]
                        result[one, other] += total * product / shares[row][column]
                    }
                }
            }
        }
        return result
    }

    /// The observed information: minus the second derivatives, by central differences of the exact gradient.
    func observedInformation(_ parameters: [Double]) -> Matrix {
        // The cube root of the machine's precision balances rounding against the third derivative.
        let step = 6e-6
        var result = Matrix(rows: parameterCount, columns: parameterCount)
        for column in 0..<parameterCount {
            var (lower, upper) = (parameters, parameters)
            let size = min(step, room(parameters, column) / 10)
            lower[column] -= size
            upper[column] += size
            let (below, above) = (gradient(lower), gradient(upper))
            for row in 0..<parameterCount { result[row, column] = (below[row] - above[row]) / (2 * size) }
        }
        return result.symmetrised
    }

    /// How far a parameter may move: to a correlation of 1, or to the next cut point.
    private func room(_ parameters: [Double], _ column: Int) -> Double {
        if column == 0 { return 1 - abs(parameters[0]) }
        let (rows, columns) = limits(parameters)
        let (cuts, position) = column <= rowCuts ? (rows, column) : (columns, column - rowCuts)
        return min(cuts[position] - cuts[position - 1], cuts[position + 1] - cuts[position])
    }

    /// The probabilities of cells from those of their corners.
    private static func differences(_ corners: [[Double]]) -> [[Double]] {
        zip(corners, corners.dropFirst()).map { before, after in
            let strip = zip(after, before).map { $0 - $1 }
            return zip(strip.dropFirst(), strip).map { $0 - $1 }
        }
    }
}

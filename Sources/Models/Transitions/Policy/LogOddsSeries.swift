import LinearAlgebra
import Probability

/// The log-odds of one outcome and group by year, with the covariance of their errors and the baseline that is continued.
struct LogOddsSeries {
    /// The cells, in order of year.
    let cells: [Cell]
    /// Their log-odds.
    let values: [Double]
    /// The covariance of their sampling errors, by the delta method from that of the percentages.
    let covariance: Matrix
    /// How the baseline is continued.
    let kind: Counterfactual.Kind
    /// The variance of single years about the baseline, beyond their sampling errors; 0 where none is asked for.
    let scatter: Double
    /// The degrees of freedom of what rests on the series.
    let degreesOfFreedom: Double
    /// The positions of the baseline's years.
    let before: [Int]
    /// The positions of the years after the baseline.
    let after: [Int]
    private let years: [Double]

    /// - Parameter all: The cells of one outcome and group.
    init(
        _ estimates: Estimates, cells all: [Cell], baseline: [String], kind: Counterfactual.Kind
    ) throws(ModelError) {
        var dated: [(year: Double, cell: Cell, position: Int)] = []
        for cell in all {
            guard let position = estimates.position(of: cell) else { continue }
            dated.append((try seriesYear(cell.cohort), cell, position))
        }
        dated.sort { $0.year < $1.year }
        var slopes: [Double] = []
        var values: [Double] = []
        for item in dated {
            let p = estimates.values[item.position] / 100
            guard p > 0, p < 1 else { throw .transitions(.noLogOdds(cell: item.cell.name)) }
            values.append(Elementary.log(p / (1 - p)))
            slopes.append(1 / (100 * p * (1 - p)))
        }
        var covariance = Matrix(rows: dated.count, columns: dated.count)
        for (row, one) in dated.enumerated() {
            for (column, other) in dated.enumerated() {
                covariance[row, column] =
                    slopes[row] * slopes[column] * estimates.covariance[one.position, other.position]
            }
        }
        let before = dated.indices.filter { baseline.contains(dated[$0].cell.cohort) }
        let last = before.map { dated[$0].year }.max() ?? -.infinity
        (self.cells, self.values, self.covariance, self.kind) = (dated.map(\.cell), values, covariance, kind)
        (years, self.before) = (dated.map(\.year), before)
        after = dated.indices.filter { dated[$0].year > last }
        let own = dated.first.map { estimates.estimate(at: $0.position).degreesOfFreedom } ?? .infinity
        (scatter, degreesOfFreedom) = try Self.scatter(
            kind, dated.map(\.year), values, covariance, before: before, own: own)
    }

    /// The variance of the baseline's years about their mean or line by REML, and its degrees of freedom.
    private static func scatter(
        _ kind: Counterfactual.Kind, _ years: [Double], _ values: [Double], _ covariance: Matrix, before: [Int],
        own: Double
    ) throws(ModelError) -> (Double, Double) {
        let coefficients = kind.hasSlope ? 2 : 1
        let needed = coefficients + (kind.hasScatter ? 1 : kind.hasSlope ? 1 : 0)
        guard before.count >= needed else {
            throw .series(
                .tooFewYears(
                    years: before.count, coefficients: coefficients, needed: needed,
                    drop: "drop '\(kind.rawValue)' from the policy's 'against'"))
        }
        guard kind.hasScatter else { return (0, own) }
        let past = try TimeSeries(
            name: "log-odds", years: before.map { years[$0] }, values: before.map { values[$0] },
            samplingCovariance: Matrix(rowVectors: before.map { row in before.map { covariance[row, $0] } }))
        let design = try SeriesDesign(past, breaks: [], hasTrend: kind.hasSlope)
        let variance = try SamplingErrorRegression(series: past, design: design, criterion: .reml, inference: .t)
            .processVariance()
        return (variance, Double(before.count - coefficients))
    }

    /// The weights of the years in what the baseline leads to expect of one: equal, or the least-squares line's.
    func expectation(of position: Int) -> [Double] {
        var weights = [Double](repeating: 0, count: cells.count)
        let past = before.map { years[$0] }
        let mean = past.reduce(0, +) / Double(past.count)
        let squares = past.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        for (index, year) in zip(before, past) {
            let slope = kind.hasSlope ? (years[position] - mean) * (year - mean) / squares : 0
            weights[index] = 1 / Double(past.count) + slope
        }
        return weights
    }
}

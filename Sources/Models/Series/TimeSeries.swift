import LinearAlgebra

/// Yearly estimates of one quantity, in order of year: years may be missing and need not be equally spaced.
public struct TimeSeries: Sendable, Equatable {
    /// What the values are, such as `pisa_mathematics`.
    public let name: String
    /// The unit of the values; empty when not given.
    public let unit: String
    /// The years, n of them, strictly rising.
    public let years: [Double]
    /// How each year is written: `2021`, or `2021/22`.
    public let labels: [String]
    /// The value of each year.
    public let values: [Double]
    /// The covariance of the values' sampling errors, n x n and positive definite; nil when it is not known.
    public let samplingCovariance: Matrix?

    /// A series of yearly values, in any order of years.
    ///
    /// - Parameters:
    ///   - labels: How the years are written; nil for plain numbers.
    ///   - samplingCovariance: n x n, in the order of `years`. Off its diagonal for years that share pupils or a link.
    /// - Throws: A ``SeriesProblem`` when lengths differ, a number is not finite, a year occurs twice, or the matrix is
    ///   no covariance matrix.
    public init(
        name: String, unit: String = "", years: [Double], labels: [String]? = nil, values: [Double],
        samplingCovariance: Matrix? = nil
    ) throws(ModelError) {
        guard years.count == values.count, labels?.count ?? years.count == years.count else {
            throw .series(.unequalLengths(years: years.count, values: values.count))
        }
        let words = labels ?? years.map(yearText)
        // Beyond these sizes squares overflow, and a year is no year.
        for (index, word) in words.enumerated() where !(abs(years[index]) < 1e6 && abs(values[index]) < 1e100) {
            throw .series(.notFinite(year: word))
        }
        let order = years.indices.sorted { years[$0] < years[$1] }
        for (one, next) in zip(order, order.dropFirst()) where years[one] == years[next] {
            throw .series(.repeatedYear(words[next]))
        }
        self.name = name
        self.unit = unit
        self.years = order.map { years[$0] }
        self.labels = order.map { words[$0] }
        self.values = order.map { values[$0] }
        self.samplingCovariance = try samplingCovariance.map { matrix throws(ModelError) in
            try Self.checked(matrix, labels: words).selecting(order)
        }
    }

    /// A series whose sampling errors are independent between years.
    ///
    /// - Throws: As the other, and ``SeriesProblem/badStandardError(year:found:)``.
    public init(
        name: String, unit: String = "", years: [Double], labels: [String]? = nil, values: [Double],
        standardErrors: [Double]
    ) throws(ModelError) {
        guard standardErrors.count == years.count else {
            throw .series(.unequalLengths(years: years.count, values: standardErrors.count))
        }
        for (index, error) in standardErrors.enumerated() where !(error > 0 && error.isFinite) {
            let word = labels.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? yearText(years[index])
            throw .series(.badStandardError(year: word, found: error))
        }
        try self.init(
            name: name, unit: unit, years: years, labels: labels, values: values,
            samplingCovariance: .diagonal(standardErrors.map { $0 * $0 }))
    }

    /// A series by the labels of its years: calendar years or school years.
    ///
    /// - Parameter standardErrors: nil when they are not known.
    /// - Throws: As the others, and ``SeriesProblem/notAYear(_:)``.
    public init(
        name: String, unit: String = "", labels: [String], values: [Double], standardErrors: [Double]? = nil
    ) throws(ModelError) {
        var years: [Double] = []
        for label in labels { years.append(try seriesYear(label)) }
        guard let standardErrors else {
            try self.init(name: name, unit: unit, years: years, labels: labels, values: values)
            return
        }
        try self.init(
            name: name, unit: unit, years: years, labels: labels, values: values, standardErrors: standardErrors)
    }

    /// The number of years.
    public var count: Int { years.count }

    /// The sampling variances; nil when they are not known.
    var samplingVariances: [Double]? { samplingCovariance?.diagonal }

    /// Whether the sampling errors of two years are correlated.
    var hasCorrelatedErrors: Bool {
        guard let matrix = samplingCovariance else { return false }
        return (0..<count).contains { row in (0..<row).contains { matrix[row, $0] != 0 } }
    }

    /// The whole distance between all years that follow each other, or nil when they differ.
    var evenSpacing: Double? {
        let steps = zip(years, years.dropFirst()).map { $1 - $0 }
        guard let first = steps.first else { return nil }
        return steps.allSatisfy { abs($0 - first) < 1e-9 * first } ? first : nil
    }

    /// The years at some positions, in the order of years.
    func part(_ positions: [Int]) throws(ModelError) -> TimeSeries {
        try TimeSeries(
            name: name, unit: unit, years: positions.map { years[$0] }, labels: positions.map { labels[$0] },
            values: positions.map { values[$0] }, samplingCovariance: samplingCovariance?.selecting(positions))
    }

    private static func checked(_ matrix: Matrix, labels: [String]) throws(ModelError) -> Matrix {
        guard matrix.rows == labels.count, matrix.columns == labels.count else {
            throw .series(.covarianceShape(rows: matrix.rows, columns: matrix.columns, years: labels.count))
        }
        let variances = matrix.diagonal
        for (index, variance) in variances.enumerated() where !(variance > 0 && variance.isFinite) {
            throw .series(.badStandardError(year: labels[index], found: max(0, variance).squareRoot()))
        }
        for row in labels.indices {
            for column in 0..<row {
                let scale = (variances[row] * variances[column]).squareRoot()
                guard abs(matrix[row, column] - matrix[column, row]) <= 1e-8 * scale else {
                    throw .series(.impossibleCovariance)
                }
            }
        }
        guard (try? Cholesky(matrix.symmetrised)) != nil else { throw .series(.impossibleCovariance) }
        return matrix.symmetrised
    }
}

extension Matrix {
    /// The rows and columns at some positions.
    fileprivate func selecting(_ positions: [Int]) -> Matrix {
        var result = Matrix(rows: positions.count, columns: positions.count)
        for (column, from) in positions.enumerated() {
            for (row, source) in positions.enumerated() { result[row, column] = self[source, from] }
        }
        return result
    }
}

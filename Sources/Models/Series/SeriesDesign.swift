import LinearAlgebra

/// The model matrix of a segmented line: intercept, trend since the first year, and the changes at the breaks.
struct SeriesDesign: Sendable {
    /// The names of the columns: `intercept`, `trend`, `crisis_level`, `crisis_slope` ...
    let terms: [String]
    /// n x k.
    let matrix: Matrix

    /// The columns of the declared changes in the years of a series.
    ///
    /// - Throws: ``SeriesProblem/tooFewYears(years:coefficients:needed:drop:)`` without a degree of freedom,
    ///   ``SeriesProblem/breakOutside(name:year:first:last:)``, ``SeriesProblem/repeatedBreak(_:)`` or
    ///   ``SeriesProblem/dependentCoefficient(_:)``.
    init(_ series: TimeSeries, breaks: [SeriesBreak], hasTrend: Bool) throws(ModelError) {
        var terms = ["intercept"]
        var columns = [[Double](repeating: 1, count: series.count)]
        guard let first = series.years.first, let last = series.years.last else {
            throw .series(.tooFewYears(years: 0, coefficients: 1, needed: 2, drop: ""))
        }
        if hasTrend {
            terms.append("trend")
            columns.append(series.years.map { $0 - first })
        }
        for (position, change) in breaks.enumerated() {
            if breaks[..<position].contains(where: { $0.name == change.name }) {
                throw .series(.repeatedBreak(change.name))
            }
            guard change.year > first, change.year <= last else {
                throw .series(
                    .breakOutside(
                        name: change.name, year: yearText(change.year), first: yearText(first), last: yearText(last)))
            }
            for kind in change.changes {
                terms.append("\(change.name)_\(kind.rawValue)")
                columns.append(series.years.map { change.column(kind, year: $0) })
            }
        }
        self.terms = terms
        matrix = Matrix(rows: series.count, columns: terms.count, elements: columns.flatMap { $0 })
        try check()
    }

    private func check() throws(ModelError) {
        guard matrix.rows > terms.count else {
            let dropped = terms.dropFirst().reversed().prefix(terms.count + 1 - matrix.rows)
            let drop = dropped.isEmpty ? "" : "drop " + dropped.map { "'\($0)'" }.joined(separator: ", ")
            throw .series(
                .tooFewYears(years: matrix.rows, coefficients: terms.count, needed: terms.count + 1, drop: drop))
        }
        do {
            _ = try SeriesLeastSquares(design: matrix, response: [Double](repeating: 0, count: matrix.rows))
        } catch {
            throw .series(.dependentCoefficient(terms[error.column]))
        }
    }
}

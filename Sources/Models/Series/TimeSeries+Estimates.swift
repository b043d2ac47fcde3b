import LinearAlgebra
import OrderedCollections

extension TimeSeries {
    /// The yearly series among a model's cells: one for each quantity, outcome, sector and group, in order of appearance.
    ///
    /// The cells' covariance is carried along, as known; their degrees of freedom are not. Cells without a cohort are left
    /// out.
    ///
    /// - Throws: ``SeriesProblem/notAYear(_:)`` when a cohort is no year, ``SeriesProblem/repeatedYear(_:)`` when two
    ///   cohorts are the same one, or ``SeriesProblem/impossibleCovariance`` for cells that depend on each other exactly.
    public static func series(in estimates: Estimates, unit: String = "") throws(ModelError) -> [TimeSeries] {
        var places: OrderedDictionary<Cell, [Int]> = [:]
        for (position, cell) in estimates.labels.enumerated() where !cell.cohort.isEmpty {
            places[cell.withoutCohort, default: []].append(position)
        }
        var list: [TimeSeries] = []
        for (cell, positions) in places {
            let rows = positions.map { (label: estimates.labels[$0].cohort, weights: [$0: 1.0]) }
            list.append(try TimeSeries(name: cell.name, unit: unit, rows: rows, of: estimates))
        }
        return list
    }

    /// The yearly gaps among a model's cells: one group minus another, for each quantity, outcome and sector.
    ///
    /// Cohorts without either group are left out.
    ///
    /// - Parameters:
    ///   - low: The group that comes first in the difference.
    ///   - high: The group that is taken off.
    /// - Throws: As ``series(in:unit:)``.
    public static func gaps(
        in estimates: Estimates, low: String, high: String, unit: String = ""
    ) throws(ModelError) -> [TimeSeries] {
        var places: OrderedDictionary<Cell, [(label: String, weights: [Int: Double])]> = [:]
        for (position, cell) in estimates.labels.enumerated() where cell.group == low && !cell.cohort.isEmpty {
            guard low != high, let other = estimates.position(of: cell.inGroup(high)) else { continue }
            places[cell.withoutCohort.inGroup(""), default: []].append((cell.cohort, [position: 1, other: -1]))
        }
        var list: [TimeSeries] = []
        for (cell, rows) in places {
            let name = "\(cell.name):\(low)-\(high)"
            list.append(try TimeSeries(name: name, unit: unit, rows: rows, of: estimates))
        }
        return list
    }

    /// A series whose values are weighted sums of cells.
    private init(
        name: String, unit: String, rows: [(label: String, weights: [Int: Double])], of estimates: Estimates
    ) throws(ModelError) {
        var years: [Double] = []
        for row in rows { years.append(try seriesYear(row.label)) }
        var contrasts = Matrix(rows: rows.count, columns: estimates.count)
        for (index, row) in rows.enumerated() {
            for (position, weight) in row.weights { contrasts[index, position] = weight }
        }
        try self.init(
            name: name, unit: unit, years: years, labels: rows.map(\.label), values: contrasts * estimates.values,
            samplingCovariance: (contrasts * estimates.covariance).timesTransposed(contrasts).symmetrised)
    }
}

extension Cell {
    fileprivate var withoutCohort: Cell {
        Cell(quantity: quantity, outcome: outcome, sector: sector, group: group)
    }

    fileprivate func inGroup(_ name: String) -> Cell {
        Cell(quantity: quantity, outcome: outcome, sector: sector, cohort: cohort, group: name)
    }
}

import LinearAlgebra
import OrderedCollections
import Surveys
import Tables

/// A fitted trend model: its cells' levels, and what they rest on.
struct TrendResult {
    let fit: ModelFit
    let counts: [Cell: CellCount]
    let suppressed: [SuppressedCell]
}

extension TrendSpecification {
    /// The columns of the data file that the model needs.
    func table() throws -> Table { try readCSV(path: dataPath, options: csv) }

    /// Estimates the level of every year and group with its joint covariance.
    ///
    /// - Throws: ``ModelError``.
    func fit(name: String, table all: Table, baselineYears: [String]) throws(ModelError) -> TrendResult {
        guard all.rowCount > 0 else { throw .noCompleteRows(read: 0) }
        let table = try withYear(all)
        let isInside = try inside(table)
        try checkLinkErrors(table)
        let yearCodes = table[year]?.asFactor().codes ?? []
        let sample = try design.sample(
            of: table, isInside: isInside, waves: hasCommonClusters ? nil : yearCodes)
        try checkErrors(sample, waves: hasCommonClusters ? nil : table[year]?.asFactor())
        let cells = try TrendCells(self, table: table, isInside: isInside, clusters: try clusterCodes(table, sample))
        let estimates = try estimates(
            of: cells, sample: sample, waves: hasCommonClusters ? nil : table[year]?.asFactor())
        guard estimates.isFinite else { throw .numericalBreakdown }
        let deviations = standardDeviations(cells, weights: sample.weights, baselineYears: baselineYears)
        let fit = ModelFit(
            model: name,
            coefficients: Coefficients(
                labels: cells.cells.map(\.name), values: estimates.values, covariance: estimates.covariance,
                degreesOfFreedom: estimates.degreesOfFreedom),
            varianceComponents: [], estimates: estimates, standardDeviations: deviations,
            diagnostics: diagnostics(cells, sample: sample, table: table, isInside: isInside, read: all.rowCount)
                + certainties(estimates))
        let counts = OrderedDictionary(zip(cells.cells, cells.counts)) { first, _ in first }
        guard let rule = disclosure.rule else {
            return TrendResult(
                fit: fit, counts: Dictionary(uniqueKeysWithValues: counts.map { ($0.key, $0.value) }), suppressed: [])
        }
        let suppressed = try PublishedCells(counts, rule: rule).suppressed
        let hidden = Set(suppressed.map(\.cell))
        return TrendResult(
            fit: fit.without(
                suppressed, coefficients: fit.coefficients.without(Set(hidden.map(\.name))), rule: rule,
                spreadYears: baselineYears),
            counts: Dictionary(
                uniqueKeysWithValues: counts.filter { !hidden.contains($0.key) }.map { ($0.key, $0.value) }),
            suppressed: suppressed)
    }

    /// The first-stage cluster of each row.
    private func clusterCodes(_ table: Table, _ sample: SurveySample) throws(ModelError) -> [Int32] {
        if let name = design.stages[0].clusters, let column = table[name] { return column.asFactor().codes }
        if design.replicates != nil, design.stages[0].clusters == nil, (disclosure.rule?.minimumClusters ?? 0) > 0 {
            throw .report(
                "replicate weights do not tell the clusters, which 'minimum_clusters' counts. Name their column under 'design', 'clusters'."
            )
        }
        return sample.firstStageClusters
    }

    /// Refuses a design that takes every cluster of a wave for certain: a standard error of 0 would be made up.
    private func checkErrors(_ sample: SurveySample, waves: Factor?) throws(ModelError) {
        guard case .linearisation(let design) = sample.errors, design.lonelyClusters == .certainty,
            design.stages[0].populationSizes.isEmpty
        else { return }
        let all = DomainCodes(codes: [Int32](repeating: 0, count: sample.rowCount), names: [""])
        let domains = waves.map { DomainCodes(codes: $0.codes, names: $0.levels) } ?? all
        for (name, df) in zip(domains.names, sample.degreesOfFreedom(in: domains)) where df <= 0 {
            throw .sample(.noDegreesOfFreedom(wave: name))
        }
    }

    private func checkLinkErrors(_ table: Table) throws(ModelError) {
        let known = table[year]?.asFactor().levels ?? []
        for name in linkErrors.flatMap(\.years) where !known.contains(name) {
            throw .unknownLevel(factor: year, level: name, nearest: nearest(to: name, among: known))
        }
    }

    /// The rows that have a year: the others belong to no wave.
    private func withYear(_ table: Table) throws(ModelError) -> Table {
        guard let column = table[year] else {
            throw .unknownColumn(year, nearest: nearest(to: year, among: table.columnNames))
        }
        guard column.hasMissing else { return table }
        return table.rows((0..<table.rowCount).filter { !column.isMissing(at: $0) })
    }

    private func inside(_ table: Table) throws(ModelError) -> [Bool] {
        guard let subset else { return [Bool](repeating: true, count: table.rowCount) }
        var isInside = [Bool](repeating: false, count: table.rowCount)
        for row in try subset.rows(of: table) { isInside[row] = true }
        return isInside
    }

    /// The cells' means; those of plausible values pooled by Rubin's rules.
    ///
    /// - Parameter waves: The wave of each row when waves were drawn independently; nil for waves of the same clusters.
    private func estimates(
        of cells: TrendCells, sample: SurveySample, waves: Factor?
    ) throws(ModelError) -> Estimates {
        do {
            let independent = waves.map { IndependentWaves(cells.cells, rows: $0, sample: sample) }
            guard cells.completed.count > 1 else {
                let found = try sample.estimates(of: cells.completed[0])
                return estimates(cells, found.values, found.covariance, independent) { _, own in
                    own ?? max(1, found.degreesOfFreedom)
                }
            }
            let completed = try sample.estimates(ofPlausibleValues: cells.completed)
            let pooled = completed.withCompleteDegreesOfFreedom(max(1, completed.completeDegreesOfFreedom))
            let imputed = Set(outcomes.filter { $0.columns.count > 1 }.map(\.name))
            let isImputed = cells.cells.map { imputed.contains($0.outcome) }
            return estimates(cells, pooled.values, pooled.covariance, independent) { weights, own in
                // What has no plausible values loses nothing to others that have.
                guard weights.indices.contains(where: { isImputed[$0] && weights[$0] != 0 }) else {
                    return own ?? pooled.completeDegreesOfFreedom
                }
                return (own.map { pooled.withCompleteDegreesOfFreedom($0) } ?? pooled).degreesOfFreedom(of: weights)
            }
        } catch {
            throw .sample(.survey("\(error)"))
        }
    }

    /// - Parameter degreesOfFreedom: Of a functional by its weights, with the degrees of freedom of the single wave that it is in.
    private func estimates(
        _ cells: TrendCells, _ values: [Double], _ covariance: Matrix, _ waves: IndependentWaves?,
        degreesOfFreedom: @escaping @Sendable ([Double], Double?) -> Double
    ) -> Estimates {
        let sampling = waves?.withoutTies(covariance) ?? covariance
        return Estimates(
            labels: cells.cells, values: values, covariance: linked(sampling, cells.cells),
            degreesOfFreedom: { weights in
                waves?.degreesOfFreedom(of: weights, covariance: sampling) { degreesOfFreedom($0, $1) }
                    ?? degreesOfFreedom(weights, nil)
            })
    }

    private func linked(_ covariance: Matrix, _ cells: [Cell]) -> Matrix {
        var sum = covariance
        for (row, column, value) in linkErrors.covariance(of: cells) { sum[row, column] += value }
        return sum
    }

    /// The standard deviation of an outcome over all pupils, the baseline's years pooled; declared ones as they are.
    private func standardDeviations(
        _ cells: TrendCells, weights: [Double], baselineYears: [String]
    ) -> [String: Double] {
        var result: [String: Double] = [:]
        for outcome in outcomes {
            if let declared = outcome.standardDeviation {
                result[outcome.name] = declared
                continue
            }
            var variances: [Double] = []
            for (position, cell) in cells.cells.enumerated()
            where cell.outcome == outcome.name && cell.group.isEmpty
                && (baselineYears.isEmpty || baselineYears.contains(cell.cohort))
            {
                for means in cells.completed {
                    let deviation = means.standardDeviation(means.cells[position], weights: weights)
                    variances.append(deviation * deviation)
                }
            }
            let pooled = (variances.reduce(0, +) / Double(max(1, variances.count))).squareRoot()
            if pooled > 0 { result[outcome.name] = pooled }
        }
        return result
    }

    /// Cells in which everybody gave the same answer: the sample shows no error, which does not mean that there is none.
    private func certainties(_ estimates: Estimates) -> [Diagnostic] {
        let names = estimates.labels.indices.filter { estimates.covariance[$0, $0] == 0 }.map {
            estimates.labels[$0].name
        }
        guard !names.isEmpty else { return [] }
        return [
            Diagnostic(
                "no_variation", Double(names.count),
                note:
                    "everybody is alike in \(names.joined(separator: ", ")): the standard error of 0 is not that of the population",
                isWarning: true)
        ]
    }

    private func diagnostics(
        _ cells: TrendCells, sample: SurveySample, table: Table, isInside: [Bool], read: Int
    ) -> [Diagnostic] {
        var list = [
            Diagnostic("rows", Double(isInside.count(where: { $0 })), note: "rows used, of \(read) read"),
            Diagnostic("clusters", Double(Set(sample.firstStageClusters).count), note: "drawn at the first stage"),
            Diagnostic(
                "standard_errors",
                note: design.words + "; waves " + (hasCommonClusters ? "of the same clusters" : "drawn independently")
                    + (cells.completed.count > 1 ? "; \(cells.completed.count) plausible values by Rubin's rules" : "")),
            Diagnostic(
                "degrees_of_freedom", sample.degreesOfFreedom,
                note: cells.completed.count > 1
                    ? "Barnard and Rubin's for plausible values" : "of the survey's design"),
        ]
        list += SampleDeclaration.diagnostics(sample)
        if table.rowCount < read {
            list.append(
                Diagnostic(
                    "rows_without_year", Double(read - table.rowCount), note: "column '\(year)' has no value",
                    isWarning: true))
        }
        let used = isInside.count(where: { $0 })
        for (outcome, count) in zip(outcomes, cells.missing) where count > 0 {
            list.append(
                Diagnostic(
                    "missing_values", Double(count), note: "rows without a value of '\(outcome.name)': left out of it",
                    isWarning: count * 20 > used))
        }
        if let group, let column = table[group] {
            let count = isInside.indices.count { isInside[$0] && column.isMissing(at: $0) }
            if count > 0 {
                list.append(
                    Diagnostic(
                        "rows_without_group", Double(count),
                        note: "column '\(group)' has no value: in all, in no group",
                        isWarning: count * 20 > used))
            }
        }
        for cell in cells.empty {
            list.append(Diagnostic("empty_cell", note: "no row has a value in '\(cell.name)'", isWarning: true))
        }
        return list
    }
}

extension SurveySample {
    /// The first-stage cluster of each row; every row its own where the design is not known.
    var firstStageClusters: [Int32] {
        switch errors {
        case .linearisation(let design): design.stages[0].clusters
        case .replication: (0..<rowCount).map { Int32($0) }
        }
    }
}

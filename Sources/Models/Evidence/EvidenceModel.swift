import RealModule
import Tables

/// A meta-analysis bound to its data.
struct EvidenceModel: Sendable {
    private let specification: EvidenceSpecification
    private let frame: ModelFrame
    private let moderators: EvidenceModerators
    let rows: EffectRows
    /// The name of each study in the order of ``EffectRows/studies``; nil without a study column.
    private let studyNames: [String]?
    /// The columns that name effects and their sources.
    private let labels: [String: Factor]

    /// Finds the columns and the complete rows.
    ///
    /// - Throws: ``ModelError``.
    init(_ specification: EvidenceSpecification, table: Table) throws(ModelError) {
        self.specification = specification
        let columns = specification.columns
        var labels: [String: Factor] = [:]
        for name in [columns.effect, columns.source].compactMap({ $0 }) { labels[name] = table[name]?.asFactor() }
        self.labels = labels
        let frame = try ModelFrame(
            specification.formula, table: table, contrasts: specification.contrasts, subset: specification.subset,
            requiring: [columns.sampling.column] + (columns.study.map { [$0] } ?? []), response: .mayBeConstant)
        self.frame = frame
        moderators = try EvidenceModerators(frame)
        let numbers = try Self.numbers(frame, table, columns)
        let codes = columns.study.flatMap { table[$0]?.asFactor() }
        let studies = codes.map { factor in frame.rowsUsed.map { Int(factor.codes[$0]) } }
        let rows = try EffectRows(
            names: moderators.columnNames, declared: moderators.matrixByRows(rowCount: frame.rowCount),
            estimates: numbers.estimates, variances: numbers.variances, studies: studies)
        if rows.studies.count == 1, specification.method.robust != nil || specification.method.structure == .threeLevel
        {
            throw .evidence(.oneStudy(effects: rows.count))
        }
        self.rows = rows
        studyNames = codes.map { factor in
            rows.studies.map { factor.levels[Int(factor.codes[frame.rowsUsed[$0[0]]])] }
        }
    }

    /// The estimates and their sampling variances in the rows used.
    private static func numbers(
        _ frame: ModelFrame, _ table: Table, _ columns: EvidenceSpecification.Columns
    ) throws(ModelError) -> (estimates: [Double], variances: [Double]) {
        let name = columns.sampling.column
        guard let sampling = table[name]?.doubles() else {
            throw .notNumeric(column: name, use: "what the sampling variance is known from")
        }
        var (estimates, variances): ([Double], [Double]) = ([], [])
        for (position, row) in frame.rowsUsed.enumerated() {
            var (estimate, variance) = (frame.response[position], sampling[row])
            guard estimate.isFinite else { throw .evidence(.notFinite(column: columns.estimate, row: row + 1)) }
            guard variance.isFinite else { throw .evidence(.notFinite(column: name, row: row + 1)) }
            switch columns.sampling {
            case .variance, .standardError:
                guard variance > 0 else { throw .evidence(.notPositive(column: name, row: row + 1, found: variance)) }
                if case .standardError = columns.sampling { variance *= variance }
                // A square can leave the range of numbers.
                guard variance > 0, 1 / variance < .infinity, variance < .infinity else { throw .numericalBreakdown }
            case .fisherZ:
                guard abs(estimate) < 1 else {
                    throw .evidence(.notACorrelation(column: columns.estimate, row: row + 1, found: estimate))
                }
                guard variance > 3 else {
                    throw .evidence(.sampleTooSmall(column: name, row: row + 1, found: variance))
                }
                (estimate, variance) = (Double.atanh(estimate), 1 / (variance - 3))
            }
            estimates.append(estimate)
            variances.append(variance)
        }
        return (estimates, variances)
    }

    /// Fits.
    ///
    /// - Throws: ``ModelError``.
    func fit() throws(ModelError) -> EvidenceFit {
        let method = specification.method
        let solution = try EvidenceSolution(rows, method)
        let tests = SmallStudyTest.all(rows, method, hasStudies: studyNames != nil)
        var fit = EvidenceFit(
            method: method, version: specification.version, coefficients: solution.coefficients,
            heterogeneity: try Heterogeneity(solution), omnibus: solution.omnibus, effects: [],
            strength: specification.strength, logLikelihood: solution.logLikelihood, leaveOneOut: leftOut(method),
            smallStudyTests: tests.tests, smallStudyProblems: tests.problems, funnel: funnel(solution),
            rowCount: rows.count, studyCount: studyNames?.count,
            rowsLeftOut: frame.rowsRead - frame.rowsOutsideSubset - frame.rowCount,
            rowsOutsideSubset: frame.rowsOutsideSubset, moderators: moderators)
        fit.effects = try effects(fit)
        return fit
    }

    /// The effects that the file asks for; the pooled one without moderators.
    private func effects(_ fit: EvidenceFit) throws(ModelError) -> [EvidenceEffect] {
        guard !specification.predictions.isEmpty else {
            return moderators.isInterceptOnly ? [try fit.effect("pooled")] : []
        }
        var effects: [EvidenceEffect] = []
        for prediction in specification.predictions {
            effects.append(try fit.effect(prediction.name, at: prediction.values))
        }
        return effects
    }

    private func leftOut(_ method: EvidenceMethod) -> [LeftOut] {
        var result: [LeftOut] = []
        if specification.leaveOneOut.contains(.effect) {
            for row in 0..<rows.count { result.append(LeftOut(.effect, effectName(row), rows, without: [row], method)) }
        }
        if specification.leaveOneOut.contains(.study), let studyNames {
            for (study, members) in rows.studies.enumerated() {
                result.append(LeftOut(.study, studyNames[study], rows, without: members, method))
            }
        }
        return result
    }

    private func funnel(_ solution: EvidenceSolution) -> [FunnelPoint] {
        (0..<rows.count).map { row in
            FunnelPoint(
                row: frame.rowsUsed[row] + 1, study: studyNames?[rows.studyOfRow[row]] ?? "",
                effect: text(specification.columns.effect, row), estimate: rows.estimates[row],
                standardError: rows.variances[row].squareRoot(),
                fitted: rows.estimates[row] - solution.weighted.residuals[row],
                source: text(specification.columns.source, row))
        }
    }

    /// What an effect is called: its name, or its data row.
    private func effectName(_ row: Int) -> String {
        let name = text(specification.columns.effect, row)
        return name.isEmpty ? "row \(frame.rowsUsed[row] + 1)" : name
    }

    /// The text of a column in a row used; empty without the column or where it is missing.
    private func text(_ column: String?, _ row: Int) -> String {
        guard let factor = labels[column ?? ""] else { return "" }
        let code = factor.codes[frame.rowsUsed[row]]
        return code < 0 ? "" : factor.levels[Int(code)]
    }
}

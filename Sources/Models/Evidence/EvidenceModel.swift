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
        var problems: [EvidenceProblem] = []
        for (position, row) in frame.rowsUsed.enumerated() {
            do throws(EvidenceProblem) {
                let (estimate, variance) = try columns.number(frame.response[position], sampling[row], row: row + 1)
                estimates.append(estimate)
                variances.append(variance)
            } catch {
                problems.append(error)
            }
        }
        // More than ten tell nothing new: the column is wrong.
        if problems.count > 1 { throw .evidence(.several(Array(problems.prefix(10)))) }
        if let problem = problems.first { throw .evidence(problem) }
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
            isLeavingOutSkipped: isLeavingOutSkipped, smallStudyTests: tests.tests, smallStudyProblems: tests.problems,
            funnel: funnel(solution),
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

    /// Whether the effects are so many that leaving each out waits for being asked.
    private var isLeavingOutSkipped: Bool {
        specification.leaveOneOut == nil && rows.count > EvidenceSpecification.leftOutUnasked
    }

    private func leftOut(_ method: EvidenceMethod) -> [LeftOut] {
        let parts = specification.leaveOneOut ?? (isLeavingOutSkipped ? [] : [.effect, .study])
        var result: [LeftOut] = []
        if parts.contains(.effect) {
            for (row, name) in effectNames.enumerated() {
                result.append(LeftOut(.effect, name, rows, without: [row], method))
            }
        }
        if parts.contains(.study), let studyNames {
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

    /// What each effect is called: its name, with its data row where others have the same name or it has none.
    private var effectNames: [String] {
        let names = (0..<rows.count).map { text(specification.columns.effect, $0) }
        let counts = names.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return names.enumerated().map { row, name in
            let place = "row \(frame.rowsUsed[row] + 1)"
            return name.isEmpty ? place : counts[name] == 1 ? name : "\(name) (\(place))"
        }
    }

    /// The text of a column in a row used; empty without the column or where it is missing.
    private func text(_ column: String?, _ row: Int) -> String {
        guard let factor = labels[column ?? ""] else { return "" }
        let code = factor.codes[frame.rowsUsed[row]]
        return code < 0 ? "" : factor.levels[Int(code)]
    }
}

extension EvidenceSpecification.Columns {
    /// An estimate with its sampling variance, Fisher's z of a correlation.
    ///
    /// - Parameters:
    ///   - found: The cell of the column ``estimate``.
    ///   - uncertainty: The cell of the column that ``sampling`` names.
    ///   - row: The data row, from 1, for messages.
    fileprivate func number(
        _ found: Double, _ uncertainty: Double, row: Int
    ) throws(EvidenceProblem) -> (estimate: Double, variance: Double) {
        let name = sampling.column
        guard found.isFinite else { throw .notFinite(column: estimate, row: row) }
        guard uncertainty.isFinite else { throw .notFinite(column: name, row: row) }
        if case .fisherZ = sampling {
            guard abs(found) < 1 else { throw .notACorrelation(column: estimate, row: row, found: found) }
            guard uncertainty > 3 else { throw .sampleTooSmall(column: name, row: row, found: uncertainty) }
            return (Double.atanh(found), 1 / (uncertainty - 3))
        }
        guard uncertainty > 0 else { throw .notPositive(column: name, row: row, found: uncertainty) }
        var variance = uncertainty
        if case .standardError = sampling { variance *= uncertainty }
        guard variance > 0, variance.isFinite, (1 / variance).isFinite else {
            throw .outOfRange(column: name, row: row, found: uncertainty)
        }
        return (found, variance)
    }
}

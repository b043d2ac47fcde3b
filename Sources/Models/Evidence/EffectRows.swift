import LinearAlgebra

/// Effects with known sampling variances, their moderators and their studies: what a meta-analysis fits.
struct EffectRows: Sendable {
    /// The names of the moderators' columns, length p; the intercept is `(Intercept)`.
    let names: [String]
    /// X as declared, row by row, n x p.
    let declared: [Double]
    /// y, length n.
    let estimates: [Double]
    /// v: the sampling variances, length n, above 0.
    let variances: [Double]
    /// The study of each row, numbered in order of first appearance.
    let studyOfRow: [Int]
    /// The rows of each study.
    let studies: [[Int]]
    /// X centred and scaled for the equations, n x p.
    let columns: Matrix
    /// `beta = T betaTransformed`, p x p.
    let back: Matrix

    /// n.
    var count: Int { estimates.count }
    /// p.
    var width: Int { names.count }
    /// Whether the first column is the intercept.
    var hasIntercept: Bool { names.first == "(Intercept)" }

    /// - Parameters:
    ///   - names: The names of the columns, length p.
    ///   - declared: X, row by row.
    ///   - studies: The study of each row by any number; nil makes each row a study of its own.
    /// - Throws: ``EvidenceProblem/tooFewEffects(rows:coefficients:)``, ``EvidenceProblem/dependentModerators(_:)``.
    init(
        names: [String], declared: [Double], estimates: [Double], variances: [Double], studies codes: [Int]?
    ) throws(ModelError) {
        let (n, p) = (estimates.count, names.count)
        precondition(declared.count == n * p && variances.count == n, "X is n x p, and an effect has a variance")
        guard n > p else { throw .evidence(.tooFewEffects(rows: n, coefficients: p)) }
        let transformed = FixedEffectsColumns(
            columnNames: names, matrix: declared, counts: Array(repeating: 1, count: n),
            hasIntercept: names.first == "(Intercept)")
        guard transformed.droppedNames.isEmpty else { throw .evidence(.dependentModerators(transformed.droppedNames)) }
        self.names = names
        self.declared = declared
        self.estimates = estimates
        self.variances = variances
        var position: [Int: Int] = [:]
        var members: [[Int]] = []
        studyOfRow = (0..<n).map { row in
            let code = codes?[row] ?? row
            let study = position[code] ?? members.count
            if study == members.count { members.append([]) }
            position[code] = study
            members[study].append(row)
            return study
        }
        studies = members
        columns = Matrix(rows: p, columns: n, elements: transformed.matrix).transposed
        back = transformed.backTransformation
    }

    /// The same effects without some rows.
    func without(_ rows: Set<Int>) throws(ModelError) -> EffectRows {
        let kept = (0..<count).filter { !rows.contains($0) }
        return try EffectRows(
            names: names, declared: kept.flatMap { declared[$0 * width..<($0 + 1) * width] },
            estimates: kept.map { estimates[$0] }, variances: kept.map { variances[$0] },
            studies: kept.map { studyOfRow[$0] })
    }

    /// The same effects with one more moderator, the last column.
    func adding(_ name: String, _ values: [Double]) throws(ModelError) -> EffectRows {
        precondition(values.count == count, "a value for each row")
        return try EffectRows(
            names: names + [name],
            declared: (0..<count).flatMap { declared[$0 * width..<($0 + 1) * width] + [values[$0]] },
            estimates: estimates, variances: variances, studies: studyOfRow)
    }

    /// The same effects with an intercept only.
    func withoutModerators() throws(ModelError) -> EffectRows {
        try EffectRows(
            names: ["(Intercept)"], declared: Array(repeating: 1, count: count), estimates: estimates,
            variances: variances, studies: studyOfRow)
    }

    /// The same effects, each in a study of its own.
    func asStudiesOfTheirOwn() throws(ModelError) -> EffectRows {
        try EffectRows(
            names: names, declared: declared, estimates: estimates, variances: variances, studies: nil)
    }

    /// A row of X as declared.
    func declaredRow(_ row: Int) -> [Double] { Array(declared[row * width..<(row + 1) * width]) }
}

import Tables

/// The random effects of one grouping factor: all terms that share it, side by side.
struct RandomEffectsBlock: Sendable {
    /// The grouping factor's name: `pupil`, `school:class`.
    let factor: String
    /// The factor level of each row.
    let codes: [Int32]
    /// The names of the factor levels.
    let levels: GroupNames
    /// The names of the effects of one level: `(Intercept)`, `time`.
    let effectNames: [String]
    /// The values of the effects' columns, cell by cell.
    let matrix: [Double]
    /// The structure of the relative covariance factor of one level.
    let template: CovarianceTemplate

    /// The number of random effects of one level.
    var width: Int { effectNames.count }
    /// The number of factor levels.
    var levelCount: Int { levels.count }
    /// The number of random effects.
    var effectCount: Int { width * levelCount }

    /// The block with a row of its matrix for each row of the data rather than for each cell.
    fileprivate func byRow(_ cellOfRow: [Int32]) -> RandomEffectsBlock {
        var rows: [Double] = []
        rows.reserveCapacity(cellOfRow.count * width)
        for cell in cellOfRow { rows += matrix[Int(cell) * width..<(Int(cell) + 1) * width] }
        return RandomEffectsBlock(
            factor: factor, codes: codes, levels: levels, effectNames: effectNames, matrix: rows, template: template)
    }
}

/// All random effects of a model, the grouping factor with most random effects first.
struct RandomEffectsDesign: Sendable {
    let blocks: [RandomEffectsBlock]

    /// How many levels a grouping factor may have.
    enum LevelLimit {
        /// Fewer than rows: else its effects cannot be told from the residuals.
        case fewerThanRows
        /// As many as rows, too: counts have no residual variance of their own, so that each row may have an effect.
        case asManyAsRows
    }

    /// The number of relative covariance parameters.
    var parameterCount: Int { blocks.reduce(0) { $0 + $1.template.parameterCount } }

    /// The random effects of a frame.
    ///
    /// - Parameters:
    ///   - cells: The distinct rows of the design; the effects' columns have one row a cell.
    ///   - variables: The frame's variables, one row a cell.
    /// - Throws: ``ModelError/formula(_:)`` without random effects, ``ModelError/notIdentified(factor:levels:rows:)``.
    init(
        _ frame: ModelFrame, _ cells: DesignCells, _ variables: [String: Variable], limit: LevelLimit = .fewerThanRows
    ) throws(ModelError) {
        guard !frame.formula.random.isEmpty else {
            throw .formula("the formula has no random effects, such as '(1 | school)'; a growth model needs them.")
        }
        var factors: [Formula.Term] = []
        for term in frame.formula.random where !factors.contains(term.grouping) { factors.append(term.grouping) }
        var blocks: [RandomEffectsBlock] = []
        for factor in factors {
            let terms = frame.formula.random.filter { $0.grouping == factor }
            blocks.append(try Self.block(factor, terms, frame, cellCount: cells.count, variables, limit))
        }
        // Stable, so that the formula's order decides between factors of the same size.
        let order = blocks.indices.sorted { (-blocks[$0].levelCount, $0) < (-blocks[$1].levelCount, $1) }
        self.blocks = order.map { blocks[$0] }
    }

    /// The same with a row of the effects' columns for each row of the data.
    init(_ frame: ModelFrame, limit: LevelLimit = .fewerThanRows) throws(ModelError) {
        let effects = frame.formula.designColumns
        let cells = DesignCells(frame, effects: effects)
        blocks = try RandomEffectsDesign(frame, cells, cells.variables(frame, effects: effects), limit: limit).blocks
            .map { $0.byRow(cells.cellOfRow) }
    }

    private static func block(
        _ factor: Formula.Term, _ terms: [Formula.RandomTerm], _ frame: ModelFrame, cellCount: Int,
        _ variables: [String: Variable], _ limit: LevelLimit
    ) throws(ModelError) -> RandomEffectsBlock {
        let grouping = GroupingFactor(factor, frame)
        let designs = terms.map { PredictorDesign($0.predictor, variables: frame.variables, codings: frame.codings) }
        let width = designs.reduce(0) { $0 + $1.columnCount }
        let most = limit == .asManyAsRows ? frame.rowCount : frame.rowCount - 1
        guard grouping.levels.count > 1, grouping.levels.count <= most else {
            throw .notIdentified(factor: grouping.name, levels: grouping.levels.count, rows: frame.rowCount)
        }
        // Term by term, as lme4: the effects of uncorrelated terms may together be as many as the rows.
        let effects = grouping.levels.count * (designs.map(\.columnCount).max() ?? 0)
        guard effects <= most else {
            throw .tooManyEffects(factor: grouping.name, effects: effects, rows: frame.rowCount)
        }
        var matrix = [Double](repeating: 0, count: cellCount * width)
        var offset = 0
        for design in designs {
            let part = design.matrixByRows(variables, rowCount: cellCount)
            let count = design.columnCount
            for row in 0..<cellCount {
                for column in 0..<count { matrix[row * width + offset + column] = part[row * count + column] }
            }
            offset += count
        }
        return RandomEffectsBlock(
            factor: grouping.name, codes: grouping.codes, levels: grouping.levels,
            effectNames: designs.flatMap(\.columnNames), matrix: matrix,
            template: CovarianceTemplate(groupSizes: designs.map(\.columnCount))
        )
    }
}

/// The rows' factor levels for a grouping factor, which may be an interaction of several columns.
private struct GroupingFactor {
    let name: String
    let levels: GroupNames
    let codes: [Int32]

    init(_ term: Formula.Term, _ frame: ModelFrame) {
        name = term.variables.joined(separator: ":")
        var (levels, codes) = Self.single(term.variables[0], frame)
        for variable in term.variables.dropFirst() {
            (levels, codes) = Self.crossed((levels, codes), Self.single(variable, frame))
        }
        self.levels = levels
        self.codes = codes
    }

    private static func single(_ name: String, _ frame: ModelFrame) -> (GroupNames, [Int32]) {
        switch frame.variables[name] {
        case .factor(let levels, let codes): return (.texts(levels), codes)
        case .names(let names, let codes): return (names, codes)
        case .numeric(let values):
            let factor = Column.double(values).asFactor()
            return (.texts(factor.levels), factor.codes)
        case nil: return (.texts([]), [])
        }
    }

    /// The pairs of levels that occur, in the order of the first factor, then the second.
    private static func crossed(
        _ left: (GroupNames, [Int32]), _ right: (GroupNames, [Int32])
    ) -> (GroupNames, [Int32]) {
        let pairs = zip(left.1, right.1).map { Int64($0) << 32 | Int64($1) }
        let distinct = Set(pairs).sorted()
        var position: [Int64: Int32] = [:]
        for (index, pair) in distinct.enumerated() { position[pair] = Int32(index) }
        let levels = distinct.map { left.0[Int($0 >> 32)] + ":" + right.0[Int($0 & 0xffff_ffff)] }
        return (.texts(levels), pairs.map { position[$0] ?? 0 })
    }
}

import LinearAlgebra

extension RateFit {
    /// The fit with random intercepts, by Laplace's approximation.
    ///
    /// - Throws: What ``GeneralisedModel`` throws.
    init(withRandomEffects rows: RateRows) throws(ModelError) {
        let frame = rows.frame
        let fixed = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        try fixed.checkNames()
        let limit: RandomEffectsDesign.LevelLimit = rows.trials.contains { $0 > 1 } ? .asManyAsRows : .fewerThanRows
        let pooled = PooledRows(rows, blocks: try RandomEffectsDesign(frame, limit: limit).blocks)
        let model = try pooled.model(fixed, rows)
        let fit = try model.fit()
        guard let joint = fit.jointCovariance else { throw .numericalBreakdown }
        coefficients = fit.coefficients
        (deviations, covariance) = (fit.theta, joint)
        (dependences, design) = (model.columns.dependences, fixed)
        (degreesOfFreedom, varianceComponents) = (.infinity, fit.varianceComponents)
        let groups = fit.conditionalModes.map { "\($0.factor) \($0.levels.count)" }.joined(separator: ", ")
        method = "Logit model with random intercepts, Laplace's approximation; groups: \(groups)"
        diagnostics =
            rows.diagnostics
            + fit.conditionalModes.map {
                Diagnostic("factor_levels", Double($0.levels.count), note: $0.factor)
            } + [
                Diagnostic(
                    "log_likelihood", fit.logLikelihood,
                    note: "Laplace approximation, of rows pooled by design and group"),
                Diagnostic("evaluations", Double(fit.evaluations)),
                Diagnostic("standard_errors", note: "the model's, from the joint Hessian of all parameters"),
                Diagnostic("degrees_of_freedom", note: "infinite (normal quantiles)"),
            ] + Self.dropped(fit.droppedColumns)
            + fit.singularities.map { Diagnostic("singular", note: $0, isWarning: true) }
            + Diagnostic.dispersion(
                fit.pearson.statistic, Double(fit.pearson.degreesOfFreedom), isAllowedFor: false)
    }
}

/// Rows with the same fixed effects and the same groups made one: their events and trials add up.
private struct PooledRows {
    /// A row that stands for each.
    let representatives: [Int]
    let events: [Double]
    let trials: [Double]
    private let blocks: [RandomEffectsBlock]

    init(_ rows: RateRows, blocks: [RandomEffectsBlock]) {
        let cells = DesignCells(rows.frame, effects: rows.frame.formula.designColumns)
        var coder = KeyCoder(expected: min(rows.frame.rowCount, 1 << 16))
        var key = [UInt32](repeating: 0, count: blocks.count + 1)
        var (representatives, events, trials) = ([Int](), [Double](), [Double]())
        for row in 0..<rows.frame.rowCount {
            key[0] = UInt32(bitPattern: cells.cellOfRow[row])
            for (position, block) in blocks.enumerated() { key[position + 1] = UInt32(bitPattern: block.codes[row]) }
            let code = key.withUnsafeBufferPointer { coder.code($0) }
            if code == representatives.count {
                representatives.append(row)
                events.append(0)
                trials.append(0)
            }
            events[code] += rows.events[row]
            trials[code] += rows.trials[row]
        }
        (self.representatives, self.events, self.trials, self.blocks) = (representatives, events, trials, blocks)
    }

    /// The model of the pooled rows.
    ///
    /// - Throws: What ``GeneralisedModel`` throws; too few rows are named as what they are, combinations that differ.
    func model(_ fixed: PredictorDesign, _ rows: RateRows) throws(ModelError) -> GeneralisedModel {
        do throws(ModelError) {
            return try GeneralisedModel(design(fixed, rows), family: .binomial)
        } catch {
            guard case .tooFewRows(let cells, let effects) = error else { throw error }
            throw .transitions(.tooFewCells(cells: cells, rows: rows.frame.rowCount, effects: effects))
        }
    }

    private func design(_ fixed: PredictorDesign, _ rows: RateRows) -> GeneralisedDesign {
        let variables = rows.frame.variables.mapValues { variable -> Variable in
            switch variable {
            case .numeric(let values): .numeric(representatives.map { values[$0] })
            case .factor(let levels, let codes): .factor(levels: levels, codes: representatives.map { codes[$0] })
            case .names(let names, let codes): .names(names, codes: representatives.map { codes[$0] })
            }
        }
        let pooled = blocks.map { block in
            RandomEffectsBlock(
                factor: block.factor, codes: representatives.map { block.codes[$0] }, levels: block.levels,
                effectNames: block.effectNames, matrix: [Double](repeating: 1, count: representatives.count),
                template: block.template)
        }
        return GeneralisedDesign(
            columnNames: fixed.columnNames,
            columns: fixed.matrixByRows(variables, rowCount: representatives.count),
            responseName: RateSpecification.response, response: zip(events, trials).map { $0 / $1 },
            weightsName: RateSpecification.trials, weights: trials, blocks: pooled)
    }
}

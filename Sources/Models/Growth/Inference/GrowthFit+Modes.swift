import LinearAlgebra

extension GrowthFit {
    /// The conditional modes of all random effects with their conditional covariances, the grouping factor with most
    /// levels first; equal to lme4's `ranef(condVar = TRUE)`.
    ///
    /// Pupils of one group (same design, same schools) share a covariance, which is computed once.
    ///
    /// - Throws: ``ModelError/numericalBreakdown``.
    public func conditionalModes() throws(ModelError) -> [ConditionalModes] {
        let profile = model.profile
        var (solution, tail) = try profile.solveWithTail(optimum.theta)
        let inverse = TailInverse(&tail, includesFixedEffects: false)
        let lambdas = profile.factors(optimum.theta)
        // From spherical effects of orthogonal columns to the effects as declared.
        let declared = zip(model.effects, lambdas).map { $0.back($1) }
        let first = try firstFactorModes(solution, inverse, lambdas, declared[0])
        var result = [
            ConditionalModes(
                factor: model.blocks[0].factor, levels: model.blocks[0].levels,
                effectNames: model.blocks[0].effectNames,
                values: first.values, covariances: first.covariances)
        ]
        for (factor, block) in model.blocks.dropFirst().enumerated() {
            result.append(modes(ofFactor: factor, block, solution.otherEffects, inverse, declared[factor + 1]))
        }
        return result
    }

    /// The modes of a factor in the tail: `Lambda u`, with covariance `sigma^2 Lambda C Lambda'`.
    private func modes(
        ofFactor factor: Int, _ block: RandomEffectsBlock, _ effects: [Double], _ inverse: TailInverse, _ lambda: Matrix
    ) -> ConditionalModes {
        let (layout, k) = (inverse.layout, block.width)
        let firstLevel = model.profile.products.design.grouping.factorStart[factor]
        var (values, covariances) = ([Double](), [Double]())
        for level in firstLevel..<(firstLevel + block.levelCount) {
            let (start, cluster) = (layout.position[level], layout.clusters[Int(layout.clusterOf[level])])
            values += lambda * Array(effects[start..<(start + k)])
            var own = Matrix(rows: k, columns: k)
            for column in 0..<k {
                for row in 0..<k { own[row, column] = inverse.element(cluster, start + row, start + column) }
            }
            covariances += (sigma * sigma * (lambda * own).timesTransposed(lambda)).elements
        }
        return ConditionalModes(
            factor: block.factor, levels: block.levels, effectNames: block.effectNames, values: values,
            covariances: covariances)
    }

    private func firstFactorModes(
        _ solution: PenalisedSolution, _ inverse: TailInverse, _ lambdas: [Matrix], _ declared: Matrix
    ) throws(ModelError) -> (values: [Double], covariances: [Double]) {
        let (products, k) = (model.profile.products, model.blocks[0].width)
        let grouping = products.design.grouping
        var values = [Double](repeating: 0, count: grouping.groupOfLevel.count * k)
        var covariances = [Double](repeating: 0, count: values.count * k)
        let levels = levelsByGroup(grouping)
        var system = PatternSystem(products, lambdas)
        for pattern in grouping.patterns.indices {
            _ = try system.load(pattern)
            let fitted = system.fitted(solution.fixedEffects)
            for group in grouping.groupStart[pattern]..<grouping.groupStart[pattern + 1] {
                let positions = system.linked.map { column in
                    inverse.layout.position[Int(grouping.links[grouping.linkStart[group] + column.slot])]
                        + column.effect
                }
                let shared = system.linkedFitted(positions.map { solution.otherEffects[$0] })
                let own = system.conditionalInverse(inverse, positions, grouping, group)
                let covariance = (sigma * sigma * (declared * own).timesTransposed(declared)).elements
                for level in levels.start[group]..<levels.start[group + 1] {
                    let level = Int(levels.levels[level])
                    let residual = zip(system.solvedTimes(response(of: level)), zip(fitted, shared)).map {
                        $0 - $1.0 - $1.1
                    }
                    let modes = declared * system.backSolved(residual)
                    for effect in 0..<k { values[level * k + effect] = modes[effect] }
                    for index in 0..<(k * k) { covariances[level * k * k + index] = covariance[index] }
                }
            }
        }
        return (values, covariances)
    }

    /// Z'y of one level of the first factor.
    private func response(of level: Int) -> [Double] {
        let (grouping, k) = (model.profile.products.design.grouping, model.blocks[0].width)
        var sums = [Double](repeating: 0, count: k)
        for position in grouping.rowStart[level]..<grouping.rowStart[level + 1] {
            let row = grouping.order.map { Int($0[position]) } ?? position
            let cell = Int(model.rows.cellOfRow[row])
            let value = model.rows.value(row, cell)
            for effect in 0..<k { sums[effect] += value * model.matrices.random[0][cell * k + effect] }
        }
        return sums
    }

    private func levelsByGroup(_ grouping: LevelGrouping) -> (start: [Int], levels: [Int32]) {
        var start = [Int](repeating: 0, count: grouping.groupCount + 1)
        for group in grouping.groupOfLevel { start[Int(group) + 1] += 1 }
        for group in 0..<grouping.groupCount { start[group + 1] += start[group] }
        var (next, levels) = (start, [Int32](repeating: 0, count: grouping.groupOfLevel.count))
        for (level, group) in grouping.groupOfLevel.enumerated() {
            levels[next[Int(group)]] = Int32(level)
            next[Int(group)] += 1
        }
        return (start, levels)
    }
}

extension PatternSystem {
    /// `W u` for the effects of the linked columns.
    func linkedFitted(_ effects: [Double]) -> [Double] {
        let k = solvedSize
        var result = [Double](repeating: 0, count: k)
        for (column, effect) in effects.enumerated() {
            for row in 0..<k { result[row] += links[column * k + row] * effect }
        }
        return result
    }

    /// `L^-T (I + W C W') L^-1`: the diagonal block of the random effects' inverse.
    func conditionalInverse(
        _ inverse: TailInverse, _ positions: [Int], _ grouping: LevelGrouping, _ group: Int
    ) -> Matrix {
        let k = solvedSize
        var middle = Matrix.identity(k)
        var result = Matrix(rows: k, columns: k)
        if let first = linked.first {
            let level = Int(grouping.links[grouping.linkStart[group] + first.slot])
            let cluster = inverse.layout.clusters[Int(inverse.layout.clusterOf[level])]
            for (left, position) in positions.enumerated() {
                for (right, other) in positions.enumerated() {
                    let element = inverse.element(cluster, position, other)
                    for a in 0..<k {
                        for b in 0..<k { middle[a, b] += links[left * k + a] * element * links[right * k + b] }
                    }
                }
            }
        }
        addBackSolved(middle, to: &result)
        return result
    }
}

// MARK: Fitted values

/// The fitted values of a growth model's rows and what is left of the response.
public struct FittedValues: Sendable {
    /// Positions of the rows in the data, from 0.
    public let rows: [Int]
    /// Fixed part, offset and conditional modes of each row.
    public let fitted: [Double]
    /// Response minus fitted value.
    public let residuals: [Double]
    /// Residuals over their standard deviation sigma / sqrt(weight).
    public let scaledResiduals: [Double]
}

extension GrowthFit {
    /// The fitted values at the conditional modes, and the residuals.
    ///
    /// - Throws: ``ModelError/numericalBreakdown``.
    public func fittedValues() throws(ModelError) -> FittedValues {
        let modes = try conditionalModes()
        let solution = try model.profile.solve(optimum.theta)
        let fixed = model.columns.fitted(zip(model.startingEffects, solution.fixedEffects).map { $0 + $1 })
        var fitted = (0..<rowCount).map { fixed[Int(model.rows.cellOfRow[$0])] + (frame.offset?[$0] ?? 0) }
        for (factor, block) in model.blocks.enumerated() {
            let (k, triangle) = (block.width, model.effects[factor].triangle)
            // Of the orthogonal columns, which the model keeps.
            let effects = (0..<block.levelCount).flatMap { triangle * modes[factor].modes(of: $0) }
            for row in 0..<rowCount {
                let cell = Int(model.rows.cellOfRow[row])
                for effect in 0..<k {
                    fitted[row] += block.matrix[cell * k + effect] * effects[Int(block.codes[row]) * k + effect]
                }
            }
        }
        let residuals = zip(frame.response, fitted).map { $0 - $1 }
        let scaled = residuals.indices.map { row in
            residuals[row] / sigma * (frame.weights.map { $0[row].squareRoot() } ?? 1)
        }
        return FittedValues(rows: frame.rowsUsed, fitted: fitted, residuals: residuals, scaledResiduals: scaled)
    }
}

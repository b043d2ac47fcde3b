extension SurveySample {
    /// The sample with weights that meet population totals.
    ///
    /// Sampling errors account for it: by linearisation through the residuals on the calibration variables, with replicates by
    /// calibrating every replicate to the same totals. A sample may be calibrated more than once: only the last totals are
    /// then sure to be met, and errors take residuals from the last calibration to the first (R survey: first to last). The report is that of the last of ``calibrations``.
    ///
    /// - Parameters:
    ///   - totals: The population totals with their variables, one value a row.
    ///   - method: How far weights may go from those before. One factor under `.linear` is post-stratification in one step.
    /// - Throws: ``SurveyError/calibration(_:)``: a missing value, a category without respondents or without a total, totals that
    ///   no weights meet, or in a replicate a category that lost its respondents.
    public func calibrated(
        to totals: CalibrationTotals, method: CalibrationMethod = .raking
    ) throws(SurveyError) -> SurveySample {
        do throws(CalibrationProblem) {
            return try calibrated(totals, method)
        } catch {
            throw .calibration(error)
        }
    }

    private func calibrated(
        _ totals: CalibrationTotals, _ method: CalibrationMethod
    ) throws(CalibrationProblem) -> SurveySample {
        try method.check()
        let isUsed = usedRows
        let matrix = try CalibrationMatrix(totals, isUsed: isUsed)
        if method.keepsWeightsPositive { try totals.checkRanges(isUsed: isUsed) }
        let solver = CalibrationSolver(matrix: matrix, method: method)
        let solution = try solver.solve(weights: weights)
        let calibrated = zip(weights, solution.ratios).map { $0 == 0 ? 0 : $0 * $1 }
        let report = CalibrationReport(
            iterations: solution.iterations, ratios: solution.ratios, before: weights, after: calibrated)
        let calibration = Calibration(matrix, before: weights, ratios: solution.ratios, report: report)
        return SurveySample(
            weights: calibrated, errors: try errors.calibrated(by: solver, fullSample: calibrated),
            calibrations: calibrations + [calibration])
    }

    /// Whether a row has a weight, in the full sample or in any replicate.
    private var usedRows: [Bool] {
        var isUsed = weights.map { $0 != 0 }
        guard case .replication(let replicates) = errors else { return isUsed }
        for replicate in replicates.replicates {
            for row in isUsed.indices where replicate[row] != 0 { isUsed[row] = true }
        }
        return isUsed
    }
}

extension SurveySample.Errors {
    /// Errors with every replicate calibrated as the full sample is.
    fileprivate func calibrated(
        by solver: CalibrationSolver, fullSample: [Double]
    ) throws(CalibrationProblem) -> SurveySample.Errors {
        guard case .replication(let replicates) = self else { return self }
        return .replication(try replicates.calibrated(by: solver, fullSample: fullSample))
    }
}

extension ReplicateWeights {
    fileprivate func calibrated(
        by solver: CalibrationSolver, fullSample: [Double]
    ) throws(CalibrationProblem) -> ReplicateWeights {
        let calibrated = try everyReplicate { number throws(CalibrationProblem) in
            let weights = replicates[number]
            do throws(CalibrationProblem) {
                let ratios = try solver.solve(weights: weights).ratios
                return zip(weights, ratios).map { $0 == 0 ? 0 : $0 * $1 }
            } catch {
                throw .inReplicate(number, error)
            }
        }
        return ReplicateWeights(
            weights: fullSample, replicates: calibrated, scale: scale, replicateScales: replicateScales,
            degreesOfFreedom: degreesOfFreedom(ofCalibrated: calibrated), centre: centre,
            areDegreesOfFreedomDeclared: areDegreesOfFreedomDeclared)
    }

    /// Each total that all replicates meet may take a degree of freedom: the rank is found again, as by R survey's linear
    /// calibration, post-stratification and `rake` (its `calibrate` by raking keeps the old).
    private func degreesOfFreedom(ofCalibrated calibrated: [[Double]]) -> Double {
        guard !areDegreesOfFreedomDeclared, calibrated.count <= mostRankedReplicates else { return degreesOfFreedom }
        return min(degreesOfFreedom, Double(max(1, rank(ofReplicates: calibrated) - 1)))
    }
}

extension CalibrationTotals {
    /// Refuses totals of numbers that no weights of 0 or more have, once the population's size is known.
    fileprivate func checkRanges(isUsed: [Bool]) throws(CalibrationProblem) {
        guard let populationSize else { return }
        for variable in variables {
            guard case .number(let values, let total) = variable.values else { continue }
            let used = values.indices.filter { isUsed[$0] }.map { values[$0] }
            guard let least = used.min(), let most = used.max() else { continue }
            let slack = 1e-9 * populationSize * max(abs(least), abs(most))
            guard total >= populationSize * least - slack, total <= populationSize * most + slack else {
                throw .impossibleTotal(
                    variable: variable.name, total: total, lowest: populationSize * least,
                    highest: populationSize * most)
            }
        }
    }
}

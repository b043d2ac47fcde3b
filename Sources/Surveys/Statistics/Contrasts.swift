import LinearAlgebra

extension SurveyEstimates {
    /// Functions of the estimates by the delta method: covariance `J V J'` (R survey's `svycontrast` of expressions).
    ///
    /// - Parameters:
    ///   - values: The functions' values, m of them.
    ///   - jacobian: m x k: their derivatives to the estimates, at the estimates.
    public func transformed(to values: [Double], jacobian: Matrix) -> SurveyEstimates {
        precondition(jacobian.rows == values.count && jacobian.columns == self.values.count, "jacobian is m x k")
        return SurveyEstimates(
            values: values, covariance: (jacobian * covariance).timesTransposed(jacobian),
            degreesOfFreedom: degreesOfFreedom)
    }

    /// Some of the estimates, by position, in the order asked for.
    public func selected(_ positions: [Int]) -> SurveyEstimates {
        var covariance = Matrix(rows: positions.count, columns: positions.count)
        for (row, first) in positions.enumerated() {
            for (column, second) in positions.enumerated() { covariance[row, column] = self.covariance[first, second] }
        }
        return SurveyEstimates(
            values: positions.map { values[$0] }, covariance: covariance, degreesOfFreedom: degreesOfFreedom)
    }

    /// Differences of estimates, minuend minus subtrahend, with their covariance.
    ///
    /// - Parameter pairs: Positions of estimates.
    public func differences(_ pairs: [(minuend: Int, subtrahend: Int)]) -> SurveyEstimates {
        var contrasts = Matrix(rows: pairs.count, columns: values.count)
        for (row, pair) in pairs.enumerated() {
            contrasts[row, pair.minuend] += 1
            contrasts[row, pair.subtrahend] -= 1
        }
        return transformed(contrasts)
    }

    /// Each other domain minus a domain of reference, estimate by estimate, in the order of the estimates.
    ///
    /// - Parameters:
    ///   - reference: The domain to compare with.
    ///   - estimatesPerDomain: ``DomainStatistic/estimatesPerDomain``.
    public func differences(fromDomain reference: Int, estimatesPerDomain: Int) -> SurveyEstimates {
        let others = values.indices.filter { $0 / estimatesPerDomain != reference }
        return differences(
            others.map { (minuend: $0, subtrahend: reference * estimatesPerDomain + $0 % estimatesPerDomain) })
    }

    /// Ratios of estimates by the delta method, with their covariance; infinite or not a number where a denominator is 0.
    ///
    /// - Parameter pairs: Positions of estimates.
    public func ratios(_ pairs: [(numerator: Int, denominator: Int)]) -> SurveyEstimates {
        var jacobian = Matrix(rows: pairs.count, columns: values.count)
        let ratios = pairs.map { values[$0.numerator] / values[$0.denominator] }
        for (row, pair) in pairs.enumerated() {
            jacobian[row, pair.numerator] += 1 / values[pair.denominator]
            jacobian[row, pair.denominator] -= ratios[row] / values[pair.denominator]
        }
        return transformed(to: ratios, jacobian: jacobian)
    }
}

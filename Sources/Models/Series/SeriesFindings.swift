/// What a series says: coefficients by method, deviations from counterfactuals, and remarks.
public struct SeriesFindings: Sendable {
    /// A coefficient of the segmented line under one kind of errors.
    public struct CoefficientRow: Sendable, Equatable {
        /// The kind of errors: `newey_west`.
        public let method: String
        /// The coefficient: `crisis_level`.
        public let term: String
        /// Its estimate, standard error and degrees of freedom; statistic and p-value follow.
        public let estimate: Estimate
        /// Its confidence interval.
        public let interval: ClosedRange<Double>
    }

    /// A year's deviation from a counterfactual.
    public struct DeviationRow: Sendable, Equatable {
        /// The year, observed, expected, and the deviation's estimate.
        public let row: Counterfactual.Row
        /// The deviation's confidence interval.
        public let interval: ClosedRange<Double>
    }

    /// The series.
    public let series: TimeSeries
    /// The coverage of the intervals.
    public let coverage: Double
    /// The fitted lines, one for each kind of errors.
    public let fits: [SeriesRegressionFit]
    /// The years from the crisis on, for each counterfactual.
    public let counterfactuals: [Counterfactual.Row]
    /// Remarks: autocorrelation, Durbin-Watson, tau, log-likelihoods, and warnings.
    public let diagnostics: [Diagnostic]

    /// One row for each coefficient of each method.
    public var coefficientRows: [CoefficientRow] {
        fits.flatMap { fit in
            fit.coefficients.labels.indices.map { position in
                let estimate = fit.coefficients.estimate(at: position)
                return CoefficientRow(
                    method: fit.method, term: fit.coefficients.labels[position], estimate: estimate,
                    interval: estimate.confidenceInterval(coverage: coverage))
            }
        }
    }

    /// One row for each year and counterfactual.
    public var deviationRows: [DeviationRow] {
        counterfactuals.map {
            DeviationRow(row: $0, interval: $0.deviation.confidenceInterval(coverage: coverage))
        }
    }
}

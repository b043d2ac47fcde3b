import LinearAlgebra
import Probability

/// Generalised least squares of published figures on cells.
///
/// Each figure is a weighted sum of cells plus an error, `y = A mu + e`, with the errors' covariance V from the
/// published standard errors and declared correlations; `mu = (A' V^-1 A)^-1 A' V^-1 y` with covariance
/// `(A' V^-1 A)^-1` (Aitken 1935). V is known, so quantiles are normal. A cell's own published mean is a figure with one
/// cell of weight 1; a published difference has weights 1 and -1. More figures than cells are pooled.
struct AggregateModel {
    let specification: AggregateSpecification

    /// - Throws: ``ModelError/impossibleCorrelations`` or ``ModelError/cellNotIdentified(_:)``.
    func fit(name: String) throws(ModelError) -> ModelFit {
        let cells = specification.cells
        let whitener = try covarianceFactor()
        let design = whitener.solveLower(designMatrix)
        let figures = whitener.solveLower(
            Matrix(rows: specification.figures.count, columns: 1, elements: specification.figures.map(\.estimate)))
        let normal = design.transposedTimes(design)
        let factor: Cholesky
        do {
            factor = try Cholesky(normal)
        } catch {
            switch error {
            case .notPositiveDefinite(let pivot): throw .cellNotIdentified(cells[pivot].name)
            }
        }
        // A pivot that is rounding only: the figures leave a direction open.
        for (index, pivot) in factor.lower.diagonal.enumerated()
        where pivot * pivot < 1e-12 * normal[index, index] {
            throw .cellNotIdentified(cells[index].name)
        }
        let values = factor.solve(design.transposedTimes(figures)).elements
        var covariance = factor.inverse
        for (row, column, value) in specification.linkErrors.covariance(of: cells) { covariance[row, column] += value }
        let estimates = Estimates(labels: cells, values: values, covariance: covariance)
        guard estimates.isFinite else { throw .numericalBreakdown }
        let fitted = design * values
        let misfit = zip(figures.elements, fitted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return ModelFit(
            model: name,
            coefficients: Coefficients(labels: cells.map(\.name), values: values, covariance: covariance),
            varianceComponents: [], estimates: estimates,
            standardDeviations: specification.standardDeviations, diagnostics: diagnostics(misfit: misfit))
    }

    private var designMatrix: Matrix {
        var design = Matrix(rows: specification.figures.count, columns: specification.cells.count)
        for (row, figure) in specification.figures.enumerated() {
            for (cell, weight) in figure.weights {
                guard let column = specification.cells.firstIndex(of: cell) else { continue }
                design[row, column] += weight
            }
        }
        return design
    }

    private func covarianceFactor() throws(ModelError) -> Cholesky {
        let errors = specification.figures.map(\.standardError)
        var covariance = Matrix.diagonal(errors.map { $0 * $0 })
        for (first, second, correlation) in specification.correlations {
            covariance[first, second] = correlation * errors[first] * errors[second]
            covariance[second, first] = covariance[first, second]
        }
        do {
            return try Cholesky(covariance)
        } catch {
            throw .impossibleCorrelations
        }
    }

    /// Cochran's Q: whether figures about the same cells differ more than their standard errors allow.
    private func diagnostics(misfit: Double) -> [Diagnostic] {
        let df = specification.figures.count - specification.cells.count
        var list = [
            Diagnostic("figures", Double(specification.figures.count)),
            Diagnostic("cells", Double(specification.cells.count)),
            Diagnostic("degrees_of_freedom", note: "infinite (normal quantiles): standard errors are taken as known"),
        ]
        if df > 0 {
            let p = ChiSquared(degreesOfFreedom: Double(df)).upperTail(misfit)
            list.append(
                Diagnostic(
                    "cochran_q", misfit,
                    note: "on \(df) degrees of freedom, p = \(rounded(p)); figures about the same cells "
                        + (p < 0.05 ? "differ more than their standard errors allow" : "agree"), isWarning: p < 0.05))
        }
        return list
    }

    private func rounded(_ p: Double) -> Double { (p * 1000).rounded() / 1000 }
}

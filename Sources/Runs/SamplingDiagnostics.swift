import Models
import Probability
import Scenarios

/// How exact quantiles are, what mirrored or quasi-Monte Carlo draws gain, and the size of the sensitivity analysis.
struct SamplingDiagnostics {
    let run: CompletedRun

    var diagnostics: [SubjectDiagnostic] {
        var list: [Diagnostic] = []
        if run.draws > DrawSummary.exactLimit {
            list.append(
                Diagnostic(
                    "quantile_error_bound", QuantileSketch.errorBound,
                    note:
                        "largest relative error of quantiles: of more than \(DrawSummary.exactLimit) draws they come from "
                        + "counts in bins"))
        }
        if run.request.sampling != .independent {
            list += run.summary.samplingGains.map { gain in
                Diagnostic(
                    "sampling_gain", gain.factor,
                    note:
                        "\(gain.outcome), last school year, reference: variance of the mean of as many independent draws over "
                        + "that of \(run.request.sampling.rawValue) ones")
            }
        }
        if let sensitivity = run.sensitivity {
            list.append(
                Diagnostic(
                    "sensitivity_evaluations", Double(sensitivity.evaluations),
                    note: sensitivity.rows.isEmpty
                        ? "more uncertain inputs than the design has room for: no sensitivity.csv" : "",
                    isWarning: sensitivity.rows.isEmpty))
        }
        return list.map { SubjectDiagnostic(subject: run.prepared.file.name, diagnostic: $0) }
    }
}

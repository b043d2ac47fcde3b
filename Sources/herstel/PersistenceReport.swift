import Models

/// What a model of persistence says, in words and tables for a reader.
struct PersistenceReport {
    let fit: PersistenceFit

    /// The curve and how well it fits.
    var heading: String {
        let studies = fit.followUps.compactMap(\.studies).reduce(0, +)
        return "  Persistence: e(t)/e0 = c + (1 - c) exp(-lambda t), t in months, by weighted least squares\n"
            + "  Follow-ups: \(fit.followUps.count)" + (studies > 0 ? " of \(studies) studies" : "")
            + "; chi-squared \(fixed(fit.chiSquared, 3)) on \(fit.degreesOfFreedom) df, p \(fixed(fit.pValue, 4))"
            + (fit.dispersion > 1 ? "; standard errors times the root of \(fixed(fit.dispersion, 3))" : "")
    }

    /// The quantities and the comparison with a single exponential.
    var parts: [String] { [quantities, comparison] }

    private var quantities: String {
        let percent = fixed(100 * fit.coverage, fit.coverage == 0.95 ? 0 : 1)
        var table = TextTable(
            ["quantity", "estimate", "std. error", "\(percent)% interval"], numeric: [false, true, true, true])
        let names = ["plateau": "plateau c", "rate": "rate lambda, per month", "half_life": "half-life, months"]
        for quantity in fit.quantities {
            let name = names[quantity.name] ?? "share left after \(fixed(quantity.months ?? 0, 0)) months"
            table.append([
                name, significant(quantity.estimate), quantity.standardError.map(significant) ?? "at the bound",
                quantity.interval.map { "\(significant($0.lowerBound)) to \(significant($0.upperBound))" } ?? "",
            ])
        }
        return table.text
    }

    private var comparison: String {
        guard let single = fit.singleExponential else { return "  A single exponential does not fit at all." }
        if fit.isPlateauZero { return "  The plateau is at its bound, zero: the curve is a single exponential." }
        let test = fit.plateauTest.map {
            "difference \(fixed($0.statistic, 3)), p \(fixed($0.pValue, 4)) (halved: zero is a bound)"
        }
        return
            "  Against a single exponential (c = 0; half-life \(fixed(single.curve.halfLife, 1)) months; chi-squared "
            + "\(fixed(single.chiSquared, 3))): \(test ?? "")"
    }

    /// What `herstel explain` prints of a model file of this kind.
    static func explanation(_ persistence: PersistenceSpecification, heading: [String]) -> String {
        var lines =
            heading + [
                "Decay of effects to a plateau: e(t)/e0 = c + (1 - c) exp(-lambda t), by weighted least squares.",
                persistence.isDispersed
                    ? "  standard errors grow with the scatter of the follow-ups"
                    : "  standard errors are taken as known",
            ]
        if !persistence.version.isEmpty { lines.append("  version  \(persistence.version)") }
        if let path = persistence.dataPath { lines.append("  data     \(path)") }
        guard let followUps = persistence.declared else { return lines.joined(separator: "\n") }
        var table = TextTable(
            ["months", "share left", "std. error", "studies", "source"], numeric: [true, true, true, true, false])
        for followUp in followUps {
            table.append([
                fixed(followUp.months, 1), significant(followUp.ratio), significant(followUp.standardError),
                followUp.studies.map { "\($0)" } ?? "", followUp.source,
            ])
        }
        return (lines + [table.text]).joined(separator: "\n")
    }
}

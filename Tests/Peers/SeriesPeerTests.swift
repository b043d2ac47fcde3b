import LinearAlgebra
import TestSupport
import Testing

@testable import Models

/// sandwich, nlme, metafor, StructTS and predict.lm on the same series in the same test run: the Nile's flow, Lake Huron's
/// level, England's attainment gaps (one with a gap in the years) and Dutch PISA means with their standard errors.
@Suite(.enabled(if: Rscript.hasPackages(["sandwich", "nlme", "metafor"]) && hasSharedData))
struct SeriesPeerTests {
    /// R's figures by series, method and name, and the data that R used, from one process.
    private struct Peer {
        var rows: [String: [(year: Double, value: Double, error: Double?)]] = [:]
        var figures: [String: [String: [String: Double]]] = [:]
    }

    private static let peer = Result { () throws -> Peer in
        var peer = Peer()
        for line in try Rscript.run("series.R", [sharedData("")]) where line.count >= 4 {
            if line[0] == "data" {
                let numbers = (try #require(Double(line[2])), try #require(Double(line[3])))
                peer.rows[line[1], default: []].append((numbers.0, numbers.1, Double(line[4])))
            } else {
                peer.figures[line[0], default: [:]][line[1], default: [:]][line[2]] = Double(line[3])
            }
        }
        return peer
    }

    static let names = ["Nile", "NileGaps", "LakeHuron", "gcse", "primary", "mathematics", "reading", "science"]
    private static let crises: [String: SeriesBreak] = [
        "Nile": SeriesBreak(name: "crisis", year: 1899), "NileGaps": SeriesBreak(name: "crisis", year: 1899),
        "gcse": SeriesBreak(name: "crisis", year: 2019),
        "primary": SeriesBreak(name: "crisis", year: 2021),
        "mathematics": SeriesBreak(name: "crisis", year: 2018, changes: [.level]),
        "reading": SeriesBreak(name: "crisis", year: 2018, changes: [.level]),
        "science": SeriesBreak(name: "crisis", year: 2018, changes: [.level]),
    ]

    private func series(_ name: String) throws -> TimeSeries {
        let rows = try #require(try Self.peer.get().rows[name])
        let errors = rows.compactMap(\.error)
        guard errors.count == rows.count else {
            return try TimeSeries(name: name, years: rows.map(\.year), values: rows.map(\.value))
        }
        return try TimeSeries(
            name: name, years: rows.map(\.year), values: rows.map(\.value), standardErrors: errors)
    }

    private func figures(_ name: String, _ isWanted: (String) -> Bool) throws -> [String: [String: Double]] {
        let figures = try #require(try Self.peer.get().figures[name]).filter { isWanted($0.key) }
        try #require(!figures.isEmpty)
        return figures
    }

    private func errors(_ words: [String]) throws -> SeriesErrors {
        if let kind = HeteroskedasticErrors(rawValue: words[1]) { return .heteroskedastic(kind) }
        if let kind = AutoregressiveErrors.Kind(rawValue: words[1]) {
            return .autoregressive(kind, try #require(Criterion(rawValue: words[2])))
        }
        guard words[1] == "newey_west" else { return .classical }
        let lag = try words[2] == "automatic" ? .automatic : NeweyWest.Lag.fixed(#require(Int(words[2])))
        return .neweyWest(
            NeweyWest(lag: lag, spacing: .order, isPrewhitened: words[4] == "TRUE", isAdjusted: words[3] == "TRUE"))
    }

    private func values(_ fit: SeriesRegressionFit) -> [String: Double] {
        var ours: [String: Double] = ["sigma": fit.sigma]
        for (position, term) in fit.coefficients.labels.enumerated() {
            ours["beta " + term] = fit.coefficients.values[position]
            ours["se " + term] = fit.coefficients.standardErrors[position]
        }
        ours["lag"] = fit.lag.map(Double.init)
        ours["phi"] = fit.autocorrelation
        ours["tau2"] = fit.processVariance
        ours["logLik"] = fit.logLikelihood
        return ours
    }

    /// Relative; of coefficients to their standard error where that is larger.
    private func compare(
        _ ours: [String: Double], _ theirs: [String: Double], _ label: String, tolerance: Double, floor: Double = 1e-300
    ) throws {
        var largest = (0.0, "")
        for (name, value) in theirs {
            let found = try #require(ours[name], "we have no '\(name)' of \(label)")
            let error = name.hasPrefix("beta ") ? theirs["se " + name.dropFirst(5)] ?? 0 : 0
            let difference = abs(found - value) / max(abs(value), error, floor)
            if difference > largest.0 { largest = (difference, name) }
            #expect(difference < tolerance, "\(label) \(name): ours \(found), R \(value)")
        }
        print("largest difference \(largest.0) (\(largest.1)) of \(theirs.count) for \(label)")
    }

    // Both solve the same linear equations; what differs is rounding.
    @Test(arguments: names) func leastSquaresAgreesWithSandwich(name: String) throws {
        let series = try series(name)
        let breaks = Self.crises[name].map { [$0] } ?? []
        for (label, theirs) in try figures(name, { $0.contains("equal") || $0.contains("inverse") }) {
            let words = label.split(separator: " ").map(String.init)
            guard !words[1].hasPrefix("gls") else { continue }
            let weighting = try #require(SegmentedRegression.Weighting(rawValue: words[0]))
            let fit = try SegmentedRegression(series, breaks: breaks, weighting: weighting).fit(errors(words))
            try compare(values(fit), theirs, name + " " + label, tolerance: 1e-8)
        }
    }

    // The likelihood is flat at its maximum: an autocorrelation is known to half the digits of a likelihood, and R's is
    // polished by golden section. Where nlme runs to a bound we refuse (AR1 towards 1) or take the bound (CAR1 at 0).
    @Test(arguments: ["Nile", "NileGaps", "LakeHuron", "gcse", "primary"]) func autoregressiveErrorsAgreeWithNlme(
        name: String
    ) throws {
        let regression = try SegmentedRegression(series(name), breaks: Self.crises[name].map { [$0] } ?? [])
        for (label, theirs) in try figures(name, { $0.contains("gls") }) {
            let words = label.split(separator: " ").map(String.init)
            let phi = try #require(theirs["phi"])
            if phi > 0.999 {
                #expect(throws: ModelError.self) { try regression.fit(errors(words)) }
                continue
            }
            let ours = values(try regression.fit(errors(words)))
            guard phi > 1e-4 || words[1] == "gls_ar1" else {
                #expect(ours["phi"] == 0)
                continue
            }
            try compare(ours, theirs, name + " " + label, tolerance: 1e-5, floor: 1e-2)
        }
    }

    // tau^2 by Fisher scoring to 1e-12 in metafor. Where it is zero it is zero in both.
    @Test(arguments: ["mathematics", "reading", "science"]) func samplingErrorsAgreeWithMetafor(name: String) throws {
        let plain = try series(name)
        for (label, theirs) in try figures(name, { $0.hasPrefix("sampling") || $0.hasPrefix("linked") }) {
            let words = label.split(separator: " ").map(String.init)
            var series = plain
            if words[0] == "linked" {
                var covariance = try #require(plain.samplingCovariance)
                for row in 0..<plain.count where plain.years[row] >= 2012 {
                    for column in 0..<plain.count where plain.years[column] >= 2012 { covariance[row, column] += 9 }
                }
                series = try TimeSeries(
                    name: name, years: plain.years, values: plain.values, samplingCovariance: covariance)
            }
            let tests: [String: SamplingErrorRegression.Inference] = ["z": .normal, "t": .t, "knha": .knappHartung]
            let criterion = try #require(Criterion(rawValue: words[1]))
            let fit = try SegmentedRegression(series, breaks: [#require(Self.crises[name])])
                .fit(.sampling(criterion, #require(tests[words[2]])))
            try compare(values(fit), theirs, name + " " + label, tolerance: 1e-5, floor: 1e-3)
        }
    }

    // R's filter starts from a prior variance of 1e7 times the data's, and ours from an infinite one: 1e-5 tells them apart
    // no more. "dense" is the joint normal density of the years in R, without a filter.
    @Test(arguments: ["Nile", "NileGaps", "LakeHuron", "gcse"]) func localTrendsAgreeWithRsFilter(name: String) throws {
        for (label, theirs) in try figures(name, { $0.hasPrefix("kalman") }) {
            let form = try #require(LocalLinearTrend.Form(rawValue: String(label.dropFirst(7))))
            let variances = TrendVariances(
                level: try #require(theirs["level"]), slope: try #require(theirs["slope"]),
                irregular: try #require(theirs["epsilon"]))
            let fit = try LocalLinearTrend(series(name), form: form).fit(variances: variances)
            var ours = ["level": variances.level, "slope": variances.slope, "epsilon": variances.irregular]
            for (position, year) in fit.years.map({ Int($0) }).enumerated() {
                ours["smoothed \(year)"] = fit.levels[position].value
                ours["smoothed_se \(year)"] = fit.levels[position].standardError
                ours["slope \(year)"] = fit.slopes[position].value
                ours["slope_se \(year)"] = fit.slopes[position].standardError
            }
            for ahead in 1...4 {
                let forecast = try fit.forecast(try #require(fit.years.last) + Double(ahead))
                ours["forecast \(ahead)"] = forecast.value.value
                ours["forecast_se \(ahead)"] = forecast.value.standardError
            }
            try compare(
                ours, theirs, name + " " + label, tolerance: 1e-5, floor: variances.slope.squareRoot() + 1e-9)
        }
    }

    // A likelihood is flat at its maximum; a variance is held to the size of the largest of its model.
    @Test(arguments: ["Nile", "NileGaps", "LakeHuron", "gcse"]) func variancesOfTrendsAreTheMaximum(name: String) throws
    {
        for (label, theirs) in try figures(name, { $0.hasPrefix("structts") || $0.hasPrefix("dense") }) {
            let form: LocalLinearTrend.Form = label.hasSuffix("local_level") ? .localLevel : .localLinearTrend
            let fit = try LocalLinearTrend(series(name), form: form).fit()
            let variances = ["level", "slope", "epsilon"].compactMap { theirs[$0] }
            let ours = [
                "level": fit.variances.level, "slope": fit.variances.slope, "epsilon": fit.variances.irregular,
                "logLik": fit.logLikelihood,
            ]
            try compare(
                ours, theirs, name + " " + label, tolerance: 1e-5, floor: try #require(variances.max()))
        }
    }

    @Test(arguments: ["Nile", "NileGaps", "LakeHuron", "gcse", "primary"])
    func counterfactualsAgreeWithPredictionIntervals(name: String) throws {
        let counterfactual = try Counterfactual(series(name), crisis: Self.crises[name]?.year ?? 1925)
        for (label, theirs) in try figures(name, { $0.hasSuffix("with_scatter") }) {
            var ours: [String: Double] = [:]
            for row in try counterfactual.rows(#require(Counterfactual.Kind(rawValue: label))).rows {
                let interval = row.deviation.confidenceInterval(coverage: 0.95)
                ours["expected \(Int(row.year))"] = row.expected
                ours["low \(Int(row.year))"] = interval.lowerBound
                ours["high \(Int(row.year))"] = interval.upperBound
            }
            // A bound near zero is held to the size of the values.
            try compare(ours, theirs, name + " " + label, tolerance: 1e-8, floor: 1)
        }
    }
}

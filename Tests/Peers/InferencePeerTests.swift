import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Models

/// lme4's log-likelihoods, tests, profile intervals, conditional modes and residuals on the same data. Needs R with lme4.
@Suite(.enabled(if: Rscript.hasPackages(["lme4"]) && hasSharedData)) struct InferencePeerTests {
    struct Case: Sendable, CustomStringConvertible {
        let file: String
        let formula: String
        let smaller: String
        let factors: [String]
        var weights: String?
        var description: String { "\(formula) on \(file)" }
    }

    static let cases = [
        Case(
            file: "sleepstudy/sleepstudy.csv", formula: "Reaction ~ Days + (1 + Days | Subject)",
            smaller: "Reaction ~ Days + (1 | Subject)", factors: ["Subject"]),
        Case(
            file: "Oxboys/Oxboys.csv", formula: "height ~ age + (1 + age | Subject)",
            smaller: "height ~ 1 + (1 + age | Subject)", factors: ["Subject"]),
        Case(
            file: "sleepstudy/sleepstudy.csv", formula: "Reaction ~ Days + (1 | Subject)",
            smaller: "Reaction ~ 1 + (1 | Subject)", factors: ["Subject"], weights: "Days1"),
    ]

    @Test(arguments: cases) func agreesWithLme4(peer: Case) throws {
        let folder = try TemporaryFolder()
        let table = try table(peer, folder)
        let found = try results(peer, table)
        let lines = try Rscript.run(
            "inference.R",
            [folder.file("data.csv"), peer.formula, peer.smaller, peer.factors.joined(separator: ",")]
                + (peer.weights.map { [$0] } ?? []))
        #expect(lines.count > 20)
        for line in lines where line.count == 2 {
            // lme4 1.1-31 leaves prior weights out when it profiles fixed effects: an interval of width 0.1 where the
            // standard error is 12.
            let isForgotten = peer.weights != nil && line[0].contains("er ") && !line[0].contains(".sig")
            if isForgotten, line[0].hasPrefix("lower ") || line[0].hasPrefix("upper ") { continue }
            let expected = try #require(Double(line[1]), "\(line)")
            let value = try #require(found[line[0]], "Herstel has no \(line[0])")
            // lme4 interpolates its profiles by splines: 1e-3 of an interval's width; its optimiser stops within 1e-6 of
            // a standard error elsewhere.
            let width = line[0].contains("er ") ? intervalWidth(line[0], lines) : nil
            let tolerance = width.map { 2e-3 * $0 } ?? 2e-5 * max(abs(expected), 0.05)
            #expect(abs(value - expected) < tolerance, "\(line[0]): \(value), R has \(expected)")
        }
    }

    private func intervalWidth(_ name: String, _ lines: [[String]]) -> Double? {
        guard name.hasPrefix("lower ") || name.hasPrefix("upper ") else { return nil }
        let parameter = name.dropFirst(6)
        let ends = lines.filter { $0[0] == "lower " + parameter || $0[0] == "upper " + parameter }.compactMap {
            Double($0[1])
        }
        return ends.count == 2 ? ends[1] - ends[0] : nil
    }

    /// The data with a column of weights, also written for R.
    private func table(_ peer: Case, _ folder: TemporaryFolder) throws -> Table {
        var options = CSVOptions()
        for factor in peer.factors { options.types[factor] = .factor }
        let read = try readCSV(path: sharedData(peer.file), options: options)
        var columns = try read.columnNames.map { ($0, try read.column($0)) }
        if peer.weights != nil {
            let days = try #require(try read.column("Days").doubles())
            columns.append(("Days1", .double(days.map { $0 + 1 })))
        }
        var writer = CSVWriter(header: columns.map(\.0))
        for row in 0..<read.rowCount {
            writer.append(
                columns.map { _, column in
                    if let numbers = column.doubles() { return .double(numbers[row]) }
                    return column.text(at: row).map { .text($0) } ?? .missing
                })
        }
        try writeAtomically(writer.bytes, to: folder.file("data.csv"))
        return try Table(columns)
    }

    private func results(_ peer: Case, _ table: Table) throws -> [String: Double] {
        func fit(_ formula: String) throws -> GrowthFit {
            let frame = try ModelFrame(Formula(parsing: formula), table: table, weightsColumn: peer.weights)
            return try GrowthModel(frame, criterion: .reml).fit()
        }
        let larger = try fit(peer.formula)
        let test = try LikelihoodRatioTest(try fit(peer.smaller), within: larger)
        var found: [String: Double] = [
            "log_likelihood": larger.logLikelihood, "aic": larger.aic, "bic": larger.bic, "statistic": test.statistic,
            "df": Double(test.degreesOfFreedom), "p_value": test.pValue,
        ]
        for interval in try larger.profileIntervals(coverage: 0.95) {
            let name = Self.name(interval, larger)
            found["lower " + name] = interval.lower
            found["upper " + name] = interval.upper
        }
        for modes in try larger.conditionalModes() {
            for level in 0..<modes.levels.count {
                for (effect, term) in modes.effectNames.enumerated() {
                    let key = "\(modes.factor) \(modes.levels[level]) \(term)"
                    found["mode " + key] = modes.modes(of: level)[effect]
                    found["mode_sd " + key] = modes.covariance(of: level)[effect, effect].squareRoot()
                }
            }
        }
        let fitted = try larger.fittedValues()
        found["fitted 1"] = fitted.fitted[0]
        found["fitted sum of squares"] = fitted.fitted.reduce(0) { $0 + $1 * $1 }
        found["scaled residual 1"] = fitted.scaledResiduals[0]
        found["residual sum of squares"] = fitted.scaledResiduals.reduce(0) { $0 + $1 * $1 }
        return found
    }

    /// The name that lme4 gives a parameter: `.sig01` by position of theta, `.sigma`, or the term.
    private static func name(_ interval: ParameterInterval, _ fit: GrowthFit) -> String {
        guard interval.kind != "fixed_effect" else { return interval.term }
        guard interval.group != "Residual" else { return ".sigma" }
        var position = 1
        for block in fit.model.blocks {
            for element in block.template.parameters {
                let isSame =
                    element.isDiagonal
                    ? interval.kind == "standard_deviation" && block.effectNames[element.row] == interval.term
                    : interval.kind == "correlation" && block.effectNames[element.row] == interval.withTerm
                        && block.effectNames[element.column] == interval.term
                if isSame, block.factor == interval.group { return ".sig0\(position)" }
                position += 1
            }
        }
        return "?"
    }
}

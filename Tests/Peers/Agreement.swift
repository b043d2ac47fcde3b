import Foundation
import Tables
import TestSupport
import Testing

@testable import Models

/// A model that Herstel and R both fit.
struct Agreement: Sendable, CustomStringConvertible {
    /// Where the data come from.
    enum Source: Sendable {
        case shared(String)
        case generated(String)
    }

    /// What marginal means are asked for.
    struct Report: Sendable, Encodable {
        var time: String?
        var from = 0.0
        var to = 1.0
        let cohort: String
        let group: String
    }

    let name: String
    let source: Source
    let formula: String
    let factors: [String]
    var weights: String?
    var report: Report?

    var description: String { "\(name): \(formula)" }

    static let cases =
        [
            Agreement(
                name: "sleepstudy", source: .shared("sleepstudy/sleepstudy.csv"),
                formula: "Reaction ~ Days + (1 + Days | Subject)", factors: ["Subject"]),
            Agreement(
                name: "sleepstudy uncorrelated", source: .shared("sleepstudy/sleepstudy.csv"),
                formula: "Reaction ~ Days + (1 + Days || Subject)", factors: ["Subject"]),
            Agreement(
                name: "Exam", source: .shared("Exam/Exam.csv"),
                formula: "normexam ~ standLRT + sex * vr + schgend + (1 + standLRT | school)", factors: ["school"],
                report: Report(cohort: "vr", group: "sex")),
            Agreement(
                name: "bdf", source: .shared("bdf/bdf.csv"),
                formula: "langPOST ~ IQ.ver.cen * ses + sex + Minority + (1 + IQ.ver.cen | schoolNR)",
                factors: ["schoolNR", "sex"]),
            Agreement(
                name: "Early", source: .shared("Early/Early.csv"),
                formula: "cog ~ I(age - 1) * trt + (1 + I(age - 1) | id)", factors: ["id"]),
            Agreement(
                name: "Hsb82", source: .shared("Hsb82/Hsb82.csv"),
                formula: "mAch ~ meanses * cses + sector * cses + minrty + (1 + cses | school)", factors: ["school"]),
            Agreement(
                name: "Oxboys", source: .shared("Oxboys/Oxboys.csv"),
                formula: "height ~ age + I(age^2) + (1 + age + I(age^2) | Subject)", factors: ["Subject"]),
            Agreement(
                name: "Gcsemv", source: .shared("Gcsemv/Gcsemv.csv"),
                formula: "written ~ course + gender + (1 + course | school)", factors: ["school"]),
            Agreement(
                name: "eclsk2011", source: .shared("eclsk2011_sample/eclsk2011_long.csv"),
                formula:
                    "math ~ age_months * sex * locale + income + (1 + I(age_months / 12 - 8) | child_id) + (1 | wave)",
                factors: ["child_id", "wave", "sex", "locale"],
                report: Report(time: "age_months", from: 72, to: 84, cohort: "locale", group: "sex")),
        ] + generated

    private static let generated = [
        Agreement(
            name: "movers", source: .generated(AgreementData.movers),
            formula: "score ~ time * ses + (1 + time | pupil) + (1 | school)", factors: ["pupil", "school"]),
        Agreement(
            name: "movers, two slopes", source: .generated(AgreementData.movers),
            formula: "score ~ time * ses + (1 + time | pupil) + (1 + time | school)", factors: ["pupil", "school"]),
        Agreement(
            name: "movers, uncorrelated slopes", source: .generated(AgreementData.movers),
            formula: "score ~ time + ses + (1 + time || pupil) + (1 + time || school)", factors: ["pupil", "school"]),
        Agreement(
            name: "classes", source: .generated(AgreementData.classes),
            formula: "score ~ time + (1 | school/class) + (1 | pupil)", factors: ["school", "class", "pupil"]),
        Agreement(
            name: "unbalanced", source: .generated(AgreementData.unbalanced),
            formula: "score ~ time * ses + prior + (1 | pupil) + (1 + time | school)", factors: ["pupil", "school"]),
        Agreement(
            name: "weighted", source: .generated(AgreementData.weighted),
            formula: "score ~ time + (1 + time | school)", factors: ["school"], weights: "pupils"),
        Agreement(
            name: "weighted, uncorrelated", source: .generated(AgreementData.weighted),
            formula: "score ~ time + (1 + time || school)", factors: ["school"], weights: "pupils"),
        Agreement(
            name: "cohorts", source: .generated(AgreementData.cohorts),
            formula: "score ~ time * cohort * ses + sex + (1 + time | pupil) + (1 | school)",
            factors: ["pupil", "school"], report: Report(time: "time", cohort: "cohort", group: "ses")),
        Agreement(
            name: "cohorts, one without a group", source: .generated(AgreementData.cohortsWithoutAGroup),
            formula: "score ~ time * cohort * ses + sex + (1 + time | pupil) + (1 | school)",
            factors: ["pupil", "school"], report: Report(time: "time", cohort: "cohort", group: "ses")),
        Agreement(
            name: "cohorts, one tested once", source: .generated(AgreementData.cohortTestedOnce),
            formula: "score ~ time * cohort + ses + (1 + time | pupil) + (1 | school)",
            factors: ["pupil", "school"], report: Report(time: "time", cohort: "cohort", group: "ses")),
    ]
}

extension Agreement {
    /// The data's path, after writing them to a folder where they are generated.
    private func file(in folder: TemporaryFolder, named name: String) throws -> String {
        switch source {
        case .shared(let path): sharedData(path)
        case .generated(let rows): try folder.write(rows, to: name)
        }
    }
}

// MARK: R

extension Agreement {
    static let isPossible =
        hasSharedData && Rscript.hasPackages(["lme4", "lmerTest", "numDeriv", "emmeans", "jsonlite"])

    private struct CaseOfR: Encodable {
        let name: String
        let file: String
        let formula: String
        let factors: [String]
        let weights: String?
        let report: Report?
    }

    /// R's figures by case and criterion, from one process: starting R and its packages takes longer than most fits.
    private static let peers = Result { () throws -> [String: [String: Double]] in
        let folder = try TemporaryFolder()
        let described = try Agreement.cases.enumerated().map { position, peer in
            return CaseOfR(
                name: peer.name, file: try peer.file(in: folder, named: "\(position).csv"), formula: peer.formula,
                factors: peer.factors, weights: peer.weights,
                report: peer.report)
        }
        let json = try JSONEncoder().encode(described)
        let list = try folder.write(String(decoding: json, as: UTF8.self), to: "cases.json")
        var figures: [String: [String: Double]] = [:]
        for line in try Rscript.run("agreement.R", [list]) where line.count == 3 {
            figures[line[0], default: [:]][line[1]] = Double(line[2])
        }
        return figures
    }

    /// What lme4, lmerTest and emmeans find, without how far lme4's gradient is from zero.
    func figuresOfR(_ criterion: Criterion) throws -> [String: Double] {
        let figures = try #require(try Self.peers.get()["\(name) \(criterion.rawValue)"])
        try #require((figures["gradient"] ?? .infinity) < 1e-4, "lme4's optimum could not be polished")
        return figures.filter { $0.key != "gradient" }
    }
}

// MARK: Herstel

extension Agreement {
    /// The same figures of our fit.
    func figures(_ criterion: Criterion) throws -> [String: Double] {
        var options = CSVOptions()
        for name in factors { options.types[name] = .factor }
        let folder = try TemporaryFolder()
        let table = try readCSV(path: file(in: folder, named: "data.csv"), options: options)
        let fit = try GrowthModel(
            ModelFrame(Formula(parsing: formula), table: table, weightsColumn: weights), criterion: criterion
        ).fit()
        return Self.coefficients(fit).merging(Self.components(fit)) { $1 }.merging(try cells(fit)) { $1 }
    }

    private static func coefficients(_ fit: GrowthFit) -> [String: Double] {
        var result = ["rows": Double(fit.rowCount), "criterion": fit.criterionValue]
        for (position, term) in fit.coefficients.labels.enumerated() {
            let estimate = fit.coefficients.estimate(at: position)
            result["beta " + term] = estimate.value
            result["se " + term] = estimate.standardError
            result["df " + term] = estimate.degreesOfFreedom
            result["p " + term] = estimate.pValue
        }
        return result
    }

    private static func components(_ fit: GrowthFit) -> [String: Double] {
        var result: [String: Double] = [:]
        for component in fit.varianceComponents {
            let factors = component.group.split(separator: ":").sorted().joined(separator: ":")
            let parts = [factors, component.term, component.withTerm ?? ""].filter { !$0.isEmpty }
            result["var " + parts.joined(separator: " ")] = component.variance
        }
        return result
    }

    private func cells(_ fit: GrowthFit) throws -> [String: Double] {
        guard let report else { return [:] }
        let reporter = try GrowthReport(
            fit: fit, coefficients: fit.coefficients,
            report: GrowthSpecification.Report(
                time: report.time, cohort: report.cohort, group: report.group, outcome: "score", sector: "",
                interval: report.from...report.to, standardDeviation: nil))
        let estimates = reporter.estimates
        var result: [String: Double] = [:]
        for row in 0..<estimates.count {
            result["cell \(row + 1)"] = estimates.values[row]
            for column in 0...row { result["cellcov \(row + 1) \(column + 1)"] = estimates.covariance[row, column] }
        }
        return result
    }
}

// MARK: The command

extension Agreement {
    /// The figures that `herstel fit` writes for the model.
    func figuresOfCommand(_ criterion: Criterion) throws -> [String: Double] {
        let folder = try TemporaryFolder()
        let types = factors.map { "\($0): {type: factor}" }.joined(separator: ", ")
        var model = """
            kind: growth
            disclosure: none
            data: {file: "\(try file(in: folder, named: "data.csv"))", columns: {\(types)}}
            formula: "\(formula)"
            estimation: \(criterion.rawValue)

            """
        if let weights { model += "weights: \(weights)\n" }
        if let report {
            let interval = report.time.map { "time: \($0), from: \(report.from), to: \(report.to), " } ?? ""
            model += "report: {\(interval)cohort: \(report.cohort), group: \(report.group)}\n"
        }
        try folder.write(model, to: "model.yaml")
        let run = try herstel(["fit", "model.yaml", "--quiet"], in: folder.path)
        try #require(run.code == 0, "\(run.errors)")
        return try Self.coefficients(writtenIn: folder).merging(try Self.cells(writtenIn: folder)) { $1 }
    }

    private static func coefficients(writtenIn folder: TemporaryFolder) throws -> [String: Double] {
        let table = try readCSV(path: folder.file("runs/model/estimates.csv"), options: CSVOptions())
        let kinds = [("beta", "estimate"), ("se", "std_error"), ("df", "df"), ("p", "p_value")]
        var result: [String: Double] = [:]
        for (kind, column) in kinds {
            let values = try #require(try table.column(column).doubles())
            for row in 0..<table.rowCount {
                result[kind + " " + (try #require(try table.column("term").text(at: row)))] = values[row]
            }
        }
        return result
    }

    private static func cells(writtenIn folder: TemporaryFolder) throws -> [String: Double] {
        let cells = try readCSV(path: folder.file("runs/model/cells.csv"), options: CSVOptions())
        let estimates = try #require(try cells.column("estimate").doubles())
        var result: [String: Double] = [:]
        for (row, value) in estimates.enumerated() { result["cell \(row + 1)"] = value }
        let covariances = try readCSV(path: folder.file("runs/model/cell_covariances.csv"), options: CSVOptions())
        let values = try #require(try covariances.column("covariance").doubles())
        for (row, value) in values.enumerated() {
            let place = try ["cell", "with_cell"].map { try #require(try covariances.column($0).text(at: row)) }
            result["cellcov \(place[0]) \(place[1])"] = value
        }
        return result
    }
}

import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Surveys

/// R survey 4.1-1, polycor and base R on the same data in the same test run.
@Suite(.enabled(if: Rscript.hasPackages(["survey", "polycor"]) && hasSharedData))
struct SurveyAnalysisPeerTests {
    /// Compares every number that R prints with ours of the same name.
    private func compare(
        _ part: String, with ours: [String: Double], tolerance: (String) -> Double, atLeast: Int
    ) throws {
        var largest: [String: (difference: Double, name: String)] = [:]
        var compared = 0
        for line in try Rscript.run("survey_analysis.R", [part, sharedData("")]) where line.count == 2 {
            guard let theirs = Double(line[1]) else { continue }
            let found = try #require(ours[line[0]], "we have no '\(line[0])'")
            // A statistic of zero has no relative difference; p-values are held to their own size.
            let difference = abs(found - theirs) / max(abs(theirs), 1e-12)
            let kind = tolerance(line[0]) > 1e-8 ? "loose" : "tight"
            if difference >= largest[kind]?.difference ?? -1 { largest[kind] = (difference, line[0]) }
            compared += 1
            #expect(difference < tolerance(line[0]), "\(line[0]): ours \(found), R \(theirs)")
        }
        #expect(compared >= atLeast)
        print("\(part): \(compared) numbers, largest differences \(largest)")
    }

    struct Peer {
        let name: String
        let table: Table
        let sample: SurveySample
        var domain: [Bool]?

        func doubles(_ column: String) throws -> [Double] { try #require(try table.column(column).doubles()) }
        func factor(_ column: String) throws -> Factor { try table.column(column).asFactor() }
    }

    static func peers() throws -> [Peer] {
        var peers: [Peer] = []
        for name in ["apiclus1", "apiclus1_replacement", "apistrat", "apiclus2", "apiclus1_subset"] {
            let file = String(name.prefix { $0 != "_" })
            let table = try readCSV(path: sharedData("api/\(file).csv"))
            func doubles(_ column: String) throws -> [Double] { try #require(try table.column(column).doubles()) }
            let weights = try doubles("pw")
            func codes(_ column: String) throws -> [Int32] { try table.column(column).asFactor().codes }
            let stages: [SurveyDesign.Stage]
            switch name {
            case "apistrat":
                stages = [
                    try .init(
                        strata: codes("stype"), clusters: weights.indices.map { Int32($0) },
                        populationSizes: doubles("fpc"))
                ]
            case "apiclus2":
                let first = try codes("dnum")
                stages = [
                    try .init(clusters: first, populationSizes: doubles("fpc1")),
                    try .init(strata: first, clusters: codes("snum"), populationSizes: doubles("fpc2")),
                ]
            default:
                let sizes = name == "apiclus1_replacement" ? nil : try doubles("fpc")
                stages = [try .init(clusters: codes("dnum"), populationSizes: sizes)]
            }
            let design = try SurveyDesign(weights: weights, stages: stages, lonelyClusters: .certainty)
            var peer = Peer(name: name, table: table, sample: SurveySample(design))
            if name == "apiclus1_subset" { peer.domain = try doubles("meals").map { $0 > 30 } }
            peers.append(peer)
        }
        return peers
    }

    @Test("Tests of two-way tables agree with svychisq and contrasts with svyby") func tables() throws {
        var ours: [String: Double] = [:]
        for peer in try Self.peers() {
            for (one, other) in [("sch.wide", "stype"), ("stype", "yr.rnd"), ("awards", "comp.imp")] {
                let table = try Self.table(peer, one, other)
                guard let table else { continue }
                let test = try RaoScottTest(table)
                for (name, form) in Self.forms {
                    guard let result = try? test.result(form) else { continue }
                    let key = "\(peer.name) \(one) \(other) \(name)"
                    ours["\(key) statistic"] = result.statistic
                    ours["\(key) p"] = result.pValue
                    switch result.distribution {
                    case .chiSquared(let degrees): ours["\(key) df1"] = degrees
                    case .f(let first, let second): (ours["\(key) df1"], ours["\(key) df2"]) = (first, second)
                    case .t: break
                    }
                }
            }
            let table = try #require(try Self.table(peer, "stype", "sch.wide"))
            let shares = try table.sharesWithinRows()
            let contrast = shares.transformed(
                Matrix(rowVectors: [[0, -1, 0, 1, 0, 0], [0, -1, 0, 0, 0, 1]]))
            for position in 0..<2 {
                ours["\(peer.name) contrast \(position + 1)"] = contrast.values[position]
                ours["\(peer.name) contrast se \(position + 1)"] = contrast.standardErrors[position]
            }
        }
        try compare("tables", with: ours, tolerance: { _ in 1e-8 }, atLeast: 60)
    }

    static let forms: [(String, RaoScottTest.Form)] = [
        ("F", .secondOrderF), ("Chisq", .firstOrderChiSquared), ("Wald", .wald), ("adjWald", .adjustedWald),
    ]

    static func table(_ peer: Peer, _ one: String, _ other: String) throws -> TwoWayTable? {
        let (rows, columns) = (try peer.factor(one), try peer.factor(other))
        return try? TwoWayTable(
            rows: rows.codes, rowNames: rows.levels, columns: columns.codes, columnNames: columns.levels,
            domain: peer.domain, sample: peer.sample)
    }

    @Test("Regressions agree with svyglm and regTermTest") func regressions() throws {
        var ours: [String: Double] = [:]
        for peer in try Self.peers() {
            let (ell, meals, mobility) = (
                try peer.doubles("ell"), try peer.doubles("meals"), try peer.doubles("mobility")
            )
            let types = try peer.factor("stype")
            let ones = ell.map { _ in 1.0 }
            let dummies = (1...2).map { level in types.codes.map { $0 == level ? 1.0 : 0 } }
            let wide = try peer.factor("sch.wide").codes.map { Double($0) }
            let linear = [ones, ell, meals, mobility] + dummies
            for (name, columns, response) in [
                ("linear", linear, try peer.doubles("api00")), ("logistic", Array(linear.prefix(4)), wide),
            ] {
                let family = try #require(SurveyRegression.Family(rawValue: name))
                let matrix = Matrix(rows: ell.count, columns: columns.count, elements: columns.flatMap { $0 })
                let fit = try SurveyRegression(
                    matrix, names: columns.indices.map { "x\($0)" }, response: response, family: family,
                    domain: peer.domain
                ).fit(peer.sample)
                let key = "\(peer.name) \(name)"
                for i in columns.indices {
                    ours["\(key) coefficient \(i + 1)"] = fit.coefficients.values[i]
                    ours["\(key) se \(i + 1)"] = fit.coefficients.standardErrors[i]
                    for j in 0..<i { ours["\(key) covariance \(i + 1) \(j + 1)"] = fit.coefficients.covariance[i, j] }
                }
                ours["\(key) df"] = fit.coefficients.degreesOfFreedom
                let test = try fit.test([1, 2])
                (ours["\(key) F"], ours["\(key) p"]) = (test.statistic, test.pValue)
            }
        }
        try compare("regressions", with: ours, tolerance: { _ in 1e-8 }, atLeast: 100)
    }
}

import TestSupport
import Testing

@testable import Models

/// R survey's shares, means and tests on the California schools in the same test run, through model files. Needs R with survey.
///
/// Estimates, errors and tests are closed forms on both sides and agree to rounding; `svyciprop` iterates, to 1e-8 or so.
@Suite(.enabled(if: Rscript.hasPackages(["survey"]) && hasSharedData))
struct MonitorPeerTests {
    private static func fit(_ yaml: String) throws -> SurveyFindings {
        let folder = try TemporaryFolder()
        return try #require(
            try ModelFile(path: try folder.write("kind: survey\ndisclosure: none\n" + yaml, to: "m.yaml")).fit().survey)
    }

    private static func clusters(_ more: String = "") throws -> SurveyFindings {
        try fit(
            "data: {file: \(sharedData("api/apiclus1.csv"))}\ndesign: {weights: pw, clusters: dnum}\n"
                + "items: [{item: sch.wide, categories: ['Yes', 'No']}, {mean: api00}]\nby: [{column: stype}]\n" + more)
    }

    /// What R prints, by name.
    private static func figures() throws -> [String: Double] {
        let lines = try Rscript.run("monitor.R", [sharedData("api")])
        return Dictionary(
            lines.compactMap { line in line.count == 2 ? Double(line[1]).map { (line[0], $0) } : nil },
            uniquingKeysWith: { first, _ in first })
    }

    @Test func schoolsInDistricts() throws {
        let (findings, beta) = (try Self.clusters(), try Self.clusters("interval: {method: beta}\n"))
        var computed: [(name: String, value: Double?)] = []
        let shares = findings.shares.filter { $0.cell.category == "Yes" }
        for row in shares {
            let name = row.cell.group.isEmpty ? "all" : row.cell.group
            computed += [
                (name + ".share", row.estimate.value), (name + ".se", row.estimate.standardError),
                (name + ".lower", row.estimate.interval?.lowerBound),
                (name + ".upper", row.estimate.interval?.upperBound),
            ]
            if name != "all" { computed.append((name + ".df", row.estimate.degreesOfFreedom)) }
        }
        computed.append(("all.deff", shares[0].estimate.designEffect))
        let exact = try #require(beta.shares.first { $0.cell.category == "Yes" }?.estimate.interval)
        computed += [("all.beta.lower", exact.lowerBound), ("all.beta.upper", exact.upperBound)]
        for row in findings.means where !row.cell.group.isEmpty {
            computed += [
                (row.cell.group + ".mean", row.estimate.value),
                (row.cell.group + ".mean.se", row.estimate.standardError),
            ]
        }
        computed += [
            ("mean.deff", findings.means[0].estimate.designEffect), ("sd", findings.means[0].standardDeviation),
        ]
        for test in findings.tests where test.kind == .difference {
            let name = test.cell.group + (test.cell.item == "api00" ? ".mean.difference" : ".difference")
            computed += [(name, test.estimate?.value), (name + ".se", test.estimate?.standardError)]
        }
        let tests = findings.tests.filter { $0.kind == .association }
        computed += [
            ("raoscott.F", tests[0].statistic), ("raoscott.ndf", tests[0].degreesOfFreedom),
            ("raoscott.ddf", tests[0].denominatorDegreesOfFreedom), ("raoscott.p", tests[0].pValue),
            ("wald.F", tests[1].statistic), ("wald.ddf", tests[1].denominatorDegreesOfFreedom),
            ("wald.p", tests[1].pValue),
        ]
        try compare(computed)
    }

    @Test func strataOfSchools() throws {
        let findings = try Self.fit(
            "data: {file: \(sharedData("api/apistrat.csv"))}\ndesign: {weights: pw, strata: stype}\n"
                + "items: [{item: sch.wide, categories: ['Yes', 'No']}]\nby: [{column: awards}]\n")
        let test = try #require(findings.tests.first)
        let share = findings.shares[0].estimate
        try compare([
            ("strat.F", test.statistic), ("strat.ndf", test.degreesOfFreedom), ("strat.p", test.pValue),
            ("strat.share", share.value), ("strat.se", share.standardError),
        ])
    }

    private func compare(_ computed: [(name: String, value: Double?)]) throws {
        let figures = try Self.figures()
        for (name, value) in computed {
            let expected = try #require(figures[name], "R prints \(name)")
            let isIterated = name.hasSuffix("lower") || name.hasSuffix("upper")
            let difference = relativeDifference(try #require(value), expected)
            #expect(difference < (isIterated ? 1e-7 : 1e-9), "\(name): \(difference)")
        }
    }
}

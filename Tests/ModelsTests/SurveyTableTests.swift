import TestSupport
import Testing

@testable import Models

/// Fits a model file of kind survey written to a folder of its own, with its data.
///
/// Respondents of examples are few: unless the file has a rule of disclosure, nothing is withheld.
func surveyFit(_ yaml: String, data: String, name: String = "m.yaml") throws -> FittedModel {
    let folder = try TemporaryFolder()
    _ = try folder.write(data, to: "d.csv")
    let rule = yaml.contains("items:") && !yaml.contains("disclosure:") ? "\ndisclosure: none\n" : ""
    return try ModelFile(path: try folder.write("kind: survey\n" + yaml + rule, to: name)).fit()
}

/// What a survey's tables say.
func surveyFindings(_ yaml: String, data: String) throws -> SurveyFindings {
    try #require(try surveyFit(yaml, data: data).survey)
}

/// The tables of respondents against numbers worked out by hand, and against R survey.
@Suite struct SurveyTableTests {
    private static let header = "data: {file: d.csv}\n"

    @Test("A simple random sample of five with one missing answer: the domain's variance, by hand")
    func simpleRandomSample() throws {
        let findings = try surveyFindings(
            Self.header + "items: [{item: q, categories: [no, yes]}]\n", data: "q\nyes\nyes\nno\nyes\nNA\n")
        let yes = try #require(findings.shares.last)
        // p = 3/4; z = (y - p) / 4, 0 for the missing one: 5/4 * (3 / 16 + 9 / 16) / 16 = 0.05859375.
        #expect(findings.shares.map(\.cell.category) == ["no", "yes"])
        #expect(yes.estimate.value == 0.75)
        #expect(relativeDifference(yes.estimate.standardError, 0.05859375.squareRoot()) < 1e-15)
        #expect(yes.estimate.degreesOfFreedom == 3)
        #expect(yes.counts == SurveyCounts(respondents: 4, missing: 1, clusters: 4, weighted: 4))
        #expect(yes.count == 3)
        #expect(!yes.isBelowMinimum && yes.suppressed.isEmpty)
    }

    private static let clustered = "w,st,cl,q\n2,a,1,1\n2,a,1,0\n1,a,2,1\n1,b,3,0\n4,b,4,1\n"

    @Test("Weights, strata and clusters: two strata of two clusters, by hand")
    func clusters() throws {
        let findings = try surveyFindings(
            Self.header + "design: {weights: w, strata: st, clusters: cl}\nitems: [{item: q, categories: ['1', '0']}]\n"
                + "disclosure: {minimum_count: 2, minimum_clusters: 2}\n", data: Self.clustered)
        let share = try #require(findings.shares.first)
        // z by cluster: -0.08, 0.03, -0.07, 0.12; 2 * 2 * (0.055^2 + 0.095^2) = 0.0482.
        #expect(relativeDifference(share.estimate.value, 0.7) < 1e-15)
        #expect(relativeDifference(share.estimate.standardError, 0.0482.squareRoot()) < 1e-14)
        #expect(share.estimate.degreesOfFreedom == 2)
        #expect(relativeDifference(try #require(share.estimate.designEffect), 0.0482 / (0.21 / 4)) < 1e-14)
        #expect(share.counts == SurveyCounts(respondents: 5, missing: 0, clusters: 4, weighted: 10))
        #expect(share.weightedCount == 7)
        #expect(!share.isBelowMinimum)
    }

    @Test("A mean, and a scale of those who answered enough")
    func scales() throws {
        let findings = try surveyFindings(
            Self.header + "items:\n  - {mean: a}\n  - {scale: [a, b, c], name: s, at_least: 2}\n",
            data: "a,b,c\n1,2,3\n4,NA,2\n5,NA,NA\n2,2,2\n")
        #expect(findings.means.map(\.cell.item) == ["a", "s"])
        #expect(findings.means.map(\.estimate.value) == [3, 7.0 / 3])
        #expect(findings.means.map(\.counts.missing) == [0, 1])
        // s^2 of 1, 4, 5, 2 is 10 / 3.
        #expect(relativeDifference(findings.means[0].standardDeviation, (10.0 / 3).squareRoot()) < 1e-15)
        #expect(relativeDifference(findings.means[0].estimate.standardError, (10.0 / 12).squareRoot()) < 1e-15)
        #expect(relativeDifference(try #require(findings.means[0].estimate.designEffect), 1) < 1e-14)
    }

    @Test("Options are shares of those who answered, or of all; ranks follow")
    func options() throws {
        let item = "{multiple: [m, n, o], name: measures, labels: {n: Second}"
        let data = "m,n,o\n1,0,0\n1,1,0\n1,NA,0\n1,1,0\nNA,NA,NA\n0,0,0\n"
        let answered = try surveyFindings(Self.header + "items: [\(item)}]\n", data: data)
        #expect(answered.shares.map(\.estimate.value) == [0.8, 0.4, 0])
        #expect(answered.shares.map(\.cell.category) == ["m", "n", "o"])
        #expect(answered.shares[1].cell.label == "Second")
        #expect(answered.ranks.map(\.rank) == [1, 2, 3])
        // First minus last: t = 0.8 / 0.19596 on 4 degrees of freedom, p = 0.0151, times 3 pairs.
        #expect(answered.ranks.map(\.plausibleRanks) == [1...2, 1...3, 2...3])
        // At a share of 0 the exact interval of five respondents: 1 - 0.025^(1/5).
        let none = try #require(answered.shares[2].estimate.interval)
        #expect(none.lowerBound == 0 && abs(none.upperBound - 0.5218237501) < 1e-9)
        let all = try surveyFindings(Self.header + "items: [\(item), base: all}]\n", data: data)
        #expect(all.shares.map(\.counts.respondents) == [6, 6, 6])
        #expect(relativeDifference(all.shares[0].estimate.value, 4.0 / 6) < 1e-15)
    }

    @Test("A group without respondents, and one whose cluster stands alone, have no error but no mistake either")
    func emptyGroups() throws {
        let fit = try surveyFit(
            Self.header + "design: {clusters: cl}\nitems: [{item: q, categories: ['0', '1']}]\n"
                + "by: [{column: g, order: [a, b, c]}]\n",
            data: "cl,q,g\n1,1,a\n1,0,a\n2,1,c\n3,0,c\n4,1,c\n")
        let findings = try #require(fit.survey)
        let groups = findings.shares.filter { $0.cell.split == "g" && $0.cell.category == "1" }
        #expect(groups.map(\.cell.group) == ["a", "c"])
        #expect(groups[0].estimate.standardError.isNaN)
        #expect(groups[0].estimate.interval == nil)
        #expect(groups[0].estimate.value == 0.5)
        #expect(fit.fit.diagnostics.contains { $0.name == "unknown_standard_errors" && $0.isWarning })
    }

    @Test("Sectors are domains of one design: a sector's shares are those of the group")
    func sectors() throws {
        let data = "cl,q,s\n1,1,po\n1,0,vo\n2,1,po\n2,1,vo\n3,0,po\n3,0,vo\n4,1,po\n"
        let item = "design: {clusters: cl}\nitems: [{item: q, categories: ['0', '1']}]\n"
        let bySector = try surveyFindings(Self.header + item + "sector: {column: s, order: [vo, po]}\n", data: data)
        let byGroup = try surveyFindings(Self.header + item + "by: [{column: s}]\n", data: data)
        let po = bySector.shares.filter { $0.cell.sector == "po" }
        let group = byGroup.shares.filter { $0.cell.group == "po" }
        #expect(bySector.shares.map(\.cell.sector) == ["vo", "vo", "po", "po"])
        #expect(po.map(\.estimate) == group.map(\.estimate))
        #expect(po.count == 2)
    }

    @Test("Top-box, battery and tests: what is compared, and families for the correction")
    func families() throws {
        var data = "q,r,g,s\n"
        for row in 0..<60 {
            data += "\(["low", "mid", "high"][row * row % 7 % 3]),\(["no", "yes"][row % 5 % 2]),\(1 + row % 3),po\n"
        }
        let findings = try surveyFindings(
            Self.header + "items:\n  - {item: q, categories: [low, mid, high], top: [mid, high]}\n"
                + "  - {items: [r], name: B, categories: [no, yes]}\n"
                + "by: [{column: g, order: ['1', '2', '3'], ordered: true}]\nsector: {column: s}\n", data: data)
        let q = findings.tests.filter { $0.cell.item == "q" }
        #expect(q.map(\.kind) == [.association, .trend, .difference, .difference, .difference])
        #expect(q.map(\.familySize) == [1, 1, 3, 3, 3])
        #expect(q[1].cell.category == "mid + high")
        #expect(q[2].cell.group == "1" && q[2].denominatorDegreesOfFreedom == nil)
        let tops = findings.shares.filter { $0.kind == .top && $0.cell.split.isEmpty }
        let answers = findings.shares.filter { $0.cell.item == "q" && $0.kind == .category && $0.cell.split.isEmpty }
        #expect(abs(tops[0].estimate.value - answers[1].estimate.value - answers[2].estimate.value) < 1e-15)
        let battery = findings.tests.filter { $0.cell.item == "r" }
        #expect(battery.allSatisfy { $0.cell.table == "B" })
        #expect(battery[1].cell.category == "no")
        let differences = q.filter { $0.kind == .difference }
        #expect(try differences.map(\.adjustedPValue) == adjusted(differences.map(\.pValue), .holm))
    }

    @Test("Adjusted p-values are R's p.adjust (R 4.2.2)")
    func corrections() throws {
        let p = [0.01, 0.04, 0.03, 0.005]
        let holm = zip(try adjusted(p, .holm), [0.03, 0.06, 0.06, 0.02])
        #expect(holm.allSatisfy { abs($0 - $1) < 1e-15 })
        let bh = zip(try adjusted(p, .benjaminiHochberg), [0.02, 0.04, 0.04, 0.02])
        #expect(bh.allSatisfy { abs($0 - $1) < 1e-15 })
        #expect(try adjusted(p, .none) == p)
        #expect(try adjusted([], .holm) == [])
    }

    // R 4.2.2, survey 4.1-1: Tests/Peers/R/monitor.R, on apiclus1 (15 districts) with weights, without population.
    static let goldens = [
        Golden("share", 0.87431693989071035, relativeTolerance: 1e-13, source: "svymean"),
        Golden("se", 0.020564237447437884, relativeTolerance: 1e-12, source: "svymean"),
        Golden("deff", 0.70040779126695751, relativeTolerance: 1e-12, source: "svymean, deff = replace"),
        Golden("lower", 0.82321802678934353, relativeTolerance: 1e-10, source: "svyciprop, logit; Fisher scoring"),
        Golden("upper", 0.91222062414511862, relativeTolerance: 1e-10, source: "svyciprop, logit; Fisher scoring"),
        Golden("H.se", 0.092381764610543468, relativeTolerance: 1e-12, source: "svyby"),
        Golden("H.lower", 0.50045832502085008, relativeTolerance: 1e-6, source: "svyciprop, logit; Fisher scoring"),
        Golden("H.df", 7, relativeTolerance: 0, source: "degf of the subset"),
        Golden("M.difference", -0.2250632911392404, relativeTolerance: 1e-12, source: "svyglm"),
        Golden("M.difference.se", 0.11699675850185576, relativeTolerance: 1e-12, source: "svyglm"),
        Golden("F", 5.0904626152897761, relativeTolerance: 1e-11, source: "svychisq, statistic = F"),
        Golden("ndf", 1.4946397777074563, relativeTolerance: 1e-11, source: "svychisq, statistic = F"),
        Golden("p", 0.023071616825818975, relativeTolerance: 1e-10, source: "svychisq, statistic = F"),
        Golden("wald.F", 1.2528731188219095, relativeTolerance: 1e-10, source: "regTermTest of svyglm"),
        Golden("wald.p", 0.32051401330370727, relativeTolerance: 1e-10, source: "regTermTest of svyglm"),
        Golden("mean.deff", 9.253099070588906, relativeTolerance: 1e-12, source: "svymean, deff = replace"),
        Golden("sd", 105.74886663549471, relativeTolerance: 1e-12, source: "svyvar"),
    ]

    @Test("A subset stays in the design: svychisq of R survey 4.1-1's subset()", .enabled(if: hasSharedData))
    func subset() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "kind: survey\ndata: {file: \(sharedData("api/apiclus1.csv"))}\ndesign: {weights: pw, clusters: dnum}\n"
                + "subset: yr.rnd == \"No\"\nitems: [{item: awards, categories: ['Yes', 'No']}]\nby: [{column: stype}]\n"
                + "disclosure: none\n", to: "m.yaml")
        let fit = try ModelFile(path: path).fit()
        let test = try #require(fit.survey?.tests.first)
        #expect(relativeDifference(test.statistic, 4.4792834963744586) < 1e-11)
        #expect(relativeDifference(test.degreesOfFreedom, 1.6902041000188683) < 1e-11)
        #expect(relativeDifference(test.pValue, 0.027460161078137226) < 1e-10)
        #expect(fit.fit.diagnostics.contains { $0.name == "rows_outside_subset" })
    }

    @Test("R survey's figures of schools in 15 districts", .enabled(if: hasSharedData), arguments: goldens)
    func schools(golden: Golden) throws {
        let computed = try Self.schools.get()
        #expect(golden.agrees(with: try #require(computed[golden.name])))
    }

    private static let schools = Result { () throws -> [String: Double] in
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "kind: survey\ndata: {file: \(sharedData("api/apiclus1.csv"))}\ndesign: {weights: pw, clusters: dnum}\n"
                + "items: [{item: sch.wide, categories: ['Yes', 'No']}, {mean: api00}]\nby: [{column: stype}]\n"
                + "disclosure: none\n", to: "m.yaml")
        let findings = try #require(try ModelFile(path: path).fit().survey)
        let yes = findings.shares.filter { $0.cell.category == "Yes" }
        let all = yes[0].estimate
        let high = try #require(yes.first { $0.cell.group == "H" }).estimate
        let middle = try #require(
            findings.tests.first { $0.kind == .difference && $0.cell.item == "sch.wide" && $0.cell.group == "M" })
        let association = findings.tests.filter { $0.kind == .association }
        return [
            "share": all.value, "se": all.standardError, "deff": all.designEffect ?? .nan,
            "lower": all.interval?.lowerBound ?? .nan, "upper": all.interval?.upperBound ?? .nan,
            "H.se": high.standardError, "H.lower": high.interval?.lowerBound ?? .nan, "H.df": high.degreesOfFreedom,
            "M.difference": middle.estimate?.value ?? .nan, "M.difference.se": middle.estimate?.standardError ?? .nan,
            "F": association[0].statistic, "ndf": association[0].degreesOfFreedom, "p": association[0].pValue,
            "wald.F": association[1].statistic, "wald.p": association[1].pValue,
            "mean.deff": findings.means[0].estimate.designEffect ?? .nan, "sd": findings.means[0].standardDeviation,
        ]
    }

    @Test("The order of rows and the unit of weights change nothing")
    func permutation() throws {
        let yaml =
            Self.header + "design: {weights: w, strata: st, clusters: cl}\nitems: [{item: q, categories: ['1', '0']}]\n"
        let permuted = "w,st,cl,q\n40,b,4,1\n20,a,1,0\n10,b,3,0\n10,a,2,1\n20,a,1,1\n"
        let (first, second) = (
            try surveyFindings(yaml, data: Self.clustered), try surveyFindings(yaml, data: permuted)
        )
        for (one, other) in zip(first.shares, second.shares) {
            #expect(relativeDifference(one.estimate.value, other.estimate.value) < 1e-14)
            #expect(relativeDifference(one.estimate.standardError, other.estimate.standardError) < 1e-13)
        }
        #expect(first.shares.count == 2)
    }

    @Test(
        "Random surveys: shares add up to 1, weights of 0 count nothing, the group of all is the whole",
        arguments: 1...20)
    func properties(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let answers = ["a", "b", "c", "NA"]
        let rows = (0..<60).map { _ in
            [
                "\(Int.random(in: 1...9, using: &random))", "\(Int.random(in: 0..<12, using: &random))",
                answers[Int.random(in: 0..<4, using: &random)], "\(Int.random(in: 1...3, using: &random))", "all",
            ].joined(separator: ",")
        }
        let yaml =
            Self.header + "design: {weights: w, clusters: cl}\nitems: [{item: q, categories: [a, b, c]}]\n"
            + "by: [{column: g}, {column: whole}]\n"
        let head = "w,cl,q,g,whole\n"
        let findings = try surveyFindings(yaml, data: head + rows.joined(separator: "\n") + "\n")
        for group in Dictionary(grouping: findings.shares, by: { (row: ShareRow) in [row.cell.split, row.cell.group] })
            .values
        {
            #expect(abs(group.reduce(0) { $0 + $1.estimate.value } - 1) < 1e-14)
            #expect(group.reduce(0) { $0 + $1.count } == group[0].counts.respondents)
            #expect(group.allSatisfy { $0.estimate.interval?.contains($0.estimate.value) ?? true })
        }
        let all = findings.shares.filter { $0.cell.split.isEmpty }.map(\.estimate)
        #expect(findings.shares.filter { $0.cell.split == "whole" }.map(\.estimate) == all)
        // Respondents of the same clusters with a weight of 0 are in the design already.
        let silent = rows.map { "0," + $0.split(separator: ",").dropFirst().joined(separator: ",") }
        let more = try surveyFindings(yaml, data: head + (rows + silent).joined(separator: "\n") + "\n")
        #expect(more.shares.map(\.counts) == findings.shares.map(\.counts))
        for (one, other) in zip(more.shares, findings.shares) {
            #expect(abs(one.estimate.value - other.estimate.value) < 1e-15)
            #expect(relativeDifference(one.estimate.standardError, other.estimate.standardError) < 1e-12)
        }
    }

    @Test("Jackknife weights give a mean the closed form's error, and no clusters")
    func jackknife() throws {
        let findings = try surveyFindings(
            Self.header
                + "design: {replicates: {make: jackknife}}\nitems: [{mean: x}, {item: q, categories: ['0', '1']}]\n",
            data: "x,q\n1,1\n4,0\n5,1\n2,0\n3,1\n")
        let mean = try #require(findings.means.first)
        // s^2 of 1, 4, 5, 2, 3 is 2.5.
        #expect(relativeDifference(mean.estimate.standardError, (2.5 / 5).squareRoot()) < 1e-14)
        #expect(mean.estimate.degreesOfFreedom == 4)
        #expect(mean.counts.clusters == nil)
        // 0.6 * 0.4 / 4.
        #expect(relativeDifference(findings.shares[1].estimate.standardError, 0.06.squareRoot()) < 1e-14)
    }

    @Test("Calibrated weights meet the population's totals: a share is the mean of groups by their true sizes")
    func calibration() throws {
        let fit = try surveyFit(
            Self.header + "design: {weights: w, calibrate: {margins: [{column: g, totals: {a: 60, b: 40}}]}}\n"
                + "items: [{item: q, categories: ['0', '1']}]\nby: [{column: g}]\n",
            data: "w,g,q\n10,a,1\n10,a,0\n10,a,0\n10,b,1\n10,b,1\n10,b,1\n10,b,0\n")
        let shares = try #require(fit.survey).shares.filter { $0.cell.category == "1" }
        #expect(relativeDifference(shares[0].estimate.value, 0.6 / 3 + 0.4 * 0.75) < 1e-12)
        #expect(abs(shares[1].counts.weighted - 60) < 1e-9 && abs(shares[2].counts.weighted - 40) < 1e-9)
        #expect(fit.fit.diagnostics.contains { $0.name == "calibration" })
    }
}

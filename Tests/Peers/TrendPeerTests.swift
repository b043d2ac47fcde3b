import Foundation
import Models
import Recovery
import Tables
import TestSupport
import Testing

/// Dutch PISA and England's gap against R on the same data in the same test run. Needs R with survey.
@Suite("Trends against the baseline, beside R", .enabled(if: Rscript.hasPackages(["survey"]) && hasSharedData))
struct TrendPeerTests {
    // MARK: Pupils

    /// The Dutch pupils of PISA 2000 and 2003; theoretical when a parent has ISCED 3A. Codes of schools are used again in 2003.
    private static func pupils() throws -> String {
        var lines = ["year,school_id,stu_wgt,math,read,ses"]
        for file in ["pisa_nld_2000_full.csv", "pisa_nld_2003_full.csv"] {
            let table = try readCSV(path: sharedData("pisa_students/" + file))
            for row in 0..<table.rowCount {
                let parents = ["mother_educ", "father_educ"].compactMap { table[$0]?.text(at: row) }
                let ses = parents.isEmpty ? "" : parents.contains("ISCED 3A") ? "theoretical" : "practical"
                let cells = ["year", "school_id", "stu_wgt", "math", "read"].map { table[$0]?.text(at: row) ?? "" }
                lines.append((cells + [ses]).joined(separator: ","))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test("Levels by parental education with school clusters and weights agree with svymean to 9 digits")
    func levels() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write(Self.pupils(), to: "pisa.csv")
        let model = try folder.write(
            """
            kind: trend
            data: {file: pisa.csv}
            design: {weights: stu_wgt, clusters: school_id}
            outcomes: [{column: math}, {column: read}]
            year: year
            group: ses
            """, to: "pisa.yaml")
        let estimates = try #require(try ModelFile(path: model).fit().fit.estimates)
        let peer = try Rscript.run("trend.R", ["levels", data])
        #expect(peer.count == 8)
        for row in peer {
            let parts = row[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let cell = try #require(
                estimates.labels.firstIndex { [$0.outcome, $0.cohort, $0.group] == parts }, "\(row[0])")
            #expect(relativeDifference(estimates.values[cell], try #require(Double(row[1]))) < 1e-12, "\(row[0])")
            #expect(
                relativeDifference(estimates.standardErrors[cell], try #require(Double(row[2]))) < 1e-9, "\(row[0])")
        }
    }

    // MARK: Published means

    /// The last year's deviation by Herstel and by R, with the verdicts.
    private func compare(
        _ analysis: (BaselineDeclaration.Kind) throws -> (deviation: Estimate, interval: ClosedRange<Double>),
        years: [Double], values: [Double], errors: [Double]
    ) throws {
        let list = { (numbers: [Double]) in numbers.map { "\($0)" }.joined(separator: ",") }
        let peer = try Rscript.run("trend.R", ["baseline", list(years), list(values), list(errors)])
        for (kind, row) in zip([BaselineDeclaration.Kind.mean, .trend], peer) {
            #expect(row[0] == kind.rawValue)
            let numbers = try row.dropFirst().map { try #require(Double($0)) }
            let (deviation, interval) = try analysis(kind)
            let found = [deviation.value, deviation.standardError, interval.lowerBound, interval.upperBound]
            // The line's prediction is a small difference of large numbers: 9 digits of the level.
            for (number, expected) in zip(found, numbers) {
                #expect(abs(number - expected) < 1e-9 * (values.map(abs).max() ?? 1), "\(kind): \(found) \(numbers)")
            }
        }
    }

    @Test("Dutch PISA 2022 against the mean and the trend of 2003-2018", arguments: ["mathematics", "reading"])
    func pisa(subject: String) throws {
        let model = try ModelFile(path: repositoryFile("models/secondary-levels.yaml")).fit()
        let analysis = try #require(try RecoveryAnalysis(model))
        let all = try analysis.cellFindings().filter { $0.cell.outcome == subject && $0.cell.group.isEmpty }
        let (means, oecd) = (
            try readCSV(path: sharedData("assessment_trends/country_means.csv")),
            try readCSV(path: sharedData("assessment_trends/pisa_oecd_2018_2022.csv"))
        )
        let short = subject == "mathematics" ? "math" : "read"
        var points: [(year: Double, value: Double, error: Double)] = []
        for row in 0..<means.rowCount
        where means["assessment"]?.text(at: row) == "PISA" && means["country"]?.text(at: row) == "NLD"
            && means["subject"]?.text(at: row) == short
        {
            let numbers = try ["year", "mean", "se"].map { try #require(means[$0]?.doubles()?[row]) }
            points.append((numbers[0], numbers[1], numbers[2]))
        }
        let row = try #require(
            (0..<oecd.rowCount).first {
                oecd["year"]?.text(at: $0) == "2022" && oecd["jurisdiction"]?.text(at: $0) == "Netherlands"
            })
        let columns = short == "math" ? ["math_score", "math_se"] : ["reading_score", "reading_se"]
        let last = try columns.map { try #require(oecd[$0]?.doubles()?[row]) }
        points.append((2022, last[0], last[1]))
        try compare(
            { kind in
                let comparison = try #require(all.compactMap(\.comparison).first { $0.baselineKind == kind })
                #expect(comparison.verdict == .behind)
                return (comparison.deviation, comparison.interval)
            }, years: points.map(\.year), values: points.map(\.value), errors: points.map(\.error))
    }

    // MARK: England

    @Test("England's attainment gap at age 11 in 2022 against the mean and the trend of 2016-2019")
    func england() throws {
        let table = try readCSV(path: sharedData("england_attainment_disadvantage/national_by_disadvantage.csv"))
        var figures: [String] = []
        var groups: [Int: [String: (share: Double, n: Double)]] = [:]
        for row in 0..<table.rowCount where table["stage"]?.text(at: row) == "age11_expected_RWM" {
            let group = try #require(table["group"]?.text(at: row))
            guard group != "Total" else { continue }
            let numbers = try ["end_year", "pct", "n_pupils"].map { try #require(table[$0]?.doubles()?[row]) }
            let (year, name) = (Int(numbers[0]), group == "Disadvantaged" ? "disadvantaged" : "other")
            groups[year, default: [:]][name] = (numbers[1], numbers[2])
            figures.append(
                "  - {id: \(name) \(year), outcome: expected_standard, percent: \(numbers[1]), n: \(Int(numbers[2])), "
                    + "cells: [{cohort: \"\(year)\", ses: \(name)}], source: DfE}")
        }
        let folder = try TemporaryFolder()
        let before = [2016, 2017, 2018, 2019]
        let years = before + [2022]
        let gap = try years.map { year in
            let (low, high) = try (#require(groups[year]?["disadvantaged"]), #require(groups[year]?["other"]))
            let variance = [low, high].reduce(0) { $0 + $1.share * (100 - $1.share) / $1.n }
            return (value: low.share - high.share, error: variance.squareRoot())
        }
        try compare(
            { kind in
                let path = try folder.write(
                    """
                    kind: aggregate
                    quantity: level
                    margin: 1
                    groups: {low: disadvantaged, high: other}
                    baseline: {cohorts: [\(before.map { "\"\($0)\"" }.joined(separator: ", "))], kind: \(kind.rawValue)}
                    figures:
                    \(figures.joined(separator: "\n"))
                    """, to: "england-\(kind.rawValue).yaml")
                let analysis = try #require(try RecoveryAnalysis(try ModelFile(path: path).fit()))
                let finding = try #require(try analysis.gapFindings().first { $0.cohort == "2022" })
                #expect(finding.verdict == .behind)
                return (try #require(finding.change), try #require(finding.interval))
            }, years: years.map(Double.init), values: gap.map(\.value), errors: gap.map(\.error))
    }
}

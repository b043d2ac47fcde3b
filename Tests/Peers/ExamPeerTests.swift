import Foundation
import Tables
import TestSupport
import Testing

@testable import Models
@testable import Recovery

/// R's lme4 on Dutch exam results in the same test run: glmer at its polished optimum, and what exam.R computes from it.
///
/// A subset, so that glmer takes seconds: havo and vwo, 2015 to 2022, schools in the first and the last quintile.
@Suite(.enabled(if: Rscript.hasPackages(["lme4", "numDeriv"]) && hasSharedData)) struct ExamPeerTests {
    private static let effects = "~ year * quintile + track + (1 | school) + (1 | school:track)"

    /// Joins the results with the schools' quintiles: school, track, year, quintile, candidates, passed.
    private static func write(to path: String) throws {
        let folder = "nl_secondary_exam_passrates/"
        let schools = try readCSV(path: sharedData(folder + "schools.csv"), options: CSVOptions())
        let results = try readCSV(
            path: sharedData(folder + "exam_passrates_school_track_year.csv"), options: CSVOptions())
        var quintiles: [String: String] = [:]
        let (codes, own) = (try schools.column("brin6"), try schools.column("woz_quintile"))
        for row in 0..<schools.rowCount {
            if let code = codes.text(at: row), let quintile = own.text(at: row) { quintiles[code] = quintile }
        }
        let columns = try ["brin6", "track", "year", "candidates", "passed"].map { try results.column($0) }
        var lines = ["school,track,year,quintile,candidates,passed"]
        for row in 0..<results.rowCount {
            let texts = columns.compactMap { $0.text(at: row) }
            guard texts.count == 5, let quintile = quintiles[texts[0]], ["1", "5"].contains(quintile),
                ["HAVO", "VWO"].contains(texts[1]), let year = Int(texts[2]), year <= 2022, texts[3] != "0"
            else { continue }
            lines.append([texts[0], texts[1], texts[2], quintile, texts[3], texts[4]].joined(separator: ","))
        }
        #expect(lines.count == 3566)
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static func model(in folder: TemporaryFolder) throws -> FittedModel {
        let path = try folder.write(
            """
            kind: transitions
            data: {file: exam.csv}
            outcome: exam_pass
            response: {events: passed, trials: candidates}
            formula: "\(effects)"
            year: year
            group: quintile
            groups: {low: "1", high: "5"}
            margin: 1
            baseline: {cohorts: ["2015", "2016", "2017", "2018", "2019"], kind: trend}
            """, to: "exam.yaml")
        return try ModelFile(path: path).fit()
    }

    @Test func passRatesByYearAndQuintileAgreeWithGlmer() throws {
        let folder = try TemporaryFolder()
        try Self.write(to: folder.path + "/exam.csv")
        let model = try Self.model(in: folder)
        let lines = try Rscript.run("exam.R", [folder.path + "/exam.csv", Self.effects, "bobyqa"])
        var theirs: [String: Double] = [:]
        for line in lines where line.count == 2 { theirs[line[0]] = Double(line[1]) }
        #expect((theirs["decrement"] ?? 1) < 1e-8)

        var ours: [String: Estimate] = [:]
        for (position, term) in model.fit.coefficients.labels.enumerated() {
            ours["beta " + term] = model.fit.coefficients.estimate(at: position)
        }
        let analysis = try #require(try RecoveryAnalysis(model))
        for finding in try analysis.cellFindings() where !finding.cell.group.isEmpty {
            let (year, group) = (finding.cell.cohort, finding.cell.group)
            ours["rate \(year) \(group)"] = finding.estimate
            if let comparison = finding.comparison, comparison.baselineKind == .trend {
                ours["deviation \(year) \(group)"] = comparison.deviation
            }
        }
        for finding in try analysis.gapFindings() {
            if let change = finding.change { ours["gap \(finding.cohort)"] = change }
        }
        #expect(ours.count == 17 + 16 + 6 + 3)

        var largest = 0.0
        for (name, estimate) in ours.sorted(by: { $0.key < $1.key }) {
            let value = try #require(theirs[name], "\(name)")
            let error = try #require(
                theirs["se " + name.replacing("beta ", with: "")] ?? theirs["se " + name], "\(name)")
            // In standard errors: R's optimum is polished to 1e-4 of one; its Hessian is one of differences.
            #expect(
                abs(estimate.value - value) < 1e-4 * max(error, abs(value)), "\(name): \(estimate.value), R \(value)")
            #expect(
                abs(estimate.standardError - error) < 1e-4 * error, "se \(name): \(estimate.standardError), R \(error)")
            largest = max(largest, abs(estimate.standardError - error) / error, abs(estimate.value - value) / error)
        }
        for component in model.fit.varianceComponents {
            let group = component.group.split(separator: ":").sorted().joined(separator: ":")
            let value = try #require(theirs["sd " + group])
            #expect(abs((component.standardDeviation ?? 0) - value) < 1e-4 * value, "\(component.group)")
        }
        print(
            "exam: largest difference \(largest) standard errors; glmer \(theirs["seconds"] ?? 0) s, here \(model.seconds.fitting) s"
        )
    }
}

import Models
import Recovery
import TestSupport
import Testing

/// Growth, deviations and equity gap against contrasts computed in R from lme4's fit of the same generated data.
@Suite(.enabled(if: Rscript.path != nil)) struct ContrastPeerTests {
    /// Four cohorts of pupils in twelve schools, three test moments, the last cohort hit by a crisis.
    private var scores: String {
        var state: UInt64 = 1_181_783_497_276_652_981
        func noise() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        var rows = ["pupil,school,cohort,ses,time,score"]
        let schools = (0..<12).map { _ in noise() * 6 }
        for pupil in 0..<480 {
            let (school, year, isLow) = (pupil % 12, pupil / 120, pupil % 3 == 0)
            let (level, slope) = (
                50 + schools[school] + noise() * 20 - (isLow ? 5 : 0), 6 + noise() * 3 - (isLow ? 0.4 : 0)
            )
            for time in 0..<3 where (pupil + time) % 7 != 0 {
                let crisis = year == 3 ? -0.8 * Double(time) * (isLow ? 1.5 : 1) : 0
                let score = level + slope * Double(time) + crisis + noise() * 10
                let ses = isLow ? "practical" : "theoretical"
                rows.append("p\(pupil),s\(school),\(2016 + year)/\(17 + year),\(ses),\(time),\(score)")
            }
        }
        return rows.joined(separator: "\n") + "\n"
    }

    @Test func agreesWithContrastsOfLme4() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write(scores, to: "scores.csv")
        let model = """
            kind: growth
            data:
              file: scores.csv
              columns: {cohort: {type: factor}, ses: {type: factor, levels: [theoretical, practical]}}
            formula: score ~ time * cohort * ses + (1 + time | pupil) + (1 | school)
            baseline: {cohorts: [2016/17, 2017/18, 2018/19]}
            report: {time: time, cohort: cohort, group: ses, outcome: reading}
            """
        let fitted = try ModelFile(path: folder.write(model, to: "model.yaml")).fit()
        let analysis = try #require(try RecoveryAnalysis(fitted))
        var ours: [String: Estimate] = [:]
        for finding in try analysis.cellFindings() where finding.cell.cohort == "2019/20" {
            ours["growth \(finding.cell.group)"] = finding.estimate
            guard let comparison = finding.comparison else { continue }
            ours["\(comparison.baselineKind.rawValue) \(finding.cell.group)"] = comparison.deviation
        }
        ours["gap change"] = try analysis.gapFindings().first { $0.cohort == "2019/20" }?.change
        let theirs = try Rscript.run("contrasts.R", [data])
        #expect(theirs.count == 7)
        for line in theirs {
            let found = try #require(ours[line[0]], "\(line[0])")
            // lme4 stops at half the digits of the criterion in theta: six digits of estimates, five of errors.
            #expect(relativeDifference(found.value, try #require(Double(line[1]))) < 1e-5, "\(line[0])")
            #expect(relativeDifference(found.standardError, try #require(Double(line[2]))) < 1e-5, "\(line[0])")
        }
    }
}

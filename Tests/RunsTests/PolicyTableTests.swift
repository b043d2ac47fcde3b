import Models
import TestSupport
import Testing

@testable import Runs

/// The tables of a careers model, from the shipped files.
@Suite struct PolicyTableTests {
    private static func tables(_ name: String) throws -> [String: [[String]]] {
        let folder = try TemporaryFolder()
        let fit = try FitResult(modelPaths: [repositoryFile("models/\(name).yaml")])
        let written = try fit.write(to: folder.path + "/run", command: ["test"])
        var tables: [String: [[String]]] = [:]
        for table in written {
            let text = try contents(of: folder.path + "/run/" + table.schema.fileName)
            tables[table.schema.name] = text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }
        return tables
    }

    @Test func theDipOfRetentionIsPolicyNotSkill() throws {
        let fit = try FitResult(modelPaths: [repositoryFile("models/grade-retention.yaml")])
        let rows = try #require(fit.models[0].transitions).policy.filter { $0.policyYear != nil }
        #expect(rows.count == 3 * 2)
        for row in rows where row.cell.cohort == "2019/20" {
            // Retention fell, whatever the baseline and the identification, and the interval of the policy's part is below 0.
            #expect(try #require(row.pointsInterval).upperBound < 0, "\(row.against), \(row.identification ?? "")")
        }
        // A loss of skill would have raised retention: the policy took off more than the fall that was seen.
        for row in rows {
            #expect(try #require(row.skill).points.value > 0)
            #expect(try #require(row.policy).points.value < row.deviation.points.value)
        }
        let table = try #require(try Self.tables("grade-retention")["policy"])
        #expect(table[0].count == TableSchema.policy.columns.count && table.count == 1 + 3 * 2)
    }

    @Test func everyTrackAndYearAfterTheBaselineIsInThePolicyTable() throws {
        let tables = try Self.tables("exam-pass-rates")
        let rows = try #require(tables["policy"]).dropFirst()
        // 6 tracks, 3 kinds of baseline; 3 policy years by 2 identifications, and 2 years under the old rules by one.
        #expect(rows.count == 144)
        // A header; 5 baseline years, and 5 others against mean and trend.
        #expect(tables["levels"]?.count == 91)
    }

    @Test func tablesWithoutRowsAreNotWritten() throws {
        let tables = try Self.tables("pro-to-mbo")
        #expect(Set(tables.keys) == ["estimates", "cells", "cell_covariances", "levels", "ratios", "diagnostics"])
    }
}

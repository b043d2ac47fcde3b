import Models
import TestSupport
import Testing

@testable import Runs

/// The tables of correlations and of orders as they are written.
@Suite struct SurveyAssociationTablesTests {
    /// The rows of a written table, by column.
    private static func rows(_ path: String) throws -> [[String: String]] {
        let lines = try contents(of: path).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(lines.allSatisfy { $0.count == lines[0].count })
        return lines.dropFirst().map { Dictionary(zip(lines[0], $0), uniquingKeysWith: { first, _ in first }) }
    }

    private static let yaml = """
        kind: survey
        data: {file: d.csv}
        sector: {column: s, order: [po, vo]}
        items:
          - {items: [a, b], categories: ["0", "1", "2"], top: ["1", "2"]}
          - {multiple: [m1, m2], name: m, labels: {m1: Tutors, m2: Groups}}
          - {multiple: [n1, n2], name: n, labels: {n1: Tutors, n2: Groups}}
        correlations: [{items: [a, b], method: polychoric, name: c}]
        rank_comparisons: [{name: r, between: [m, n]}]
        """

    @Test("Joint shares are percent, correlations are not; a small sector has labels only")
    func tables() throws {
        let folder = try TemporaryFolder()
        var data = "a,b,s,m1,m2,n1,n2\n"
        for row in 0..<127 {
            let a = row % 3
            data += "\(a),\(row % 4 == 0 ? a : row % 2),\(row < 120 ? "po" : "vo"),"
            data += "\(row % 2),\(row % 3 == 0 ? 1 : 0),\(row % 4 == 0 ? 1 : 0),\(row % 2)\n"
        }
        _ = try folder.write(data, to: "d.csv")
        let path = try folder.write(Self.yaml, to: "m.yaml")
        _ = try FitResult(modelPaths: [path]).write(to: folder.file("out"), command: ["fit"])
        let correlations = try Self.rows(folder.file("out/survey_correlations.csv"))
        #expect(correlations.map { $0["sector"] } == ["po", "vo"] && correlations.map { $0["n"] } == ["120", ""])
        let po = correlations[0]
        #expect(po["name"] == "c" && po["method"] == "polychoric" && po["first_top"] == "1 + 2")
        let value = try #require(po["correlation"].flatMap(Double.init))
        let both = try #require(po["both_tops"].flatMap(Double.init))
        // Of every 12 rows 6 are in the top of both.
        #expect(abs(value) < 1 && abs(both - 50) < 1e-12)
        #expect(correlations[1]["suppressed"] == "count" && correlations[1]["correlation"] == "")
        #expect(correlations[1]["both_tops"] == "" && correlations[1]["p_value"] == "")
        let orders = try Self.rows(folder.file("out/survey_rank_comparisons.csv"))
        #expect(orders.map { $0["first_sector"] } == ["po", "po", "vo", "vo"])
        #expect(orders.map { $0["option"] } == ["m1", "m2", "m1", "m2"])
        #expect(orders[0]["first_share"] == "50" && orders[0]["first_rank"] == "1" && orders[0]["moved_up"] == "-1")
        #expect(orders[0]["spearman"] == "-1" && orders[0]["in_both_top_threes"] == "yes")
        #expect(orders[2]["suppressed"] == "suppressed_row" && orders[2]["first_share"] == "")
        #expect(orders[2]["in_both_top_threes"] == "")
    }

    @Test("Both tables are described, each column once")
    func schemas() {
        for schema in [TableSchema.surveyCorrelations, .surveyRankComparisons] {
            #expect(Set(schema.columns.map(\.name)).count == schema.columns.count)
            #expect(schema.columns.allSatisfy { !$0.description.isEmpty })
            #expect(TableSchema.all.contains { $0.name == schema.name })
        }
    }
}

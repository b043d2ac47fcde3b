import TestSupport
import Testing

@testable import Models

/// Orders of options in two questions, tables or waves.
@Suite struct SurveyRankComparisonTests {
    /// Shares 50, 40, 30, 20, 10 percent and 10, 40, 50, 20, 25.
    private static let counts: String = {
        var text = "tables:\n"
        for (table, sector, shares) in [("t", "po", [50, 40, 30, 20, 10]), ("u", "vo", [10, 40, 50, 20, 25])] {
            for (name, count) in zip(["a", "b", "c", "d", "e"], shares) {
                text += "  - {table: \(table), item: \(name), sector: \(sector), count: \(count), base: 100}\n"
            }
        }
        return text
    }()

    private static func findings(_ yaml: String) throws -> SurveyFindings { try surveyFindings(yaml, data: "") }

    @Test("Published tables of two sectors: R's Spearman and Kendall (R 4.2.2), who moved, and the common top three")
    func published() throws {
        let rows = try Self.findings(Self.counts + "rank_comparisons: [{name: r, between: [t, u]}]\n").rankComparisons
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(abs(row.spearman + 0.2) < 1e-14 && abs(row.kendall + 0.2) < 1e-14)
        #expect(row.options.map(\.firstRank) == [1, 2, 3, 4, 5])
        #expect(row.options.map(\.secondRank) == [5, 2, 1, 4, 3])
        #expect(row.movedOptions.map(\.name) == ["a", "c", "e"])
        #expect(row.movedOptions.map(\.movedUp) == [-4, 2, 2])
        #expect(row.commonTopThree.map(\.name) == ["b", "c"])
        #expect(row.first == .init(name: "t", sector: "po", wave: "") && row.second.sector == "vo")
        #expect(row.options.map(\.firstShare) == [0.5, 0.4, 0.3, 0.2, 0.1] && row.optionsLeftOut.isEmpty)
    }

    @Test("One table in two waves, in each sector that has both; options of one wave only are left out and named")
    func waves() throws {
        let yaml = """
            wave: {order: ["1", "2"]}
            tables:
              - {table: t, item: a, sector: po, wave: "1", count: 5, base: 10}
              - {table: t, item: b, sector: po, wave: "1", count: 4, base: 10}
              - {table: t, item: a, sector: po, wave: "2", count: 5, base: 10}
              - {table: t, item: b, sector: po, wave: "2", count: 6, base: 10}
              - {table: t, item: c, sector: po, wave: "2", count: 6, base: 10}
              - {table: t, item: a, sector: vo, wave: "2", count: 6, base: 10}

            """
        let fit = try surveyFit(yaml + "rank_comparisons: [{name: r, item: t, waves: ['1', '2']}]\n", data: "")
        let rows = try #require(fit.survey?.rankComparisons)
        #expect(rows.map(\.first.sector) == ["po"] && rows.map(\.second.wave) == ["2"])
        #expect(rows[0].spearman == -1 && rows[0].options.map(\.movedUp) == [-1, 1])
        #expect(rows[0].optionsLeftOut == ["c"])
        #expect(
            fit.fit.diagnostics.contains {
                $0.name == "options_not_compared" && $0.isWarning && $0.note.contains("the first: c")
            })
    }

    /// 60 respondents: options of two questions with the same labels, and two batteries.
    private static let data: String = {
        var text = "m1,m2,m3,n1,n2,n3,q1,q2,r1,r2\n"
        for i in 0..<60 {
            for count in [40, 30, 20, 12, 30, 20] { text += i < count ? "1," : "0," }
            text += "\(i < 40 ? "high" : "low"),\(i < 30 ? "high" : "low"),"
            text += "\(i < 15 ? "low" : i < 30 ? "mid" : "high"),\(i < 25 ? "low" : "high")\n"
        }
        return text
    }()

    private static let items = """
        data: {file: d.csv}
        items:
          - {multiple: [m1, m2, m3], name: plans, labels: {m1: Tutors, m2: Groups, m3: Summer}}
          - {multiple: [n1, n2, n3], name: deeds, labels: {n1: Tutors, n2: Groups, n3: Summer}}
          - {items: [q1, q2], name: Q, categories: [low, high], labels: {q1: Reading, q2: Sums}}
          - {items: [r1, r2], name: R, categories: [low, mid, high], top: [mid, high], labels: {r1: Reading, r2: Sums}}

        """

    @Test("Options of other columns belong together by label; batteries by their top, or the first of two answers")
    func labels() throws {
        let rows = try surveyFindings(
            Self.items + "rank_comparisons:\n  - {name: options, between: [plans, deeds]}\n"
                + "  - {name: batteries, between: [Q, R]}\n", data: Self.data
        ).rankComparisons
        #expect(rows.map(\.name) == ["options", "batteries"])
        #expect(rows[0].options.map(\.label) == ["Tutors", "Groups", "Summer"])
        #expect(rows[0].options.map(\.secondRank) == [3, 1, 2] && rows[0].spearman == -0.5)
        #expect(rows[0].options.map(\.secondShare) == [0.2, 0.5, 20.0 / 60])
        // Of Q the share of low: 20 and 30 of 60. Of R that of mid and high: 45 and 35.
        #expect(rows[1].options.map(\.firstRank) == [2, 1] && rows[1].options.map(\.secondRank) == [1, 2])
        #expect(rows[1].options.map(\.secondShare) == [0.75, 35.0 / 60])
    }

    @Test("A withheld share withholds the whole order")
    func withheld() throws {
        let yaml = Self.items + "rank_comparisons: [{name: o, between: [plans, deeds]}]\n"
        let row = try #require(
            try surveyFindings(yaml + "disclosure: {minimum_count: 13}\n", data: Self.data).rankComparisons.first)
        #expect(row.suppressed == "suppressed_row" && row.spearman.isNaN)
        #expect(row.options.map(\.name) == ["m1", "m2", "m3"])
        #expect(row.options.allSatisfy { $0.firstShare.isNaN && $0.secondRank.isNaN && !$0.isInBothTopThrees })
        #expect(row.movedOptions.isEmpty && row.commonTopThree.isEmpty)
    }

    static let mistakes: [(String, String)] = [
        (
            items + "rank_comparisons: [{name: r, between: [plans, ded]}]\n",
            "m.yaml:8:20: no battery, item with several options or published table is named 'ded'."
        ),
        (
            items + "rank_comparisons: [{name: r, between: [plans, deed]}]\n",
            "m.yaml:8:20: no battery, item with several options or published table is named 'deed'. Did you mean 'deeds'?"
        ),
        (
            items + "rank_comparisons: [{name: r, item: plans}]\n",
            "m.yaml:8:20: a rank comparison has either 'between', or 'item' and 'waves'."
        ),
        (items + "rank_comparisons: [{name: r, between: [plans]}]\n", "m.yaml:8:39: found 1; expected two."),
        (
            items + "rank_comparisons: [{name: r, item: plans, waves: [w1, w2]}]\n",
            "m.yaml: rank comparison 'r': no share is known of wave 'w1'; no waves are declared. Declare 'wave'."
        ),
        (
            items + "rank_comparisons: [{name: r, between: [plans, Q]}]\n",
            "m.yaml: rank comparison 'r': 'plans' and 'Q' have 0 options of the same name or label; an order needs two or more. Give both "
                + "the same names, or the same 'labels'."
        ),
        (
            "tables: [{table: t, item: a, count: 1, base: 2}]\nrank_comparisons: [{name: r, between: [t, u]}]\n",
            "m.yaml:3:20: no battery, item with several options or published table is named 'u'. Did you mean 't'?"
        ),
        (
            "data: {file: d.csv}\ncounts: {item: m1, count: m2, base: q, table: t}\n"
                + "rank_comparisons: [{name: r, between: [tab, tib]}]\n",
            "m.yaml: rank comparison 'r': no battery, item with several options or published table is named 'tib'. Did you mean 'tab'?"
        ),
    ]

    /// The words of what is thrown.
    private static func message(_ yaml: String, data: String = data) -> String {
        do {
            _ = try surveyFindings(yaml, data: data)
            return "nothing thrown"
        } catch {
            let text = "\(error)"
            return text.range(of: "m.yaml").map { String(text[$0.lowerBound...]) } ?? text
        }
    }

    @Test("What cannot be compared is refused in words", arguments: mistakes)
    func refused(yaml: String, message: String) {
        let counts = "m1,m2,q,t\na,1,2,tab\nb,2,2,tab\n"
        #expect(Self.message(yaml, data: yaml.contains("counts:") ? counts : Self.data) == message)
    }

    @Test("Shares that are all alike have no order; a battery of three answers without top has none either")
    func noOrder() {
        let alike =
            "tables:\n  - {table: t, item: a, count: 1, base: 2}\n  - {table: t, item: b, count: 1, base: 2}\n"
            + "  - {table: u, item: a, count: 1, base: 2}\n  - {table: u, item: b, count: 2, base: 2}\n"
            + "rank_comparisons: [{name: r, between: [t, u]}]\n"
        #expect(
            Self.message(alike)
                == "m.yaml: rank comparison 'r': all options have the same share in 't', so they have no order. Drop it."
        )
        let battery =
            "data: {file: d.csv}\nitems:\n  - {items: [r1, r2], name: R, categories: [low, mid, high]}\n"
            + "  - {multiple: [m1, m2], name: m}\nrank_comparisons: [{name: r, between: [R, m]}]\n"
        #expect(
            Self.message(battery)
                == "m.yaml: item 'r1' of battery 'R' has 3 answers and no 'top', so it has no single share to order it by. "
                + "Give 'top'.")
    }
}

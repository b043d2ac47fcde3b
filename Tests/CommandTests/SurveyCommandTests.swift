import TestSupport
import Testing

@Suite struct SurveyCommandTests {
    @Test func theShippedMonitorIsPrintedAndWritten() throws {
        let folder = try TemporaryFolder()
        let result = try herstel(
            ["fit", repositoryFile("models/monitor-2023.yaml"), "--output", "out"], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        // 1876 / 3073 and Wilson's interval: R 4.2.2 prop.test(1876, 3073, correct = FALSE).
        for line in [
            "2.1 most positive developments (top three); po, wave 5: percent (95% interval)",
            "instruction in small groups              1876  3073  61.0 (59.3-62.8)     1               1",
            "po, wave 5                    6427  3534 (55.0%)  3073  47.8 (46.6-49.0)         13.0",
            "region, vo, wave 5: differs from the population, by little (from rounded percents); furthest: south, 20.0% of",
            "All 96 printed percents are what their counts give.",
        ] { #expect(result.output.contains(line), "\(line)") }
        #expect(!result.output.contains(" nan") && !result.output.contains("Optional"))
        let package = try contents(of: folder.file("out/datapackage.json"))
        for name in [
            "survey_shares", "survey_ranks", "representativeness", "response_composition", "response", "diagnostics",
        ] { #expect(package.contains("\"\(name).csv\""), "\(name)") }
        #expect(!package.contains("survey_means.csv") && !package.contains("inconsistencies.csv"))
    }

    @Test func itIsExplainedAndChecked() throws {
        let folder = try TemporaryFolder()
        let monitor = repositoryFile("models/monitor-2023.yaml")
        let check = try herstel(["check", monitor], in: folder.path)
        #expect(check.code == 0 && check.output.contains("fine, a model: School leaders' answers"))
        let explained = try herstel(["explain", monitor], in: folder.path)
        #expect(explained.code == 0 && explained.output.contains("Shares of 96 published counts"))
    }

    @Test func groupsStandSideBySideAndSmallOnesAreWithheld() throws {
        let folder = try TemporaryFolder()
        var data = "q,m1,m2,g\n"
        for row in 0..<200 {
            let group = row < 7 ? "small" : row < 27 ? "middle" : row < 90 ? "large" : "rest"
            data +=
                "\(row % 2 == 0 || row >= 90 && row < 160 ? "yes" : "no"),\(row % 3 == 0 ? 1 : 0),\(row % 4 == 0 ? 0 : 1),\(group)\n"
        }
        _ = try folder.write(data, to: "d.csv")
        _ = try folder.write(
            "kind: survey\ndata: {file: d.csv}\nitems:\n  - {item: q, label: Are plans made?, categories: [yes, no]}\n"
                + "  - {multiple: [m1, m2], name: measures, labels: {m1: Small groups, m2: Tutoring}}\n"
                + "by: [{column: g, name: size, order: [small, middle, large, rest]}]\n", to: "m.yaml")
        let result = try herstel(["fit", "m.yaml", "--output", "out"], in: folder.path)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        for line in [
            "Are plans made?, by size: percent (95% interval)", "x: withheld, as it rests on too few respondents",
            "The test that answers are alike in the groups is withheld: it rests on a withheld row.",
            "Note: suppressed rows", "measures, by size: percent",
        ] { #expect(result.output.contains(line), "\(line)\n\(result.output)") }
        let lines = result.output.split(separator: "\n")
        let header = try #require(lines.firstIndex { $0.contains("answer") && $0.contains("small") })
        let first = lines[header + 1].split(separator: " ")
        #expect(first.first == "yes" && first.contains("x"))
        // Most chosen first.
        let tutoring = try #require(lines.firstIndex { $0.contains("Tutoring") })
        let groups = try #require(lines.firstIndex { $0.contains("Small groups") })
        #expect(tutoring < groups)
        // The small group's 7 respondents, of whom 4 said yes, are nowhere.
        let sizes = try #require(lines.first { $0.hasPrefix("  n ") }).split(separator: " ")
        #expect(sizes.contains("200") && sizes.contains("x") && !sizes.contains("7"))
        #expect(!result.output.contains("57.1"))
    }
}

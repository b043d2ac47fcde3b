import Foundation
import TestSupport
import Testing

@Suite struct CareersCommandTests {
    @Test func careersAreCheckedExplainedSimulatedAndReported() throws {
        let folder = try TemporaryFolder()
        let path = try ScenarioText.withCareers.write(to: folder)
        let check = try herstel(["check", path], in: folder.path)
        #expect(check.code == 0 && check.output == "\(path): fine, 2 scenarios, 1 outcome, careers in po\n")

        let explain = try herstel(["explain", path], in: folder.path)
        #expect(explain.code == 0, "\(explain.errors)")
        for text in [
            "careers.po.declared.retained.all", "careers.po.entering.high.practical",
            "careers.po.policy.2021/22.retained.all",
            // Three schools, two groups, five grades of two tracks, four years.
            "120 (schools x SES groups x grades of all tracks x school years), beside a baseline",
        ] {
            #expect(explain.output.contains(text), "\(text)")
        }

        let out = folder.file("out")
        let run = try herstel(
            ["simulate", path, "--draws", "16", "--sensitivity", "16", "--output", out], in: folder.path)
        #expect(run.code == 0, "\(run.errors)")
        for text in [
            "School careers in 'po', all pupils of 'none': shares in %, years to a diploma",
            "Identifying assumption: flows before the crisis hold, and skill, well-being and policy shift their log-odds as declared.",
            "without_delay_diploma", "at most 1.000", "School careers are not part of this analysis",
            "careers.csv (696)",
        ] {
            #expect(run.output.contains(text), "\(text)")
        }
        let package = try String(contentsOfFile: out + "/datapackage.json", encoding: .utf8)
        #expect(package.contains("\"careers.csv\"") && package.contains("above_placement_grade_3"))
    }

    @Test func theShippedCareersAreFine() throws {
        let path = repositoryFile("scenarios/school-careers.yaml")
        let check = try herstel(["check", path], in: NSTemporaryDirectory())
        #expect(
            check.code == 0 && check.output == "\(path): fine, 4 scenarios, 2 outcomes, careers in vo\n",
            "\(check.errors)")
    }
}

import Scenarios
import TestSupport
import Testing

@testable import Runs

@Suite struct SchoolSourceTests {
    /// The shipped scenario with other schools, in a folder of its own.
    private func scenario(schools: String, in folder: TemporaryFolder) throws -> String {
        let text = try contents(of: repositoryFile("scenarios/np-onderwijs.yaml"))
            .replacing("schools: netherlands", with: "schools: " + schools)
            .replacing("../models/", with: repositoryFile("models") + "/")
        return try folder.write(text, to: "scenario.yaml")
    }

    @Test func marginalsOfAFileAreAnInputOfTheRun() throws {
        let folder = try TemporaryFolder()
        let embedded = try contents(of: repositoryFile("Sources/Funding/Resources/netherlands.yaml"))
        try folder.write(embedded, to: "own.yaml")
        let prepared = try PreparedScenario(path: scenario(schools: "{marginals: own.yaml}", in: folder))
        let shipped = try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml"))
        #expect(prepared.plan.population.schools == shipped.plan.population.schools)
        #expect(prepared.plan.population.quintiles == shipped.plan.population.quintiles)
        #expect(prepared.plan.assumptions.contains { $0.parameter == "population.po.sbo.schools" })
        let run = try prepared.simulate(draws: 2, threads: 1, cancellation: Cancellation(), progress: { _, _ in })
        try run.write(to: folder.file("out"), command: ["run"])
        let manifest = try contents(of: folder.file("out/run.json"))
        #expect(manifest.contains("own.yaml") && manifest.contains(sha256(Array(embedded.utf8))))
    }

    @Test func aMistakeInTheMarginalsIsToldWhereItIs() throws {
        let folder = try TemporaryFolder()
        try folder.write("title: none\nsectors: {po: {schools: {value: -1, source: test}}}\n", to: "own.yaml")
        let path = try scenario(schools: "{marginals: own.yaml}", in: folder)
        #expect {
            try PreparedScenario(path: path)
        } throws: {
            "\($0)".contains("own.yaml:2:33: found -1; expected a number above 0.")
        }
        let other = try scenario(schools: "{marginals: own.yaml, file: schools.csv}", in: folder)
        #expect {
            try PreparedScenario(path: other)
        } throws: {
            "\($0)".contains("unknown key 'file' in schools; expected 'marginals'.")
        }
    }
}

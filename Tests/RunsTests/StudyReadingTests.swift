import Scenarios
import Specifications
import TestSupport
import Testing

@testable import Runs

@Suite struct StudyReadingTests {
    @Test func readsEveryKey() throws {
        let files = try StudyFiles()
        let study = try files.study(
            StudyFiles.text(
                StudyFiles.grid,
                """
                title: A title
                draws: 32
                shards: 4
                sampling: sobol
                sensitivity: 16
                tables: [goals, sensitivity]
                trajectories: full
                resources: {time: "02:00:00", memory: 2G, partition: normal, account: proj1, qos: x, constraint: "y&z", \
                modules: [swift/6.1, OpenBLAS], throttle: 64, cpus: 2, requeue: false, units_per_task: 4}
                """))
        #expect(study.title == "A title" && study.draws == 32 && study.shards == 4 && study.sampling == .sobol)
        #expect(study.sensitivity == 16 && study.tables == ["goals", "sensitivity"] && study.trajectories == .full)
        #expect(study.base == files.scenario.path && study.name == "study")
        let resources = study.resources
        #expect(resources.time == "02:00:00" && resources.memory == "2G" && resources.partition == "normal")
        #expect(resources.account == "proj1" && resources.qos == "x" && resources.constraint == "y&z")
        #expect(resources.modules == ["swift/6.1", "OpenBLAS"] && resources.throttle == 64 && resources.cpus == 2)
        #expect(!resources.requeue && resources.unitsPerTask == 4)
        #expect(try study.checkVariants() == 12)
    }

    @Test func defaultsAreTheBasesDrawsAndTheUsualTables() throws {
        let study = try StudyFiles().study(StudyFiles.text(StudyFiles.list))
        #expect(study.draws == 100 && study.shards == 1 && study.sampling == .independent && study.sensitivity == 0)
        #expect(study.tables == ["trajectories", "comparison", "recovery", "ranking", "goals", "careers"])
        #expect(study.trajectories == .national && study.resources == JobResources() && study.title.isEmpty)
        let analysed = try StudyFiles().study(StudyFiles.text(StudyFiles.list, "sensitivity: 8"))
        #expect(analysed.tables.last == "sensitivity")
    }

    static let mistakes: [(String, [String])] = [
        ("drawz: 5", ["study.yaml:3:1: unknown key 'drawz' in study; did you mean 'draws'?"]),
        ("draws: 1", ["study.yaml:3:8: found 1; expected a whole number from 2 to 1000000."]),
        (
            "draws: 33\nsampling: sobol",
            ["study.yaml:3:8: sampling sobol needs a multiple of 16 draws; found 33."]
        ),
        ("sampling: sobol", ["study.yaml:3:11: sampling sobol needs a multiple of 16 draws; found 100."]),
        ("draws: 2\nsampling: antithetic", ["study.yaml:3:8: sampling antithetic needs at least 4 draws; found 2."]),
        ("shards: 101", ["study.yaml:3:9: found 101 shards of 100 draws; expected at most a shard a draw."]),
        (
            "draws: 1000000\nshards: 1000000",
            [
                "study.yaml:6:3: found 3 variants of 1000000 shards each; expected at most 1: a study has at most 1000000 work units."
            ]
        ),
        (
            "tables: [goals, comparisons]",
            [
                "study.yaml:3:17: found 'comparisons'; expected 'trajectories', 'comparison', 'recovery', 'ranking', 'goals', "
                    + "'careers', 'allocation_summary', 'spending', 'effects', 'capacity', 'sensitivity', 'assumptions' or "
                    + "'diagnostics'. Did you mean 'comparison'?"
            ]
        ),
        ("tables: [goals, goals]", ["study.yaml:3:17: table 'goals' is named twice."]),
        ("tables: []", ["study.yaml:3:9: found a list of 0; expected at least 1."]),
        (
            "tables: [sensitivity]",
            ["study.yaml:3:10: table 'sensitivity' needs 'sensitivity: N', the base samples of the analysis."]
        ),
        (
            "tables: [goals]\nsensitivity: 4",
            [
                "study.yaml:3:9: 'sensitivity: 4' asks for an analysis that no table keeps. Add sensitivity to the tables."
            ]
        ),
        ("trajectories: all", ["study.yaml:3:15: found 'all'; expected 'national' or 'full'."]),
        (
            "draws: x\nshards: 0\ntrajectories: ful",
            [
                "study.yaml:3:8: found 'x'; expected a whole number.",
                "study.yaml:4:9: found 0; expected a whole number from 1 to 1000000.",
                "study.yaml:5:15: found 'ful'; expected 'national' or 'full'. Did you mean 'full'?",
            ]
        ),
    ]

    @Test(arguments: mistakes)
    func saysWhatIsWrongWithAKey(key: String, expected: [String]) throws {
        #expect(try StudyFiles().problems(StudyFiles.text(StudyFiles.list, key)) == expected)
    }

    @Test func aBaseThatCannotBeReadIsTold() throws {
        let files = try StudyFiles()
        let text = StudyFiles.text(StudyFiles.list).replacing("base: scenario.yaml", with: "base: nope.yaml")
        #expect(
            files.problems(text) == ["nope.yaml: no such file. Check the path; it is relative to the current folder."])
        #expect(
            files.problems(text + "x: 1\n") == [
                "study.yaml:2:7: the scenario file cannot be read (1 problem, the first: nope.yaml: no such file. Check the path; "
                    + "it is relative to the current folder.).",
                "study.yaml:9:1: unknown key 'x' in study; expected 'kind', 'title', 'base', 'draws', 'shards', 'sampling', 'sensitivity', 'tables', 'trajectories', 'design' or 'resources'.",
            ])
        // A study is no scenario.
        #expect(!files.problems(text.replacing("nope.yaml", with: "study.yaml")).isEmpty)
    }

    @Test func pathsThatDoNotFitTheBaseAreToldAtTheStudysOwnPlaces() throws {
        let design = """
            kind: grid
            factors:
              - {name: a, set: [margin_sd, margn.x], values: [1, 2]}
              - {name: b, scale: "outcomes[sector=vo].parameters.drift", values: [1, 2]}
              - {name: c, levels: {x: {}, y: {set: {margin_sd: 3}}}}
              - {name: d, scale: title, values: [1]}
            """
        #expect(
            try StudyFiles().problems(StudyFiles.text(design)) == [
                "study.yaml:6:34: set margn.x: the file has no key 'margn'; it has 'seed', 'draws', 'reference', 'margin_sd', "
                    + "'groups', 'calendar', 'sectors', 'models', 'schools', 'outcomes', 'scenarios'.",
                "study.yaml:7:24: scale outcomes[sector=vo].parameters.drift: no element of 'outcomes' has sector 'vo'; there is 'po'. Did you mean 'po'?",
                "study.yaml:8:43: set margin_sd: 'margin_sd' was changed before ('set margin_sd = 1'), which this would undo. Leave "
                    + "one of them out, or set first and multiply later.",
                "study.yaml:9:24: scale title: the file has no key 'title'; it has 'seed', 'draws', 'reference', 'margin_sd', "
                    + "'groups', 'calendar', 'sectors', 'models', 'schools', 'outcomes', 'scenarios'.",
            ])
    }

    @Test func aVariantThatIsNoScenarioIsNamed() throws {
        let files = try StudyFiles()
        let design = "kind: grid\nfactors: [{name: p, set: \(StudyFiles.persistence), values: [0.5, 1.5]}]"
        let study = try files.study(StudyFiles.text(design))
        let error = #expect(throws: BatchError.self) { try study.checkVariants() }
        #expect(
            error?.description.replacing(files.scenario.folder.path + "/", with: "")
                == "variant 2 (p 1.5) is no scenario that can be simulated:\nscenario.yaml: read with changes: 'set "
                + "outcomes[outcome=reading].parameters.persistence.mean = 1.5'.\nscenario.yaml:19:35: no beta distribution has "
                + "this mean and sd.")
    }

    @Test func aVariantWithAFileThatTheBaseDoesNotNameIsRefused() throws {
        let files = try StudyFiles()
        try files.scenario.folder.write(contents(of: files.scenario.folder.file("schools.csv")), to: "other.csv")
        let study = try files.study(
            StudyFiles.text("kind: list\nvariants: [{name: a}, {name: b, set: {schools.file: other.csv}}]"))
        let error = #expect(throws: BatchError.self) { try study.checkVariants() }
        #expect(
            error?.description.replacing(files.scenario.folder.path + "/", with: "")
                == "variant 2 (b) is no scenario that can be simulated:\nscenario.yaml: the changes name other.csv, a file that the "
                + "base scenario does not rest on. A study varies numbers; for another file make a scenario file of its own."
        )
    }

    @Test func tellsStudiesFromOtherFiles() throws {
        func isStudy(_ text: String) throws -> Bool {
            Study.isStudy(try SpecificationFile(bytes: Array(text.utf8), path: "x").root)
        }
        #expect(try isStudy("kind: study\n") && isStudy("base: x\ndesign: y\n"))
        #expect(
            try !isStudy("kind: growth\nbase: 1\ndesign: 2\n") && !isStudy("- kind: study\n")
                && !isStudy("kind: [study]\n"))
    }

    /// One edit anywhere, of any kind, is a study or a message.
    @Test func mutantsAreReadOrRefused() throws {
        let files = try StudyFiles()
        let texts = [StudyFiles.grid, StudyFiles.list, StudyFiles.hypercube].map {
            StudyFiles.text($0, "draws: 20\nshards: 2\nresources: {time: 10, modules: [a/b]}\ntables: [goals]")
        }
        let signs = Array("[]{},:&*!|>'\"%@`#?- \\ab019\n~.\u{0}é\t")
        var random = SeededGenerator(seed: 73)
        var refused = 0
        for number in 0..<300 {
            var text = Array(texts[number % 3])
            let position = Int.random(in: 0..<text.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: text.remove(at: position)
            case 1: text.insert(signs.randomElement(using: &random) ?? "x", at: position)
            case 2: text[position] = signs.randomElement(using: &random) ?? "x"
            default: text.removeSubrange(position..<min(text.count, position + Int.random(in: 2...40, using: &random)))
            }
            let problems = files.problems(String(text))
            refused += problems.isEmpty ? 0 : 1
            #expect(problems.allSatisfy { $0.contains(": ") })
        }
        #expect((100...299).contains(refused))
    }

    /// The example of the repository, and what it says of itself.
    @Test func theShippedStudyIsRead() throws {
        let study = try Study(path: repositoryFile("studies/severity-by-rules.yaml"))
        #expect(
            study.variants.count == 27 && study.factors.map(\.name) == ["closure_weeks", "score_money", "evidence"])
        #expect(study.factors.map(\.isNumeric) == [true, false, false])
        #expect(try study.checkVariants() == 27)
    }
}

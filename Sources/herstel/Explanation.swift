import Funding
import Models
import Runs
import Scenarios
import Specifications
import Synthesis

/// Whether a file is a model, a scenario, a study, a truth or a menu of interventions.
enum SpecificationKind {
    case model
    case scenario
    case study
    case truth
    case menu

    init(path: String) throws {
        let file = try SpecificationFile(path: path)
        let isScenario = file.root.isMapping && file.root.hasKey("scenarios")
        if Study.isStudy(file.root) {
            self = .study
        } else {
            self =
                isScenario
                ? .scenario : Truth.isTruth(file.root) ? .truth : InterventionMenu.isMenu(file.root) ? .menu : .model
        }
    }

    /// Reads the file as its kind; returns what it is.
    func check(_ path: String) throws -> String {
        switch self {
        case .model:
            let model = try ModelFile(path: path)
            return "a model" + (model.title.isEmpty ? "" : ": \(model.title)")
        case .scenario:
            let scenario = try ScenarioFile(path: path)
            for model in scenario.models { _ = try ModelFile(path: model.path) }
            let careers =
                scenario.careers.isEmpty ? "" : ", careers in " + scenario.careers.map(\.sector).joined(separator: ", ")
            return
                "\(counted(scenario.scenarios.count, "scenario")), \(counted(scenario.outcomes.count, "outcome"))\(careers)"
        case .study:
            let study = try Study(path: path)
            try study.checkVariants()
            let factors = study.factors.map(\.name).joined(separator: ", ")
            return "a study of \(counted(study.variants.count, "variant")) of \(study.base)"
                + (factors.isEmpty ? "" : ": \(factors)")
        case .truth:
            let truth = try Truth(path: path)
            return "a truth" + (truth.title.isEmpty ? "" : ": \(truth.title)")
        case .menu:
            let menu = try InterventionMenu(path: path)
            return "\(menu.interventions.count) interventions, versions \(menu.versions.joined(separator: ", "))"
        }
    }
}

/// What `herstel explain` prints.
enum Explanation {
    static func study(_ study: Study) -> String {
        let units = study.variants.count * study.shards
        let lines = [
            "\(study.name): \(study.title)", "",
            "\(counted(study.variants.count, "variant")) of \(study.base), \(study.draws) draws each "
                + "(\(study.sampling.rawValue)), in \(counted(units, "work unit")).",
            "Tables kept: \(study.tables.joined(separator: ", ")).", "", "Varied",
        ]
        return (lines + study.factors.map { "  \($0.name): \($0.description)" }).joined(separator: "\n")
    }

    static func scenario(
        _ prepared: PreparedScenario, draws: Int, threads: Int,
        sensitivitySamples: Int = SensitivityAnalysis.defaultSamples
    ) throws -> String {
        let (file, plan) = (prepared.file, prepared.plan)
        return try """
        \(file.name): \(file.title)
        \(file.note.isEmpty ? "" : "\n" + note(file.note) + "\n")
        Scenarios, the first against which the others are compared: \(file.reference); \(plan.scenarios
                .map(\.declaration.name).filter { $0 != file.reference }.joined(separator: ", "))
        School years \(file.years.first?.description ?? "") to \(file.years.last?.description ?? ""), \
        \(plan.population.schools.count) schools, seed \(file.seed)

        \(SizeReport(prepared, draws: draws, threads: threads, sensitivitySamples: sensitivitySamples).text)

        \(numbers(plan.assumptions))
        """
    }

    /// A scenario file without outcomes: its schools and its money.
    static func money(_ plan: FundingPlan) -> String {
        """
        \(plan.file.name): \(plan.file.title)

        Scenarios: \(plan.scenarios.map(\.declaration.name).joined(separator: ", ")); no outcomes, so nothing is simulated
        \(plan.population.schools.count) schools (\(plan.population.source)), seed \(plan.file.seed)

        \(numbers(plan.assumptions))
        """
    }

    private static func numbers(_ assumptions: [Assumption]) -> String {
        var table = TextTable(
            ["parameter", "distribution", "mean", "sd", "5%", "95%", "origin"],
            numeric: [false, false, true, true, true, true, false])
        var sources: [String] = []
        for row in assumptions {
            table.append([
                row.parameter, row.distribution, significant(row.mean), significant(row.standardDeviation),
                significant(row.low), significant(row.high), row.origin,
            ])
            sources.append("  \(row.parameter): \(row.source)" + (row.note.isEmpty ? "" : " (\(row.note))"))
        }
        return """
            Every number, what it is and where it comes from
            \(table.text)

            Sources
            \(sources.joined(separator: "\n"))
            """
    }

    /// A margin in percentage points, where one is declared for all outcomes.
    private static func margin(_ judgement: Judgement) -> [String] {
        judgement.margin(of: "", standardDeviation: nil).map { ["  margin    \(significant($0)) percentage points"] }
            ?? []
    }

    /// What a file's author wants its readers to know, in lines of at most a hundred characters.
    static func note(_ text: String) -> String {
        var lines = [""]
        for word in ("Note: " + text).split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, last.count + word.count < 100 {
                lines[lines.count - 1] += (last.isEmpty ? "" : " ") + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.map { "  " + $0 }.joined(separator: "\n")
    }

    static func model(_ model: ModelFile) -> String {
        var lines = ["\(model.name): \(model.title)", ""]
        if !model.note.isEmpty { lines += [note(model.note), ""] }
        switch model.kind {
        case .growth(let growth):
            lines += [
                "A linear mixed model, \(growth.criterion.rawValue).", "  formula  \(growth.formula.text)",
                "  data     \(growth.dataPath)",
            ]
        case .aggregate(let aggregate):
            lines.append("Published figures combined by generalised least squares.")
            var table = TextTable(["figure", "estimate", "std. error", "source"], numeric: [false, true, true, false])
            for figure in aggregate.figures {
                table.append([
                    figure.name, significant(figure.estimate), significant(figure.standardError), figure.source,
                ])
            }
            lines += [table.text, "", "Declared correlations of their errors; 0 between the others"]
            lines += aggregate.correlations.map {
                "  \(fixed($0.value, 3))  \(aggregate.figures[$0.first].name), \(aggregate.figures[$0.second].name)"
            }
            lines += aggregate.standardDeviations.sorted { $0.key < $1.key }.map {
                "  baseline standard deviation of \($0.key): \(significant($0.value)) score points"
            }
        case .trend(let trend): lines += TrendReport.explanation(trend)
        case .evidence(let evidence): return EvidenceReport.explanation(evidence, heading: lines)
        case .persistence(let persistence): return PersistenceReport.explanation(persistence, heading: lines)
        case .survey(let survey): return (lines + survey.explanation).joined(separator: "\n")
        case .transitions(let transitions): lines += transitions.explanation + margin(model.judgement)
        }
        if let baseline = model.baseline {
            lines += ["", "Baseline: \(baseline.kind.rawValue) of \(baseline.cohorts.joined(separator: ", "))"]
        }
        if case .transitions = model.kind, !margin(model.judgement).isEmpty { return lines.joined(separator: "\n") }
        lines.append(
            "Judged with a margin of \(fixed(model.judgement.margin, 3)) SD; weeks of "
                + "\(fixed(model.judgement.teachingWeeks, 1)) teaching weeks a year")
        return lines.joined(separator: "\n")
    }
}

/// The last lines of a run: where the results are.
struct Closing {
    let folder: String
    let tables: [ResultTable]
    let draws: Int?
    var hasDrawTable = false

    var text: String {
        let rows =
            tables.map { "\($0.schema.fileName) (\($0.rowCount))" }.joined(separator: ", ")
            + (hasDrawTable ? ", draws.csv" : "")
        let what = draws.map { "\($0) draws. " } ?? ""
        return
            "\n\(what)Results in \(folder)/, with rows: \(rows).\nColumns and units: datapackage.json; provenance: run.json."
    }
}

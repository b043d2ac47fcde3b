import LinearAlgebra
import Models
import Recovery
import Scenarios
import Specifications
import Tables

/// The version of the program.
public let herstelVersion = "0.1.0"

/// A fitted set of models with their analyses.
public struct FitResult: Sendable {
    /// The models.
    public let models: [FittedModel]
    /// The analyses of the models that report growth, by model name.
    public let analyses: [String: RecoveryAnalysis]
    /// The likelihood-ratio test of each model against the one before it, where asked for.
    public let comparisons: [ModelComparison]

    /// Fits model files.
    ///
    /// - Parameter isCompared: Whether each model is tested against the one before it.
    /// - Throws: the errors of model files, their data and their fits.
    public init(modelPaths: [String], isCompared: Bool = false) throws {
        BLASLibrary.useOneThread()
        let files = try modelPaths.map { path in try ModelFile(path: path) }
        for (position, file) in files.enumerated() where files[..<position].contains(where: { $0.name == file.name }) {
            // Tables tell models apart by their names.
            throw SpecificationError(
                "two models are named '\(file.name)', after their files. Give each file once, and a name of its own.",
                at: SpecificationPlace(file: file.path))
        }
        models = try files.map { try $0.fit() }
        var analyses: [String: RecoveryAnalysis] = [:]
        for model in models {
            do {
                analyses[model.fit.model] = try RecoveryAnalysis(model)
            } catch {
                throw RecoveryFileError(path: model.file.path, error: error)
            }
        }
        self.analyses = analyses
        comparisons = isCompared ? try ModelComparison.chain(models) : []
    }

    /// The diagnostics of every model.
    public var diagnostics: [SubjectDiagnostic] {
        models.flatMap { model in
            model.fit.diagnostics.map { SubjectDiagnostic(subject: model.fit.model, diagnostic: $0) }
        }
    }

    var inputs: [(path: String, bytes: [UInt8])] {
        get throws {
            try models.flatMap { model in
                [(model.file.path, model.file.bytes)] + (try model.dataPaths.map { ($0, try readFile($0)) })
            }
        }
    }

    var teachingWeeks: [String: Double] {
        Dictionary(uniqueKeysWithValues: models.map { ($0.fit.model, $0.file.judgement.teachingWeeks) })
    }

    /// Writes the tables of the fit into a run directory.
    ///
    /// - Returns: The tables written.
    @discardableResult
    public func write(to path: String, command: [String]) throws -> [ResultTable] {
        let tables =
            try FitTables(models: models, analyses: analyses).tables()
            + InferenceTables(models: models, tests: comparisons).tables + EvidenceTables(models: models).tables
            + SeriesTables(models: models).tables + PolicyTable(models: models).tables
            + FlowTables(models: models).tables
            + RatiosTable(models: models, analyses: analyses).tables() + SurveyTables(models: models).tables
            + [.diagnostics(diagnostics)]
        let name = models.map(\.fit.model).joined(separator: "-")
        try RunWriter(path: path, name: name, title: models.map(\.file.title).joined(separator: "; ")).write(
            tables, command: command, seed: nil, teachingWeeks: teachingWeeks,
            inputs: try inputs.map { Manifest.Input($0) })
        return tables
    }
}

/// A recovery error with the model file it concerns.
public struct RecoveryFileError: Error, Sendable, CustomStringConvertible {
    /// The model file.
    public let path: String
    /// What is wrong.
    public let error: RecoveryError

    /// `file: message`.
    public var description: String { "\(path): \(error)" }
}

/// A scenario error with the scenario file it concerns.
public struct ScenarioFileError: Error, Sendable, CustomStringConvertible {
    /// The scenario file.
    public let path: String
    /// What is wrong.
    public let error: ScenarioError

    /// `file: message`, or `file:line:column: message` when the place is known.
    public var description: String { error.place == nil ? "\(path): \(error)" : "\(error)" }
}

/// A scenario file put together with its fitted models, ready to run.
public struct PreparedScenario: Sendable {
    /// The scenario file.
    public let file: ScenarioFile
    /// Its fitted models.
    public let fit: FitResult
    /// The plan.
    public private(set) var plan: SimulationPlan
    /// The files read, once somebody has asked: a change on disk afterwards is none of this run.
    private var inputList: [Manifest.Input]?
    /// How long it took to fit the models and to allocate the money.
    let preparationSeconds: Double

    /// Reads a scenario file, fits its models and allocates its money.
    ///
    /// - Throws: the errors of the files, the fits and the money.
    public init(path: String) throws { try self.init(ScenarioFile(path: path)) }

    /// Fits the models of a scenario file and allocates its money.
    ///
    /// - Throws: the errors of the files, the fits and the money.
    public init(_ scenario: ScenarioFile) throws {
        let start = ContinuousClock.now
        file = scenario
        fit = try FitResult(modelPaths: file.models.map(\.path))
        do {
            plan = try SimulationPlan(
                file, analyses: fit.analyses,
                models: Dictionary(fit.models.map { ($0.fit.model, $0) }, uniquingKeysWith: { first, _ in first }))
        } catch let error as ScenarioError {
            throw ScenarioFileError(path: file.path, error: error)
        }
        preparationSeconds = (ContinuousClock.now - start) / .seconds(1)
    }

    /// Reads the files that the simulation rests on.
    mutating func readInputs() throws -> [(path: String, bytes: [UInt8])] {
        var inputs = try plan.funding.inputs + fit.inputs
        if let menu = file.interventions?.menu { inputs.append((menu.path, menu.bytes)) }
        inputList = inputs.map { Manifest.Input($0) }
        return inputs
    }

    /// The files that the simulation rests on.
    var inputs: [Manifest.Input] {
        get throws {
            if let inputList { return inputList }
            var copy = self
            return try copy.readInputs().map { Manifest.Input($0) }
        }
    }

    /// The scenario that draws from other estimates of the same models.
    func drawing(from estimates: [DrawnEstimate]) -> PreparedScenario {
        var scenario = self
        scenario.plan = plan.replacing(estimates)
        return scenario
    }

    /// Simulates.
    ///
    /// - Parameters:
    ///   - draws: The number of draws; with a precision, the number to begin with.
    ///   - precision: Until when to go on; nil for exactly so many draws.
    ///   - store: Where finished blocks of draws are kept; nil for memory only.
    ///   - keepsDraws: Whether the table of all draws will be written.
    ///   - sensitivitySamples: Base samples of the sensitivity analysis; 0 for none.
    ///   - progress: Called with the number of draws done and the number gone on to.
    public func simulate(
        draws: Int, until precision: SimulationPrecision? = nil, threads: Int, store: ShardStore? = nil,
        keepsDraws: Bool = false, sensitivitySamples: Int = 0, cancellation: Cancellation,
        progress: @escaping @Sendable (Int, Int) -> Void
    ) throws -> CompletedRun {
        let simulator = Simulator(plan)
        let result: SimulationResult
        if let precision {
            result = try simulator.run(
                until: precision, beginningWith: draws, threads: threads, store: store, cancellation: cancellation,
                progress: progress)
        } else {
            result = try simulator.run(draws: draws, threads: threads, store: store, cancellation: cancellation) {
                progress($0, draws)
            }
        }
        let request = SimulationRequest(
            draws: draws, precision: precision, keepsDraws: keepsDraws, sampling: plan.sampling,
            sensitivitySamples: sensitivitySamples)
        return try summary(of: result, request, precision: precision, cancellation: cancellation)
    }

    /// Summarises draws.
    ///
    /// - Parameter scope: What is made of them.
    /// - Throws: ``Scenarios/ScenarioError/cancelled``.
    func summary(
        of result: SimulationResult, _ request: SimulationRequest, precision: SimulationPrecision? = nil,
        scope: SummaryScope = SummaryScope(), cancellation: Cancellation = Cancellation()
    ) throws -> CompletedRun {
        let start = ContinuousClock.now
        let sensitivity =
            request.sensitivitySamples > 0
            ? try SensitivityAnalysis(
                plan, result: result, samples: request.sensitivitySamples, cancellation: cancellation) : nil
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let summary = result.summary(plan, trajectories: scope.trajectories)
        let (effects, limits) =
            scope.hasEffects ? (plan.effects(draws: result.draws), plan.staffLimits(draws: result.draws)) : ([], [])
        if cancellation.isCancelled { throw ScenarioError.cancelled }
        return CompletedRun(
            prepared: self, draws: result.draws, precision: precision, largestMCSE: result.largestMCSEOfMean(plan),
            summary: sensitivity.map { summary.split(by: $0) } ?? summary, effects: effects,
            staffLimits: limits, sensitivity: sensitivity, sensitivitySeconds: seconds,
            request: request, keptResult: request.keepsDraws ? result : nil)
    }

    /// The scenario with the inputs of its draws sampled in another way.
    ///
    /// - Throws: ``ScenarioFileError`` when there are too many of them.
    public func sampled(by design: SamplingDesign) throws -> PreparedScenario {
        var scenario = self
        do {
            scenario.plan = try plan.sampled(by: design)
        } catch {
            throw ScenarioFileError(path: file.path, error: error)
        }
        return scenario
    }
}

/// The money of a scenario file, allocated and spent; nothing is fitted or simulated.
public struct AllocatedMoney: Sendable {
    /// The schools and the money.
    public let plan: FundingPlan

    /// Reads a scenario file and allocates its money.
    ///
    /// - Throws: the errors of the file, its schools and its money.
    public init(path: String) throws {
        let file = try ScenarioFile(path: path)
        do {
            plan = try FundingPlan(file)
        } catch let error as ScenarioError {
            throw ScenarioFileError(path: path, error: error)
        }
    }

    /// Writes the tables of the money into a run directory.
    ///
    /// - Returns: The tables written.
    @discardableResult
    public func write(to path: String, command: [String]) throws -> [ResultTable] {
        let tables =
            AllocationTables(plan: plan).tables + [SpendingTable(plan: plan).table, .assumptions(plan.assumptions)]
        try RunWriter(path: path, name: plan.file.name, title: plan.file.title).write(
            tables, command: command, seed: plan.file.seed, teachingWeeks: [:],
            inputs: try plan.inputs.map { Manifest.Input($0) })
        return tables
    }
}

extension FundingPlan {
    /// The files that the money rests on.
    fileprivate var inputs: [(path: String, bytes: [UInt8])] {
        get throws {
            [(file.path, file.bytes)] + (try file.schools.inputPaths.map { ($0, try readFile($0)) })
        }
    }
}

/// What is made of draws: all of it takes a while.
struct SummaryScope {
    /// Which trajectories.
    var trajectories = TrajectoryDetail.full
    /// Whether the effect of money and the limits of staff are computed.
    var hasEffects = true
}

/// A finished simulation with its summaries.
public struct CompletedRun: Sendable {
    /// What was simulated.
    public let prepared: PreparedScenario
    /// The number of draws.
    public let draws: Int
    /// The precision asked for; nil when the number of draws was fixed.
    public let precision: SimulationPrecision?
    /// The largest Monte Carlo standard error of a mean deviation, SD: see ``SimulationResult/largestMCSEOfMean(_:)``.
    public let largestMCSE: Double
    /// What the draws say.
    public let summary: SimulationSummary
    /// The effect of the money, top-down and bottom-up; empty when the file declares no interventions.
    public let effects: [EffectRow]
    /// Where staff limits what money does; empty when the file declares no interventions.
    public let staffLimits: [StaffLimit]
    /// What the uncertainty comes from; nil when not asked for.
    public let sensitivity: SensitivityAnalysis?
    /// How long that took to find out.
    public let sensitivitySeconds: Double

    /// The trajectories.
    public var trajectories: [Trajectory] { summary.trajectories }
    /// The paired differences.
    public var comparisons: [ScenarioComparison] { summary.comparisons }
    let request: SimulationRequest
    /// The draws, when their table is to be written.
    let keptResult: SimulationResult?

    /// All diagnostics: of the fits and of the simulation.
    public var diagnostics: [SubjectDiagnostic] {
        var list = prepared.fit.diagnostics
        list.append(SubjectDiagnostic(subject: prepared.file.name, diagnostic: Diagnostic("draws", Double(draws))))
        let isMissed = precision.map { largestMCSE > $0.mcse } ?? false
        list.append(
            SubjectDiagnostic(
                subject: prepared.file.name,
                diagnostic: Diagnostic(
                    "largest_mcse_mean", largestMCSE,
                    note: "SD; largest Monte Carlo standard error of a mean deviation, quintiles together"
                        + (isMissed ? "; above the one asked for: more draws are needed" : ""), isWarning: isMissed)))
        if prepared.plan.funding.schoolRowsLeftOut > 0 {
            list.append(
                SubjectDiagnostic(
                    subject: prepared.file.name,
                    diagnostic: Diagnostic(
                        "school_rows_left_out", Double(prepared.plan.funding.schoolRowsLeftOut),
                        note: "no id or no number of pupils", isWarning: true)))
        }
        list += PairingDiagnostics(run: self).diagnostics + SamplingDiagnostics(run: self).diagnostics
        return list
    }

    /// All tables but that of the draws.
    var tables: [ResultTable] {
        get throws {
            let fit = prepared.fit
            let simulation = SimulationTables(
                plan: prepared.plan, summary: summary, effects: effects, staffLimits: staffLimits,
                sensitivity: sensitivity)
            return try FitTables(models: fit.models, analyses: fit.analyses).tables()
                + EvidenceTables(models: fit.models).tables + SeriesTables(models: fit.models).tables
                + PolicyTable(models: fit.models).tables + FlowTables(models: fit.models).tables
                + RatiosTable(models: fit.models, analyses: fit.analyses).tables()
                + SurveyTables(models: fit.models).tables + simulation.tables + [.diagnostics(diagnostics)]
        }
    }

    /// Writes all tables into a run directory.
    ///
    /// - Returns: The tables written.
    @discardableResult
    public func write(to path: String, command: [String]) throws -> [ResultTable] {
        let (fit, tables) = (prepared.fit, try tables)
        try RunWriter(path: path, name: prepared.file.name, title: prepared.file.title).write(
            tables, draws: keptResult.map { DrawsTable(plan: prepared.plan, result: $0) }, command: command,
            seed: prepared.file.seed, drawCount: draws, request: request, teachingWeeks: fit.teachingWeeks,
            inputs: try prepared.inputs)
        return tables
    }
}

/// Writes tables with their descriptions and provenance.
struct RunWriter {
    let path: String
    let name: String
    let title: String
    /// The variant of a study that is written; nil outside studies.
    var origin: StudyOrigin?

    func write(
        _ tables: [ResultTable], draws: DrawsTable? = nil, command: [String], seed: UInt64?, drawCount: Int? = nil,
        request: SimulationRequest? = nil, teachingWeeks: [String: Double], inputs: [Manifest.Input]
    ) throws {
        let directory = try RunDirectory(path)
        try directory.makeRoom(for: tables.map(\.schema) + (draws == nil ? [] : [.draws]))
        var written = try tables.map { try directory.write($0) }
        if let draws { written.append(try draws.write(to: path + "/" + TableSchema.draws.fileName)) }
        let outputs = written.map {
            Manifest.Output(path: $0.schema.fileName, sha256: $0.sha256, rows: $0.rowCount)
        }
        let manifest = Manifest(
            version: herstelVersion, command: command, seed: seed, draws: drawCount, request: request,
            teachingWeeks: teachingWeeks,
            specificationDigest: sha256(Array(inputs.map(\.sha256).joined(separator: "\n").utf8)),
            inputs: inputs, outputs: outputs,
            resultDigest: sha256(Array(outputs.map(\.sha256).joined(separator: "\n").utf8)),
            blas: origin == nil ? BLASLibrary.name : nil, overrides: origin?.overrides, study: origin?.digest)
        try directory.finish(package: DataPackage(name: name, title: title, tables: written), manifest: manifest)
    }
}

extension Manifest.Input {
    /// A file that was read.
    fileprivate init(_ file: (path: String, bytes: [UInt8])) {
        self.init(path: file.path, sha256: Runs.sha256(file.bytes), bytes: file.bytes.count)
    }
}

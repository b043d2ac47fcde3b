import Foundation
import Funding
import Scenarios
import Specifications

extension StudyPlan {
    /// Plans a study: fits the base scenario's models, measures what draws and summaries cost, and looks whether variants can
    /// be read.
    ///
    /// Of a large design not every variant is read, but enough to have met each level of each factor, and the least and
    /// the largest of a factor with many; every one when variants differ in size.
    ///
    /// - Throws: the errors of the files, the fits and the money; ``BatchError/badVariant(number:description:reason:)``.
    public init(_ study: Study) throws {
        let base = try ScenarioBase(path: study.base)
        let file = try base.variant([])
        guard !file.outcomes.isEmpty || !file.careers.isEmpty else {
            throw BatchError.badVariant(
                number: 1, description: "the base scenario",
                reason: "\(study.base): it has nothing to simulate (outcomes).")
        }
        var prepared = try PreparedScenario(file).sampled(by: study.sampling)
        let inputs = try prepared.readInputs().map { Input(path: $0.path, sha256: Runs.sha256($0.bytes)) }
        version = herstelVersion
        (name, title) = (study.name, study.title)
        directory = FileManager.default.currentDirectoryPath
        self.study = Input(path: study.path, sha256: Runs.sha256(study.bytes))
        self.base = study.base
        self.inputs = inputs
        estimates = prepared.plan.drawnEstimates
        (draws, shards, seed) = (study.draws, study.shards, file.seed)
        (sampling, sensitivity) = (study.sampling, study.sensitivity)
        (tables, trajectories) = (study.tables, study.trajectories)
        (factors, variants, resources) = (study.factors, study.variants, study.resources)
        unitsPerTask = study.resources.unitsPerTask ?? Self.unitsPerTask(units: study.variants.count * study.shards)
        let sizes = try VariantSizes(study, base: base, prepared: prepared).relative()
        cost = try prepared.cost(of: study, sizes: sizes)
    }

    /// Slurm's arrays have at most a thousand tasks unless its administrator allowed more.
    private static func unitsPerTask(units: Int) -> Int { (units + 999) / 1000 }

    /// How long a unit is expected to take on its cores, s: preparing, its draws, and its part of the summary.
    public func expectedSeconds(ofUnit number: Int) -> Double {
        guard let unit = unit(number) else { return 0 }
        let draws = Double(unit.part.range(of: draws).count)
        return cost.preparation + draws * cost.draw * cost.sizes[unit.variant - 1] / Double(resources.cpus)
            + cost.summary / Double(shards)
    }

    /// How long a task is expected to take on its cores, s.
    public func expectedSeconds(ofTask number: Int) -> Double {
        units(ofTask: number).reduce(0) { $0 + expectedSeconds(ofUnit: $1) }
    }

    /// The time of all units one after the other, s.
    public var expectedSeconds: Double { (1...unitCount).reduce(0) { $0 + expectedSeconds(ofUnit: $1) } }

    /// The time that so many tasks at once are expected to need for the whole array, s: tasks are dealt out in order, each to
    /// whoever is free.
    public func expectedSeconds(tasksAtOnce: Int) -> Double {
        var free = [Double](repeating: 0, count: max(1, min(tasksAtOnce, taskCount)))
        for task in 1...taskCount {
            guard let worker = free.indices.min(by: { free[$0] < free[$1] }) else { continue }
            free[worker] += expectedSeconds(ofTask: task)
        }
        return free.max() ?? 0
    }
}

/// How much work a draw of each variant is, relative to a draw of the base scenario.
private struct VariantSizes {
    let study: Study
    let base: ScenarioBase
    /// Schools with pupils by sector, in the base scenario.
    let schools: [String: Int]
    let baseSchools: SchoolSource
    let baseWork: Double

    init(_ study: Study, base: ScenarioBase, prepared: PreparedScenario) {
        (self.study, self.base) = (study, base)
        schools = prepared.plan.funding.schoolsBySector
        baseSchools = prepared.file.schools
        baseWork = prepared.file.workPerDraw(schools: schools)
    }

    /// One for each variant.
    func relative() throws -> [Double] {
        let variants = study.variants
        let first = try sizes(of: chosen())
        guard Set(first).count > 1 else {
            return [Double](repeating: first.first ?? 1, count: variants.count)
        }
        return try sizes(of: variants)
    }

    /// So few variants are all read.
    private static let few = 32

    /// Variants among which every level of every factor is found, and the ends of factors with many levels.
    private func chosen() -> [StudyVariant] {
        let variants = study.variants
        guard variants.count > Self.few else { return variants }
        var numbers = Set([1])
        for column in study.factors.indices {
            var firstWith: [String: Int] = [:]
            for variant in variants where firstWith[variant.levels[column]] == nil {
                firstWith[variant.levels[column]] = variant.number
            }
            if study.factors[column].isNumeric, firstWith.count > Self.few {
                let ordered = firstWith.compactMap { level, number in Double(level).map { ($0, number) } }.sorted {
                    $0 < $1
                }
                numbers.formUnion([ordered.first, ordered.last].compactMap { $0?.1 })
            } else {
                numbers.formUnion(firstWith.values)
            }
        }
        return numbers.sorted().map { variants[$0 - 1] }
    }

    private func sizes(of variants: [StudyVariant]) throws -> [Double] {
        let own = try base.variant([])
        return try variants.map { variant in
            do {
                let file = try base.variant(variant.overrides)
                if let reason = file.reasonOfOtherFiles(than: own) { throw OtherFiles(description: reason) }
                guard !file.outcomes.isEmpty || !file.careers.isEmpty else { return 1 }
                let schools = variant.touchesSchools ? try FundingPlan(file).schoolsBySector : schools
                return baseWork > 0 ? file.workPerDraw(schools: schools) / baseWork : 1
            } catch {
                throw BatchError.badVariant(
                    number: variant.number, description: variant.words(study.factors), reason: "\(error)")
            }
        }
    }
}

/// A variant that rests on files of which the plan knows nothing.
private struct OtherFiles: Error, CustomStringConvertible {
    let description: String
}

extension StudyVariant {
    fileprivate var touchesSchools: Bool { overrides.contains { $0.path.hasPrefix("schools") } }

    /// What it changes, for messages: `severity 0.5, rules flat`.
    public func words(_ factors: [StudyFactor]) -> String {
        let parts = zip(factors, levels).filter { !$0.1.isEmpty }.map { "\($0.name) \($1)" }
        return ([name] + parts).filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

extension FundingPlan {
    /// The number of schools with pupils.
    fileprivate var schoolsBySector: [String: Int] {
        population.schools.reduce(into: [:]) { $0[$1.sector, default: 0] += $1.pupils > 0 ? 1 : 0 }
    }
}

extension PreparedScenario {
    /// Measures what a draw, the preparation and a variant's summary cost, in about a second.
    fileprivate func cost(of study: Study, sizes: [Double]) throws -> StudyCost {
        let simulator = Simulator(plan)
        let measured = simulator.processorSecondsPerDraw(atMost: study.draws)
        let sample = try simulator.run(draws: 1, threads: 1)
        let summary = try summaryCost(of: sample, study)
        let bytes = simulator.memory(draws: 1)
        return StudyCost(
            preparation: preparationSeconds, draw: measured, summary: summary.seconds, sizes: sizes,
            // Records stand in memory when they are computed, and again when they are read.
            memory: Self.residentBytes + Int(min(1e18, 2 * Double(bytes * study.draws) * max(1, sizes.max() ?? 1))),
            tableBytes: summary.bytes, drawBytes: bytes,
            // The sensitivity analysis is not made to find out.
            absentTables: study.tables.filter { !summary.tables.contains($0) && $0 != "sensitivity" })
    }

    private func summaryCost(
        of sample: SimulationResult, _ study: Study
    ) throws -> (seconds: Double, bytes: Int, tables: [String]) {
        func cost(_ count: Int) throws -> (seconds: Double, bytes: Int, tables: [String]) {
            let result = sample.repeated(to: count)
            let start = ResourceUse.now.cpuSeconds
            let run = try summary(
                of: result, SimulationRequest(draws: count),
                scope: VariantTables.scope(of: study.tables, trajectories: study.trajectories))
            let tables = VariantTables(run, keeping: study.tables, trajectories: study.trajectories).tables
            let bytes = tables.reduce(0) { $0 + $1.bytes.count }
            return (ResourceUse.now.cpuSeconds - start, bytes, tables.map(\.schema.name))
        }
        let least = min(study.draws, 2 * plan.sampling.setSize)
        let fixed = try cost(least)
        let sensitivity =
            study.sensitivity == 0 ? 0 : SensitivityAnalysis.expectedSeconds(plan, samples: study.sensitivity)
        let count = min(study.draws, fixed.seconds < 1 ? 64 : least)
        guard count > least else { return (fixed.seconds + sensitivity, fixed.bytes, fixed.tables) }
        let more = try cost(count)
        let slope = max(0, more.seconds - fixed.seconds) / Double(count - least)
        return (fixed.seconds + slope * Double(study.draws - least) + sensitivity, more.bytes, more.tables)
    }
}

extension Simulator {
    /// How long a core works on a draw, s: its own time, whatever else the machine does meanwhile.
    ///
    /// Measured with all cores at work, up to eight: each is then slower than one alone. The middle of three measurements.
    fileprivate func processorSecondsPerDraw(atMost draws: Int) -> Double {
        let cores = min(8, ProcessInfo.processInfo.activeProcessorCount)
        let count = secondsPerDraw(threads: cores, atMost: draws, lasting: 0.1).draws
        let measurements = (0..<3).map { _ in
            let start = ResourceUse.now.cpuSeconds
            _ = secondsPerDraw(threads: cores, exactly: count)
            return (ResourceUse.now.cpuSeconds - start) / Double(count * cores)
        }
        return measurements.sorted()[1]
    }
}

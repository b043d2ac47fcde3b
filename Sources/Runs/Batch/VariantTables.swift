import Scenarios
import Specifications

/// Where a run in a study comes from.
struct StudyOrigin {
    /// The changes to the base scenario.
    let overrides: [SpecificationOverride]
    /// ``StudyPlan/workDigest``.
    let digest: String
}

/// The tables that a study keeps of a variant; others are not made.
struct VariantTables {
    /// The tables that a study can keep, in the order in which they are written.
    static let allowed: [TableSchema] = [
        .allocationSummary, .spending, .trajectories, .comparison, .recovery, .ranking, .careers, .goals, .sensitivity,
        .effects, .capacity, .assumptions, .diagnostics,
    ]

    private let run: CompletedRun
    private let names: Set<String>
    private let detail: TrajectoryDetail

    /// - Parameter names: The tables to make. One that the scenario does not have is left out, as is an unknown one.
    init(_ run: CompletedRun, keeping names: [String], trajectories detail: TrajectoryDetail) {
        (self.run, self.names, self.detail) = (run, Set(names), detail)
    }

    /// What must be made of draws for some tables.
    static func scope(of names: [String], trajectories detail: TrajectoryDetail) -> SummaryScope {
        SummaryScope(trajectories: detail, hasEffects: names.contains("effects") || names.contains("capacity"))
    }

    /// The tables.
    var tables: [ResultTable] { Self.allowed.map(\.name).filter { names.contains($0) }.compactMap { table($0) } }

    private func table(_ name: String) -> ResultTable? {
        let (plan, summary) = (run.prepared.plan, run.summary)
        return switch name {
        case "allocation_summary": AllocationTables(plan: plan.funding).summary
        case "spending": SpendingTable(plan: plan.funding).table
        case "trajectories": .trajectories(trajectories)
        case "comparison": .comparison(summary.comparisons)
        case "recovery": .recovery(summary.recoveries)
        case "ranking": .ranking(summary.rankings)
        case "careers": plan.file.careers.isEmpty ? nil : .careers(summary.careers)
        case "goals": summary.goals.isEmpty ? nil : .goals(summary.goals)
        case "sensitivity": run.sensitivity.flatMap { $0.rows.isEmpty ? nil : .sensitivity($0) }
        case "effects": run.effects.isEmpty ? nil : plan.file.interventions.map { .effects(run.effects, $0) }
        case "capacity": run.effects.isEmpty ? nil : .capacity(run.staffLimits)
        case "assumptions": .assumptions(plan.assumptions)
        case "diagnostics": .diagnostics(run.diagnostics)
        default: nil
        }
    }

    private var trajectories: [Trajectory] {
        switch detail {
        case .full: run.trajectories
        case .national: run.trajectories.filter { $0.quintile == "all" && $0.grade == "all" }
        }
    }
}

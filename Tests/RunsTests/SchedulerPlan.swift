import Scenarios
import Specifications

@testable import Runs

/// A plan of units that nobody computes: what schedulers need of one.
func schedulerPlan(
    name: String = "severity", variants: Int = 4, shards: Int = 2, unitsPerTask: Int = 1, draw: Double = 0.5,
    resources: JobResources = JobResources()
) -> StudyPlan {
    let cost = StudyCost(
        preparation: 2, draw: draw, summary: 3, sizes: Array(repeating: 1, count: variants), memory: 700_000_000,
        tableBytes: 100_000, drawBytes: 1_000)
    return StudyPlan(
        version: herstelVersion, name: name, title: "A study", directory: "/",
        study: StudyPlan.Input(path: "study.yaml", sha256: ""), base: "scenario.yaml", inputs: [], estimates: [],
        draws: 100, shards: shards, seed: 1, sampling: .independent, sensitivity: 0, tables: ["trajectories"],
        trajectories: .national, factors: [],
        variants: (1...variants).map { StudyVariant(number: $0, name: "", levels: [], overrides: []) },
        resources: resources, unitsPerTask: unitsPerTask, cost: cost)
}

/// Resources with some of them set.
func jobResources(_ change: (inout JobResources) -> Void) -> JobResources {
    var resources = JobResources()
    change(&resources)
    return resources
}

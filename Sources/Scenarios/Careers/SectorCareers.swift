/// The careers of a sector beside its state equation.
struct SectorCareers: Sendable {
    let plan: CareerPlan
    /// Their place among the plan's careers.
    let index: Int
    /// Outcomes that shift careers, by their place in the sector: skill first.
    let outcomes: [Int]
    /// The place of skill and well-being among ``outcomes``, or -1.
    let skill: Int
    let wellbeing: Int
    /// Whether the policy holds, by scenario.
    let hasPolicy: [Bool]

    /// Nil when the sector has none.
    init?(_ plan: SimulationPlan, sector: String, outcomes: [SimulatedOutcome]) {
        guard let index = plan.careers.firstIndex(where: { $0.declaration.sector == sector }) else { return nil }
        let careers = plan.careers[index]
        func place(_ response: CareerDeclaration.Response?) -> Int? {
            response.flatMap { response in outcomes.firstIndex { $0.outcome == response.outcome } }
        }
        let (skill, wellbeing) = (place(careers.declaration.skill), place(careers.declaration.wellbeing))
        self.index = index
        self.plan = careers
        self.outcomes = [skill, wellbeing].compactMap { $0 }
        self.skill = skill == nil ? -1 : 0
        self.wellbeing = wellbeing == nil ? -1 : skill == nil ? 0 : 1
        hasPolicy = plan.scenarios.map(\.declaration.hasCareerPolicy)
    }
}

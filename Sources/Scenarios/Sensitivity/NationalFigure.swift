import Recovery

/// A figure of a draw that is a sum over places of its record, each times a weight: means and their differences.
struct NationalFigure: Sendable {
    /// What it is, in the words of `comparison.csv`.
    struct Subject: Sendable, Hashable {
        let scenario: String
        /// The scenario it is compared with; nil for a scenario's own figure.
        let reference: String?
        let measure: ScenarioComparison.Measure
        let benchmark: RecoveryBenchmark
        let sector: String
        let outcome: String
        let group: String
        let year: String
    }

    let subject: Subject
    let terms: [(place: Int, weight: Double)]
    /// How large 1 SD is in the figure's unit: of which rounding counts as 0.
    let unit: Double

    func value(in record: [Double]) -> Double {
        var sum = 0.0
        for term in terms { sum += term.weight * record[term.place] }
        return abs(sum) <= PairedDraws.resolution * unit ? 0 : sum
    }
}

/// Makes the figures of a plan whose sensitivity is asked.
struct NationalFigures {
    private let plan: SimulationPlan
    private let layout: RecordLayout
    /// Pupils by sector: low group, high group.
    private let pupils: [String: [Double]]

    init(_ plan: SimulationPlan, _ layout: RecordLayout) {
        self.plan = plan
        self.layout = layout
        var pupils: [String: [Double]] = [:]
        for school in plan.population.schools {
            pupils[school.sector, default: [0, 0]][0] += Double(school.lowPupils)
            pupils[school.sector, default: [0, 0]][1] += Double(school.highPupils)
        }
        self.pupils = pupils
    }

    /// The figures in a reader's eye: the reference's deviation and gap in the last year, and how the others differ from it.
    var headlines: [NationalFigure] {
        let last = plan.file.years.count
        var figures: [NationalFigure?] = []
        for outcome in plan.file.outcomes.indices {
            for scenario in plan.scenarios.indices {
                let isReference = scenario == plan.referencePosition
                figures.append(
                    deviation(scenario, outcome, [0, 1], "all", last, .trend, isDifference: !isReference))
                if isReference { figures.append(gap(scenario, outcome, last, .trend, isDifference: false)) }
            }
        }
        return figures.compactMap { $0 }
    }

    /// Every paired difference of `comparison.csv` that is a sum: deviations, gaps and SD-years.
    var comparisons: [NationalFigure] {
        var figures: [NationalFigure?] = []
        for scenario in plan.scenarios.indices where scenario != plan.referencePosition {
            for outcome in plan.file.outcomes.indices {
                for moment in 1...plan.file.years.count {
                    for benchmark in [RecoveryBenchmark.growth, .trend] {
                        for (name, groups) in groupChoices {
                            figures.append(
                                deviation(scenario, outcome, groups, name, moment, benchmark, isDifference: true))
                        }
                        figures.append(gap(scenario, outcome, moment, benchmark, isDifference: true))
                    }
                }
                figures.append(sdYears(scenario, outcome))
            }
        }
        return figures.compactMap { $0 }
    }

    private func pupilCount(_ outcome: Int, _ groups: [Int]) -> Double {
        let counts = pupils[plan.file.outcomes[outcome].sector] ?? [0, 0]
        return groups.reduce(0) { $0 + counts[$1] }
    }

    private var groupChoices: [(name: String, groups: [Int])] {
        [("all", [0, 1]), (plan.file.lowGroup, [0]), (plan.file.highGroup, [1])]
    }

    private func deviation(
        _ scenario: Int, _ outcome: Int, _ groups: [Int], _ name: String, _ moment: Int, _ benchmark: RecoveryBenchmark,
        isDifference: Bool
    ) -> NationalFigure? {
        guard let own = mean(scenario, outcome, groups, moment, benchmark) else { return nil }
        return figure(.deviation, scenario, outcome, name, moment, benchmark, own, isDifference: isDifference) {
            mean($0, outcome, groups, moment, benchmark) ?? []
        }
    }

    private func gap(
        _ scenario: Int, _ outcome: Int, _ moment: Int, _ benchmark: RecoveryBenchmark, isDifference: Bool
    ) -> NationalFigure? {
        func terms(_ scenario: Int) -> [(Int, Double)]? {
            guard let low = mean(scenario, outcome, [0], moment, benchmark),
                let high = mean(scenario, outcome, [1], moment, benchmark)
            else { return nil }
            return low + high.map { ($0.0, -$0.1) }
        }
        guard let own = terms(scenario) else { return nil }
        return figure(.equityGap, scenario, outcome, "all", moment, benchmark, own, isDifference: isDifference) {
            terms($0) ?? []
        }
    }

    private func sdYears(_ scenario: Int, _ outcome: Int) -> NationalFigure? {
        let pupils = pupilCount(outcome, [0, 1])
        func terms(_ scenario: Int) -> [(Int, Double)] {
            (1...plan.file.years.count).flatMap { moment in
                (mean(scenario, outcome, [0, 1], moment, .trend) ?? []).map { ($0.0, pupils * $0.1) }
            }
        }
        return figure(.sdYears, scenario, outcome, "all", nil, .trend, terms(scenario), isDifference: true, terms)
    }

    private func figure(
        _ measure: ScenarioComparison.Measure, _ scenario: Int, _ outcome: Int, _ group: String, _ moment: Int?,
        _ benchmark: RecoveryBenchmark, _ own: [(Int, Double)], isDifference: Bool, _ terms: (Int) -> [(Int, Double)]
    ) -> NationalFigure {
        let simulated = plan.file.outcomes[outcome]
        let reference = isDifference ? terms(plan.referencePosition).map { ($0.0, -$0.1) } : []
        return NationalFigure(
            subject: .init(
                scenario: plan.scenarios[scenario].declaration.name,
                reference: isDifference ? plan.file.reference : nil, measure: measure, benchmark: benchmark,
                sector: simulated.sector, outcome: simulated.outcome, group: group,
                year: moment.map { plan.file.years[$0 - 1].description } ?? "all"),
            terms: (own + reference).map { (place: $0.0, weight: $0.1) },
            unit: measure == .sdYears ? pupilCount(outcome, [0, 1]) * Double(plan.file.years.count) : 1)
    }

    /// A mean over pupils; nil when there are none.
    private func mean(
        _ scenario: Int, _ outcome: Int, _ groups: [Int], _ moment: Int, _ benchmark: RecoveryBenchmark
    ) -> [(Int, Double)]? {
        let pupils = pupilCount(outcome, groups)
        guard pupils > 0 else { return nil }
        return groups.flatMap { group in
            (0..<RecordLayout.quintiles).map { quintile in
                (
                    benchmark == .growth
                        ? layout.growth(scenario, outcome, group, quintile, moment)
                        : layout.state(scenario, outcome, group, quintile, moment), 1 / pupils
                )
            }
        }
    }
}

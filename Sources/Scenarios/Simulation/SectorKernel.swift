import Funding
import Probability
import Recovery

/// The state equation of one sector, school by school, SES group by SES group and grade by grade:
///
///     x'[j] = rho x[j-1] + shock (1 + kappa low) (1 + u_s) + drift + gamma wellbeing[j-1] + sigma noise
///     gain = sum over the years u that the pupil was there of  effect x spending per pupil in u x what is left of it
///
/// Pupils move up a grade a year; who enters the first grade brings a share of the deviation of those who left the earlier
/// sector, or none. The deviation from the pre-crisis trend, in SD, is x + gain. Noise and heterogeneity are keyed by school
/// and year and shared by a school's grades and by all scenarios.
///
/// Everything is linear in what comes in, so x is the same in all scenarios and computed once; the gains of money, and what
/// they do by way of well-being, are added for each scenario by their impulse response (``GainResponse``): exactly what the
/// recursion would give.
struct SectorKernel: Sendable {
    /// One outcome of the sector, without its parameters.
    struct Outcome: Sendable {
        /// Its place in the file.
        let position: Int
        /// The place within the sector of the outcome that spills over into it, or -1.
        let wellbeing: Int
        /// The number that keys its random numbers.
        let block: UInt16
        /// Weeks of closure by simulated year.
        let closureWeeks: [Double]
        /// The moment at which the state is set to its start.
        let startMoment: Int
        /// Whether its deviations are from the level, not from the trend.
        let isFromLevel: Bool
        /// The place in the file of the outcome from which entering pupils bring their deviation; nil for none.
        let entry: Int?
        /// Whether pupils bring its deviation into another sector.
        let goesOn: Bool
    }

    let sector: String
    let outcomes: [Outcome]
    private(set) var schools: SectorSchools
    /// Nil when the file declares no interventions for the sector.
    let menu: SectorMenu?
    /// Nil when the file declares no careers of the sector.
    private(set) var careers: SectorCareers?
    let grades: Int
    let years: Int
    /// The calendar years in which the school years start, less 1900: they key the noise, so that a longer calendar
    /// changes no earlier draw.
    let periods: [UInt8]
    /// Years since the pre-crisis year, by moment.
    let trendYears: [Double]
    let margin: Double
    let seed: UInt64

    init(_ plan: SimulationPlan, sector: String) {
        let file = plan.file
        self.sector = sector
        let positions = file.outcomes.indices.filter { file.outcomes[$0].sector == sector }
        let own = positions.map { file.outcomes[$0] }
        let first = file.years.first?.start ?? 0
        outcomes = positions.map { position in
            let outcome = file.outcomes[position]
            return Outcome(
                position: position,
                wellbeing: own.firstIndex { $0.outcome == outcome.wellbeing } ?? -1,
                block: UInt16(truncatingIfNeeded: outcome.stream),
                closureWeeks: file.years.map { outcome.closureWeeks[$0] ?? 0 },
                startMoment: outcome.start.year.map { $0.start - first + 1 } ?? 0,
                isFromLevel: outcome.baseline == .level,
                entry: outcome.entry.flatMap { entry in
                    file.outcomes.firstIndex { $0.outcome == entry.outcome && $0.sector == entry.sector }
                },
                goesOn: file.outcomes.contains {
                    $0.entry?.outcome == outcome.outcome && $0.entry?.sector == outcome.sector
                })
        }
        schools = SectorSchools(plan, sector: sector)
        menu = SectorMenu(plan, sector: sector, outcomes: own)
        careers = SectorCareers(plan, sector: sector, outcomes: own)
        grades = file.gradeCount(of: sector)
        years = file.years.count
        periods = file.years.map { UInt8(truncatingIfNeeded: $0.start - 1900) }
        trendYears = (0...file.years.count).map { Double(first - 1 + $0 - file.preCrisisYear.start) }
        margin = file.margin
        seed = file.seed
    }

    /// The kernel of the expectation over schools' noise and heterogeneity, without careers: counts of pupils are whole, and
    /// their odds are not linear.
    var condensed: SectorKernel {
        var kernel = self
        kernel.careers = nil
        kernel.schools = SectorSchools(condensing: schools)
        return kernel
    }

    /// The number of moments: the simulated years and, before them, the starting state.
    var moments: Int { years + 1 }
    /// Whether pupils enter and leave.
    var hasFlow: Bool { grades > 1 }

    /// The share of a sector's pupils who were there `age` years before and still are.
    func shareStaying(_ age: Int) -> Double {
        hasFlow ? Double(max(0, grades - age)) / Double(grades) : 1
    }
}

/// What the pupils of a sector's last grade leave with: their mean deviation from the trend, SD.
struct LeavingPaths {
    /// The part that all scenarios share, by SES group and moment.
    var common: [[Double]]
    /// What a scenario's money adds: `[scenario][group][moment]`.
    var gains: [[[Double]]]
}

/// What entering pupils bring, by outcome of the sector: as ``LeavingPaths``, at the moment at which they have left.
struct EntryPaths {
    let common: [[[Double]]]
    let gains: [[[[Double]]]]

    /// Nobody brings anything.
    init(outcomes: Int, scenarios: Int, moments: Int) {
        let none = [[Double]](repeating: [Double](repeating: 0, count: moments), count: RecordLayout.groups)
        common = Array(repeating: none, count: outcomes)
        gains = Array(repeating: Array(repeating: none, count: scenarios), count: outcomes)
    }

    init(_ kernel: SectorKernel, _ parameters: [OutcomeParameters], leaving: [Int: LeavingPaths], scenarios: Int) {
        var (common, gains) = ([[[Double]]](), [[[[Double]]]]())
        let nothing = EntryPaths(outcomes: 1, scenarios: scenarios, moments: kernel.moments)
        for (own, outcome) in kernel.outcomes.enumerated() {
            guard let entry = outcome.entry, let paths = leaving[entry] else {
                common.append(nothing.common[0])
                gains.append(nothing.gains[0])
                continue
            }
            let share = parameters[own].entryShare
            common.append(paths.common.map { $0.map { share * $0 } })
            gains.append(paths.gains.map { $0.map { $0.map { share * $0 } } })
        }
        self.common = common
        self.gains = gains
    }
}

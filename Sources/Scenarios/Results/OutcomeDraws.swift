import Recovery

/// The figures of one scenario and outcome in every draw.
///
/// A record holds a draw's figures of all scenarios, so that those of one outcome lie far apart in memory. ``loaded()`` puts
/// them side by side, position by position: for whoever takes many sums of the same figures.
struct OutcomeDraws: Sendable {
    let cube: ResultCube
    let scenario: Int
    let outcome: Int
    /// Where figures stand: in the records, or among the columns, which hold one scenario and one outcome.
    private let layout: RecordLayout
    private let place: (scenario: Int, outcome: Int)
    /// The figures of each position of ``layout`` in every draw; nil when they are read from the records.
    private let columns: [[Double]]?

    /// The figures, read from the records each time.
    init(_ cube: ResultCube, scenario: Int, outcome: Int) {
        self.init(
            cube, scenario: scenario, outcome: outcome, layout: cube.result.layout, place: (scenario, outcome),
            columns: nil)
    }

    private init(
        _ cube: ResultCube, scenario: Int, outcome: Int, layout: RecordLayout, place: (scenario: Int, outcome: Int),
        columns: [[Double]]?
    ) {
        (self.cube, self.scenario, self.outcome) = (cube, scenario, outcome)
        (self.layout, self.place, self.columns) = (layout, place, columns)
    }

    /// The same figures, side by side.
    func loaded() -> OutcomeDraws {
        let whole = cube.result.layout
        let own = RecordLayout(scenarios: 1, grades: [whole.grades[outcome]], moments: whole.moments)
        var positions = [Int](repeating: 0, count: own.length)
        for moment in 0..<whole.moments {
            for group in 0..<RecordLayout.groups {
                for quintile in 0..<RecordLayout.quintiles {
                    positions[own.state(0, 0, group, quintile, moment)] =
                        whole.state(scenario, outcome, group, quintile, moment)
                    positions[own.growth(0, 0, group, quintile, moment)] =
                        whole.growth(scenario, outcome, group, quintile, moment)
                }
                for grade in 0..<whole.grades[outcome] {
                    positions[own.grade(0, 0, group, grade, moment)] =
                        whole.grade(scenario, outcome, group, grade, moment)
                }
            }
            for benchmark in RecoveryBenchmark.allCases {
                positions[own.schools(0, 0, benchmark, moment)] = whole.schools(scenario, outcome, benchmark, moment)
            }
        }
        positions[own.trend(0)] = whole.trend(outcome)
        return OutcomeDraws(
            cube, scenario: scenario, outcome: outcome, layout: own, place: (0, 0),
            columns: positions.map { cube.result.records.sums(at: [$0]) })
    }

    /// The number of draws.
    var count: Int { cube.result.draws }

    /// What is simulated.
    var simulated: SimulatedOutcome { cube.plan.file.outcomes[outcome] }

    /// The number of grades of the sector.
    var grades: Int { cube.result.layout.grades[outcome] }

    /// The number of pupils of some groups and quintiles.
    func pupils(_ groups: [Int], quintiles: [Int] = ResultCube.allQuintiles) -> Int {
        cube.pupilCount(PupilSelection(sector: simulated.sector, groups: groups, quintiles: quintiles))
    }

    /// The pupil-weighted mean deviation of some groups and quintiles in every draw, SD.
    ///
    /// The groups and quintiles have at least one pupil; with the growth benchmark the moment is 1 or later.
    func deviations(
        _ groups: [Int], quintiles: [Int] = ResultCube.allQuintiles, moment: Int, benchmark: RecoveryBenchmark
    ) -> [Double] {
        let positions = groups.flatMap { group in
            quintiles.map { quintile in
                benchmark == .growth
                    ? layout.growth(place.scenario, place.outcome, group, quintile, moment)
                    : layout.state(place.scenario, place.outcome, group, quintile, moment)
            }
        }
        return means(at: positions, pupils: Double(pupils(groups, quintiles: quintiles)), moment, benchmark)
    }

    /// The mean deviation of the pupils of a grade, counted from 0, from the trend or the level, in every draw, SD.
    func deviations(_ groups: [Int], grade: Int, moment: Int, benchmark: RecoveryBenchmark) -> [Double] {
        let positions = groups.map { layout.grade(place.scenario, place.outcome, $0, grade, moment) }
        return means(at: positions, pupils: Double(pupils(groups)) / Double(grades), moment, benchmark)
    }

    /// The share of the sector's schools that are recovered, in every draw.
    func shareOfSchoolsRecovered(moment: Int, benchmark: RecoveryBenchmark) -> [Double] {
        let schools = Double(cube.schoolCount(simulated.sector))
        return sums(at: [layout.schools(place.scenario, place.outcome, benchmark, moment)]).map { $0 / schools }
    }

    /// The low group's deviation minus the high group's, in every draw, SD; both groups have pupils.
    func gap(moment: Int, benchmark: RecoveryBenchmark) -> [Double] {
        zip(
            deviations([0], moment: moment, benchmark: benchmark),
            deviations([1], moment: moment, benchmark: benchmark)
        ).map { $0 - $1 }
    }

    /// The sector's pupils times the simulated years: the SD-years of a deviation of 1 SD.
    var pupilYears: Double { Double(pupils([0, 1])) * Double(cube.moments.count - 1) }

    /// The deviation from the trend summed over the sector's pupils and the simulated years, in every draw, SD-years.
    var sdYears: [Double] {
        let pupils = Double(pupils([0, 1]))
        var sums = [Double](repeating: 0, count: count)
        for moment in 1..<cube.moments.count {
            for (draw, value) in deviations([0, 1], moment: moment, benchmark: .trend).enumerated() {
                sums[draw] += pupils * value
            }
        }
        return sums
    }

    private func sums(at positions: [Int]) -> [Double] {
        guard let columns else { return cube.result.records.sums(at: positions) }
        var sums = [Double](repeating: 0, count: count)
        for position in positions {
            let column = columns[position]
            for draw in sums.indices { sums[draw] += column[draw] }
        }
        return sums
    }

    /// Means from sums over pupils; those from the level are those from the trend and the trend since the pre-crisis year.
    private func means(
        at positions: [Int], pupils: Double, _ moment: Int, _ benchmark: RecoveryBenchmark
    ) -> [Double] {
        let draws = sums(at: positions).map { $0 / pupils }
        let years = Double(cube.moments[moment].start - cube.plan.file.preCrisisYear.start)
        guard benchmark == .level, years != 0 else { return draws }
        return zip(draws, sums(at: [layout.trend(place.outcome)])).map { $0 + years * $1 }
    }
}

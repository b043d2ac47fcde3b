import Transitions

/// Which shifts of log-odds apply to which routes: routes with the same shift in every year share a cell.
struct CareerShifts: Sendable {
    /// A shift that some routes share.
    struct Cell: Hashable, Sendable {
        let group: Int
        /// The sector's grade in which deviations are read, counted from 0.
        let grade: Int
        /// -1 for staying in the last grade, which passing takes away from.
        let sign: Double
        /// Places among the parameters, or -1.
        let skill: Int
        let wellbeing: Int
        /// By simulated year.
        let policy: [Int]
    }

    let cells: [Cell]
    /// The cell of each route, or -1: `[group][route]`.
    let cellOfRoute: [[Int]]

    init(
        _ flow: PupilFlow, _ declaration: CareerDeclaration, _ file: ScenarioFile,
        _ parameters: CareerParameters
    ) {
        var (cells, places) = ([Cell](), [Cell: Int]())
        let grades = file.gradeCount(of: declaration.sector)
        cellOfRoute = (0..<RecordLayout.groups).map { group in
            flow.routes.map { route in
                guard route.move != .passed, let move = flow.declaredMove(of: route),
                    let (track, grade) = flow.ladder.grade(route.from)
                else { return -1 }
                func find(_ subject: CareerParameterGroup, _ placed: PlacedParameters?) -> Int {
                    parameters.place(of: subject, placed, group: group, track: track, state: route.from)
                }
                let cell = Cell(
                    group: group, grade: min(grade, grades) - 1, sign: move == .passed ? -1 : 1,
                    skill: find(.skill(move), declaration.skill?.shifts[move]),
                    wellbeing: find(.wellbeing(move), declaration.wellbeing?.shifts[move]),
                    policy: file.years.map { find(.policy($0.start, move), declaration.policy[$0]?[move]) })
                guard cell.skill >= 0 || cell.wellbeing >= 0 || cell.policy.contains(where: { $0 >= 0 }) else {
                    return -1
                }
                if let known = places[cell] { return known }
                places[cell] = cells.count
                cells.append(cell)
                return cells.count - 1
            }
        }
        self.cells = cells
    }
}

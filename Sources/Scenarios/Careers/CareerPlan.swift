import Funding
import LinearAlgebra
import Models
import Probability
import Specifications
import Transitions

/// A declared number of careers: a probability, or a shift of log-odds.
struct CareerParameter: Sendable {
    /// As in `assumptions.csv`: `careers.vo.policy.2019/20.passed.havo`.
    let name: String
    let parameter: UncertainParameter
    let key: InputKey
}

/// The careers of one sector, put together and checked: routes, and which parameters each rests on.
struct CareerPlan: Sendable {
    let declaration: CareerDeclaration
    let flow: PupilFlow
    /// Every declared parameter.
    let parameters: [CareerParameter]
    /// The log-odds of a fitted model, in place of declared probabilities.
    var fitted: FittedCareerFlows?
    /// The parameter of each route's probability, or -1: `[group][route]`.
    private let bases: [[Int]]
    /// The route of each grade that has what the others leave, when flows are declared.
    private let rests: [Int]
    /// What shifts each route.
    let shifts: CareerShifts
    /// Which tracks schools have.
    let offers: CareerOffers

    init(
        _ declaration: CareerDeclaration, _ file: ScenarioFile, _ population: SchoolPopulation,
        fits: [String: FittedFlows]
    ) throws(ScenarioError) {
        self.declaration = declaration
        let places = CareerPlaces(ladder: declaration.ladder, groups: [file.lowGroup, file.highGroup])
        var parameters: [CareerParameter] = []
        var firsts: [CareerParameterGroup: Int] = [:]
        for group in declaration.parameterGroups {
            firsts[group.subject] = parameters.count
            parameters += group.parameters(declaration)
        }
        let position = {
            (subject: CareerParameterGroup, parameters: PlacedParameters?, group: Int, track: Int, state: Int) in
            guard let entry = parameters?.entry(group: group, track: track, state: state), let first = firsts[subject]
            else { return -1 }
            return first + entry
        }
        switch declaration.flows {
        case .model(let name, let place):
            let own = try FittedCareerFlows(name, declaration, places, file: file, fits: fits, place: place)
            fitted = own
            flow = try own.flow(declaration)
        case .declared(let moves):
            fitted = nil
            flow = try Self.flow(declaration, DeclaredFlows(moves: moves, places: places).destinations)
        }
        let flow = flow
        var declared: [DeclaredMove: PlacedParameters] = [:]
        if case .declared(let moves) = declaration.flows { declared = moves }
        bases = places.groups.indices.map { group in
            flow.routes.map { route in
                guard let move = flow.declaredMove(of: route), let (track, _) = flow.ladder.grade(route.from),
                    !(flow.isFailure(route))
                else { return -1 }
                return position(.flow(move), declared[move], group, track, route.from)
            }
        }
        rests = flow.routesByGrade.map { own in own.first { flow.isFailure(flow.routes[$0]) } ?? own.upperBound - 1 }
        shifts = CareerShifts(flow, declaration, file, position)
        offers = try CareerOffers(declaration, population, groups: places.groups)
        self.parameters = parameters
        try check(places.groups)
    }

    /// The most years at school on average that are no mistake.
    private static let mostYears = 30.0

    /// Refuses shifts of moves that nobody can make, and flows in which pupils stay for ever.
    private func check(_ groups: [String]) throws(ScenarioError) {
        let moves = Set(flow.routes.compactMap { flow.declaredMove(of: $0) })
        for set in declaration.parameterGroups {
            if case .flow = set.subject { continue }
            guard !moves.contains(set.move) else { continue }
            throw .careers(
                "'\(set.name)' shifts a move that nobody makes: no flows of '\(set.move.rawValue)' are given. Give them, or "
                    + "remove the shift.", place: declaration.place)
        }
        let weights = weights(parameters.map(\.parameter.distribution.mean), logOdds: fitted?.mean ?? [])
        for shares in offers.shares {
            for (group, name) in groups.enumerated() {
                let years = StationaryPupils(flow, intake: shares[group], weights: weights[group]).years
                guard years > Self.mostYears else { continue }
                throw .careers(
                    "pupils of '\(name)' would stay at school for \(Int(years)) years or more on average; expected at most "
                        + "\(Int(Self.mostYears)). Look at 'passed', 'left' and 'retained'.", place: declaration.place)
            }
        }
    }

    private static func flow(
        _ declaration: CareerDeclaration, _ destinations: [[Int]]
    ) throws(ScenarioError) -> PupilFlow {
        do {
            return try PupilFlow(declaration.ladder, destinations: destinations)
        } catch {
            throw .careers("\(error)", place: declaration.place)
        }
    }

    /// How likely each route is against the others of its grade before the crisis: `[group][route]`.
    ///
    /// - Parameters:
    ///   - values: The parameters in the draw.
    ///   - logOdds: Those of the fitted model in the draw; none without one.
    func weights(_ values: [Double], logOdds: [Double]) -> [[Double]] {
        if let fitted { return fitted.weights(logOdds: logOdds) }
        return bases.map { base in
            var weights = base.map { $0 < 0 ? 0 : values[$0] }
            for (own, rest) in zip(flow.routesByGrade, rests) {
                let sum = own.reduce(0.0) { $0 + ($1 == rest ? 0 : weights[$1]) }
                // In a draw whose probabilities add up to more than 1 nobody is left for it, and they are in proportion.
                weights[rest] = max(0, 1 - sum)
            }
            return weights
        }
    }
}

/// What a set of careers' parameters is about.
enum CareerParameterGroup: Hashable {
    case flow(DeclaredMove)
    case skill(DeclaredMove)
    case wellbeing(DeclaredMove)
    case policy(Int, DeclaredMove)

    static func response(_ kind: UncertainParameter.Kind, _ move: DeclaredMove) -> CareerParameterGroup {
        kind == .skillShift ? .skill(move) : .wellbeing(move)
    }
}

/// Some parameters of careers with what they are about.
struct CareerParameterSet {
    let subject: CareerParameterGroup
    /// `skill.retained`, to which the part of the pupils is added.
    let name: String
    let move: DeclaredMove
    let year: Int
    let placed: PlacedParameters

    func parameters(_ declaration: CareerDeclaration) -> [CareerParameter] {
        placed.entries.map { entry in
            // 1,536 places for each move.
            let index = move.code * 1536 + entry.part.code
            return CareerParameter(
                name: "careers.\(declaration.sector).\(name).\(entry.name)", parameter: entry.parameter,
                key: .career(entry.parameter.kind, stream: declaration.stream, year: year, index: index))
        }
    }
}

extension CareerDeclaration {
    /// All declared parameters, in a fixed order.
    var parameterGroups: [CareerParameterSet] {
        var sets: [CareerParameterSet] = []
        func add(
            _ name: String, _ moves: [DeclaredMove: PlacedParameters], year: Int = 0,
            _ subject: (DeclaredMove) -> CareerParameterGroup
        ) {
            for move in DeclaredMove.allCases {
                guard let placed = moves[move] else { continue }
                sets.append(
                    CareerParameterSet(
                        subject: subject(move), name: "\(name).\(move.rawValue)", move: move, year: year,
                        placed: placed))
            }
        }
        if case .declared(let moves) = flows { add("declared", moves) { .flow($0) } }
        for (kind, response) in responses { add(kind.key, response.shifts) { .response(kind, $0) } }
        for (year, moves) in policy.sorted(by: { $0.key < $1.key }) {
            add("policy.\(year)", moves, year: year.start) { .policy(year.start, $0) }
        }
        return sets
    }
}

extension CareerLadder {
    /// The track and grade of a state; nil when it is none.
    func grade(_ state: Int) -> (track: Int, grade: Int)? {
        guard case .grade(let track, let grade) = places[state] else { return nil }
        return (track, grade)
    }
}

extension PupilFlow {
    /// Whether a route stays in the last grade: the diploma was not reached.
    func isFailure(_ route: Route) -> Bool {
        guard route.move == .retained, let (track, grade) = ladder.grade(route.from) else { return false }
        return grade == ladder.tracks[track].grades
    }

    /// The declared move that a route belongs to; nil for going on.
    func declaredMove(of route: Route) -> DeclaredMove? {
        switch route.move {
        case .retained: isFailure(route) ? .passed : .retained
        case .up: .up
        case .down: .down
        case .left: .left
        case .passed: .passed
        case .promoted, .movedOn: nil
        }
    }
}

/// Which tracks the schools of a sector have, and with which shares pupils enter them.
struct CareerOffers: Sendable {
    /// Shares of those who enter, for each set of tracks that some school has: `[set][group][track]`.
    let shares: [[[Double]]]
    /// The set of each school of the population; -1 for schools of other sectors.
    let sets: [Int]

    init(
        _ declaration: CareerDeclaration, _ population: SchoolPopulation, groups: [String]
    ) throws(ScenarioError) {
        var (found, shares, sets) = ([[Bool]](), [[[Double]]](), [Int]())
        for school in population.schools {
            guard school.sector == declaration.sector, school.pupils > 0 else {
                sets.append(-1)
                continue
            }
            let type = school.traits.type
            let offered = declaration.tracks.map { track in
                track.schoolTypes.map { types in type.map(types.contains) ?? false } ?? true
            }
            if let known = found.firstIndex(of: offered) {
                sets.append(known)
                continue
            }
            let words = type.map { "of type '\($0)'" } ?? "without a type"
            guard offered.contains(true) else {
                throw .careers(
                    "schools \(words) have none of the tracks. Add the type to 'school_types' of a track.",
                    place: declaration.place)
            }
            var own: [[Double]] = []
            for group in groups.indices {
                let kept = zip(offered, declaration.tracks).map { $0 ? $1.shares[group] : 0 }
                let sum = kept.reduce(0, +)
                guard sum > 0 else {
                    throw .careers(
                        "schools \(words) have only tracks that nobody of '\(groups[group])' enters. Give one of them a share.",
                        place: declaration.place)
                }
                own.append(kept.map { $0 / sum })
            }
            sets.append(found.count)
            found.append(offered)
            shares.append(own)
        }
        (self.shares, self.sets) = (shares, sets)
    }
}

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
        _ position: (CareerParameterGroup, PlacedParameters?, Int, Int, Int) -> Int
    ) {
        var (cells, places) = ([Cell](), [Cell: Int]())
        let grades = file.gradeCount(of: declaration.sector)
        cellOfRoute = (0..<RecordLayout.groups).map { group in
            flow.routes.map { route in
                guard route.move != .passed, let move = flow.declaredMove(of: route),
                    let (track, grade) = flow.ladder.grade(route.from)
                else { return -1 }
                func find(_ subject: CareerParameterGroup, _ placed: PlacedParameters?) -> Int {
                    position(subject, placed, group, track, route.from)
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

import Funding
import LinearAlgebra
import Models
import Probability
import Specifications
import Transitions

/// The careers of one sector, put together and checked: routes, and which parameters each rests on.
struct CareerPlan: Sendable {
    let declaration: CareerDeclaration
    let flow: PupilFlow
    /// Every declared parameter.
    let parameters: [CareerParameter]
    /// The log-odds of a fitted model, in place of declared probabilities.
    var fitted: FittedCareerFlows?
    /// The parameter of each route's probability, or -1: `[group][route]`; none with a fitted model.
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
        let own = CareerParameters(declaration)
        parameters = own.all
        switch declaration.flows {
        case .model(let name, let place):
            let fit = try FittedCareerFlows(name, declaration, places, file: file, fits: fits, place: place)
            (fitted, flow) = (fit, try fit.flow(declaration))
        case .declared(let moves):
            fitted = nil
            flow = try Self.flow(declaration, DeclaredFlows(moves: moves, places: places).destinations)
        }
        bases = Self.bases(flow, declaration, own)
        let flow = flow
        rests = flow.routesByGrade.map { own in own.first { flow.isFailure(flow.routes[$0]) } ?? own.upperBound - 1 }
        shifts = CareerShifts(flow, declaration, file, own)
        offers = try CareerOffers(declaration, population, groups: places.groups)
        try check(places.groups)
    }

    private static func bases(
        _ flow: PupilFlow, _ declaration: CareerDeclaration, _ parameters: CareerParameters
    ) -> [[Int]] {
        guard case .declared(let moves) = declaration.flows else { return [] }
        return (0..<RecordLayout.groups).map { group in
            flow.routes.map { route in
                guard let move = flow.declaredMove(of: route), let (track, _) = flow.ladder.grade(route.from),
                    !flow.isFailure(route)
                else { return -1 }
                return parameters.place(of: .flow(move), moves[move], group: group, track: track, state: route.from)
            }
        }
    }

    /// The most years at school on average that are no mistake.
    private static let mostYears = 30.0

    /// Refuses shifts of moves that nobody can make, flows in which pupils stay for ever, and pupils of whom a model says nothing.
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
                let stationary = StationaryPupils(flow, intake: shares[group], weights: weights[group])
                try checkSeen(stationary, group, name)
                let years = stationary.years
                guard years > Self.mostYears else { continue }
                throw .careers(
                    "pupils of '\(name)' would stay at school for \(Int(years)) years or more on average; expected at most "
                        + "\(Int(Self.mostYears)). Look at 'passed', 'left' and 'retained'.", place: declaration.place)
            }
        }
    }

    /// Refuses a group's pupils in a grade from which the model saw nobody of the group go on: all would take its reference.
    private func checkSeen(_ pupils: StationaryPupils, _ group: Int, _ name: String) throws(ScenarioError) {
        guard let fitted else { return }
        for grade in 0..<flow.gradeCount where fitted.unseen[group][grade] {
            guard PupilClass.all.contains(where: { pupils.cells[flow.cell($0, grade: grade)] > 0 }) else { continue }
            throw .careers(
                "model '\(fitted.model)' saw no pupils of '\(name)' in '\(flow.ladder.states[grade])', and the simulation has them "
                    + "there. Give it flows of that group, or flows of all pupils together.", place: declaration.place)
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

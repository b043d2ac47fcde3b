import Probability

/// A declared number of careers: a probability, or a shift of log-odds.
struct CareerParameter: Sendable {
    /// As in `assumptions.csv`: `careers.vo.policy.2019/20.passed.havo`.
    let name: String
    let parameter: UncertainParameter
    let key: InputKey
}

/// The declared parameters of a sector's careers, and where each is.
struct CareerParameters: Sendable {
    /// All of them, in the order of ``CareerDeclaration/parameterGroups``.
    let all: [CareerParameter]
    private let firsts: [CareerParameterGroup: Int]

    init(_ declaration: CareerDeclaration) {
        var all: [CareerParameter] = []
        var firsts: [CareerParameterGroup: Int] = [:]
        for group in declaration.parameterGroups {
            firsts[group.subject] = all.count
            all += group.parameters(declaration)
        }
        (self.all, self.firsts) = (all, firsts)
    }

    /// The place of the parameter that says most about a grade and SES group; -1 when none does.
    func place(
        of subject: CareerParameterGroup, _ placed: PlacedParameters?, group: Int, track: Int, state: Int
    ) -> Int {
        guard let entry = placed?.entry(group: group, track: track, state: state), let first = firsts[subject]
        else { return -1 }
        return first + entry
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

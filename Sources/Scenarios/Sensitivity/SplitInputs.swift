import Probability

/// Inputs that are varied together.
struct InputGroup: Sendable {
    let name: String
    let members: [Int]
}

/// The inputs of a space, an effect of an intervention as two: the sampling error of its mean and its spread between studies.
///
/// The two normal scores, weighted by the roots of their shares of the variance, make one score, so the effect keeps its
/// distribution.
struct SplitInputs: Sendable {
    private let space: InputSpace
    /// Inputs with a second score, and its place.
    private let betweenStudy: [(input: Int, place: Int)]
    /// The number of independent uniform numbers.
    let count: Int

    init(_ space: InputSpace) {
        self.space = space
        let split = space.inputs.indices.filter {
            space.inputs[$0].source == .betweenStudy && space.inputs[$0].samplingShare > 0
        }
        betweenStudy = split.enumerated().map { (input: $1, place: space.inputs.count + $0) }
        count = space.inputs.count + split.count
    }

    /// The uniform numbers of the space's inputs.
    func uniforms(of point: [Double]) -> [Double] {
        var result = Array(point.prefix(space.inputs.count))
        for (input, place) in betweenStudy {
            let share = space.inputs[input].samplingShare
            let score =
                share.squareRoot() * standardNormalQuantile(point[input])
                + (1 - share).squareRoot() * standardNormalQuantile(point[place])
            result[input] = min(max(standardNormalCDF(score), 0x1p-53), 1 - 0x1p-53)
        }
        return result
    }

    /// The inputs by source of uncertainty; sources without inputs are left out.
    var sources: [InputGroup] {
        UncertaintySource.allCases.compactMap { source in
            let own = space.inputs.indices.filter { index in
                let isSplit = betweenStudy.contains { $0.input == index }
                return isSplit ? source == .sampling : space.inputs[index].source == source
            }
            let members = own + (source == .betweenStudy ? betweenStudy.map(\.place) : [])
            return members.isEmpty ? nil : InputGroup(name: source.rawValue, members: members)
        }
    }

    /// The inputs by kind: the same parameter of all outcomes together.
    var kinds: [InputGroup] {
        var members: [String: [Int]] = [:]
        var names: [String] = []
        func add(_ member: Int, to name: String) {
            if members[name] == nil { names.append(name) }
            members[name, default: []].append(member)
        }
        for (index, input) in space.inputs.enumerated() { add(index, to: input.kindName) }
        for (input, place) in betweenStudy { add(place, to: space.inputs[input].kindName) }
        return names.map { InputGroup(name: $0, members: members[$0] ?? []) }
    }
}

extension UncertainInput {
    /// The kind's name: that of the parameter, whatever the outcome.
    fileprivate var kindName: String {
        switch key.purpose {
        case .effect: "intervention_effects"
        case .estimates where name.contains(".log_odds."): "careers"
        case .estimates: name.contains(".start.") ? "starting_states" : "intervention_persistence"
        // Levels and growth do not hang on careers: one kind for all of them.
        case .parameter where name.hasPrefix("careers."): "careers"
        default: name.split(separator: ".").last.map(String.init) ?? name
        }
    }
}

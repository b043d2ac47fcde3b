import LinearAlgebra
import Models
import Probability
import Recovery
import Specifications
import Transitions

/// The log-odds of a fitted model of kind `transitions`, as the simulation draws them: jointly normal.
struct FittedCareerFlows: Sendable {
    let model: String
    let stream: UInt64
    var mean: [Double]
    var factor: Matrix
    /// What each log-odds is about.
    let names: [String]
    /// Whether the model says nothing of a group's pupils in a grade: `[group][grade]`.
    let unseen: [[Bool]]
    /// The destinations of each grade; the reference last.
    private let destinations: [[Int]]
    /// The element of each destination but the reference, by group: `[group][grade][destination]`.
    private let elements: [[[Int]]]

    /// The elements of estimates from here on are log-odds of careers: a model may give starting states too.
    private static let firstElement = 32_768

    init(
        _ name: String, _ declaration: CareerDeclaration, _ places: CareerPlaces, file: ScenarioFile,
        fits: [String: FittedFlows], place: SpecificationPlace
    ) throws(ScenarioError) {
        guard let reference = file.models.first(where: { $0.name == name }), let flows = fits[name] else {
            throw .careers("model '\(name)' has no yearly flows (kind transitions).", place: place)
        }
        try Self.check(flows, name, file, place)
        let ladder = declaration.ladder
        guard flows.ladder.tracks == ladder.tracks, flows.ladder.ends == ladder.ends else {
            throw .careers(
                "model '\(name)' has \(Self.words(flows.ladder)); expected those declared here: \(Self.words(ladder)).",
                place: place)
        }
        var (destinations, elements) = ([[Int]](), [[[Int]]](repeating: [], count: places.groups.count))
        for state in 0..<ladder.gradeStateCount {
            guard let base = flows.references[state] else {
                throw .careers("model '\(name)' has no flows from '\(ladder.states[state])'.", place: place)
            }
            var found: [Int] = []
            for label in flows.logOdds.labels where label.from == state && !found.contains(label.to) {
                found.append(label.to)
            }
            found.sort()
            destinations.append(found + [base])
            for (index, group) in places.groups.enumerated() {
                elements[index].append(
                    found.map { to in
                        flows.logOdds.position(of: FlowLabel(group: group, from: state, to: to))
                            ?? flows.logOdds.position(of: FlowLabel(group: "", from: state, to: to)) ?? -1
                    })
            }
        }
        if let group = flows.groups.first(where: { !$0.isEmpty && !places.groups.contains($0) }) {
            throw .careers(
                "model '\(name)' has flows of SES group '\(group)'; expected '\(places.groups[0])' and "
                    + "'\(places.groups[1])', as under 'groups'.", place: place)
        }
        do {
            factor = try SemidefiniteFactor(flows.logOdds.covariance).lower
        } catch {
            throw .careers("the log-odds of model '\(name)' cannot be drawn: \(error)", place: place)
        }
        guard flows.logOdds.values.allSatisfy(\.isFinite), flows.logOdds.count < Self.firstElement else {
            throw .careers("model '\(name)' has log-odds that are no numbers, or more than can be drawn.", place: place)
        }
        (model, stream, mean) = (name, reference.stream, flows.logOdds.values)
        names = flows.logOdds.labels.map { label in
            let states = flows.ladder.states
            let base = flows.references[label.from].map { " rather than to '\(states[$0])'" } ?? ""
            return "going from '\(states[label.from])' to '\(states[label.to])'\(base)"
                + (label.group.isEmpty ? "" : ", '\(label.group)'")
        }
        unseen = places.groups.map { group in
            let own = flows.groups.contains(group) ? group : ""
            return (0..<ladder.gradeStateCount).map { state in
                !flows.groups.contains(own) || flows.unseen.contains(FlowOrigin(group: own, state: state))
            }
        }
        (self.destinations, self.elements) = (destinations, elements)
    }

    /// Refuses flows that hold the crisis, and those that would tell counts which may not be published.
    private static func check(
        _ flows: FittedFlows, _ name: String, _ file: ScenarioFile, _ place: SpecificationPlace
    ) throws(ScenarioError) {
        guard !flows.baselineYears.isEmpty else {
            throw .careers(
                "model '\(name)' names no baseline, so that its flows would hold the crisis years too. Add 'baseline: {cohorts: "
                    + "[...]}' to it.", place: place)
        }
        for cohort in flows.baselineYears {
            guard let year = SchoolYear(cohort), year > file.preCrisisYear else { continue }
            throw .careers(
                "the baseline of model '\(name)' holds \(cohort), which is after the pre-crisis year "
                    + "\(file.preCrisisYear) of the calendar. Take it out of the baseline.", place: place)
        }
        guard !flows.areWithheld else {
            throw .careers(
                "model '\(name)' has flows of too few pupils to be published, and a simulation would tell them. Pool states, groups "
                    + "or years; or say in the model 'disclosure: {cells: bases}', or 'disclosure: none' where nothing is published.",
                place: place)
        }
    }

    private static func words(_ ladder: CareerLadder) -> String {
        "tracks " + ladder.tracks.map { "\($0.name) (\($0.grades))" }.joined(separator: ", ") + " and ends "
            + ladder.ends.joined(separator: ", ")
    }

    func flow(_ declaration: CareerDeclaration) throws(ScenarioError) -> PupilFlow {
        do {
            return try PupilFlow(declaration.ladder, destinations: destinations)
        } catch {
            throw .careers("model '\(model)': \(error)", place: declaration.place)
        }
    }

    /// What keys the random number of each log-odds.
    var keys: [InputKey] {
        mean.indices.map { .estimate(model: stream, element: Self.firstElement + $0) }
    }

    /// The log-odds of a draw.
    func drawn(_ inputs: DrawnInputs) -> [Double] {
        let normals = keys.map { inputs.normal($0) }
        return mean.indices.map { row in
            (0...row).reduce(mean[row]) { $0 + factor[row, $1] * normals[$1] }
        }
    }

    /// The odds of each route against its grade's reference: `[group][route]`.
    func weights(logOdds: [Double]) -> [[Double]] {
        elements.map { byGrade in
            byGrade.flatMap { own in
                // Beyond 300 the odds of others are nothing beside it, and products stay finite.
                own.map { $0 < 0 ? 0 : Elementary.exp(min(max(logOdds[$0], -300), 300)) } + [1]
            }
        }
    }
}

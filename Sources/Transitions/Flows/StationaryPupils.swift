/// The pupils whom a yearly intake of one leads to when nothing changes: by cell of a flow, for one SES group.
///
/// The intake enters the first grades, without delay. The sum of the cells is the mean number of years at school.
///
/// The fundamental matrix's row of the intake (Kemeny and Snell 1960, Finite Markov Chains, section 3.2), by adding up the years
/// one by one until nobody is left: at most 400 of them, so that grades that nobody leaves still end.
public struct StationaryPupils: Sendable {
    /// Pupils by cell: ``PupilFlow/cell(_:grade:)``.
    public let cells: [Double]
    /// The mean number of years at school.
    public let years: Double

    /// What is left of an intake when the rest is left out.
    private static let rest = 1e-13

    /// - Parameters:
    ///   - intake: The shares of those who enter, by track; they add up to 1.
    ///   - weights: How likely each route is against the others of its grade.
    public init(_ flow: PupilFlow, intake: [Double], weights: [Double]) {
        precondition(intake.count == flow.ladder.tracks.count && weights.count == flow.routes.count)
        let chances = flow.probabilities(weights)
        let grades = flow.gradeCount
        var present = [Double](repeating: 0, count: flow.cellCount)
        for (track, share) in intake.enumerated() {
            present[flow.cell(.entering, grade: flow.ladder.state(track: track, grade: 1))] += share
        }
        let classes = flow.routes.map { route in PupilClass.all.map { $0.after(route).code } }
        var sums = present
        for _ in 0..<400 {
            var later = [Double](repeating: 0, count: flow.cellCount)
            var left = 0.0
            for code in 0..<PupilClass.count {
                for grade in 0..<grades {
                    let pupils = present[code * grades + grade]
                    guard pupils > 0 else { continue }
                    for index in flow.routesByGrade[grade] {
                        let to = flow.routes[index].to
                        guard to < grades else { continue }
                        later[classes[index][code] * grades + to] += pupils * chances[index]
                        left += pupils * chances[index]
                    }
                }
            }
            for cell in sums.indices { sums[cell] += later[cell] }
            present = later
            guard left > Self.rest else { break }
        }
        cells = sums
        years = sums.reduce(0, +)
    }
}

extension PupilFlow {
    /// The probabilities of the routes from how likely each is against the others of its grade.
    public func probabilities(_ weights: [Double]) -> [Double] {
        var result = weights
        for own in routesByGrade {
            let sum = own.reduce(0.0) { $0 + weights[$1] }
            for route in own {
                result[route] = sum > 0 ? weights[route] / sum : route == own.upperBound - 1 ? 1 : 0
            }
        }
        return result
    }
}

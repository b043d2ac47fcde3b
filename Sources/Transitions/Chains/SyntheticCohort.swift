import LinearAlgebra

/// A cohort that goes through given yearly probabilities of school careers, from the first placements to the end.
///
/// One matrix for all years gives what would become of a cohort under the rates of one school year, as a period life
/// table does. Several, each of the year in which the cohort is that far, follow a real cohort; the last one then holds
/// for all later years.
public struct SyntheticCohort: Sendable {
    /// The grades, diplomas and ends.
    public let ladder: CareerLadder
    /// The probabilities of each year; the last holds for all later ones.
    public let years: [TransitionMatrix]
    /// The shares of the first placements, in grade 1, by track.
    public let placements: [Double]
    private let transient: [Int]

    /// A cohort.
    ///
    /// - Parameters:
    ///   - years: At least one matrix over the ladder's states, with none but moves that the ladder allows. States that
    ///     nobody reaches may have any row, such as one that stays put.
    ///   - placements: The shares of the first placements by track, adding up to 1.
    /// - Throws: ``ChainError/noYears``, ``ChainError/otherStates(year:found:expected:)``,
    ///   ``ChainError/impossibleMove(from:to:)``, ``ChainError/badCount(found:expected:)``,
    ///   ``ChainError/badStart(state:found:)``, ``ChainError/badStartSum(found:)``, ``ChainError/noPupils(state:)`` for a
    ///   grade that is reached and not left, or ``ChainError/neverEnds(states:)``.
    public init(ladder: CareerLadder, years: [TransitionMatrix], placements: [Double]) throws(ChainError) {
        guard let last = years.last else { throw .noYears }
        try Self.check(placements, ladder)
        for (year, matrix) in years.enumerated() {
            guard matrix.states == ladder.states else {
                throw .otherStates(year: year + 1, found: matrix.states, expected: ladder.states)
            }
        }
        self.ladder = ladder
        self.years = years
        self.placements = placements
        let start = ladder.states.indices.map { state in
            ladder.places[state].startTrack.map { placements[$0] > 0 } ?? false
        }
        let reached = Reachability.forward(years.map(\.probabilities), from: start)
        transient = ladder.states.indices.filter { state in
            reached[state] && !years.allSatisfy { $0.isAbsorbing(state) }
        }
        try Self.checkMoves(ladder, years, reached)
        try Self.checkEnds(ladder, last, reached)
    }

    private static func check(_ placements: [Double], _ ladder: CareerLadder) throws(ChainError) {
        guard placements.count == ladder.tracks.count else {
            throw .badCount(found: placements.count, expected: ladder.tracks.count)
        }
        for (track, share) in zip(ladder.tracks, placements) where !(share >= 0 && share <= 1) {
            throw .badStart(state: "\(track.name)_1", found: share)
        }
        let sum = placements.reduce(0, +)
        guard abs(sum - 1) <= TransitionMatrix.sumTolerance else { throw .badStartSum(found: sum) }
    }

    private static func checkMoves(
        _ ladder: CareerLadder, _ years: [TransitionMatrix], _ reached: [Bool]
    ) throws(ChainError) {
        for matrix in years {
            for from in ladder.states.indices where reached[from] && !matrix.isAbsorbing(from) {
                for to in ladder.states.indices
                where matrix.probabilities[from, to] > 0 && ladder.move(from: from, to: to) == nil {
                    throw .impossibleMove(from: ladder.states[from], to: ladder.states[to])
                }
            }
        }
    }

    /// From every grade that is reached, careers must end under the last probabilities.
    private static func checkEnds(
        _ ladder: CareerLadder, _ last: TransitionMatrix, _ reached: [Bool]
    ) throws(ChainError) {
        let isFinal = ladder.states.indices.map { last.isAbsorbing($0) && !ladder.isGrade($0) }
        if let stuck = ladder.states.indices.first(where: {
            reached[$0] && ladder.isGrade($0) && last.isAbsorbing($0)
        }) {
            throw .noPupils(state: ladder.states[stuck])
        }
        let ends = Reachability.backward(last.probabilities, to: isFinal)
        let caught = ladder.states.indices.filter { reached[$0] && !ends[$0] }
        guard caught.isEmpty else { throw .neverEnds(states: caught.map { ladder.states[$0] }) }
    }

    /// The shares of the first placements by state, n.
    public var start: [Double] {
        ladder.places.map { place in place.startTrack.map { placements[$0] } ?? 0 }
    }

    /// Where the cohort is after a number of years: shares of all who started, by state.
    public func distribution(after count: Int) -> [Double] {
        (0..<count).reduce(start) { now, year in
            years[min(year, years.count - 1)].probabilities.rowTimes(now)
        }
    }

    /// An indicator with its derivatives in all probabilities.
    ///
    /// - Throws: ``ChainError/noSuchPlace(indicator:)`` or ``ChainError/nobody(indicator:)``, or
    ///   ``ChainError/tooLong``.
    public func value(of indicator: CareerIndicator) throws(ChainError) -> IndicatorValue {
        guard indicator.isDefined(on: ladder) else { throw .noSuchPlace(indicator: indicator.name) }
        let matrices = years.map(\.probabilities)
        var top = IndicatorValue(states: ladder.states.count, years: years.count, tracks: ladder.tracks.count)
        for (track, share) in placements.enumerated() where share > 0 {
            var own = [Double](repeating: 0, count: ladder.states.count)
            own[ladder.state(track: track, grade: 1)] = share
            let part = try indicator.numerator(ladder, start: track)
                .expectation(matrices, start: own, transient: transient)
            top.add(part, track: track, state: ladder.state(track: track, grade: 1))
        }
        guard let functional = indicator.denominator(ladder) else { return top }
        let all = try functional.expectation(matrices, start: start, transient: transient)
        guard all.value > 0 else { throw .nobody(indicator: indicator.name) }
        var bottom = IndicatorValue(states: ladder.states.count, years: years.count, tracks: ladder.tracks.count)
        bottom.value = all.value
        bottom.gradients = all.gradients
        bottom.placements = ladder.tracks.indices.map { all.start[ladder.state(track: $0, grade: 1)] }
        return top.divided(by: bottom)
    }
}

extension CareerLadder.Place {
    /// The track whose first grade it is; nil for other places.
    var startTrack: Int? {
        guard case .grade(let track, 1) = self else { return nil }
        return track
    }
}

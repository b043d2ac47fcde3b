/// The state in every year given all values, by the exact diffuse fixed-interval smoother.
///
/// - SeeAlso: Durbin and Koopman (2012), second edition, sections 4.4 and 5.3, for one observation a year.
struct DiffuseSmoother {
    /// The states, one a year, with their covariances.
    let states: [(state: StateVector, covariance: StateMatrix)]

    init(_ filter: DiffuseFilter) {
        var backward = Backward()
        var reversed: [(state: StateVector, covariance: StateMatrix)] = []
        for step in filter.steps.reversed() {
            backward.pass(step)
            reversed.append(backward.smoothed(step))
        }
        states = reversed.reversed()
    }
}

/// What later years say about a state: r and N, each expanded in powers of the reciprocal of the infinite variance.
private struct Backward {
    var r0 = StateVector()
    var r1 = StateVector()
    var n0 = StateMatrix()
    var n1 = StateMatrix()
    var n2 = StateMatrix()

    /// Takes the value of a year into account.
    mutating func pass(_ step: DiffuseFilter.Step) {
        let move = StateMatrix.transition(over: 1)
        guard let innovation = step.innovation else {
            let back = move.transposed
            (r0, r1) = (back.times(r0), back.times(r1))
            (n0, n1, n2) = (back.around(n0), back.around(n1), back.around(n2))
            return
        }
        if step.diffuseVariance > 0 {
            passDiffuse(step, innovation, move)
            return
        }
        let gain = move.times(step.covariance.firstColumn).scaled(by: 1 / step.variance)
        let back = without(gain, move).transposed
        r0 = StateVector(level: innovation / step.variance).adding(1, back.times(r0))
        n0 = StateMatrix(levelLevel: 1 / step.variance).adding(1, back.around(n0))
        // The diffuse phase is over: r1, n1 and n2 are still zero.
    }

    private mutating func passDiffuse(_ step: DiffuseFilter.Step, _ innovation: Double, _ move: StateMatrix) {
        let first = 1 / step.diffuseVariance
        let second = -step.variance * first * first
        let (gain, diffuseGain) = (step.covariance.firstColumn, step.diffuse.firstColumn)
        let gain0 = move.times(diffuseGain.scaled(by: first))
        let gain1 = move.times(gain.scaled(by: first).adding(second, diffuseGain))
        let (l0, l1) = (without(gain0, move), without(gain1, StateMatrix()))
        let (back0, back1) = (l0.transposed, l1.transposed)
        let seen = StateVector(level: first * innovation)
        (r0, r1) = (back0.times(r0), seen.adding(1, back0.times(r1)).adding(1, back1.times(r0)))
        let (mixed, crossed) = (back1.times(n0).times(l0), back0.times(n1).times(l1))
        n2 = StateMatrix(levelLevel: second).adding(1, back0.around(n2)).adding(1, crossed.withTranspose)
            .adding(1, back1.around(n0))
        n1 = StateMatrix(levelLevel: first).adding(1, back0.around(n1)).adding(1, mixed.withTranspose)
        n0 = back0.around(n0)
    }

    func smoothed(_ step: DiffuseFilter.Step) -> (state: StateVector, covariance: StateMatrix) {
        let state = step.state.adding(1, step.covariance.times(r0)).adding(1, step.diffuse.times(r1))
        let crossed = step.diffuse.times(n1).times(step.covariance)
        let covariance = step.covariance.adding(-1, step.covariance.around(n0)).adding(-1, crossed.withTranspose)
            .adding(-1, step.diffuse.around(n2))
        return (state, covariance)
    }

    /// `T - K Z`.
    private func without(_ gain: StateVector, _ move: StateMatrix) -> StateMatrix {
        move.adding(-1, gain.outer(StateVector(level: 1)))
    }
}

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
        let move = transition(over: 1)
        guard let innovation = step.innovation else {
            let back = move.transposed
            (r0, r1) = (back * r0, back * r1)
            (n0, n1, n2) = (back.around(n0), back.around(n1), back.around(n2))
            return
        }
        if step.diffuseVariance > 0 {
            passDiffuse(step, innovation, move)
            return
        }
        let gain = (1 / step.variance) * (move * step.covariance.firstColumn)
        let back = without(gain, move).transposed
        r0 = StateVector(level: innovation / step.variance) + back * r0
        n0 = StateMatrix(levelLevel: 1 / step.variance) + back.around(n0)
        // The diffuse phase is over: r1, n1 and n2 are still zero.
    }

    private mutating func passDiffuse(_ step: DiffuseFilter.Step, _ innovation: Double, _ move: StateMatrix) {
        let first = 1 / step.diffuseVariance
        let second = -step.variance * first * first
        let gain0 = move * (first * step.diffuse.firstColumn)
        let gain1 = move * (first * step.covariance.firstColumn + second * step.diffuse.firstColumn)
        let (l0, l1) = (without(gain0, move), without(gain1, StateMatrix()))
        let (back0, back1) = (l0.transposed, l1.transposed)
        let seen = StateVector(level: first * innovation)
        (r0, r1) = (back0 * r0, seen + back0 * r1 + back1 * r0)
        let crossed = back0 * n1 * l1
        let new2 =
            StateMatrix(levelLevel: second) + back0.around(n2) + crossed + crossed.transposed + back1.around(n0)
        let mixed = back1 * n0 * l0
        n1 = StateMatrix(levelLevel: first) + back0.around(n1) + mixed + mixed.transposed
        (n0, n2) = (back0.around(n0), new2)
    }

    func smoothed(_ step: DiffuseFilter.Step) -> (state: StateVector, covariance: StateMatrix) {
        let state = step.state + step.covariance * r0 + step.diffuse * r1
        let crossed = step.diffuse * n1 * step.covariance
        let covariance =
            step.covariance - step.covariance.around(n0) - crossed - crossed.transposed - step.diffuse.around(n2)
        return (state, covariance)
    }

    /// `T - K Z`.
    private func without(_ gain: StateVector, _ move: StateMatrix) -> StateMatrix {
        move - gain.times(StateVector(level: 1))
    }
}

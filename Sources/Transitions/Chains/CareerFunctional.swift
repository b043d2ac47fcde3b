import LinearAlgebra

/// A sum over the transitions of a career: an expected number of events, or the years until them.
///
/// Its expectation is linear in the start and smooth in the probabilities. With `occupancy(t, i)` the chance of being
/// under way in i after t years and `value(t, j)` what is still to come from j, its derivative in the probability of
/// going from i to j in year t is `occupancy(t, i) * (gain(i, j) + value(t + 1, j))`: one pass forward, one backward.
/// For ever after the last matrix both are solutions with the fundamental matrix, so that the derivative is that of
/// `dN = N dQ N`.
struct CareerFunctional {
    /// A transition: the years since the start, and the states before and after.
    struct Step {
        let year, from, to: Int
    }

    /// What is summed.
    enum Measure {
        /// The gains.
        case gains
        /// The gains, each times the number of years from the start to it.
        case years
    }

    /// What a transition counts for. Depends on the year only where there is a horizon.
    let gain: (Step) -> Double
    /// Whether nothing after this transition counts.
    let isLast: (Step) -> Bool
    /// How many years count; nil for all.
    var horizon: Int?
    var measure = Measure.gains

    /// An expectation with its derivatives.
    struct Value {
        var value: Double
        /// In the probabilities, for each matrix, n x n.
        var gradients: [Matrix]
        /// In the shares of the start by state, n.
        var start: [Double]
    }

    /// The expectation.
    ///
    /// - Parameters:
    ///   - matrices: The probabilities of each year; the last holds for all later years.
    ///   - start: Shares by state.
    ///   - transient: The positions of the states that count as under way.
    func expectation(
        _ matrices: [Matrix], start: [Double], transient: [Int]
    ) throws(ChainError) -> Value {
        let last = matrices.count - 1
        let head = horizon ?? last
        var marks = [Marks(first: start, later: start.map { _ in 0 })]
        for year in 0..<head {
            marks.append(next(marks[year], matrices[min(year, last)], year, transient))
        }
        var gradients = matrices.map { Matrix(rows: $0.rows, columns: $0.columns) }
        var worth = Worth(states: start.count)
        if horizon == nil {
            let tail = try Tail(self, matrices[last], year: last, transient: transient)
            worth = tail.worth
            add(tail.totals(marks[head]), worth, year: last, transient, to: &gradients[last])
        }
        for year in (0..<head).reversed() {
            let matrix = min(year, last)
            add(marks[year], worth, year: year, transient, to: &gradients[matrix])
            worth = before(worth, matrices[matrix], year, transient)
        }
        let slope = measure == .gains ? worth.gains : worth.years
        return Value(value: dot(start, slope), gradients: gradients, start: slope)
    }

    /// The chance of being in each state before a transition, and the same times the years gone by.
    private struct Marks {
        var first: [Double]
        var later: [Double]
    }

    /// What is to come after a transition: gains, and gains times the years to them.
    private struct Worth {
        var gains: [Double]
        var years: [Double]

        init(states: Int) {
            gains = [Double](repeating: 0, count: states)
            years = gains
        }
    }

    private func next(_ marks: Marks, _ p: Matrix, _ year: Int, _ transient: [Int]) -> Marks {
        let none = [Double](repeating: 0, count: p.rows)
        var next = Marks(first: none, later: none)
        for from in transient where marks.first[from] > 0 {
            for to in transient where p[from, to] > 0 && !isLast(Step(year: year, from: from, to: to)) {
                next.first[to] += marks.first[from] * p[from, to]
                next.later[to] += (marks.first[from] + marks.later[from]) * p[from, to]
            }
        }
        return next
    }

    private func before(_ worth: Worth, _ p: Matrix, _ year: Int, _ transient: [Int]) -> Worth {
        var result = Worth(states: p.rows)
        for from in transient {
            for to in 0..<p.columns where p[from, to] > 0 {
                let step = slope(Step(year: year, from: from, to: to), worth)
                result.gains[from] += p[from, to] * step.gains
                result.years[from] += p[from, to] * step.years
            }
        }
        return result
    }

    /// What a transition is worth: its own gain and what comes after it.
    private func slope(_ step: Step, _ worth: Worth) -> (gains: Double, years: Double) {
        let gain = gain(step)
        guard !isLast(step) else { return (gain, gain) }
        return (gain + worth.gains[step.to], gain + worth.gains[step.to] + worth.years[step.to])
    }

    private func add(_ marks: Marks, _ worth: Worth, year: Int, _ transient: [Int], to gradient: inout Matrix) {
        for from in transient where marks.first[from] > 0 || marks.later[from] > 0 {
            for to in 0..<gradient.columns {
                let step = slope(Step(year: year, from: from, to: to), worth)
                switch measure {
                case .gains: gradient[from, to] += marks.first[from] * step.gains
                case .years: gradient[from, to] += marks.first[from] * step.years + marks.later[from] * step.gains
                }
            }
        }
    }

    /// All years from one on, with the same probabilities in each.
    private struct Tail {
        let worth: Worth
        private let elimination: TransientElimination
        private let moves: Matrix
        private let transient: [Int]

        init(_ functional: CareerFunctional, _ p: Matrix, year: Int, transient: [Int]) throws(ChainError) {
            let t = transient.count
            var moves = Matrix(rows: t, columns: t)
            var (exits, gains) = ([Double](repeating: 0, count: t), [Double](repeating: 0, count: t))
            let places = Dictionary(zip(transient, 0..<t)) { first, _ in first }
            for (row, from) in transient.enumerated() {
                for to in 0..<p.columns where p[from, to] > 0 {
                    let step = Step(year: year, from: from, to: to)
                    gains[row] += p[from, to] * functional.gain(step)
                    if let column = places[to], !functional.isLast(step) {
                        moves[row, column] = p[from, to]
                    } else {
                        exits[row] += p[from, to]
                    }
                }
            }
            elimination = try TransientElimination(moves: moves, exits: exits)
            let worthOfGains = elimination.solve(gains)
            let worthOfYears = elimination.solve(worthOfGains)
            guard worthOfYears.allSatisfy(\.isFinite) else { throw .tooLong }
            var worth = Worth(states: p.rows)
            for (row, state) in transient.enumerated() {
                worth.gains[state] = worthOfGains[row]
                worth.years[state] = worthOfYears[row]
            }
            self.worth = worth
            self.moves = moves
            self.transient = transient
        }

        /// The sums over all years of the chances of being under way.
        func totals(_ marks: Marks) -> Marks {
            let first = elimination.solveTransposed(transient.map { marks.first[$0] })
            let moved = moves.rowTimes(first)
            let later = elimination.solveTransposed(zip(transient, moved).map { marks.later[$0] + $1 })
            var result = marks
            for (row, state) in transient.enumerated() {
                result.first[state] = first[row]
                result.later[state] = later[row]
            }
            return result
        }
    }
}

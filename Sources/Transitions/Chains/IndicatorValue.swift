import LinearAlgebra

/// An indicator of a cohort with its derivatives, for the delta method.
public struct IndicatorValue: Sendable, Equatable {
    /// The indicator: a share, or years.
    public internal(set) var value: Double
    /// The derivatives in the probabilities, a matrix n x n for each matrix of the cohort, of states from by states to.
    ///
    /// Probabilities of a row move together: only differences within a row mean something. Rows of states that nobody
    /// reaches are zero.
    public internal(set) var gradients: [Matrix]
    /// The derivatives in the shares of the first placements, by track; zero for a track in which nobody starts.
    public internal(set) var placements: [Double]

    init(states: Int, years: Int, tracks: Int) {
        value = 0
        gradients = Array(repeating: Matrix(rows: states, columns: states), count: years)
        placements = [Double](repeating: 0, count: tracks)
    }

    /// Adds what those who started in a track contribute.
    mutating func add(_ part: CareerFunctional.Value, track: Int, state: Int) {
        value += part.value
        gradients = zip(gradients, part.gradients).map { $0 + $1 }
        placements[track] = part.start[state]
    }

    /// The ratio of two, by the quotient rule.
    func divided(by other: IndicatorValue) -> IndicatorValue {
        var result = self
        let ratio = value / other.value
        result.value = ratio
        for year in gradients.indices {
            for place in gradients[year].elements.indices {
                result.gradients[year].elements[place] =
                    (gradients[year].elements[place] - ratio * other.gradients[year].elements[place]) / other.value
            }
        }
        result.placements = zip(placements, other.placements).map { ($0 - ratio * $1) / other.value }
        return result
    }
}

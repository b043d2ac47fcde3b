import LinearAlgebra
import Transitions

/// A school year's and group's probabilities of careers, and on which uncertain numbers they hang.
struct FlowCell {
    /// How the probabilities follow from uncertain numbers.
    enum Origin {
        /// They are weighted means of strata's: by stratum, the weight of each state and of the start.
        case strata([(part: Int, states: [Double], start: Double)])
        /// They are sums of figures.
        case figures([PublishedFlows.Slope])
    }

    let year, group: String
    let matrix: TransitionMatrix
    let placements: [Double]
    /// The position in ``FlowUncertainty/starts`` and the first element there, of each part of the start.
    let starts: [(start: Int, first: Int, weight: Double)]
    let origin: Origin
    /// The pupils counted; nil for published shares.
    let counts: FlowCounts?

    /// Its name in messages.
    var name: String { group.isEmpty ? year : "\(year), group \(group)" }

    /// What an estimate with these derivatives hangs on.
    func sensitivity(_ gradient: Matrix, placements slopes: [Double]) -> FlowSensitivity {
        var result = FlowSensitivity()
        switch origin {
        case .strata(let strata):
            for stratum in strata {
                var own = gradient
                for column in 0..<own.columns {
                    for row in 0..<own.rows { own[row, column] *= stratum.states[row] }
                }
                result.flows[stratum.part] = own
            }
        case .figures(let list):
            for slope in list {
                result.figures[slope.figure, default: 0] += slope.factor * gradient[slope.from, slope.to]
            }
        }
        for part in starts {
            for (track, slope) in slopes.enumerated() {
                result.starts[part.start, default: [:]][part.first + track] = part.weight * slope
            }
        }
        return result
    }
}

/// The derivatives of an estimate in the uncertain numbers of flows.
struct FlowSensitivity {
    /// By stratum of counts, in its probabilities.
    var flows: [Int: Matrix] = [:]
    /// By start, in its shares.
    var starts: [Int: [Int: Double]] = [:]
    /// In published figures.
    var figures: [Int: Double] = [:]
}

/// The uncertain numbers of flows: strata of counts, shares of first placements, published figures, all independent.
struct FlowUncertainty {
    /// Counted flows of each year and group.
    var strata: [EstimatedFlows] = []
    /// The covariances of shares of first placements.
    var starts: [Matrix] = []
    /// That of the published figures.
    var figures = Matrix(rows: 0, columns: 0)

    /// The covariance of two estimates by the delta method; sums run in the order of the parts.
    func covariance(_ one: FlowSensitivity, _ other: FlowSensitivity) -> Double {
        var sum = 0.0
        for (part, flows) in strata.enumerated() {
            guard let left = one.flows[part], let right = other.flows[part] else { continue }
            sum += flows.covariance(left, right)
        }
        for (part, covariance) in starts.enumerated() {
            guard let left = one.starts[part], let right = other.starts[part] else { continue }
            sum += Self.form(left, covariance, right)
        }
        return sum + Self.form(one.figures, figures, other.figures)
    }

    private static func form(_ left: [Int: Double], _ covariance: Matrix, _ right: [Int: Double]) -> Double {
        var sum = 0.0
        for row in left.keys.sorted() {
            var inner = 0.0
            for column in right.keys.sorted() { inner += covariance[row, column] * (right[column] ?? 0) }
            sum += (left[row] ?? 0) * inner
        }
        return sum
    }
}

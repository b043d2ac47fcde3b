/// The state of a trend: its level and its slope a year.
///
/// Named methods, not operators: every further overload of `*` slows the type checker in all of the module's formulas.
struct StateVector: Sendable, Equatable {
    var level = 0.0
    var slope = 0.0

    /// `x + factor y`.
    func adding(_ factor: Double = 1, _ other: StateVector) -> StateVector {
        StateVector(level: level + factor * other.level, slope: slope + factor * other.slope)
    }

    func scaled(by factor: Double) -> StateVector { StateVector(level: factor * level, slope: factor * slope) }

    /// The outer product `x y'`.
    func outer(_ other: StateVector) -> StateMatrix {
        StateMatrix(
            levelLevel: level * other.level, levelSlope: level * other.slope, slopeLevel: slope * other.level,
            slopeSlope: slope * other.slope)
    }
}

/// A 2 x 2 matrix on states, kept out of BLAS because it is so small.
struct StateMatrix: Sendable, Equatable {
    var levelLevel = 0.0
    var levelSlope = 0.0
    var slopeLevel = 0.0
    var slopeSlope = 0.0

    /// How the state moves from one year to a later one without shocks.
    static func transition(over years: Int) -> StateMatrix {
        StateMatrix(levelLevel: 1, levelSlope: Double(years), slopeLevel: 0, slopeSlope: 1)
    }

    /// The first column: what the matrix does to the observation's direction.
    var firstColumn: StateVector { StateVector(level: levelLevel, slope: slopeLevel) }

    var transposed: StateMatrix {
        StateMatrix(
            levelLevel: levelLevel, levelSlope: slopeLevel, slopeLevel: levelSlope, slopeSlope: slopeSlope)
    }

    /// The matrix plus its transpose.
    var withTranspose: StateMatrix { adding(1, transposed) }

    /// `A + factor B`.
    func adding(_ factor: Double = 1, _ other: StateMatrix) -> StateMatrix {
        StateMatrix(
            levelLevel: levelLevel + factor * other.levelLevel, levelSlope: levelSlope + factor * other.levelSlope,
            slopeLevel: slopeLevel + factor * other.slopeLevel, slopeSlope: slopeSlope + factor * other.slopeSlope)
    }

    /// `A B`.
    func times(_ right: StateMatrix) -> StateMatrix {
        StateMatrix(
            levelLevel: levelLevel * right.levelLevel + levelSlope * right.slopeLevel,
            levelSlope: levelLevel * right.levelSlope + levelSlope * right.slopeSlope,
            slopeLevel: slopeLevel * right.levelLevel + slopeSlope * right.slopeLevel,
            slopeSlope: slopeLevel * right.levelSlope + slopeSlope * right.slopeSlope)
    }

    /// `A x`.
    func times(_ vector: StateVector) -> StateVector {
        StateVector(
            level: levelLevel * vector.level + levelSlope * vector.slope,
            slope: slopeLevel * vector.level + slopeSlope * vector.slope)
    }

    /// `A B A'`.
    func around(_ middle: StateMatrix) -> StateMatrix { times(middle).times(transposed) }
}

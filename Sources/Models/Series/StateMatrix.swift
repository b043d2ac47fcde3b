/// The state of a trend: its level and its slope a year.
struct StateVector: Sendable, Equatable {
    var level = 0.0
    var slope = 0.0

    static func + (left: StateVector, right: StateVector) -> StateVector {
        StateVector(level: left.level + right.level, slope: left.slope + right.slope)
    }

    static func * (factor: Double, vector: StateVector) -> StateVector {
        StateVector(level: factor * vector.level, slope: factor * vector.slope)
    }

    /// The outer product `x y'`.
    func times(_ other: StateVector) -> StateMatrix {
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

    /// The first column: what the matrix does to the observation's direction.
    var firstColumn: StateVector { StateVector(level: levelLevel, slope: slopeLevel) }

    var transposed: StateMatrix {
        StateMatrix(
            levelLevel: levelLevel, levelSlope: slopeLevel, slopeLevel: levelSlope, slopeSlope: slopeSlope)
    }

    static func + (left: StateMatrix, right: StateMatrix) -> StateMatrix {
        StateMatrix(
            levelLevel: left.levelLevel + right.levelLevel, levelSlope: left.levelSlope + right.levelSlope,
            slopeLevel: left.slopeLevel + right.slopeLevel, slopeSlope: left.slopeSlope + right.slopeSlope)
    }

    static func - (left: StateMatrix, right: StateMatrix) -> StateMatrix { left + (-1) * right }

    static func * (factor: Double, matrix: StateMatrix) -> StateMatrix {
        StateMatrix(
            levelLevel: factor * matrix.levelLevel, levelSlope: factor * matrix.levelSlope,
            slopeLevel: factor * matrix.slopeLevel, slopeSlope: factor * matrix.slopeSlope)
    }

    static func * (left: StateMatrix, right: StateMatrix) -> StateMatrix {
        StateMatrix(
            levelLevel: left.levelLevel * right.levelLevel + left.levelSlope * right.slopeLevel,
            levelSlope: left.levelLevel * right.levelSlope + left.levelSlope * right.slopeSlope,
            slopeLevel: left.slopeLevel * right.levelLevel + left.slopeSlope * right.slopeLevel,
            slopeSlope: left.slopeLevel * right.levelSlope + left.slopeSlope * right.slopeSlope)
    }

    static func * (matrix: StateMatrix, vector: StateVector) -> StateVector {
        StateVector(
            level: matrix.levelLevel * vector.level + matrix.levelSlope * vector.slope,
            slope: matrix.slopeLevel * vector.level + matrix.slopeSlope * vector.slope)
    }

    /// `A B A'`.
    func around(_ middle: StateMatrix) -> StateMatrix { self * middle * transposed }
}

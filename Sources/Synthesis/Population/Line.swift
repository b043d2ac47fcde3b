/// A linear predictor, or a part of one, as a straight line in time.
struct Line: Sendable, Equatable {
    var intercept = 0.0
    var slope = 0.0

    /// The value at a time.
    @inline(__always)
    func value(at time: Double) -> Double { intercept + slope * time }

    /// Adds another line.
    mutating func add(_ other: Line) {
        intercept += other.intercept
        slope += other.slope
    }

    /// Adds a coefficient of time, or of none.
    mutating func add(_ coefficient: Double, hasTime: Bool) {
        if hasTime { slope += coefficient } else { intercept += coefficient }
    }
}

extension EffectTerm {
    /// Whether the column's indicators are all 1 in a combination of factor levels.
    func isActive(at levels: [Int]) -> Bool { indicators.allSatisfy { levels[$0.factor] == $0.level } }
}

/// The fixed part of the linear predictor for every combination of factor levels.
struct FixedLines: Sendable {
    private let lines: [Line]

    init(_ effects: [FixedEffect], cells: FactorCells) {
        lines = (0..<cells.count).map { cell in
            let levels = cells.levels(of: cell)
            var line = Line()
            for effect in effects where effect.term.isActive(at: levels) {
                line.add(effect.value, hasTime: effect.term.hasTime)
            }
            return line
        }
    }

    subscript(cell: Int) -> Line { lines[cell] }
}

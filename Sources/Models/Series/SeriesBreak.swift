/// A year from which a series may go on differently: the crisis, the start of a programme.
public struct SeriesBreak: Sendable, Equatable {
    /// What may change.
    public enum Change: String, Sendable, CaseIterable {
        /// A step up or down from the year on.
        case level
        /// Another yearly change from the year on: the line bends at the year.
        case slope
    }

    /// Its name, the start of its coefficients' names: `crisis`.
    public let name: String
    /// The first year that may differ.
    public let year: Double
    /// What may change; at least one.
    public let changes: [Change]

    /// A break; a change named twice counts once.
    public init(name: String, year: Double, changes: [Change] = Change.allCases) {
        self.name = name
        self.year = year
        self.changes = Change.allCases.filter { changes.contains($0) }
    }

    /// The value of a change's column in a year: 0 or 1 for the level, years since the break for the slope.
    func column(_ change: Change, year: Double) -> Double {
        guard year >= self.year else { return 0 }
        return change == .level ? 1 : year - self.year
    }
}

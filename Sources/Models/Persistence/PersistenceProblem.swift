/// What can be wrong with a model of persistence or its data.
public enum PersistenceProblem: Sendable, Equatable, CustomStringConvertible {
    /// There are too few follow-ups for the two parameters.
    case tooFewFollowUps(rows: Int, moments: Int)
    /// The ratios do not fall below one.
    case noDecay
    /// The decay is over before the first follow-up.
    case decayNotSeen(firstMonth: Double)
    /// The two parameters cannot be told apart.
    case notIdentified
    /// A number that is not above zero; the row counts from 1.
    case notPositive(column: String, row: Int, found: Double)
    /// A value that is not a finite number.
    case notFinite(column: String, row: Int)
    /// An interval whose upper end is not above its lower end.
    case emptyInterval(row: Int, low: Double, high: Double)
    /// The effect directly after the intervention is zero.
    case noEffectToLose(row: Int)

    /// The message.
    public var description: String {
        switch self {
        case .tooFewFollowUps(let rows, let moments):
            "there are \(rows) follow-ups at \(moments) different month\(moments == 1 ? "" : "s"); a plateau and a rate "
                + "need at least 3 follow-ups at 2 or more months. Use more, or declare the persistence as an assumption."
        case .noDecay:
            "the effects do not decay: no plateau below 1 and no rate above 0 fit best. Declare the persistence as an "
                + "assumption."
        case .decayNotSeen(let month):
            "the decay is over before the first follow-up, after \(month) months: its rate has no finite estimate. Use "
                + "earlier follow-ups, or declare the rate as an assumption."
        case .notIdentified:
            "the follow-ups do not tell the plateau from the rate of decay. Use follow-ups at more different months."
        case .notPositive(let column, let row, let found):
            "'\(column)' is \(found) in follow-up \(row); expected a number above 0. Correct it."
        case .notFinite(let column, let row):
            "'\(column)' is missing or not a finite number in follow-up \(row). Correct it."
        case .emptyInterval(let row, let low, let high):
            "the interval of follow-up \(row) runs from \(low) to \(high); its upper end must be larger. Correct it."
        case .noEffectToLose(let row):
            "the effect after the intervention is 0 in follow-up \(row): there is no share of it. Leave the row out."
        }
    }
}

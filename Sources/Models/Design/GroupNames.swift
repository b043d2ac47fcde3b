/// The names of a grouping factor's levels, made into texts only when they are asked for.
public enum GroupNames: Sendable {
    /// Texts.
    case texts([String])
    /// Whole numbers, ascending.
    case integers([Int])

    /// The number of levels.
    public var count: Int {
        switch self {
        case .texts(let texts): texts.count
        case .integers(let numbers): numbers.count
        }
    }

    /// The name of a level.
    public subscript(level: Int) -> String {
        switch self {
        case .texts(let texts): texts[level]
        case .integers(let numbers): String(numbers[level])
        }
    }
}

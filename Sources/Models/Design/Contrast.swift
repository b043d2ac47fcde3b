import Tables

/// How the levels of a factor become columns where the model also has the term without the factor.
///
/// Another choice gives other coefficients and the same fit: growth, gaps and verdicts do not depend on it.
public enum Contrast: Sendable, Equatable {
    /// Each level against a reference: an indicator of every other level. R's `contr.treatment`.
    ///
    /// A reference of nil is the first level.
    case treatment(reference: String?)
    /// Each level but the last against the mean of the levels; the last is minus the others. R's `contr.sum`.
    case sum
    /// Each level but the first against the mean of those before it, times the level's position. R's `contr.helmert`.
    case helmert

    /// Treatment contrasts against the first level: the default.
    public static let treatment = Contrast.treatment(reference: nil)

    /// One column of a coding.
    struct Column: Sendable {
        /// What follows the factor's name in the column's name.
        let suffix: String
        /// The value at each level.
        let values: [Double]
    }

    /// The columns of the coding, one fewer than there are levels, named as R names them.
    func columns(levels: [String]) -> [Column] {
        switch self {
        case .treatment(let reference):
            let base = reference.flatMap { levels.firstIndex(of: $0) } ?? 0
            return levels.indices.filter { $0 != base }.map { Self.indicator(of: $0, levels) }
        case .sum:
            return levels.indices.dropLast().map { column in
                Column(
                    suffix: "\(column + 1)",
                    values: levels.indices.map { $0 == column ? 1 : $0 == levels.count - 1 ? -1 : 0 })
            }
        case .helmert:
            return levels.indices.dropLast().map { column in
                Column(
                    suffix: "\(column + 1)",
                    values: levels.indices.map { $0 <= column ? -1 : $0 == column + 1 ? Double(column + 1) : 0 })
            }
        }
    }

    /// An indicator of every level: the coding where the model does not have the term without the factor.
    static func allLevels(_ levels: [String]) -> [Column] { levels.indices.map { indicator(of: $0, levels) } }

    private static func indicator(of level: Int, _ levels: [String]) -> Column {
        Column(suffix: levels[level], values: levels.indices.map { $0 == level ? 1 : 0 })
    }

    /// - Throws: ``ModelError/unknownLevel(factor:level:nearest:)`` when the reference is not a level of the factor.
    func check(factor: String, levels: [String]) throws(ModelError) {
        guard case .treatment(let reference?) = self, !levels.contains(reference) else { return }
        throw .unknownLevel(factor: factor, level: reference, nearest: nearest(to: reference, among: levels))
    }
}

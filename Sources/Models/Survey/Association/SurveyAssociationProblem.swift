import Surveys

/// What can be wrong with correlations and comparisons of orders, once the data are read.
public enum SurveyAssociationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// In no sector and wave did anybody answer both items.
    case nobodyAnsweredBoth(first: String, second: String)
    /// All who answered both items gave one of them the same answer.
    case oneAnswer(item: String, other: String, respondents: Int, part: String)
    /// A correlation is not defined in any sector and wave.
    case notDefined(first: String, second: String, part: String, SurveyError)
    /// No battery, item or table has a name.
    case unknownOrder(comparison: String, name: String, nearest: String?)
    /// No share is known of a wave.
    case unknownWave(comparison: String, wave: String, known: [String])
    /// Two orders are not of the same sector and wave.
    case nothingTogether(comparison: String, first: String, second: String)
    /// Two orders share fewer than two options.
    case noCommonOptions(comparison: String, first: String, second: String, common: Int)
    /// An item of a battery has no single share.
    case noShare(battery: String, item: String, answers: Int)
    /// All options of an order have the same share.
    case noOrder(comparison: String, part: String)

    /// The message.
    public var description: String {
        switch self {
        case .nobodyAnsweredBoth(let first, let second):
            "nobody in any sector and wave answered both '\(first)' and '\(second)', so they have no correlation. Check the columns, "
                + "or drop the correlation."
        case .oneAnswer(let item, let other, let respondents, let part):
            "item '\(item)' has one answer only among the \(respondents) respondents\(Self.inside(part)) who answered it and "
                + "'\(other)', so nothing goes together with it. Drop the correlation, or correlate another item."
        case .notDefined(let first, let second, let part, let error):
            "the correlation of '\(first)' and '\(second)'\(Self.inside(part)): \(error.description)"
        case .unknownOrder, .unknownWave, .nothingTogether, .noCommonOptions, .noShare, .noOrder: ofOrders
        }
    }

    private var ofOrders: String {
        switch self {
        case .unknownOrder(let comparison, let name, let nearest):
            "rank comparison '\(comparison)': no battery, item with several options or published table is named '\(name)'."
                + (nearest.map { " Did you mean '\($0)'?" } ?? " Check the name.")
        case .unknownWave(let comparison, let wave, let known):
            "rank comparison '\(comparison)': no share is known of wave '\(wave)'; "
                + (known.allSatisfy(\.isEmpty)
                    ? "no waves are declared. Declare 'wave'."
                    : "expected one of \(known.map { "'\($0)'" }.joined(separator: ", ")).")
        case .nothingTogether(let comparison, let first, let second):
            "rank comparison '\(comparison)': \(first) and \(second) have no sector and wave in common, and no single one each. "
                + "Compare those of the same sector and wave."
        case .noCommonOptions(let comparison, let first, let second, let common):
            "rank comparison '\(comparison)': \(first) and \(second) have \(common) options of the same name or label; an order "
                + "needs two or more. Give both the same names, or the same 'labels'."
        case .noShare(let battery, let item, let answers):
            "item '\(item)' of battery '\(battery)' has \(answers) answers and no 'top', so it has no single share to order it by. "
                + "Give 'top'."
        case .noOrder(let comparison, let part):
            "rank comparison '\(comparison)': all options have the same share\(Self.inside(part)), so they have no order. Drop it."
        default: ""
        }
    }

    private static func inside(_ part: String) -> String { part.isEmpty ? "" : " in \(part)" }
}

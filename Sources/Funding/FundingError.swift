import Recovery
import Specifications
import Tables

/// What can go wrong with schools and money. Messages say what was found and what to do.
public enum FundingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No weight is above zero: the money has nobody to go to.
    case nothingToDivideBy
    /// A rule finds no school, or none with what it divides by.
    case noSchools(rule: String, reason: String)
    /// A rule names school types or grades that no school in its sectors has.
    case unknownChoice(rule: String, reason: String)
    /// A target share names a rule that is not before it.
    case unknownRule(rule: String, name: String, earlier: [String])
    /// Two rules would give their amounts the same name.
    case sameName(rule: String, other: String, name: String)
    /// A rule pays by inhabitants of a municipality whose inhabitants are not declared.
    case unknownInhabitants(rule: String, municipality: String)
    /// A deadline is implausibly long after the first money.
    case deadlineTooLate(deadline: SchoolYear, first: SchoolYear)
    /// Two schools have the same id.
    case duplicateSchool(id: String)
    /// A school's row cannot be used.
    case badSchool(id: String, reason: String)
    /// Rows of a file cannot be used.
    case badRows(file: String, problems: [RowProblem])
    /// Two municipalities have the same name.
    case duplicateMunicipality(name: String)
    /// A municipality's row cannot be used.
    case badMunicipality(name: String, reason: String)
    /// There is no school at all.
    case noSchool(source: String)
    /// The least that a rule gives a school exceeds the most.
    case boundsOverlap(rule: String, school: String, minimum: Cents, maximum: Cents)
    /// A total does not fit between the sums of the least and the most for each school.
    case totalOutsideBounds(rule: String, total: Cents, least: Double, most: Double)
    /// Money is received after the last year in which it may be spent.
    case receivedAfterDeadline(year: String, deadline: String)
    /// A spending profile tells what is left of money that has not come.
    case momentBeforeMoney(year: String, sector: String, first: String, place: SpecificationPlace?)
    /// A spending profile tells what is left after what is left has returned.
    case momentAfterDeadline(year: String, deadline: SchoolYear, place: SpecificationPlace?)
    /// An amount exceeds what can be counted in cents.
    case amountTooLarge(rule: String)

    /// The message.
    public var description: String {
        switch self {
        case .nothingToDivideBy: "no school has a weight above 0 to divide the money by."
        case .noSchools(let rule, let reason): "rule '\(rule)' reaches no school: \(reason)."
        case .unknownChoice(let rule, let reason): "rule '\(rule)': \(reason)."
        case .unknownRule(let rule, let name, let earlier): Self.words(rule, name, earlier)
        case .sameName(let rule, let other, let name):
            "rule '\(rule)': its amounts are named '\(name)', as those of rule '\(other)'. Give it another name."
        case .unknownInhabitants(let rule, let municipality):
            "municipality '\(municipality)': its inhabitants are not declared, but rule '\(rule)' pays by them."
        case .deadlineTooLate(let deadline, let first):
            "the deadline \(deadline) is more than 50 school years after the first money, in \(first). Correct one of them."
        case .duplicateSchool(let id): "school '\(id)' appears twice. Each school needs one row."
        case .badSchool(let id, let reason): "school '\(id)': \(reason)."
        case .badRows(let file, let problems): Self.words(file, problems)
        case .duplicateMunicipality(let name): "municipality '\(name)' appears twice. Each municipality needs one row."
        case .badMunicipality(let name, let reason): "municipality '\(name)': \(reason)."
        case .noSchool(let source): "\(source): no school with a known number of pupils."
        case .boundsOverlap(let rule, let school, let minimum, let maximum):
            "rule '\(rule)': its bounds overlap for school '\(school)', at least \(minimum) but at most \(maximum) euros."
        case .totalOutsideBounds(let rule, let total, let least, let most):
            "rule '\(rule)': a total of \(total) euros a year cannot be given out, because its bounds add up to at least "
                + "\(least) and at most \(most). Change the total or the bounds."
        case .receivedAfterDeadline(let year, let deadline):
            "money is received in \(year), after the spending deadline \(deadline). Move the deadline or the money."
        case .momentBeforeMoney(let year, let sector, let first, _):
            "the spending profile of sector '\(sector)' tells what is left at the start of \(year), but its first money is "
                + "received in \(first). Expected a later school year."
        case .momentAfterDeadline(let year, let deadline, _):
            "found the money left at the start of \(year), but the deadline is \(deadline). Expected school years up to "
                + "\(deadline.advanced(by: 1)), at the start of which what is left returns."
        case .amountTooLarge(let rule): "rule '\(rule)' gives an amount that is too large to count in cents."
        }
    }

    /// The name of the rule at fault; nil when none is.
    public var rule: String? {
        switch self {
        case .noSchools(let rule, _), .amountTooLarge(let rule), .boundsOverlap(let rule, _, _, _),
            .totalOutsideBounds(let rule, _, _, _), .unknownChoice(let rule, _), .unknownRule(let rule, _, _),
            .sameName(let rule, _, _), .unknownInhabitants(let rule, _):
            rule
        default: nil
        }
    }

    private static func words(_ rule: String, _ name: String, _ earlier: [String]) -> String {
        guard !earlier.isEmpty else { return "rule '\(rule)': no rule is before it, so there is no '\(name)'." }
        let known = earlier.map { "'\($0)'" }.joined(separator: ", ")
        let hint = nearest(to: name, among: earlier).map { " Did you mean '\($0)'?" } ?? ""
        return "rule '\(rule)': no rule '\(name)' is before it; expected one of \(known).\(hint)"
    }

    /// One problem a line, `file:line: message`; the first twenty of them.
    private static func words(_ file: String, _ problems: [RowProblem]) -> String {
        let shown = problems.prefix(20).map { "\(file):\($0.line): \($0.message)" }
        let rest = problems.count - shown.count
        return (shown + (rest > 0 ? ["\(file): and \(rest) more."] : [])).joined(separator: "\n")
    }
}

/// What can go wrong with schools and money. Messages say what was found and what to do.
public enum FundingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No weight is above zero: the money has nobody to go to.
    case nothingToDivideBy
    /// A rule finds no school, or none with what it divides by.
    case noSchools(rule: String, reason: String)
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
    /// Money is received after the last year in which it may be spent.
    case receivedAfterDeadline(year: String, deadline: String)
    /// An amount exceeds what can be counted in cents.
    case amountTooLarge(rule: String)

    /// The message.
    public var description: String {
        switch self {
        case .nothingToDivideBy: "no school has a weight above 0 to divide the money by."
        case .noSchools(let rule, let reason): "rule '\(rule)' reaches no school: \(reason)."
        case .duplicateSchool(let id): "school '\(id)' appears twice. Each school needs one row."
        case .badSchool(let id, let reason): "school '\(id)': \(reason)."
        case .badRows(let file, let problems): Self.words(file, problems)
        case .duplicateMunicipality(let name): "municipality '\(name)' appears twice. Each municipality needs one row."
        case .badMunicipality(let name, let reason): "municipality '\(name)': \(reason)."
        case .noSchool(let source): "\(source): no school with a known number of pupils."
        case .receivedAfterDeadline(let year, let deadline):
            "money is received in \(year), after the spending deadline \(deadline). Move the deadline or the money."
        case .amountTooLarge(let rule): "rule '\(rule)' gives an amount that is too large to count in cents."
        }
    }

    /// One problem a line, `file:line: message`; the first twenty of them.
    private static func words(_ file: String, _ problems: [RowProblem]) -> String {
        let shown = problems.prefix(20).map { "\(file):\($0.line): \($0.message)" }
        let rest = problems.count - shown.count
        return (shown + (rest > 0 ? ["\(file): and \(rest) more."] : [])).joined(separator: "\n")
    }
}

import Tables

/// A row of a file that cannot be used.
public struct RowProblem: Sendable, Equatable {
    /// The line on which the row begins, from 1.
    public let line: Int
    /// What was found, what was expected and what to do.
    public let message: String

    /// A problem on a line.
    public init(line: Int, message: String) {
        self.line = line
        self.message = message
    }
}

/// Collects what is wrong with the rows of one table, so that all of it is told at once.
struct RowProblemLog {
    private let file: String
    private let lines: RowLineNumbers
    private var rowsByName: [String: Int] = [:]
    private(set) var problems: [RowProblem] = []

    init(_ table: Table) {
        file = table.source ?? "table"
        lines = RowLineNumbers(table.lines)
    }

    /// Notes a problem of a row; the message without its full stop; a question keeps its mark.
    mutating func note(_ message: String, row: Int) {
        let isQuestion = message.hasSuffix("?")
        problems.append(RowProblem(line: lines[row], message: message + (isQuestion ? "" : ".")))
    }

    /// Whether a name appears for the first time; notes the second time with both lines.
    mutating func isFirst(_ name: String, _ kind: String, row: Int) -> Bool {
        guard let first = rowsByName.updateValue(row, forKey: name) else { return true }
        rowsByName[name] = first
        note("\(kind) '\(name)' appears twice, first on line \(lines[first]). Each \(kind) needs one row", row: row)
        return false
    }

    /// - Throws: ``FundingError/badRows(file:problems:)`` when a problem was noted.
    func finish() throws(FundingError) {
        if !problems.isEmpty { throw .badRows(file: file, problems: problems) }
    }
}

/// The line of each row; a table from no file counts from its header.
private struct RowLineNumbers {
    private let lines: [Int32]?

    init(_ lines: [Int32]?) { self.lines = lines }

    subscript(row: Int) -> Int { lines.map { Int($0[row]) } ?? row + 2 }
}

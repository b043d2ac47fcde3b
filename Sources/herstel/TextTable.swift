/// A table in plain text: columns padded to the widest cell, numbers to the right.
struct TextTable {
    private var rows: [[String]]
    private let isNumeric: [Bool]

    /// A table with a header.
    ///
    /// - Parameter numeric: For each column whether it is set to the right.
    init(_ header: [String], numeric: [Bool]) {
        rows = [header]
        isNumeric = numeric
    }

    mutating func append(_ cells: [String]) { rows.append(cells) }

    /// The table's lines, indented by two blanks.
    var text: String {
        let widths = isNumeric.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return isNumeric[column] ? padding + row[column] : row[column] + padding
            }
            var line = "  " + cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

/// A number with a fixed number of decimals, for reading; files have all digits.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let whole = String(Int(scaled))
    let digits = String(repeating: "0", count: max(0, decimals + 1 - whole.count)) + whole
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    return sign + digits.dropLast(decimals) + "." + digits.suffix(decimals)
}

/// A number with about six significant digits: for criteria and coefficients.
func significant(_ value: Double) -> String {
    let magnitude = abs(value)
    let decimals = magnitude >= 1000 ? 4 : magnitude >= 10 ? 5 : magnitude >= 0.1 ? 6 : 8
    return fixed(value, decimals)
}

/// An amount in millions of euros.
func millions(_ euros: Double) -> String { fixed(euros / 1e6, 1) }

/// A number of things: `1 scenario`, `2 scenarios`.
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

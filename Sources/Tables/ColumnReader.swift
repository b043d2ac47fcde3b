/// Turns the cells of one column into a typed column.
struct ColumnReader {
    /// The column's name.
    let column: String
    /// What messages call the file.
    let file: String
    /// The physical line of each record.
    let lines: [Int32]
    /// The cells.
    let cells: CellKernel

    /// The column as declared, or as its cells are.
    func read(as type: ColumnType?, levels: [String]?) throws(TableError) -> Column {
        switch type ?? (levels == nil ? nil : .factor) {
        case .double: return .double(try numbers())
        case .int: return .int(try integers())
        case .text: return .text(TextCoder.column(cells))
        case .factor: return .factor(try factor(levels))
        case .name:
            let column = inferred()
            if case .int = column { return column }
            return .text(TextCoder.column(cells))
        case nil: return inferred()
        }
    }

    private func numbers() throws(TableError) -> [Double] {
        let values = numbers(after: [], codes: .numbers)
        guard values.count == cells.count else { throw bad(values.count, "a number") { cells.number($0) != nil } }
        return values
    }

    /// What digits after a leading zero are, such as `0010`.
    private enum Codes {
        case numbers
        case names
    }

    /// The numbers from the record after those given up to the first cell that is none.
    private func numbers(after start: [Double], codes: Codes) -> [Double] {
        var values = start
        values.reserveCapacity(cells.count)
        for record in start.count..<cells.count {
            if cells.isMissing(record) {
                values.append(.nan)
                continue
            }
            guard let parts = cells.parts(record), codes == .numbers || !parts.isCode,
                let value = parts.double ?? cells.number(record)
            else { break }
            values.append(value)
        }
        return values
    }

    private func integers() throws(TableError) -> [Int] {
        var values: [Int] = []
        values.reserveCapacity(cells.count)
        for record in 0..<cells.count {
            if cells.isMissing(record) {
                values.append(Column.missingInt)
            } else if let value = integer(record) {
                values.append(value)
            } else {
                throw bad(record, "a whole number") { integer($0) != nil }
            }
        }
        return values
    }

    /// A cell as a whole number, also when written as `3.0` or `1e3`; above 2^53 only digits are exact.
    private func integer(_ record: Int) -> Int? {
        guard let parts = cells.parts(record) else { return nil }
        if parts.isInteger { return parts.integer }
        guard let value = cells.number(record), abs(value) <= 0x1p53 else { return nil }
        return Int(exactly: value)
    }

    private func factor(_ levels: [String]?) throws(TableError) -> Factor {
        let texts = TextCoder.column(cells)
        guard let levels else { return texts.sortedFactor() }
        if let twice = firstDuplicate(levels) { throw .duplicateLevel(column: column, level: twice) }
        switch texts.coded(by: levels) {
        case .success(let factor): return factor
        case .failure(let stray):
            throw .unknownLevel(
                file: file, line: Int(lines[stray.row]), column: column, found: stray.value,
                nearest: nearest(to: stray.value, among: levels))
        }
    }

    /// Whole numbers when all cells are, else numbers when all cells are, else texts. Digits after a leading zero are
    /// a code, not a number.
    private func inferred() -> Column {
        var values: [Int] = []
        values.reserveCapacity(cells.count)
        for record in 0..<cells.count {
            if cells.isMissing(record) {
                values.append(Column.missingInt)
            } else if let parts = cells.parts(record), !parts.isCode, let value = parts.integer {
                values.append(value)
            } else {
                break
            }
        }
        if values.count == cells.count { return .int(values) }
        let numbers = numbers(after: values.map { $0 == Column.missingInt ? .nan : Double($0) }, codes: .names)
        return numbers.count == cells.count ? .double(numbers) : .text(TextCoder.column(cells))
    }

    /// The error for the first bad cell, which counts the others.
    private func bad(_ record: Int, _ expected: String, _ isGood: (Int) -> Bool) -> TableError {
        let more = ((record + 1)..<cells.count).count { !cells.isMissing($0) && !isGood($0) }
        return .badCell(
            file: file, line: Int(lines[record]), column: column, found: cells.text(record), expected: expected,
            more: more)
    }
}

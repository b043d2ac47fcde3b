/// What separates the fields of a file: declared, or the only one that cuts it into equal records.
struct CSVDialect {
    /// The separator.
    let separator: UInt8

    /// The number of records, header included, on which a dialect is judged.
    private static let sample = 1001

    private static let candidates: [(byte: UInt8, name: String)] = [
        (UInt8(ascii: ","), "comma"), (UInt8(ascii: ";"), "semicolon"), (UInt8(ascii: "\t"), "tab"),
    ]

    /// Finds the separator.
    ///
    /// Where no candidate cuts the sample into equal records, the one that the header has most of is taken: reading on
    /// with it names the line that is broken.
    ///
    /// - Throws: ``TableError/ambiguousSeparator(file:readings:)`` when two candidates fit.
    init(_ bytes: [UInt8], _ declared: CSVOptions.Separator, name: String) throws(TableError) {
        switch declared {
        case .comma: separator = UInt8(ascii: ",")
        case .semicolon: separator = UInt8(ascii: ";")
        case .tab: separator = UInt8(ascii: "\t")
        case .detect: separator = try Self.detected(bytes, name)
        }
    }

    private static func detected(_ bytes: [UInt8], _ name: String) throws(TableError) -> UInt8 {
        let readings = candidates.map { ($0, Reading(bytes, separator: $0.byte, records: sample)) }
        let fitting = readings.filter { $0.1.isEven && $0.1.columnCount > 1 }
        let widest = readings.map(\.1.columnCount).max() ?? 0
        let best = fitting.isEmpty ? readings.filter { $0.1.columnCount == widest && widest > 1 } : fitting
        guard best.count < 2 else {
            throw .ambiguousSeparator(
                file: name, readings: best.map { .init(separator: $0.0.name, columnCount: $0.1.columnCount) })
        }
        return best.first?.0.byte ?? UInt8(ascii: ",")
    }

    /// How a candidate cuts the first records.
    private struct Reading {
        var columnCount = 0
        var isEven = true

        init(_ bytes: [UInt8], separator: UInt8, records: Int) {
            bytes.withUnsafeBufferPointer { buffer in
                var kernel = CSVKernel(buffer, separator: separator, name: "")
                var fields: [FieldPlace] = []
                do throws(TableError) {
                    for _ in 0..<records {
                        fields.removeAll(keepingCapacity: true)
                        kernel.skipBlankLines(columnCount: columnCount)
                        guard try kernel.appendRecord(to: &fields) else { return }
                        if columnCount == 0 { columnCount = fields.count }
                        if fields.count != columnCount { isEven = false }
                    }
                } catch {
                    isEven = false
                }
            }
        }
    }
}

/// What stands before decimals, judged from the first thousand records of the wanted columns that may hold numbers.
struct DecimalMarkVote {
    /// A column whose sampled numbers have this mark, and the line of the first such number.
    private var comma: (column: String, line: Int)?
    private var point: (column: String, line: Int)?

    /// The mark: a comma where numbers have commas, else a point.
    ///
    /// - Throws: ``TableError/ambiguousDecimalMark(file:line:commaColumn:pointColumn:)`` when there are both kinds.
    static func mark(of fields: CSVFields, options: CSVOptions) throws(TableError) -> UInt8 {
        var vote = DecimalMarkVote()
        let missing = MissingTexts(options.missing)
        for (index, column) in fields.columnNames.enumerated() where options.mayHoldNumbers(column) {
            let sample = min(fields.recordCount, 1000)
            if vote.comma == nil, let line = try evidence(UInt8(ascii: ","), fields, index, sample, missing) {
                vote.comma = (column, line)
            }
            if vote.point == nil, let line = try evidence(UInt8(ascii: "."), fields, index, sample, missing) {
                vote.point = (column, line)
            }
        }
        if let comma = vote.comma, let point = vote.point {
            throw .ambiguousDecimalMark(
                file: fields.name, line: min(comma.line, point.line), commaColumn: comma.column,
                pointColumn: point.column)
        }
        return vote.comma == nil ? UInt8(ascii: ".") : UInt8(ascii: ",")
    }

    /// The line of the first cell with a mark, when all sampled cells are numbers with that mark; else nil.
    private static func evidence(
        _ mark: UInt8, _ fields: CSVFields, _ column: Int, _ sample: Int, _ missing: MissingTexts
    ) throws(TableError) -> Int? {
        try fields.withCells(column, missing: missing, mark: mark) { cells in
            let records = (0..<sample).filter { !cells.isMissing($0) }
            guard records.allSatisfy({ cells.parts($0) != nil }) else { return nil }
            return records.first { cells.contains(mark, $0) }.map { Int(fields.lines[$0]) }
        }
    }
}

extension CSVOptions {
    /// Whether a column is not declared to be text or a factor.
    fileprivate func mayHoldNumbers(_ column: String) -> Bool {
        switch types[column] {
        case .double, .int: true
        case .text, .factor, .name: false
        case nil: levels[column] == nil
        }
    }
}

/// Where each field of the wanted columns of a CSV file begins and ends, found in one pass.
struct CSVFields {
    /// What messages call the file.
    let name: String
    /// The names of the wanted columns, in the order wanted.
    let columnNames: [String]
    /// The physical line, from 1, on which each record begins.
    let lines: [Int32]
    private let bytes: [UInt8]
    /// The fields of each of ``columnNames``: column by column, because that is how they are read.
    private let places: [[FieldPlace]]

    /// Reads the header and finds the fields.
    ///
    /// - Parameter wanted: The columns wanted; nil for all.
    init(_ bytes: [UInt8], separator: UInt8, name: String, wanted: [String]?) throws(TableError) {
        var index = CSVIndex()
        try bytes.withUnsafeBufferPointer { (buffer) throws(TableError) in
            try index.read(CSVKernel(buffer, separator: separator, name: name), bytes, name, wanted)
        }
        self.bytes = bytes
        self.name = name
        columnNames = index.columnNames
        lines = index.lines
        places = index.places
    }

    /// The number of records after the header.
    var recordCount: Int { lines.count }

    /// Calls a function with the cells of a column.
    func withCells<Result>(
        _ column: Int, missing: MissingTexts, mark: UInt8,
        _ body: (CellKernel) throws(TableError) -> Result
    ) throws(TableError) -> Result {
        try bytes.withUnsafeBufferPointer { (bytes) throws(TableError) in
            try places[column].withUnsafeBufferPointer { (places) throws(TableError) in
                precondition(places.count == recordCount, "each record has a field of each wanted column")
                return try body(CellKernel(bytes: bytes, places: places, missing: missing, mark: mark))
            }
        }
    }
}

/// The index of a file while it is being read.
private struct CSVIndex {
    var header: [String] = []
    var columnNames: [String] = []
    /// The position in the file of each of ``columnNames``.
    var positions: [Int] = []
    var places: [[FieldPlace]] = []
    var lines: [Int32] = []

    mutating func read(
        _ start: CSVKernel, _ bytes: [UInt8], _ name: String, _ wanted: [String]?
    ) throws(TableError) {
        var kernel = start
        kernel.skipBlankLines(columnCount: 0)
        let line = kernel.line
        var fields: [FieldPlace] = []
        guard try kernel.appendRecord(to: &fields) else { throw .empty(file: name) }
        header = fields.map { fieldText(bytes[$0.start..<$0.end], isEscaped: $0.isEscaped) }
        try checkHeader(name, line)
        try choose(wanted ?? header, name, line)
        try readRecords(&kernel, name)
    }

    private func checkHeader(_ name: String, _ line: Int) throws(TableError) {
        var seen: Set<String> = []
        for (position, column) in header.enumerated() {
            if column.isEmpty { throw .emptyColumnName(file: name, line: line, position: position + 1) }
            guard seen.insert(column).inserted else { throw .duplicateColumn(file: name, line: line, name: column) }
        }
    }

    private mutating func choose(_ wanted: [String], _ name: String, _ line: Int) throws(TableError) {
        for column in wanted where !columnNames.contains(column) {
            guard let position = header.firstIndex(of: column) else {
                throw .unknownColumn(file: name, line: line, name: column, nearest: nearest(to: column, among: header))
            }
            columnNames.append(column)
            positions.append(position)
        }
        places = [[FieldPlace]](repeating: [], count: positions.count)
    }

    private mutating func readRecords(_ kernel: inout CSVKernel, _ name: String) throws(TableError) {
        var record: [FieldPlace] = []
        record.reserveCapacity(header.count)
        while true {
            kernel.skipBlankLines(columnCount: header.count)
            let line = kernel.line
            record.removeAll(keepingCapacity: true)
            guard try kernel.appendRecord(to: &record) else { return }
            guard record.count == header.count else {
                throw .fieldCount(file: name, line: line, found: record.count, expected: header.count)
            }
            for (column, position) in positions.enumerated() { places[column].append(record[position]) }
            lines.append(Int32(clamping: line))
        }
    }
}

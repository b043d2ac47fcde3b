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
        let index = try bytes.withUnsafeBufferPointer { (buffer) throws(TableError) in
            try CSVIndex(CSVKernel(buffer, separator: separator, name: name), buffer, name, wanted)
        }
        self.bytes = bytes
        self.name = name
        columnNames = index.header.columnNames
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
    let header: CSVHeader
    private(set) var places: [[FieldPlace]]
    private(set) var lines: [Int32] = []

    init(_ start: CSVKernel, _ bytes: UnsafeBufferPointer<UInt8>, _ name: String, _ wanted: [String]?)
        throws(TableError)
    {
        var kernel = start
        header = try CSVHeader(&kernel, bytes, name, wanted: wanted)
        places = [[FieldPlace]](repeating: [], count: header.positions.count)
        var record: [FieldPlace] = []
        record.reserveCapacity(header.columnCount)
        while true {
            kernel.skipBlankLines(columnCount: header.columnCount)
            let line = kernel.line
            record.removeAll(keepingCapacity: true)
            guard try kernel.appendRecord(to: &record) else { return }
            guard record.count == header.columnCount else {
                throw .fieldCount(file: name, line: line, found: record.count, expected: header.columnCount)
            }
            for (column, position) in header.positions.enumerated() { places[column].append(record[position]) }
            lines.append(Int32(clamping: line))
        }
    }
}

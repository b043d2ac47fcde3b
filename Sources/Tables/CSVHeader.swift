/// The header of a CSV file, and which of its columns are wanted.
struct CSVHeader {
    /// The number of columns of the file.
    let columnCount: Int
    /// The names of the wanted columns, in the order wanted.
    let columnNames: [String]
    /// The position in the file of each of ``columnNames``.
    let positions: [Int]

    /// Reads the header; the kernel then stands at the first record.
    ///
    /// - Parameter wanted: The columns wanted; nil for all.
    init(
        _ kernel: inout CSVKernel, _ bytes: UnsafeBufferPointer<UInt8>, _ name: String, wanted: [String]?
    ) throws(TableError) {
        kernel.skipBlankLines(columnCount: 0)
        let line = kernel.line
        var fields: [FieldPlace] = []
        guard try kernel.appendRecord(to: &fields) else { throw .empty(file: name) }
        let header = fields.map { fieldText(bytes[$0.start..<$0.end], isEscaped: $0.isEscaped) }
        try Self.check(header, name, line)
        var (names, positions): ([String], [Int]) = ([], [])
        for column in wanted ?? header where !names.contains(column) {
            guard let position = header.firstIndex(of: column) else {
                throw .unknownColumn(file: name, line: line, name: column, nearest: nearest(to: column, among: header))
            }
            names.append(column)
            positions.append(position)
        }
        columnCount = header.count
        columnNames = names
        self.positions = positions
    }

    private static func check(_ header: [String], _ name: String, _ line: Int) throws(TableError) {
        var seen: Set<String> = []
        for (position, column) in header.enumerated() {
            if column.isEmpty { throw .emptyColumnName(file: name, line: line, position: position + 1) }
            guard seen.insert(column).inserted else { throw .duplicateColumn(file: name, line: line, name: column) }
        }
    }
}

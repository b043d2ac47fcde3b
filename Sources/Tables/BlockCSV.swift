import Glibc
import Parallelism

/// Reads a CSV file without quotes in blocks on all threads.
///
/// Without quotes every line feed ends a record, so the file can be cut anywhere behind one. Whatever is out of the
/// ordinary (a blank line, a record of another length, a cell that is not of its declared type) ends the attempt: the
/// general reader then reads the file again and names what is wrong. The results are the general reader's.
struct BlockCSV {
    /// How a column is being read.
    enum Kind {
        case int
        case double
        case text

        init(_ column: Column) {
            switch column {
            case .int: self = .int
            case .double: self = .double
            case .text, .factor: self = .text
            }
        }
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let header: CSVHeader
    let separator: UInt8
    let mark: UInt8
    let missing: MissingTexts
    let options: CSVOptions
    /// Where each block begins, and last the end of the file.
    private let blockStarts: [Int]
    /// The first record of each block, and last the number of all.
    let recordStarts: [Int]
    /// The position among the wanted columns of each column of the file, -1 where not wanted.
    private let wanted: [Int]

    /// - Parameters:
    ///   - first: The first byte after the header.
    ///   - blockSize: The length of a block in bytes.
    /// - Returns: nil when the file has quotes.
    init?(
        _ bytes: UnsafeBufferPointer<UInt8>, header: CSVHeader, first: Int, separator: UInt8, mark: UInt8,
        options: CSVOptions, blockSize: Int
    ) {
        guard let base = bytes.baseAddress, first < bytes.count, header.columnCount > 1,
            memchr(base, Int32(UInt8(ascii: "\"")), bytes.count) == nil, memchr(base, 0, bytes.count) == nil
        else { return nil }
        self.bytes = bytes
        self.header = header
        self.separator = separator
        self.mark = mark
        self.options = options
        missing = MissingTexts(options.missing)
        blockStarts = Self.blocks(bytes, from: first, size: blockSize)
        recordStarts = Self.records(bytes, blockStarts)
        var wanted = [Int](repeating: -1, count: header.columnCount)
        for (column, position) in header.positions.enumerated() { wanted[position] = column }
        self.wanted = wanted
    }

    /// The number of records.
    var recordCount: Int { recordStarts[recordStarts.count - 1] }

    /// The starts of blocks, each behind a line feed.
    private static func blocks(_ bytes: UnsafeBufferPointer<UInt8>, from first: Int, size: Int) -> [Int] {
        var starts = [first]
        while starts[starts.count - 1] < bytes.count {
            let aim = starts[starts.count - 1] + size
            var end = bytes.count
            if aim < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + aim, Int32(UInt8(ascii: "\n")), bytes.count - aim)
            {
                end = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found)) + 1
            }
            starts.append(end)
        }
        return starts
    }

    private static func records(_ bytes: UnsafeBufferPointer<UInt8>, _ blockStarts: [Int]) -> [Int] {
        var counts = [Int](repeating: 0, count: blockStarts.count - 1)
        counts.withUnsafeMutableBufferPointer { counts in
            Threads.forEach(counts.count) { block in
                var count = 0
                for position in blockStarts[block]..<blockStarts[block + 1] where bytes[position] == UInt8(ascii: "\n")
                {
                    count += 1
                }
                counts[block] = count
            }
        }
        // The last line may lack its line feed.
        if bytes[bytes.count - 1] != UInt8(ascii: "\n") { counts[counts.count - 1] += 1 }
        return counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    /// The wanted columns; nil when the general reader must read the file.
    ///
    /// - Parameter expected: The wanted columns as the first records make them.
    func columns(expected: [Column]) -> [(String, Column)]? {
        var targets: [BlockColumn] = []
        for (name, column) in zip(header.columnNames, expected) {
            targets.append(BlockColumn(declared(name) ?? Kind(column), self))
        }
        // A column that turns out to be of another kind is read again as that; there are three kinds.
        for _ in 0..<3 {
            guard readBlocks(&targets) else { return nil }
            var isWidened = false
            for index in targets.indices where targets[index].hasFailed {
                guard let kind = wider(targets[index].kind, header.columnNames[index]) else { return nil }
                targets[index] = BlockColumn(kind, self)
                isWidened = true
            }
            if !isWidened { return finished(targets) }
        }
        return nil
    }

    private func declared(_ name: String) -> Kind? {
        switch options.types[name] ?? (options.levels[name] == nil ? nil : .factor) {
        case .double: .double
        case .text, .factor: .text
        case .int: .int
        case .name, nil: nil
        }
    }

    /// The kind to try next; nil when the column's declared type leaves none.
    private func wider(_ kind: Kind, _ name: String) -> Kind? {
        switch options.types[name] {
        case .double, .int, .text, .factor: nil
        case .name: kind == .int ? .text : nil
        case nil: kind == .int ? .double : kind == .double ? .text : nil
        }
    }

    /// Reads the cells of all columns that are not done; false when a record is out of the ordinary.
    private func readBlocks(_ targets: inout [BlockColumn]) -> Bool {
        let blockCount = blockStarts.count - 1
        var isFine = [Bool](repeating: true, count: blockCount)
        targets.withUnsafeMutableBufferPointer { targets in
            isFine.withUnsafeMutableBufferPointer { isFine in
                Threads.forEach(blockCount) { block in
                    var reader = BlockReader(
                        self, position: blockStarts[block], end: blockStarts[block + 1], wanted: wanted)
                    isFine[block] = reader.read(
                        records: recordStarts[block]..<recordStarts[block + 1], block: block, into: targets)
                }
            }
        }
        for index in targets.indices { targets[index].isRead = true }
        return isFine.allSatisfy(\.self)
    }

    private func finished(_ targets: [BlockColumn]) -> [(String, Column)]? {
        var result: [(String, Column)] = []
        for (name, target) in zip(header.columnNames, targets) {
            switch target.kind {
            case .int: result.append((name, .int(target.takeIntegers())))
            case .double: result.append((name, .double(target.takeNumbers())))
            case .text:
                let texts = target.texts(self)
                guard options.types[name] == .factor || options.levels[name] != nil else {
                    result.append((name, .text(texts)))
                    continue
                }
                guard let levels = options.levels[name] else {
                    result.append((name, .factor(texts.sortedFactor())))
                    continue
                }
                guard firstDuplicate(levels) == nil, case .success(let factor) = texts.coded(by: levels) else {
                    return nil
                }
                result.append((name, .factor(factor)))
            }
        }
        return result
    }
}

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
        guard first < bytes.count, header.columnCount > 1, !bytes.contains(anyOf: [UInt8(ascii: "\""), 0]) else {
            return nil
        }
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
            targets.append(BlockColumn(declared(name) ?? Kind(column), count: recordCount))
        }
        // A column that turns out to be of another kind is read again as that; there are three kinds.
        for _ in 0..<3 {
            guard readBlocks(targets) else { return nil }
            var isWidened = false
            for index in targets.indices where targets[index].hasFailed {
                guard let kind = wider(targets[index].kind, header.columnNames[index]) else { return nil }
                targets[index] = BlockColumn(kind, count: recordCount)
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
    private func readBlocks(_ columns: [BlockColumn]) -> Bool {
        let unread = columns.indices.filter { !columns[$0].isRead }
        var isFine = false
        withTargets(unread.map { columns[$0] }) { targets in
            let plan = wanted.map { column in unread.firstIndex(of: column) ?? -1 }
            let blocks = readBlocks(plan, targets)
            isFine = blocks.allSatisfy(\.isFine)
            for (target, column) in unread.enumerated() {
                columns[column].hasFailed = blocks.contains { $0.hasFailed[target] }
                columns[column].distinct = blocks.map { $0.distinct[target] }
                columns[column].isRead = true
            }
        }
        return isFine
    }

    /// What a block leaves besides its cells.
    private struct BlockResult {
        var isFine = false
        var hasFailed: [Bool] = []
        var distinct: [[FieldPlace]] = []
    }

    private func readBlocks(_ plan: [Int], _ targets: [BlockTarget]) -> [BlockResult] {
        var results = [BlockResult](repeating: BlockResult(), count: blockStarts.count - 1)
        results.withUnsafeMutableBufferPointer { results in
            plan.withUnsafeBufferPointer { plan in
                targets.withUnsafeBufferPointer { targets in
                    Threads.forEach(results.count) { block in
                        var reader = BlockReader(
                            self, block: blockStarts[block]..<blockStarts[block + 1], targetCount: targets.count)
                        results[block].isFine = reader.read(
                            records: recordStarts[block]..<recordStarts[block + 1], plan: plan, targets: targets)
                        results[block].hasFailed = reader.hasFailed
                        results[block].distinct = reader.coders.map(\.places)
                    }
                }
            }
        }
        return results
    }

    /// Calls a function with the targets of some columns.
    private func withTargets(_ columns: [BlockColumn], _ targets: [BlockTarget] = [], _ body: ([BlockTarget]) -> Void) {
        guard targets.count < columns.count else { return body(targets) }
        columns[targets.count].withTarget { withTargets(columns, targets + [$0], body) }
    }

    private func finished(_ targets: [BlockColumn]) -> [(String, Column)]? {
        var result: [(String, Column)] = []
        for (name, target) in zip(header.columnNames, targets) {
            switch target.kind {
            case .int: result.append((name, .int(target.integers)))
            case .double: result.append((name, .double(target.numbers)))
            case .text:
                let isFactor = options.types[name] == .factor || options.levels[name] != nil
                guard let column = target.texts(self, isFactor: isFactor, levels: options.levels[name]) else {
                    return nil
                }
                result.append((name, column))
            }
        }
        return result
    }
}

/// The number of line feeds, sixteen bytes at a time.
private func lineFeeds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let raw = UnsafeRawBufferPointer(bytes)
    let feed = SIMD16<UInt8>(repeating: UInt8(ascii: "\n"))
    let (zero, one) = (SIMD16<UInt8>(repeating: 0), SIMD16<UInt8>(repeating: 1))
    var (count, position) = (0, 0)
    while position + 16 <= raw.count {
        // At most 255 vectors before a lane could overflow.
        let end = min(position + 16 * 255, raw.count - 15)
        var lanes = zero
        while position < end {
            let isFeed = raw.loadUnaligned(fromByteOffset: position, as: SIMD16<UInt8>.self) .== feed
            lanes &+= zero.replacing(with: one, where: isFeed)
            position += 16
        }
        for lane in 0..<16 { count += Int(lanes[lane]) }
    }
    while position < raw.count {
        if raw[position] == UInt8(ascii: "\n") { count += 1 }
        position += 1
    }
    return count
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether some bytes are among these, looked for on all threads.
    fileprivate func contains(anyOf wanted: [UInt8]) -> Bool {
        let block = 1 << 22
        var found = [Bool](repeating: false, count: (count + block - 1) / block)
        found.withUnsafeMutableBufferPointer { found in
            Threads.forEach(found.count) { index in
                guard let base = baseAddress else { return }
                let length = Swift.min(block, count - index * block)
                found[index] = wanted.contains { memchr(base + index * block, Int32($0), length) != nil }
            }
        }
        return found.contains(true)
    }
}

/// Reads the records of one block.
struct BlockReader {
    private let file: BlockCSV
    private let base: UnsafePointer<UInt8>
    private var position: Int
    private let end: Int
    private let wanted: [Int]
    private let columnCount: Int

    init(_ file: BlockCSV, position: Int, end: Int, wanted: [Int]) {
        self.file = file
        // The file has bytes: the header's.
        base = file.bytes.baseAddress.unsafelyUnwrapped
        self.position = position
        self.end = end
        self.wanted = wanted
        columnCount = wanted.count
    }

    mutating func read(
        records: Range<Int>, block: Int, into targets: UnsafeMutableBufferPointer<BlockColumn>
    ) -> Bool {
        var coders = targets.map { $0.kind == .text && !$0.isRead ? PlaceCoder(file.bytes) : nil }
        let isActive = targets.map { !$0.isRead }
        let plan = wanted.map { $0 >= 0 && isActive[$0] ? $0 : -1 }
        for record in records {
            for column in 0..<columnCount {
                let target = plan[column]
                let start = position
                if target < 0 {
                    skipField()
                } else {
                    switch targets[target].kind {
                    case .int: readInteger(targets[target], record, block)
                    case .double: readNumber(targets[target], record, block)
                    case .text: readText(targets[target], record, &coders[target])
                    }
                }
                if column == columnCount - 1 {
                    guard endRecord() else { return false }
                } else {
                    guard position < end, base[position] == file.separator else { return false }
                    position += 1
                }
                guard position - start <= FieldPlace.longest else { return false }
            }
        }
        for (index, coder) in coders.enumerated() { if let coder { targets[index].distinct?[block] = coder.places } }
        return position == end
    }

    private mutating func endRecord() -> Bool {
        if position < end, base[position] == UInt8(ascii: "\r") {
            position += 1
            guard position < end, base[position] == UInt8(ascii: "\n") else { return false }
        }
        guard position < end else { return true }
        guard base[position] == UInt8(ascii: "\n") else { return false }
        position += 1
        return true
    }

    @inline(__always)
    private func isEnd(_ byte: UInt8) -> Bool {
        byte == file.separator || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    @inline(__always)
    private mutating func skipField() {
        while position < end, !isEnd(base[position]) { position += 1 }
    }

    /// Digits, perhaps with a minus; anything else is looked at again.
    private mutating func readInteger(_ target: BlockColumn, _ record: Int, _ block: Int) {
        let start = position
        let isNegative = position < end && base[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let first = position
        var value: UInt64 = 0
        while position < end {
            let digit = base[position] &- UInt8(ascii: "0")
            if digit > 9 { break }
            value = value &* 10 &+ UInt64(digit)
            position += 1
        }
        let digits = position - first
        let isEnded = position == end || isEnd(base[position])
        let isPlain = digits > 0 && digits <= 18 && (digits == 1 || base[first] != UInt8(ascii: "0"))
        if isEnded, isPlain, !isMissing(start, position) {
            target.integers?[record] = isNegative ? -Int(value) : Int(value)
            return
        }
        skipField()
        if isMissing(start, position) {
            target.integers?[record] = Column.missingInt
        } else if let parts = decimalParts(file.bytes, start, position, mark: file.mark), !parts.isCode,
            let value = parts.integer
        {
            target.integers?[record] = value
        } else {
            target.failures[block] = true
        }
    }

    /// Digits with a decimal mark among them, perhaps with a minus; anything else is looked at again.
    private mutating func readNumber(_ target: BlockColumn, _ record: Int, _ block: Int) {
        let start = position
        let isNegative = position < end && base[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let first = position
        var (mantissa, decimals, hasMark): (UInt64, Int, Bool) = (0, 0, false)
        while position < end {
            let digit = base[position] &- UInt8(ascii: "0")
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                if hasMark { decimals += 1 }
            } else if base[position] == file.mark, !hasMark, !isEnd(file.mark) {
                hasMark = true
            } else {
                break
            }
            position += 1
        }
        let digits = position - first - (hasMark ? 1 : 0)
        let isEnded = position == end || isEnd(base[position])
        let isCode = !hasMark && digits > 1 && base[first] == UInt8(ascii: "0")
        // Fifteen digits and a power of ten up to 22 are exact doubles: the one division rounds once.
        if isEnded, digits > 0, digits <= 15, !isCode, !isMissing(start, position) {
            let magnitude = hasMark ? Double(mantissa) / exactPower(decimals) : Double(mantissa)
            target.numbers?[record] = isNegative ? -magnitude : magnitude
            return
        }
        skipField()
        readUnusualNumber(target, record, block, start)
    }

    private func readUnusualNumber(_ target: BlockColumn, _ record: Int, _ block: Int, _ start: Int) {
        if isMissing(start, position) {
            target.numbers?[record] = .nan
        } else if let parts = decimalParts(file.bytes, start, position, mark: file.mark), !parts.isCode,
            let value = parts.double ?? decimalNumber(file.bytes, start, position, mark: file.mark)
        {
            target.numbers?[record] = value
        } else {
            target.failures[block] = true
        }
    }

    private mutating func readText(_ target: BlockColumn, _ record: Int, _ coder: inout PlaceCoder?) {
        let start = position
        skipField()
        let code = isMissing(start, position) ? -1 : coder?.code(start, position) ?? -1
        target.codes?[record] = code
    }

    /// Whether a cell is one of the missing texts, or blanks where the empty text is one.
    @inline(__always)
    private func isMissing(_ start: Int, _ end: Int) -> Bool {
        guard end > start else { return file.missing.includesEmpty }
        let first = base[start]
        if first == UInt8(ascii: " "), file.missing.includesEmpty,
            file.bytes[start..<end].allSatisfy({ $0 == UInt8(ascii: " ") })
        {
            return true
        }
        return file.missing.mayContain(length: end - start, first: first)
            && file.missing.contains(file.bytes[start..<end])
    }
}

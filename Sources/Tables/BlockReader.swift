/// Where the cells of one column go; plain pointers, because a reference counted a cell would take longer than the cell.
struct BlockTarget {
    let kind: BlockCSV.Kind
    let integers: UnsafeMutablePointer<Int>?
    let numbers: UnsafeMutablePointer<Double>?
    let codes: UnsafeMutablePointer<Int32>?
}

/// Reads the records of one block.
struct BlockReader {
    /// Whether each target met a cell that is not of its kind.
    private(set) var hasFailed: [Bool]
    /// The distinct texts of each target of texts.
    private(set) var coders: [PlaceCoder]
    private let bytes: UnsafeBufferPointer<UInt8>
    private let base: UnsafePointer<UInt8>
    private let separator: UInt8
    private let mark: UInt8
    private let missing: MissingTexts
    private var position: Int
    private let end: Int

    /// - Parameters:
    ///   - block: The bytes of the block.
    ///   - targetCount: The number of columns read.
    init(_ file: BlockCSV, block: Range<Int>, targetCount: Int) {
        bytes = file.bytes
        // The file has bytes: the header's.
        base = file.bytes.baseAddress.unsafelyUnwrapped
        separator = file.separator
        mark = file.mark
        missing = file.missing
        position = block.lowerBound
        end = block.upperBound
        hasFailed = Array(repeating: false, count: targetCount)
        coders = (0..<targetCount).map { _ in PlaceCoder(file.bytes) }
    }

    /// Reads the block's records.
    ///
    /// - Parameters:
    ///   - records: Their numbers.
    ///   - plan: For each column of the file its target, -1 for none.
    ///   - targets: Where cells go.
    /// - Returns: False when a record is out of the ordinary.
    mutating func read(
        records: Range<Int>, plan: UnsafeBufferPointer<Int>, targets: UnsafeBufferPointer<BlockTarget>
    ) -> Bool {
        let last = plan.count - 1
        for record in records {
            for column in 0...last {
                let start = position
                let target = plan[column]
                if target < 0 {
                    skipField()
                } else {
                    switch targets[target].kind {
                    case .int: readInteger(targets[target].integers.unsafelyUnwrapped + record, target)
                    case .double: readNumber(targets[target].numbers.unsafelyUnwrapped + record, target)
                    case .text: readText(targets[target].codes.unsafelyUnwrapped + record, target)
                    }
                }
                if column == last {
                    guard endRecord() else { return false }
                } else {
                    guard position < end, base[position] == separator else { return false }
                    position += 1
                }
                guard position - start <= FieldPlace.longest else { return false }
            }
        }
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
        byte == separator || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    @inline(__always)
    private mutating func skipField() {
        while position < end, !isEnd(base[position]) { position += 1 }
    }

    /// Digits, perhaps with a minus; anything else is looked at again.
    @inline(__always)
    private mutating func readInteger(_ place: UnsafeMutablePointer<Int>, _ target: Int) {
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
            place.pointee = isNegative ? -Int(value) : Int(value)
            return
        }
        skipField()
        readUnusualInteger(place, target, start)
    }

    private mutating func readUnusualInteger(_ place: UnsafeMutablePointer<Int>, _ target: Int, _ start: Int) {
        if isMissing(start, position) {
            place.pointee = Column.missingInt
        } else if let parts = decimalParts(bytes, start, position, mark: mark), !parts.isCode,
            let value = parts.integer
        {
            place.pointee = value
        } else {
            hasFailed[target] = true
        }
    }

    /// Digits with a decimal mark among them, perhaps with a minus; anything else is looked at again.
    @inline(__always)
    private mutating func readNumber(_ place: UnsafeMutablePointer<Double>, _ target: Int) {
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
            } else if base[position] == mark, !hasMark, !isEnd(mark) {
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
            place.pointee = isNegative ? -magnitude : magnitude
            return
        }
        skipField()
        readUnusualNumber(place, target, start)
    }

    private mutating func readUnusualNumber(_ place: UnsafeMutablePointer<Double>, _ target: Int, _ start: Int) {
        if isMissing(start, position) {
            place.pointee = .nan
        } else if let parts = decimalParts(bytes, start, position, mark: mark), !parts.isCode,
            let value = parts.double ?? decimalNumber(bytes, start, position, mark: mark)
        {
            place.pointee = value
        } else {
            hasFailed[target] = true
        }
    }

    private mutating func readText(_ place: UnsafeMutablePointer<Int32>, _ target: Int) {
        let start = position
        skipField()
        place.pointee = isMissing(start, position) ? -1 : coders[target].code(start, position)
    }

    /// Whether a cell is one of the missing texts, or blanks where the empty text is one.
    @inline(__always)
    private func isMissing(_ start: Int, _ end: Int) -> Bool {
        guard end > start else { return missing.includesEmpty }
        let first = base[start]
        if first == UInt8(ascii: " "), missing.includesEmpty,
            bytes[start..<end].allSatisfy({ $0 == UInt8(ascii: " ") })
        {
            return true
        }
        return missing.mayContain(length: end - start, first: first)
            && missing.contains(bytes[start..<end])
    }
}

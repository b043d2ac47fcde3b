/// The cells of one column of a CSV file, read in place.
///
/// The pointers must outlive the value, which lives only inside ``CSVFields/withCells(_:missing:mark:_:)``, where the
/// sizes are checked. `record` is in `0..<count` throughout.
struct CellKernel {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let places: UnsafeBufferPointer<FieldPlace>
    private let missing: MissingTexts
    private let mark: UInt8

    init(
        bytes: UnsafeBufferPointer<UInt8>, places: UnsafeBufferPointer<FieldPlace>, missing: MissingTexts, mark: UInt8
    ) {
        self.bytes = bytes
        self.places = places
        self.missing = missing
        self.mark = mark
    }

    /// The number of records.
    var count: Int { places.count }

    /// Where a cell lies.
    func place(_ record: Int) -> FieldPlace { places[record] }

    /// A cell's text.
    func text(_ record: Int) -> String { text(place(record)) }

    /// The text at a place.
    func text(_ place: FieldPlace) -> String { fieldText(bytes[place.start..<place.end], isEscaped: place.isEscaped) }

    /// Whether a cell is missing: one of the missing texts, or blanks only where the empty text is one of them.
    func isMissing(_ record: Int) -> Bool {
        let place = place(record)
        guard place.length > 0 else { return missing.includesEmpty }
        let first = bytes[place.start]
        if first == UInt8(ascii: " "), missing.includesEmpty, isBlank(place) { return true }
        if place.isEscaped { return missing.contains(text(place).utf8) }
        return missing.mayContain(length: place.length, first: first)
            && missing.contains(bytes[place.start..<place.end])
    }

    private func isBlank(_ place: FieldPlace) -> Bool {
        bytes[place.start..<place.end].allSatisfy { $0 == UInt8(ascii: " ") }
    }

    /// The parts of a cell's number; nil when it is none.
    func parts(_ record: Int) -> DecimalParts? {
        let place = place(record)
        return decimalParts(bytes, place.start, place.end, mark: mark)
    }

    /// A cell as a number; nil when it is none.
    func number(_ record: Int) -> Double? {
        let place = place(record)
        return decimalNumber(bytes, place.start, place.end, mark: mark)
    }

    /// Whether a cell holds a byte.
    func contains(_ byte: UInt8, _ record: Int) -> Bool {
        let place = place(record)
        return bytes[place.start..<place.end].contains(byte)
    }

    /// Whether two places hold the same bytes.
    func areEqual(_ left: FieldPlace, _ right: FieldPlace) -> Bool {
        guard left.length == right.length, left.isEscaped == right.isEscaped else { return false }
        for offset in 0..<left.length where bytes[left.start + offset] != bytes[right.start + offset] { return false }
        return true
    }

    /// A hash of the bytes at a place (FNV-1a with a final mix); the same in every run.
    func hash(_ place: FieldPlace) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for position in place.start..<place.end { hash = (hash ^ UInt64(bytes[position])) &* 0x100_0000_01B3 }
        return hash ^ hash >> 32
    }
}

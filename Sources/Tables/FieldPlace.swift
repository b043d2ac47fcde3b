/// Where a field's bytes lie in a file: eight bytes per field, so that an index of millions stays small.
struct FieldPlace: Equatable {
    private let bits: UInt64

    /// The longest field in bytes.
    static let longest = 1 << 16

    /// A place.
    ///
    /// - Parameter isEscaped: Whether the bytes hold doubled quotes that stand for single ones.
    init(start: Int, end: Int, isEscaped: Bool) {
        let length = end - start
        precondition(start < 1 << 43 && length < 1 << 20, "a field begins within 8 TiB and is shorter than 1 MiB")
        bits = UInt64(start) << 21 | UInt64(length) << 1 | (isEscaped ? 1 : 0)
    }

    /// The first byte.
    var start: Int { Int(bits >> 21) }
    /// The number of bytes.
    var length: Int { Int(bits >> 1 & 0xF_FFFF) }
    /// The byte after the last one.
    var end: Int { start + length }
    /// Whether the bytes hold doubled quotes.
    var isEscaped: Bool { bits & 1 == 1 }
}

/// The text of a field, with doubled quotes made single.
func fieldText(_ bytes: some Sequence<UInt8>, isEscaped: Bool) -> String {
    guard isEscaped else { return String(decoding: Array(bytes), as: UTF8.self) }
    var result: [UInt8] = []
    var isSecond = false
    for byte in bytes {
        isSecond = byte == UInt8(ascii: "\"") && !isSecond
        if !isSecond || byte != UInt8(ascii: "\"") { result.append(byte) }
    }
    return String(decoding: result, as: UTF8.self)
}

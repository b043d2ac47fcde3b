/// Powers of ten that are exact doubles.
private let exactPowers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

/// A decimal number in some bytes, correctly rounded; nil when they are anything else.
///
/// Blanks around it are skipped. Up to 15 digits and an exponent within 22 are exact in double arithmetic; anything
/// longer goes through the standard library's reader.
func decimalNumber(_ bytes: [UInt8], _ start: Int, _ end: Int, decimal: UInt8) -> Double? {
    var (position, end) = (start, end)
    while position < end, bytes[position] == UInt8(ascii: " ") { position += 1 }
    while end > position, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    let first = position
    var isNegative = false
    if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        isNegative = bytes[position] == UInt8(ascii: "-")
        position += 1
    }
    var (mantissa, digits, seen, scale) = (UInt64(0), 0, 0, 0)
    var isFraction = false
    while position < end {
        let byte = bytes[position]
        if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            seen += 1
            if digits < 18 {
                mantissa = mantissa * 10 + UInt64(byte - UInt8(ascii: "0"))
                if mantissa > 0 { digits += 1 }
            } else {
                digits += 1
            }
            if isFraction { scale -= 1 }
        } else if byte == decimal, !isFraction {
            isFraction = true
        } else {
            break
        }
        position += 1
    }
    guard seen > 0 else { return nil }
    if position < end {
        guard let exponent = decimalExponent(bytes, position, end) else { return nil }
        scale += exponent
    }
    guard digits <= 15, abs(scale) <= 22 else { return slowNumber(bytes, first, end, decimal) }
    let magnitude = Double(mantissa)
    let value = scale < 0 ? magnitude / exactPowers[-scale] : magnitude * exactPowers[scale]
    return isNegative ? -value : value
}

/// The exponent `e-12` that fills the bytes; nil when they are anything else.
private func decimalExponent(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Int? {
    guard bytes[start] == UInt8(ascii: "e") || bytes[start] == UInt8(ascii: "E"), end - start <= 8 else { return nil }
    return Int(String(decoding: bytes[(start + 1)..<end], as: UTF8.self))
}

private func slowNumber(_ bytes: [UInt8], _ start: Int, _ end: Int, _ decimal: UInt8) -> Double? {
    let text = String(decoding: bytes[start..<end].map { $0 == decimal ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
    guard let value = Double(text), value.isFinite else { return nil }
    return value
}

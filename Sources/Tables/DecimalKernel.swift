/// A decimal number cut into its parts: `mantissa * 10^scale`, negated when ``isNegative``.
struct DecimalParts {
    /// The first 19 significant digits as a whole number.
    var mantissa: UInt64 = 0
    /// The number of significant digits, also those beyond the mantissa.
    var digits = 0
    /// The power of ten.
    var scale = 0
    /// Whether a minus stands before it.
    var isNegative = false
    /// Whether it is written with neither a decimal mark nor an exponent.
    var isInteger = true
    /// Whether its digits begin with a zero that another digit follows, as in a postcode or a school code.
    var hasLeadingZero = false

    /// Whether it is digits after a leading zero: a code rather than a number, unless declared.
    var isCode: Bool { isInteger && hasLeadingZero }

    /// The number as a whole number; nil when written otherwise, too large, or the code of a missing value.
    var integer: Int? {
        guard isInteger, digits <= 19, let magnitude = Int(exactly: mantissa) else { return nil }
        return isNegative ? -magnitude : magnitude
    }
}

/// Reads the parts of a decimal number from `bytes[start..<end]`; nil when anything else stands there.
///
/// Blanks around it are skipped. `NaN`, `Inf`, hexadecimal and grouped digits are no numbers.
///
/// - Parameter bytes: Every read lies in `start..<end`, which the caller guarantees to lie in `bytes`.
func decimalParts(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, mark: UInt8) -> DecimalParts? {
    var (position, end) = (start, end)
    while position < end, bytes[position] == UInt8(ascii: " ") { position += 1 }
    while end > position, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    guard position < end else { return nil }
    var parts = DecimalParts()
    if bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        parts.isNegative = bytes[position] == UInt8(ascii: "-")
        position += 1
    }
    let first = position
    let whole = readDigits(bytes, &position, end, &parts)
    parts.hasLeadingZero = whole > 1 && bytes[first] == UInt8(ascii: "0")
    var fraction = 0
    if position < end, bytes[position] == mark {
        position += 1
        parts.isInteger = false
        fraction = readDigits(bytes, &position, end, &parts)
        parts.scale = -fraction
    }
    guard whole + fraction > 0 else { return nil }
    if position == end { return parts }
    guard let exponent = readExponent(bytes, position, end) else { return nil }
    parts.isInteger = false
    parts.scale += exponent
    return parts
}

/// Adds the digits that stand here to the mantissa and returns how many there were.
@inline(__always)
private func readDigits(
    _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ end: Int, _ parts: inout DecimalParts
) -> Int {
    let first = position
    while position < end {
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { break }
        // 19 digits fit in 64 bits; longer numbers are read again by the standard library.
        if parts.digits < 19 { parts.mantissa = parts.mantissa &* 10 &+ UInt64(digit) }
        if parts.mantissa > 0 { parts.digits += 1 }
        position += 1
    }
    return position - first
}

/// The exponent `e-12` that fills the rest; nil when it is anything else.
private func readExponent(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    guard bytes[start] | 0x20 == UInt8(ascii: "e"), end - start <= 8 else { return nil }
    var position = start + 1
    let isNegative = position < end && bytes[position] == UInt8(ascii: "-")
    if isNegative || position < end && bytes[position] == UInt8(ascii: "+") { position += 1 }
    guard position < end else { return nil }
    var value = 0
    while position < end {
        let digit = bytes[position] &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        value = value * 10 + Int(digit)
        position += 1
    }
    return isNegative ? -value : value
}

/// A decimal number in `bytes[start..<end]`, correctly rounded; nil when anything else stands there, or one too large.
func decimalNumber(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, mark: UInt8) -> Double? {
    guard let parts = decimalParts(bytes, start, end, mark: mark) else { return nil }
    return parts.double ?? slowNumber(Array(bytes[start..<end]), mark: mark)
}

/// A decimal number in some bytes: the checked entry.
func decimalNumber(_ bytes: [UInt8], mark: UInt8) -> Double? {
    bytes.withUnsafeBufferPointer { decimalNumber($0, 0, $0.count, mark: mark) }
}

/// The number by the standard library, whose reader is correct for any length and knows no locale.
private func slowNumber(_ bytes: [UInt8], mark: UInt8) -> Double? {
    let plain = bytes.filter { $0 != UInt8(ascii: " ") }.map { $0 == mark ? UInt8(ascii: ".") : $0 }
    guard let value = Double(String(decoding: plain, as: UTF8.self)), value.isFinite else { return nil }
    return value
}

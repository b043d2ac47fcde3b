import Tables

/// Rows of a CSV file while they are put together.
struct RowBytes {
    /// The bytes so far.
    private(set) var bytes: [UInt8] = []

    /// No rows yet, and room for some bytes.
    init(capacity: Int = 0) { bytes.reserveCapacity(capacity + capacity / 64) }

    /// Adds bytes as they are.
    mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }

    /// Adds one byte.
    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Adds a whole number, not negative.
    mutating func append(_ number: Int) {
        append(digits: UInt64(number), atLeast: 1)
    }

    /// Adds a number with a fixed number of decimals; halves are rounded to even, and negative zero is 0.
    ///
    /// - Parameters:
    ///   - value: Smaller than 1e15 when multiplied by the scale.
    ///   - decimals: The number of decimals, 0 to 6.
    mutating func append(_ value: Double, decimals: Decimals) {
        let scaled = Int64(decimals.scaled(value))
        if scaled < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = scaled.magnitude.quotientAndRemainder(dividingBy: decimals.wholeScale)
        append(digits: whole, atLeast: 1)
        guard decimals.count > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        append(digits: fraction, atLeast: decimals.count)
    }

    private mutating func append(digits number: UInt64, atLeast count: Int) {
        // From the last digit to the first, in a register of text: 20 digits at most.
        var text = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var rest = number
        var first = 20
        while rest > 0 || 20 - first < count {
            first -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            text[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        for position in first..<20 { bytes.append(text[position]) }
    }

    /// A text as a cell, quoted where it must be.
    static func cell(_ text: String) -> [UInt8] { Array(CSVWriter(header: [text]).bytes.dropLast()) }
}

/// A number of decimals.
struct Decimals: Sendable, Equatable {
    /// How many there are.
    let count: Int
    /// Ten to that power.
    let wholeScale: UInt64
    private let scale: Double

    init(_ count: Int) {
        precondition((0...6).contains(count), "a number has 0 to 6 decimals")
        self.count = count
        wholeScale = (0..<count).reduce(1) { power, _ in power * 10 }
        scale = Double(wholeScale)
    }

    /// The number of the last decimal's units that is nearest to a value.
    @inline(__always)
    func scaled(_ value: Double) -> Double {
        precondition(abs(value) * scale < 0x1p53, "the number must have room for its decimals")
        return (value * scale).rounded(.toNearestOrEven)
    }

    /// A value as it will be read back.
    @inline(__always)
    func rounded(_ value: Double) -> Double { scaled(value) / scale }
}

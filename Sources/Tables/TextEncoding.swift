import Parallelism

/// A file's bytes as UTF-8 without byte order mark, and what had to be assumed to get there.
struct DecodedBytes {
    /// Valid UTF-8.
    let bytes: [UInt8]
    /// What was assumed about the encoding; nil for UTF-8.
    let note: String?

    /// Reads bytes strictly as UTF-8, else as Windows-1252: U+FFFD never stands in for what could not be read.
    ///
    /// - Throws: ``TableError/notText(file:line:byte:)`` when a byte has no meaning in Windows-1252 either.
    init(_ bytes: [UInt8], name: String) throws(TableError) {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        if isASCII(body) || (try? UTF8Span(validating: body.span)) != nil {
            self.bytes = body
            note = nil
        } else {
            self.bytes = try utf8(fromWindows1252: body, name: name)
            note = "the file is not UTF-8; it was read as Windows-1252"
        }
    }
}

/// Whether all bytes are below 128, looked at on all threads: most files are.
private func isASCII(_ bytes: [UInt8]) -> Bool {
    let block = 1 << 22
    var isPlain = [Bool](repeating: true, count: (bytes.count + block - 1) / block)
    bytes.withUnsafeBytes { bytes in
        isPlain.withUnsafeMutableBufferPointer { isPlain in
            Threads.forEach(isPlain.count) { index in
                let end = min((index + 1) * block, bytes.count)
                var (position, high) = (index * block, UInt64(0))
                while position + 8 <= end {
                    high |= bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    position += 8
                }
                for position in position..<end { high |= UInt64(bytes[position]) }
                isPlain[index] = high & 0x8080_8080_8080_8080 == 0
            }
        }
    }
    return isPlain.allSatisfy(\.self)
}

private func utf8(fromWindows1252 bytes: [UInt8], name: String) throws(TableError) -> [UInt8] {
    let encoded = (UInt8.min...UInt8.max).map { byte in windows1252Scalar(byte).map { Array(String($0).utf8) } ?? [] }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + bytes.count / 16)
    for (position, byte) in bytes.enumerated() {
        if byte < 0x80 {
            result.append(byte)
            continue
        }
        let scalar = encoded[Int(byte)]
        guard !scalar.isEmpty else {
            let line = 1 + bytes[..<position].count { $0 == UInt8(ascii: "\n") }
            throw .notText(file: name, line: line, byte: byte)
        }
        result += scalar
    }
    return result
}

/// The Unicode scalar of a Windows-1252 byte; nil for the five bytes that have none.
private func windows1252Scalar(_ byte: UInt8) -> Unicode.Scalar? {
    let high: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
        0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0, 0x017E, 0x0178,
    ]
    guard (0x80..<0xA0).contains(byte) else { return Unicode.Scalar(byte) }
    let value = high[Int(byte) - 0x80]
    return value == 0 ? nil : Unicode.Scalar(value)
}

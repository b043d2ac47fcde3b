import TestSupport
import Testing

@testable import Tables

/// The kernel's records, for comparison with its plain twin; nil where it refuses.
private func kernelCSV(_ text: String) -> [[String]]? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { buffer in
        var kernel = CSVKernel(buffer, separator: UInt8(ascii: ","), name: "t.csv")
        var records: [[String]] = []
        while true {
            kernel.skipBlankLines(columnCount: 0)
            var places: [FieldPlace] = []
            guard let isRecord = try? kernel.appendRecord(to: &places) else { return nil }
            guard isRecord else { return records }
            records.append(places.map { fieldText(bytes[$0.start..<$0.end], isEscaped: $0.isEscaped) })
        }
    }
}

@Suite struct CSVKernelTests {
    @Test("The kernel cuts any bytes as its plain twin does", arguments: 1...300)
    func agreesWithThePlainTwin(seed: Int) {
        var random = SeededGenerator(seed: seed)
        // Quotes and separators are frequent, so that most cases have a few of each in all places.
        let pieces = ["a", "é", "7", ",", ",", "\"", "\"", "\"\"", "\n", "\r\n", " ", "\"x\"", ",\"y\"\"z\","]
        for _ in 0..<50 {
            let text = (0..<Int.random(in: 0...14, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            // Within quotes the two line ends differ, which the twin does not know.
            if text.contains("\r\n"), text.contains("\"") { continue }
            #expect(kernelCSV(text) == plainCSV(text), "\(text.debugDescription)")
        }
    }

    @Test func keepsALineFeedAndACarriageReturnWithinQuotes() {
        #expect(kernelCSV("\"a\r\nb\rc\nd\",2\r\n") == [["a\r\nb\rc\nd", "2"]])
    }

    @Test func aPlaceKeepsItsPartsAtTheirLimits() {
        let place = FieldPlace(start: 1 << 42, end: 1 << 42 + FieldPlace.longest, isEscaped: true)
        #expect(place.start == 1 << 42)
        #expect(place.length == FieldPlace.longest)
        #expect(place.isEscaped)
    }
}

@Suite struct DecimalNumberTests {
    @Test("Numbers are correctly rounded, bit for bit", arguments: 1...200)
    func agreesWithTheStandardLibrary(seed: Int) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let value = Double(bitPattern: random.next())
            let whole = random.next() >> UInt64.random(in: 0...63, using: &random)
            let digits = String(whole)
            let cut = digits.index(digits.startIndex, offsetBy: Int.random(in: 0...digits.count, using: &random))
            let texts = [
                "\(value)", "\(Float(value))", digits, "-" + digits[..<cut] + "." + digits[cut...],
                "0." + String(repeating: "0", count: Int.random(in: 0...6, using: &random)) + digits,
                digits + "e\(Int.random(in: -40...40, using: &random))",
            ]
            for text in texts {
                guard let expected = Double(text), expected.isFinite else { continue }
                let read = decimalNumber(Array(text.utf8), mark: UInt8(ascii: "."))
                #expect(read?.bitPattern == expected.bitPattern, "\(text)")
            }
        }
    }

    // Halfway between two doubles, and a hair above: 2^53 + 1 over powers of ten.
    @Test(arguments: [
        "9007199254740993", "9007199254740993.0", "9007199254740993.00", "9007199254740993.1", "900719925474099.3",
        "0.9007199254740993", "0.1000000000000000055", "1844674407370955161.5", "9999999999999999999", "5e-324",
        "2.4703282292062328e-324", "1.7976931348623157e308",
    ])
    func roundsTheHardCases(text: String) {
        let read = decimalNumber(Array(text.utf8), mark: UInt8(ascii: "."))
        #expect(read?.bitPattern == Double(text)?.bitPattern)
    }

    @Test(arguments: [
        "", " ", "-", ".", "+.", "1e", "e5", "1.2.3", "0x10", "NaN", "nan", "Inf", "-inf", "infinity", "1 2", "1,5",
        "--1", "1e+", "1e5.0", "1e400", "12a", "83.3%", "<5", "N.v.t.", "1_000", "٣",
    ])
    func whatIsNoNumberIsRefused(text: String) {
        #expect(decimalNumber(Array(text.utf8), mark: UInt8(ascii: ".")) == nil)
    }

    @Test func blanksAndPlusAreSkipped() {
        #expect(decimalNumber(Array("  +12,50 ".utf8), mark: UInt8(ascii: ",")) == 12.5)
        #expect(decimalNumber(Array(",0".utf8), mark: UInt8(ascii: ",")) == 0)
    }
}

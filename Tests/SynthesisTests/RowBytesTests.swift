import Foundation
import Testing

@testable import Synthesis

@Suite struct RowBytesTests {
    private func text(_ value: Double, _ decimals: Int) -> String {
        var row = RowBytes()
        row.append(value, decimals: Decimals(decimals))
        return String(decoding: row.bytes, as: UTF8.self)
    }

    @Test func fixedDecimalsAreTheNearestOnes() {
        #expect(text(0, 3) == "0.000" && text(-0.0001, 3) == "0.000" && text(-0.001, 3) == "-0.001")
        #expect(text(12.5, 0) == "12" && text(-13.5, 0) == "-14" && text(0.25, 1) == "0.2")
        #expect(text(1e9, 6) == "1000000000.000000" && text(7, 2) == "7.00")
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let value = Double(Int.random(in: -1_000_000_000...1_000_000_000, using: &random)) / 1024
            let printed = text(value, 3)
            // Halves excepted, which printf decides by the exact binary value.
            #expect(
                printed == String(format: "%.3f", value) || abs(value * 1000).truncatingRemainder(dividingBy: 1) == 0.5)
            #expect(Double(printed) == Decimals(3).rounded(value))
        }
    }

    @Test func wholeNumbersAndTextsAreCells() {
        var row = RowBytes()
        row.append(0)
        row.append(RowBytes.cell("a,\"b\""))
        row.append(1_234_567_890_123)
        #expect(String(decoding: row.bytes, as: UTF8.self) == "0\"a,\"\"b\"\"\"1234567890123")
    }
}

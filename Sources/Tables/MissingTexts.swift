/// The texts that stand for a missing value, arranged so that most cells are told apart by their length.
struct MissingTexts {
    /// Whether an empty cell, or one of blanks only, is missing.
    let includesEmpty: Bool
    private let texts: [[UInt8]]
    /// Bit n is set when a text has n bytes; bit 63 stands for 63 and more.
    private let lengths: UInt64
    /// Bit n of word w is set when a text begins with byte `64 w + n`.
    private let firstBytes: InlineArray<4, UInt64>

    init(_ texts: Set<String>) {
        includesEmpty = texts.contains("")
        self.texts = texts.filter { !$0.isEmpty }.sorted().map { Array($0.utf8) }
        var (lengths, firstBytes) = (UInt64(0), InlineArray<4, UInt64>(repeating: 0))
        for text in self.texts {
            lengths |= 1 << UInt64(min(text.count, 63))
            firstBytes[Int(text[0] >> 6)] |= 1 << UInt64(text[0] & 63)
        }
        self.lengths = lengths
        self.firstBytes = firstBytes
    }

    /// Whether a text of this length and first byte is among them: no means no, yes means look.
    @inline(__always)
    func mayContain(length: Int, first: UInt8) -> Bool {
        lengths >> UInt64(min(length, 63)) & 1 == 1 && firstBytes[Int(first >> 6)] >> UInt64(first & 63) & 1 == 1
    }

    /// Whether some bytes are among them.
    func contains(_ bytes: some Sequence<UInt8>) -> Bool { texts.contains { $0.elementsEqual(bytes) } }
}

/// One of several contiguous parts of the draws: the i-th of n.
public struct ShardPart: Sendable, Equatable {
    /// Which one, from 1.
    public let index: Int
    /// How many there are.
    public let count: Int

    /// A part; nil unless `1 <= index <= count`.
    public init?(index: Int, count: Int) {
        guard 1 <= index, index <= count, count <= 1_000_000 else { return nil }
        (self.index, self.count) = (index, count)
    }

    /// Reads `i/n`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
            let index = Int(parts[0]), let count = Int(parts[1])
        else { return nil }
        self.init(index: index, count: count)
    }

    /// The draws of the part: together the parts hold each draw once, and their sizes differ by one at most.
    public func range(of draws: Int) -> Range<Int> {
        draws * (index - 1) / count..<draws * index / count
    }
}

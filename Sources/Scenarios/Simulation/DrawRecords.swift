import Probability

/// The records of some consecutive draws: what a shard holds.
public struct RecordBlock: Sendable, Equatable {
    /// The draws.
    public let draws: Range<Int>
    /// Their records, draw by draw, each ``RecordLayout/length`` long.
    public let values: [Double]

    /// A block.
    public init(draws: Range<Int>, values: [Double]) {
        precondition(draws.isEmpty ? values.isEmpty : values.count % draws.count == 0, "whole records")
        self.draws = draws
        self.values = values
    }
}

/// Where finished blocks are kept, so that a run that was stopped can go on.
public protocol RecordStore: Sendable {
    /// The blocks that are there already: disjoint, in the order of their draws.
    func finishedBlocks() throws -> [RecordBlock]
    /// Keeps a block; called from any thread, once for each block.
    func save(_ block: RecordBlock) throws
}

/// The records of the draws 0 to n - 1, whatever blocks they came in.
public struct DrawRecords: Sendable, Equatable {
    /// Blocks that follow one another, the first from draw 0.
    private let blocks: [RecordBlock]
    /// Doubles in a record.
    private let length: Int
    /// The number of draws.
    public let count: Int

    /// - Parameters:
    ///   - blocks: In any order; together they hold each draw from 0 once.
    ///   - length: Doubles in a record.
    init(_ blocks: [RecordBlock], length: Int) {
        let ordered = blocks.filter { !$0.draws.isEmpty }.sorted { $0.draws.lowerBound < $1.draws.lowerBound }
        var next = 0
        for block in ordered {
            precondition(block.draws.lowerBound == next && block.values.count == block.draws.count * length)
            next = block.draws.upperBound
        }
        self.blocks = ordered
        self.length = length
        count = next
    }

    /// In every draw the sum of the values at some positions of its record, added in the order given.
    func sums(at positions: [Int]) -> [Double] {
        var sums: [Double] = []
        sums.reserveCapacity(count)
        for block in blocks {
            block.values.withUnsafeBufferPointer { values in
                for draw in 0..<block.draws.count {
                    var sum = 0.0
                    for position in positions { sum += values[draw * length + position] }
                    sums.append(sum)
                }
            }
        }
        return sums
    }

    /// The first draws, draw by draw.
    func prefix(_ draws: Int) -> [Double] { Array(blocks.flatMap(\.values).prefix(draws * length)) }

    /// Whether the records are the same, whatever blocks they came in.
    public static func == (left: DrawRecords, right: DrawRecords) -> Bool {
        left.length == right.length && left.count == right.count && left.prefix(left.count) == right.prefix(right.count)
    }

    /// These draws and those that follow them.
    func followed(by other: [RecordBlock]) -> DrawRecords { DrawRecords(blocks + other, length: length) }
}

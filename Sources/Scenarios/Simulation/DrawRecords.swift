import Probability

/// Doubles in memory that is not an array's, such as a mapped file; they never change.
public protocol RecordMemory: AnyObject, Sendable {
    /// Reads the doubles.
    func withDoubles<Result>(_ body: (UnsafeBufferPointer<Double>) throws -> Result) rethrows -> Result
}

/// The records of some consecutive draws: what a shard holds.
public struct RecordBlock: Sendable, Equatable {
    private enum Storage: Sendable {
        case array([Double])
        case memory(any RecordMemory)
    }

    /// The draws.
    public let draws: Range<Int>
    /// Where the block's doubles stand in its storage.
    private let positions: Range<Int>
    private let storage: Storage

    /// A block of records, draw by draw, each ``RecordLayout/length`` long.
    public init(draws: Range<Int>, values: [Double]) {
        precondition(draws.isEmpty ? values.isEmpty : values.count % draws.count == 0, "whole records")
        self.init(draws: draws, positions: values.indices, storage: .array(values))
    }

    /// A block whose records are all the doubles of a memory, which is not copied.
    public init(draws: Range<Int>, memory: some RecordMemory) {
        let count = memory.withDoubles { $0.count }
        precondition(draws.isEmpty ? count == 0 : count % draws.count == 0, "whole records")
        self.init(draws: draws, positions: 0..<count, storage: .memory(memory))
    }

    private init(draws: Range<Int>, positions: Range<Int>, storage: Storage) {
        self.draws = draws
        self.positions = positions
        self.storage = storage
    }

    /// The number of doubles.
    public var count: Int { positions.count }

    /// Reads the records, draw by draw.
    public func withValues<Result>(_ body: (UnsafeBufferPointer<Double>) throws -> Result) rethrows -> Result {
        switch storage {
        case .array(let values):
            try values.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[positions])) }
        case .memory(let memory): try memory.withDoubles { try body(UnsafeBufferPointer(rebasing: $0[positions])) }
        }
    }

    /// The part of the block within a range, not copied; nil when there is none.
    public func part(_ range: Range<Int>) -> RecordBlock? {
        guard draws.overlaps(range) else { return nil }
        let part = draws.clamped(to: range)
        let length = count / draws.count
        let first = positions.lowerBound + (part.lowerBound - draws.lowerBound) * length
        return RecordBlock(draws: part, positions: first..<(first + part.count * length), storage: storage)
    }

    /// The same records as those of later draws, not copied.
    fileprivate func moved(by offset: Int) -> RecordBlock {
        RecordBlock(
            draws: (draws.lowerBound + offset)..<(draws.upperBound + offset), positions: positions, storage: storage)
    }

    /// Whether the draws and their records are the same.
    public static func == (left: RecordBlock, right: RecordBlock) -> Bool {
        left.draws == right.draws
            && left.withValues { left in right.withValues { right in left.elementsEqual(right) } }
    }
}

/// Where finished blocks are kept, so that a run that was stopped can go on.
public protocol RecordStore: Sendable {
    /// The blocks that are there already: disjoint, in the order of their draws.
    func finishedBlocks() throws -> [RecordBlock]
    /// Keeps a block; called from any thread, once for each block.
    ///
    /// - Returns: The block to go on with: the same records, perhaps in memory that the system can take back.
    func save(_ block: RecordBlock) throws -> RecordBlock
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
            precondition(block.draws.lowerBound == next && block.count == block.draws.count * length)
            next = block.draws.upperBound
        }
        self.blocks = ordered
        self.length = length
        count = next
    }

    /// In the first draws the sum of the values at some places, each times a weight.
    func sums(of terms: [(place: Int, weight: Double)], first draws: Int) -> [Double] {
        var sums: [Double] = []
        for block in blocks where sums.count < draws {
            block.withValues { values in
                for draw in 0..<min(block.draws.count, draws - sums.count) {
                    sums.append(terms.reduce(0) { $0 + $1.weight * values[draw * length + $1.place] })
                }
            }
        }
        return sums
    }

    /// In every draw the sum of the values at some positions of its record, added in the order given.
    func sums(at positions: [Int]) -> [Double] {
        var sums: [Double] = []
        sums.reserveCapacity(count)
        for block in blocks {
            block.withValues { values in
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
    func prefix(_ draws: Int) -> [Double] {
        blocks.flatMap { block in block.part(0..<draws)?.withValues { Array($0) } ?? [] }
    }

    /// The first draws as if they were later ones.
    func moved(by offset: Int, first draws: Int) -> [RecordBlock] {
        blocks.compactMap { $0.part(0..<draws)?.moved(by: offset) }
    }

    /// Whether the records are the same, whatever blocks they came in.
    public static func == (left: DrawRecords, right: DrawRecords) -> Bool {
        left.length == right.length && left.count == right.count && left.prefix(left.count) == right.prefix(right.count)
    }

    /// These draws and those that follow them.
    func followed(by other: [RecordBlock]) -> DrawRecords { DrawRecords(blocks + other, length: length) }
}

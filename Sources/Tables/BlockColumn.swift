import Parallelism

/// The memory of one column while blocks are read into it.
///
/// A class because blocks write to it from several threads, each to its own records.
final class BlockColumn {
    let kind: BlockCSV.Kind
    var isRead = false
    private let count: Int
    let integers: UnsafeMutablePointer<Int>?
    let numbers: UnsafeMutablePointer<Double>?
    let codes: UnsafeMutablePointer<Int32>?
    /// For each block, the places of its distinct texts.
    let distinct: UnsafeMutablePointer<[FieldPlace]>?
    let failures: UnsafeMutablePointer<Bool>
    private let blockCount: Int
    private let recordStarts: [Int]

    init(_ kind: BlockCSV.Kind, _ file: BlockCSV) {
        self.kind = kind
        count = file.recordCount
        recordStarts = file.recordStarts
        blockCount = file.recordStarts.count - 1
        integers = kind == .int ? .allocate(capacity: max(count, 1)) : nil
        numbers = kind == .double ? .allocate(capacity: max(count, 1)) : nil
        codes = kind == .text ? .allocate(capacity: max(count, 1)) : nil
        distinct = kind == .text ? .allocate(capacity: max(blockCount, 1)) : nil
        distinct?.initialize(repeating: [], count: blockCount)
        failures = .allocate(capacity: max(blockCount, 1))
        failures.initialize(repeating: false, count: blockCount)
    }

    deinit {
        integers?.deallocate()
        numbers?.deallocate()
        codes?.deallocate()
        distinct?.deinitialize(count: blockCount)
        distinct?.deallocate()
        failures.deallocate()
    }

    /// Whether some cell was not of the kind.
    var hasFailed: Bool { (0..<blockCount).contains { failures[$0] } }

    func takeIntegers() -> [Int] { Array(UnsafeBufferPointer(start: integers, count: count)) }

    func takeNumbers() -> [Double] { Array(UnsafeBufferPointer(start: numbers, count: count)) }

    /// The texts of all blocks, numbered by their first appearance in the file.
    func texts(_ file: BlockCSV) -> TextColumn {
        guard let codes, let distinct else { return TextColumn(values: [], codes: []) }
        var coder = PlaceCoder(file.bytes)
        let maps = (0..<blockCount).map { block in distinct[block].map { coder.code($0) } }
        Threads.forEach(blockCount) { block in
            for record in recordStarts[block]..<recordStarts[block + 1] where codes[record] >= 0 {
                codes[record] = maps[block][Int(codes[record])]
            }
        }
        let texts = coder.texts
        let merged = TextColumn(texts)
        let plain = Array(UnsafeBufferPointer(start: codes, count: count))
        // Different bytes may be equal texts: an accent composed or not.
        guard merged.values.count < texts.count else { return TextColumn(values: merged.values, codes: plain) }
        return TextColumn(values: merged.values, codes: plain.map { $0 < 0 ? -1 : merged.codes[Int($0)] })
    }
}

import Parallelism

/// The memory of one column while blocks are read into it: each block writes to its own records.
final class BlockColumn {
    let kind: BlockCSV.Kind
    /// Whether its cells have been read.
    var isRead = false
    /// Whether some cell was not of the kind.
    var hasFailed = false
    /// For each block, the places of its distinct texts.
    var distinct: [[FieldPlace]] = []
    private(set) var integers: [Int] = []
    private(set) var numbers: [Double] = []
    private var codes: [Int32] = []

    /// - Parameter count: The number of records; the memory for them is set by the reader, every one.
    init(_ kind: BlockCSV.Kind, count: Int) {
        self.kind = kind
        switch kind {
        case .int: integers = Array(unsafeUninitializedCapacity: count) { $1 = count }
        case .double: numbers = Array(unsafeUninitializedCapacity: count) { $1 = count }
        case .text: codes = Array(unsafeUninitializedCapacity: count) { $1 = count }
        }
    }

    /// Calls a function with the places of the column's cells.
    func withTarget(_ body: (BlockTarget) -> Void) {
        integers.withUnsafeMutableBufferPointer { integers in
            numbers.withUnsafeMutableBufferPointer { numbers in
                codes.withUnsafeMutableBufferPointer { codes in
                    body(
                        BlockTarget(
                            kind: kind, integers: integers.baseAddress, numbers: numbers.baseAddress,
                            codes: codes.baseAddress))
                }
            }
        }
    }

    /// The texts of all blocks, numbered by their first appearance in the file, or as a factor.
    ///
    /// - Parameter levels: A factor's declared levels; nil for Unicode scalar order.
    /// - Returns: nil when the levels are not distinct or a text is none of them.
    func texts(_ file: BlockCSV, isFactor: Bool, levels: [String]?) -> Column? {
        var coder = PlaceCoder(file.bytes)
        var maps = distinct.map { places in places.map { coder.code($0) } }
        // A column of the distinct texts only: what becomes of them becomes of the rows. Different bytes may be equal
        // texts: an accent composed or not.
        let texts = TextColumn(coder.texts)
        guard isFactor else {
            recode(&maps, texts.codes, file)
            return .text(TextColumn(values: texts.values, validCodes: codes))
        }
        guard firstDuplicate(levels ?? []) == nil, let factor = try? texts.factor(levels: levels) else { return nil }
        recode(&maps, factor.codes, file)
        return .factor(Factor(levels: factor.levels, validCodes: codes))
    }

    /// Replaces the codes that blocks gave by those of the whole file.
    private func recode(_ maps: inout [[Int32]], _ final: [Int32], _ file: BlockCSV) {
        for block in maps.indices {
            for place in maps[block].indices { maps[block][place] = final[Int(maps[block][place])] }
        }
        codes.withUnsafeMutableBufferPointer { codes in
            maps.withUnsafeBufferPointer { maps in
                Threads.forEach(maps.count) { block in
                    let map = maps[block]
                    for record in file.recordStarts[block]..<file.recordStarts[block + 1] where codes[record] >= 0 {
                        codes[record] = map[Int(codes[record])]
                    }
                }
            }
        }
    }
}

/// The cells' numbers for the kernels' loops.
struct CellPointers {
    /// cells x p.
    let x: UnsafePointer<Double>
    /// cells x K.
    let counts: UnsafePointer<Double>
    /// p.
    let width: Int
    /// K.
    let stateCount: Int

    func x(_ cell: Int) -> UnsafePointer<Double> { x + cell * width }
    func counts(_ cell: Int) -> UnsafePointer<Double> { counts + cell * stateCount }
}

extension CategoricalCells {
    /// Lends the numbers. Cells are never empty, and neither are their arrays.
    func withPointers(_ body: (CellPointers) -> Void) {
        x.withUnsafeBufferPointer { x in
            counts.withUnsafeBufferPointer { counts in
                guard let x = x.baseAddress, let counts = counts.baseAddress else { return }
                body(CellPointers(x: x, counts: counts, width: width, stateCount: stateCount))
            }
        }
    }

    /// At most so many runs of whole groups with about as many cells each: they depend on the data alone, not on threads.
    func groupBlocks(_ limit: Int = 64) -> [Range<Int>] {
        let size = max(1, (count + limit - 1) / limit)
        var blocks: [Range<Int>] = []
        var start = 0
        for group in 1..<groupStart.count {
            let isLast = group == groupStart.count - 1
            guard isLast || groupStart[group] - groupStart[start] >= size else { continue }
            blocks.append(start..<group)
            start = group
        }
        return blocks
    }

    /// At most so many runs of cells, of at least so many each.
    func cellBlocks(_ limit: Int = 64, least: Int = 256) -> [Range<Int>] {
        let size = max(least, (count + limit - 1) / limit)
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}

/// Doubles with an address, freed when nobody needs them.
final class Workspace {
    let start: UnsafeMutablePointer<Double>

    init(_ count: Int) {
        start = .allocate(capacity: max(1, count))
        start.initialize(repeating: 0, count: max(1, count))
    }

    deinit { start.deallocate() }
}

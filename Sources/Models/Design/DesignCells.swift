/// The distinct rows of a model's design: rows with the same values of every variable of the fixed and random effects
/// (and the same prior weight) share a cell.
///
/// Test moments, cohorts and groups are few, so millions of scores have a few dozen cells, and what depends on the
/// design alone is computed once a cell. With continuous test dates every row is a cell of its own.
struct DesignCells: Sendable {
    /// The cell of each row.
    let cellOfRow: [Int32]
    /// A row of each cell.
    let representatives: [Int]
    /// The number of rows of each cell.
    let rowCounts: [Double]
    /// The square root of each cell's prior weight; nil without weights.
    let rootWeights: [Double]?

    /// The number of cells.
    var count: Int { representatives.count }

    init(_ frame: ModelFrame, effects: [String]) {
        var coding = RowCoding(rowCount: frame.rowCount)
        for name in effects {
            switch frame.variables[name] {
            case .factor(let levels, let codes): coding.refine(by: codes, count: levels.count)
            case .numeric(let values): coding.refine(by: values)
            case .names, nil: break
            }
        }
        if let weights = frame.weights { coding.refine(by: weights) }
        var representatives = [Int](repeating: -1, count: coding.count)
        var rowCounts = [Double](repeating: 0, count: coding.count)
        for (row, code) in coding.codes.enumerated() {
            if representatives[Int(code)] < 0 { representatives[Int(code)] = row }
            rowCounts[Int(code)] += 1
        }
        cellOfRow = coding.codes
        self.representatives = representatives
        self.rowCounts = rowCounts
        rootWeights = frame.weights.map { weights in representatives.map { weights[$0].squareRoot() } }
    }

    /// The frame's variables, one row a cell.
    func variables(_ frame: ModelFrame, effects: [String]) -> [String: Variable] {
        var result: [String: Variable] = [:]
        for name in effects {
            switch frame.variables[name] {
            case .factor(let levels, let codes):
                result[name] = .factor(levels: levels, codes: representatives.map { codes[$0] })
            case .numeric(let values): result[name] = .numeric(representatives.map { values[$0] })
            case .names, nil: break
            }
        }
        return result
    }
}

/// A code for each row that tells apart all that it was refined by.
private struct RowCoding {
    var codes: [Int32]
    var count: Int

    init(rowCount: Int) {
        codes = Array(repeating: 0, count: rowCount)
        count = min(rowCount, 1)
    }

    /// Largest table of pairs that is looked up directly.
    private static let largestTable = 1 << 22

    /// Tells rows apart whose factor levels differ.
    mutating func refine(by other: [Int32], count levels: Int) {
        guard levels > 1 else { return }
        if count * levels <= Self.largestTable {
            var table = [Int32](repeating: -1, count: count * levels)
            var next: Int32 = 0
            for row in codes.indices {
                let pair = Int(codes[row]) * levels + Int(other[row])
                if table[pair] < 0 {
                    table[pair] = next
                    next += 1
                }
                codes[row] = table[pair]
            }
            count = Int(next)
            return
        }
        var coder = KeyCoder(expected: max(count, levels))
        var key: [UInt32] = [0, 0]
        for row in codes.indices {
            key[0] = UInt32(bitPattern: codes[row])
            key[1] = UInt32(bitPattern: other[row])
            codes[row] = Int32(key.withUnsafeBufferPointer { coder.code($0) })
        }
        count = coder.count
    }

    /// Tells rows apart whose numbers differ.
    mutating func refine(by values: [Double]) {
        var coder = KeyCoder()
        var numbers = [Int32](repeating: 0, count: values.count)
        var key: [UInt32] = [0, 0]
        var (last, lastCode) = (Double.nan.bitPattern, Int32(0))
        for (row, value) in values.enumerated() {
            // Adding zero makes one number of both zeros.
            let bits = (value + 0).bitPattern
            if bits != last {
                key[0] = UInt32(truncatingIfNeeded: bits)
                key[1] = UInt32(truncatingIfNeeded: bits >> 32)
                (last, lastCode) = (bits, Int32(key.withUnsafeBufferPointer { coder.code($0) }))
            }
            numbers[row] = lastCode
        }
        refine(by: numbers, count: coder.count)
    }
}

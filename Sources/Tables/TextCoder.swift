/// Codes the texts of a column by their first appearance, making a string of each distinct text only.
struct TextCoder {
    private let cells: CellKernel
    /// Open addressing: the code at each slot, -1 where free. The size is a power of two, at most half full.
    private var slots = [Int32](repeating: -1, count: 64)
    private var hashes: [UInt64] = []
    private var distinct: [FieldPlace] = []

    /// The column's texts.
    static func column(_ cells: CellKernel) -> TextColumn {
        var coder = TextCoder(cells: cells)
        var codes: [Int32] = []
        codes.reserveCapacity(cells.count)
        for record in 0..<cells.count { codes.append(cells.isMissing(record) ? -1 : coder.code(cells.place(record))) }
        return coder.column(codes)
    }

    private init(cells: CellKernel) { self.cells = cells }

    private mutating func code(_ place: FieldPlace) -> Int32 {
        let hash = cells.hash(place)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let code = Int(slots[slot])
            if hashes[code] == hash, cells.areEqual(distinct[code], place) { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        let code = Int32(distinct.count)
        slots[slot] = code
        hashes.append(hash)
        distinct.append(place)
        if 2 * distinct.count > slots.count { grow() }
        return code
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: 2 * slots.count)
        for (code, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(code)
        }
    }

    /// Different bytes may be equal texts: a quote written in two ways, or an accent composed or not. The first
    /// spelling stays, so that the values are distinct to every dictionary that they meet.
    private func column(_ codes: [Int32]) -> TextColumn {
        let merged = TextColumn(distinct.map { cells.text($0) })
        guard merged.values.count < distinct.count else { return TextColumn(values: merged.values, codes: codes) }
        return TextColumn(values: merged.values, codes: codes.map { $0 < 0 ? -1 : merged.codes[Int($0)] })
    }
}

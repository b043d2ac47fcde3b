/// Codes texts by their first appearance, from their places in a file.
struct PlaceCoder {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var places: [FieldPlace] = []
    private var hashes: [UInt32] = []
    /// Open addressing: the code at each slot, -1 where free; a power of two, at most half full.
    private var slots = [Int32](repeating: -1, count: 256)
    private var last: Int32 = -1

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func code(_ place: FieldPlace) -> Int32 { code(place.start, place.end) }

    mutating func code(_ start: Int, _ end: Int) -> Int32 {
        // Rows of one pupil follow one another.
        if last >= 0, isEqual(places[Int(last)], start, end) { return last }
        let hash = hash(start, end)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] >= 0 {
            let code = Int(slots[slot])
            if hashes[code] == hash, isEqual(places[code], start, end) {
                last = slots[slot]
                return last
            }
            slot = (slot + 1) & mask
        }
        last = Int32(places.count)
        slots[slot] = last
        places.append(FieldPlace(start: start, end: end, isEscaped: false))
        hashes.append(hash)
        if 2 * places.count > slots.count { grow() }
        return last
    }

    /// The texts in the order of their codes.
    var texts: [String] { places.map { String(decoding: bytes[$0.start..<$0.end], as: UTF8.self) } }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: 4 * slots.count)
        let mask = slots.count - 1
        for (code, hash) in hashes.enumerated() {
            var slot = Int(hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(code)
        }
    }

    private func isEqual(_ place: FieldPlace, _ start: Int, _ end: Int) -> Bool {
        guard place.length == end - start else { return false }
        let other = place.start
        for offset in 0..<(end - start) where bytes[other + offset] != bytes[start + offset] { return false }
        return true
    }

    private func hash(_ start: Int, _ end: Int) -> UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for position in start..<end { hash = (hash ^ UInt64(bytes[position])) &* 0x100_0000_01B3 }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
}

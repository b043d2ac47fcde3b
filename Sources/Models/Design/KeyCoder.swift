/// Numbers distinct keys, sequences of 32-bit words, in the order of their first appearance.
///
/// Open addressing over a flat pool of words: millions of short keys cost their own words and eight bytes each.
struct KeyCoder {
    private var words: [UInt32] = []
    private var starts: [Int] = [0]
    /// The code at each slot, -1 where free; a power of two, at most half full.
    private var slots: [Int32]

    /// - Parameter expected: About how many distinct keys there will be.
    init(expected: Int = 0) {
        var size = 64
        while size < 2 * expected { size *= 2 }
        slots = Array(repeating: -1, count: size)
    }

    /// The number of distinct keys.
    var count: Int { starts.count - 1 }

    /// The words of a key.
    func key(_ code: Int) -> ArraySlice<UInt32> { words[starts[code]..<starts[code + 1]] }

    /// The code of a key, a new one when it has not been seen.
    mutating func code(_ key: UnsafeBufferPointer<UInt32>) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: Self.hash(key)) & mask
        while slots[slot] >= 0 {
            let code = Int(slots[slot])
            if isEqual(code, key) { return code }
            slot = (slot + 1) & mask
        }
        let code = count
        slots[slot] = Int32(code)
        words.append(contentsOf: key)
        starts.append(words.count)
        if 2 * count > slots.count { grow() }
        return code
    }

    private func isEqual(_ code: Int, _ key: UnsafeBufferPointer<UInt32>) -> Bool {
        let start = starts[code]
        guard starts[code + 1] - start == key.count else { return false }
        for index in 0..<key.count where words[start + index] != key[index] { return false }
        return true
    }

    private mutating func grow() {
        var larger = [Int32](repeating: -1, count: 2 * slots.count)
        let mask = larger.count - 1
        for code in 0..<count {
            var slot = words[starts[code]..<starts[code + 1]].withUnsafeBufferPointer {
                Int(truncatingIfNeeded: Self.hash($0)) & mask
            }
            while larger[slot] >= 0 { slot = (slot + 1) & mask }
            larger[slot] = Int32(code)
        }
        slots = larger
    }

    /// A multiply-and-shift hash; the same in every run.
    private static func hash(_ key: UnsafeBufferPointer<UInt32>) -> UInt64 {
        var hash = UInt64(key.count)
        for word in key {
            hash = (hash ^ UInt64(word)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        return hash ^ hash >> 32
    }
}

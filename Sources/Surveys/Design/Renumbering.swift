/// Codes of rows with numbers from 0 in order of first appearance.
struct Renumbering {
    /// The number of each row.
    let codes: [Int32]
    /// How many numbers there are.
    let count: Int

    /// Rows that have such numbers already.
    init(codes: [Int32], count: Int) { (self.codes, self.count) = (codes, count) }

    /// The same distinctions as some codes. A table by code serves while codes are dense, a dictionary otherwise.
    init(_ codes: [Int32]) {
        let limit = 4 * codes.count + 1024
        guard codes.allSatisfy({ $0 >= 0 && Int($0) < limit }) else {
            self.init(hashing: codes)
            return
        }
        var numbers = [Int32](repeating: -1, count: limit)
        var (new, next) = ([Int32](repeating: 0, count: codes.count), Int32(0))
        for (row, code) in codes.enumerated() {
            if numbers[Int(code)] < 0 {
                numbers[Int(code)] = next
                next += 1
            }
            new[row] = numbers[Int(code)]
        }
        self.init(codes: new, count: Int(next))
    }

    /// The same distinctions as some codes of any size.
    private init<Code: Hashable>(hashing codes: [Code]) {
        var numbers: [Code: Int32] = [:]
        let new = codes.map { code in
            if let known = numbers[code] { return known }
            let number = Int32(numbers.count)
            numbers[code] = number
            return number
        }
        self.init(codes: new, count: numbers.count)
    }

    /// These numbers within others: a number that occurs in two of the others becomes two.
    ///
    /// Mostly they are nested already, which one pass tells.
    func nested(in outer: Renumbering?) -> Renumbering {
        guard let outer, outer.count > 1, !isNested(in: outer) else { return self }
        return Renumbering(hashing: codes.indices.map { Int64(outer.codes[$0]) << 32 | Int64(codes[$0]) })
    }

    /// Whether each number occurs in a single one of the others.
    func isNested(in outer: Renumbering) -> Bool {
        let parents = parents(in: outer)
        return codes.indices.allSatisfy { parents[Int(codes[$0])] == outer.codes[$0] }
    }

    /// The outer number of each number's first row.
    func parents(in outer: Renumbering) -> [Int32] {
        var result = [Int32](repeating: -1, count: count)
        for (row, code) in codes.enumerated() where result[Int(code)] < 0 { result[Int(code)] = outer.codes[row] }
        return result
    }
}

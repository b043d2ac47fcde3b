/// A Hadamard matrix: entries +1 and -1, rows orthogonal, the first row all +1.
///
/// Of the order it has Paley's two constructions for primes and Sylvester's doubling (Hall 1986, section 14.1). Orders that need
/// prime powers or computer searches are passed over for the next one: a few half samples more.
struct HadamardMatrix: Sendable, Equatable {
    /// The entries by row.
    let rows: [[Int8]]

    /// The smallest matrix that these constructions give with at least as many rows.
    ///
    /// - Parameter smallest: The number of rows needed, 1 or more.
    init(atLeast smallest: Int) {
        var order = smallest <= 2 ? smallest : (smallest + 3) / 4 * 4
        var found = Self.rows(order: order)
        // Powers of two always work, so this ends.
        while found == nil {
            order += 4
            found = Self.rows(order: order)
        }
        rows = Self.normalised(found ?? [[1]])
    }

    /// The number of rows.
    var order: Int { rows.count }

    private static func rows(order: Int) -> [[Int8]]? {
        if order == 1 { return [[1]] }
        if order == 2 { return [[1, 1], [1, -1]] }
        guard order % 4 == 0 else { return nil }
        if isPrime(order - 1) { return paleyFirst(order - 1) }
        if isPrime(order / 2 - 1), (order / 2 - 1) % 4 == 1 { return paleySecond(order / 2 - 1) }
        return rows(order: order / 2).map(doubled)
    }

    /// Sylvester: `[H H; H -H]`.
    private static func doubled(_ matrix: [[Int8]]) -> [[Int8]] {
        matrix.map { $0 + $0 } + matrix.map { row in row + row.map { -$0 } }
    }

    /// Paley's first, for a prime q with remainder 3 by 4: `I + S` with S the bordered matrix of residues, of order q + 1.
    private static func paleyFirst(_ q: Int) -> [[Int8]] {
        let residue = residues(q)
        let border = [Int8](repeating: 1, count: q + 1)
        return [border]
            + (0..<q).map { row in
                [-1] + (0..<q).map { column in row == column ? 1 : residue[(column - row + q) % q] }
            }
    }

    /// Paley's second, for a prime q with remainder 1 by 4, of order 2 (q + 1): the symmetric bordered matrix of residues with
    /// `[1 1; 1 -1]` for +1, its negative for -1, and `[1 -1; -1 -1]` for the zeros of the diagonal.
    private static func paleySecond(_ q: Int) -> [[Int8]] {
        let residue = residues(q)
        func entry(_ row: Int, _ column: Int) -> Int8 {
            if row == column { return 0 }
            return row == 0 || column == 0 ? 1 : residue[(column - row + q) % q]
        }
        return (0..<(2 * (q + 1))).map { row in
            (0..<(2 * (q + 1))).map { column in
                let symbol = entry(row / 2, column / 2)
                let (low, right) = (row % 2 == 1, column % 2 == 1)
                if symbol == 0 { return low || right ? -1 : 1 }
                return low && right ? -symbol : symbol
            }
        }
    }

    /// For every remainder by q: 0 for 0, +1 for squares, -1 for others.
    private static func residues(_ q: Int) -> [Int8] {
        var symbols = [Int8](repeating: -1, count: q)
        for number in 1..<q { symbols[number * number % q] = 1 }
        symbols[0] = 0
        return symbols
    }

    private static func isPrime(_ number: Int) -> Bool {
        guard number >= 3, number % 2 == 1 else { return false }
        var divisor = 3
        while divisor * divisor <= number {
            if number % divisor == 0 { return false }
            divisor += 2
        }
        return true
    }

    /// The matrix with columns turned so that the first row is all +1.
    private static func normalised(_ matrix: [[Int8]]) -> [[Int8]] {
        let first = matrix[0]
        return matrix.map { row in zip(row, first).map { $0 * $1 } }
    }
}

/// All tables that an attacker cannot tell from the true one, walked by the simplex method: hidden counts within
/// bounds for which every relation holds.
///
/// The walk starts at the true table, so there is no search for a feasible one, and a count that is neither in the
/// basis nor at a bound stays where it is. Dantzig's bounded-variable method with Bland's (1977) order, which cannot
/// cycle; the objective is always one count, whose row of the tableau holds the reduced costs.
struct CountTableau {
    private let variableCount: Int
    private var rows: [Double]
    /// The basic variable of each row, and of each variable its row or -1.
    private var basis: [Int]
    private var rowOf: [Int]
    private(set) var values: [Double]
    private let lower: [Double]
    private let upper: [Double]
    /// The entries read or changed so far, roughly: a measure of work that is the same on every machine.
    private(set) var work = 0

    /// Rounding errors of entries that are 0 or 1 in exact arithmetic are far below this, and true entries far above.
    private static let tolerance = 1e-7

    /// A tableau at a table.
    ///
    /// - Parameters:
    ///   - rows: The relations' signs, m x n, row by row.
    ///   - values: The true counts, n of them, within the bounds.
    ///   - bounds: What the attacker knows of each.
    init(rows: [Double], values: [Int], bounds: [CellNetwork.Bounds]) {
        variableCount = values.count
        self.rows = rows
        self.values = values.map(Double.init)
        lower = bounds.map { Double($0.lower) }
        upper = bounds.map { $0.upper >= CellNetwork.unlimited ? .infinity : Double($0.upper) }
        basis = []
        rowOf = [Int](repeating: -1, count: values.count)
        eliminate(rowCount: values.isEmpty ? 0 : rows.count / values.count)
    }

    /// Brings the rows to reduced form; a row that depends on others is dropped.
    private mutating func eliminate(rowCount: Int) {
        for row in 0..<rowCount {
            let last = basis.count
            if row != last {
                for j in 0..<variableCount { rows[last * variableCount + j] = rows[row * variableCount + j] }
            }
            for earlier in 0..<last where rows[last * variableCount + basis[earlier]] != 0 {
                subtract(earlier, from: last, at: basis[earlier], filled(earlier))
            }
            guard let entering = largest(in: last) else { continue }
            basis.append(entering)
            pivot(last, entering)
        }
        rows.removeLast(rows.count - basis.count * variableCount)
    }

    private func largest(in row: Int) -> Int? {
        var (best, size) = (-1, Self.tolerance)
        for j in 0..<variableCount where abs(rows[row * variableCount + j]) > size {
            (best, size) = (j, abs(rows[row * variableCount + j]) + Self.tolerance)
        }
        return best < 0 ? nil : best
    }

    /// Clears a column of a row by subtracting a multiple of another row, in which the column is 1.
    ///
    /// - Parameter filled: The columns in which that other row is not zero. Rows stay mostly zeros: it is worth knowing.
    private mutating func subtract(_ source: Int, from target: Int, at column: Int, _ filled: [Int]) {
        let factor = rows[target * variableCount + column]
        guard factor != 0 else { return }
        let (s, t) = (source * variableCount, target * variableCount)
        for j in filled { rows[t + j] -= factor * rows[s + j] }
        rows[t + column] = 0
        work += filled.count
    }

    private func filled(_ row: Int) -> [Int] {
        (0..<variableCount).filter { rows[row * variableCount + $0] != 0 }
    }

    /// Makes a variable basic in a row.
    private mutating func pivot(_ row: Int, _ entering: Int) {
        let start = row * variableCount
        let scale = rows[start + entering]
        let filled = filled(row)
        for j in filled { rows[start + j] /= scale }
        rows[start + entering] = 1
        work += variableCount
        for other in basis.indices where other != row { subtract(row, from: other, at: entering, filled) }
        rowOf[basis[row]] = -1
        basis[row] = entering
        rowOf[entering] = row
    }

    /// Moves a count up (1) or down (-1) until it is at the goal or can go no further.
    ///
    /// - Parameter goal: Where to stop; beyond the bounds it is the bound.
    mutating func push(_ target: Int, _ direction: Double, goal: Double) {
        let end = direction > 0 ? min(goal, upper[target]) : max(goal, lower[target])
        // Bland's order ends by itself; were a rounding error to break it, the count is taken to be stuck, which hides
        // more.
        for _ in 0..<(50 * (variableCount + basis.count) + 50) {
            work += variableCount + basis.count
            guard (end - values[target]) * direction > Self.tolerance,
                let (entering, sign) = entering(target, direction)
            else { return }
            let row = rowOf[target]
            let rate = row < 0 ? 1 : abs(rows[row * variableCount + entering])
            if step(entering, sign, limit: abs(end - values[target]) / rate) { return }
        }
    }

    /// The first nonbasic variable that moves the target in the direction, and which way it must move.
    private func entering(_ target: Int, _ direction: Double) -> (Int, Double)? {
        let row = rowOf[target]
        guard row >= 0 else { return canMove(target, direction) ? (target, direction) : nil }
        for j in 0..<variableCount where rowOf[j] < 0 {
            let slope = -rows[row * variableCount + j] * direction
            guard abs(slope) > Self.tolerance else { continue }
            let sign: Double = slope > 0 ? 1 : -1
            if canMove(j, sign) { return (j, sign) }
        }
        return nil
    }

    private func canMove(_ variable: Int, _ sign: Double) -> Bool {
        sign > 0
            ? values[variable] < upper[variable] - Self.tolerance : values[variable] > lower[variable] + Self.tolerance
    }

    /// Moves a nonbasic variable and the basis with it, until one meets a bound, and changes the basis if that one is
    /// another.
    ///
    /// - Returns: Whether the limit was reached first.
    private mutating func step(_ entering: Int, _ sign: Double, limit: Double) -> Bool {
        var length = sign > 0 ? upper[entering] - values[entering] : values[entering] - lower[entering]
        var leaving = -1
        for (row, variable) in basis.enumerated() {
            let slope = -rows[row * variableCount + entering] * sign
            guard abs(slope) > Self.tolerance else { continue }
            let room = slope > 0 ? upper[variable] - values[variable] : values[variable] - lower[variable]
            let most = max(0, room / abs(slope))
            let isFirst = leaving < 0 ? most < length : most < length || (most == length && variable < basis[leaving])
            if isFirst { (length, leaving) = (most, row) }
        }
        let isAtLimit = limit <= length
        length = min(length, limit)
        guard length.isFinite else { return true }
        for (row, variable) in basis.enumerated() {
            values[variable] -= rows[row * variableCount + entering] * sign * length
        }
        values[entering] += sign * length
        if !isAtLimit, leaving >= 0 { pivot(leaving, entering) }
        return isAtLimit
    }
}

/// Rows of probabilities for tests of chains, n x n: drawn from 0.01 to 1, times the weight of each move.
///
/// - Parameter weight: How likely a move from one place to another is; nil where nobody can make it. Rows without a move stay
///   where they are.
public func drawnProbabilities(_ n: Int, seed: Int, weight: (_ from: Int, _ to: Int) -> Double?) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    return (0..<n).map { from in
        let row = (0..<n).map { to in weight(from, to).map { Double.random(in: 0.01..<1, using: &random) * $0 } ?? 0 }
        let sum = row.reduce(0, +)
        return sum > 0 ? row.map { $0 / sum } : (0..<n).map { $0 == from ? 1 : 0 }
    }
}

import LinearAlgebra

/// How many replicates are looked at for their rank: more degrees of freedom are as good as infinitely many.
let mostRankedReplicates = 1000

/// The rank of replicate weights, as R survey's `degf` finds it: columns one after another, each counted when more than 1e-5 of
/// its length is not in the span of those before.
///
/// Bounded: only the first ``mostRankedReplicates`` are looked at, and many rows are first summed into twice as many mixed rows as there are replicates, which keeps the rank.
///
/// - Parameter replicates: Weights by replicate; all of the same count.
func rank(ofReplicates replicates: [[Double]]) -> Int {
    let columns = replicates.prefix(mostRankedReplicates).map {
        mixed($0, into: 2 * min(replicates.count, mostRankedReplicates))
    }
    guard let rows = columns.first?.count else { return 0 }
    let matrix = Matrix(rows: rows, columns: columns.count, elements: columns.flatMap { $0 })
    // Relative lengths of 1e-5 are squares of 1e-10 in the Gram matrix, which holds about 1e-14.
    return PartialCholesky(matrix.transposedTimes(matrix), tolerance: 1e-10).kept.count
}

/// A vector itself, or its values added up in `count` sums with signs and sizes that look random, the same for every vector.
private func mixed(_ values: [Double], into count: Int) -> [Double] {
    guard values.count > 4 * count else { return values }
    var sums = [Double](repeating: 0, count: count)
    for (row, value) in values.enumerated() { sums[row % count] += mixingFactor(row) * value }
    return sums
}

/// A number from -1 to 1 that looks random (the finaliser of splitmix64; Steele, Lea and Flood 2014).
private func mixingFactor(_ row: Int) -> Double {
    var bits = UInt64(truncatingIfNeeded: row) &* 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits &>> 27)) &* 0x94D0_49BB_1331_11EB
    bits ^= bits &>> 31
    return Double(Int64(bitPattern: bits)) * 0x1p-63
}

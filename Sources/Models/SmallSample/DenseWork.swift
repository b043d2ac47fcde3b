/// The arithmetic that dense matrices of each set of rows take, and where it becomes too much.
///
/// Every method costs the sum of the cubes of the sets' sizes; a set is a school with its pupils, or everything when
/// factors cross. Beyond the limits the caller is told, never given another method in silence.
struct DenseWork {
    /// The most rows of one set: three matrices of this order take 0.4 GB.
    static let largestSet = 4_000
    /// The most floating-point operations in all.
    static let largestWork = 2e12

    /// What is computed, for the message: `Kenward-Roger inference`.
    let method: String
    /// Operations per cube of a set's size.
    let perCube: Double
    /// Operations per square of a set's size.
    let perSquare: Double

    /// Refuses sets that are too large.
    ///
    /// - Throws: ``ModelError/tooLargeForDenseAlgebra(method:size:limit:)``.
    func check(_ sets: [[Int]], largestSet: Int = largestSet, largestWork: Double = largestWork) throws(ModelError) {
        let largest = sets.map(\.count).max() ?? 0
        guard largest <= largestSet else {
            throw .tooLargeForDenseAlgebra(
                method: method, size: "dense matrices of \(largest) rows that share random effects",
                limit: "\(largestSet) rows")
        }
        let work = estimate(sets)
        guard work <= largestWork else {
            throw .tooLargeForDenseAlgebra(
                method: method, size: "about \(Self.billions(work)) operations",
                limit: Self.billions(largestWork))
        }
    }

    /// The operations over all sets.
    func estimate(_ sets: [[Int]]) -> Double {
        sets.reduce(0) { sum, rows in
            let size = Double(rows.count)
            return sum + size * size * (perCube * size + perSquare)
        }
    }

    private static func billions(_ work: Double) -> String { "\(Int((work / 1e9).rounded())) billion" }
}

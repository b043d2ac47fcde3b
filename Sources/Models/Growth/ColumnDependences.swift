/// How the dropped fixed-effects columns follow from the kept ones, and so which linear functions can be estimated.
///
/// A dropped column is, in the data, a combination of kept ones. A cell whose row does not have the same combination asks
/// for more than the data tell: the growth of a cohort that was tested once, the mean of a group without a pupil.
struct ColumnDependences: Sendable {
    /// A dropped column with the weights of the kept ones, in their order, that make it up.
    struct Dependence: Sendable {
        let dropped: Int
        let weights: [Double]
    }

    /// The positions of the kept columns in the design.
    let kept: [Int]
    let dependences: [Dependence]
    /// What was subtracted from each column for each unit of the first, the intercept.
    let shifts: [Double]
    /// What each column was then divided by.
    let scales: [Double]

    /// A column is dropped when less than 3e-6 of its length is left after the others: no row follows them more closely.
    private static let tolerance = 1e-4

    /// Whether the data determine a linear function of the coefficients.
    ///
    /// - Parameter row: The function's weights on all columns of the design, the dropped ones included.
    /// - SeeAlso: Searle (1971), Linear Models, section 5.4; Lenth's emmeans prints such cells as nonEst.
    func isEstimable(_ row: [Double]) -> Bool {
        precondition(row.count == scales.count, "a weight for each column of the design")
        let standard = row.indices.map { (row[$0] - shifts[$0] * row[0]) / scales[$0] }
        // In the row's own size: a weight of zero is rounding, and so is what it gives.
        let size = standard.reduce(0) { max($0, abs($1)) }
        return dependences.allSatisfy { dependence in
            let followed = zip(kept, dependence.weights).reduce(0) { $0 + standard[$1.0] * $1.1 }
            return abs(standard[dependence.dropped] - followed) <= Self.tolerance * size
        }
    }
}

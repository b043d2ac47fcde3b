import LinearAlgebra

extension ProfiledCriterion {
    /// The first random effect whose variance the data do not determine; nil when all are determined.
    ///
    /// Looks where the criterion's curvature is not positive: along each standard deviation alone, which is flat when fixed
    /// effects take up its factor, and along each exchange of variance between two effects, which is flat when two factors
    /// have the same levels.
    ///
    /// - Parameters:
    ///   - theta: The optimum.
    ///   - value: The criterion there.
    /// - Returns: The positions of the block and of the effect in it.
    func undeterminedVariance(at theta: [Double], value: Double) throws(ModelError) -> (block: Int, effect: Int)? {
        let places = templates.enumerated().flatMap { block, template in template.parameters.map { (block, $0) } }
        let diagonal = theta.indices.filter { places[$0].1.isDiagonal && theta[$0] > 0 }
        for (position, index) in diagonal.enumerated() {
            var candidates = [theta]
            candidates[0][index] *= 2
            for other in diagonal[..<position] {
                var exchanged = theta
                exchanged[other] = (theta[other] * theta[other] + theta[index] * theta[index]).squareRoot()
                exchanged[index] = 0
                candidates.append(exchanged)
            }
            for candidate in candidates where abs(try self.value(candidate) - value) < Self.flatness(value) {
                return (places[index].0, places[index].1.row)
            }
        }
        return nil
    }

    /// A change of the criterion this small is none: statistics notices 0.1, rounding leaves 1e-15 of the whole.
    private static func flatness(_ value: Double) -> Double { 1e-7 + 1e-13 * abs(value) }
}

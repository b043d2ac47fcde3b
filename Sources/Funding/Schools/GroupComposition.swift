/// How a sector's low-SES pupils are spread over its schools: in proportion to the score per pupil.
///
/// The share in a school is its score per pupil times one constant, at most 95%, so that the sector's share is the
/// declared one; schools without a score get the declared share itself.
struct GroupComposition {
    static let largestShare = 0.95
    let shareLow: Double

    /// The number of low-SES pupils of each school.
    ///
    /// - Parameters:
    ///   - pupils: Pupils of each school.
    ///   - scores: Score per pupil of each school, nil when unknown.
    func lowPupils(pupils: [Int], scores: [Double?]) -> [Int] {
        let factor = scale(pupils: pupils, scores: scores)
        return zip(pupils, scores).map { pupils, score in
            let share = score.map { min(Self.largestShare, factor * $0) } ?? shareLow
            return Int((Double(pupils) * share).rounded())
        }
    }

    /// The constant, by bisection: the expected number of low-SES pupils grows with it.
    private func scale(pupils: [Int], scores: [Double?]) -> Double {
        let scored = zip(pupils, scores).compactMap { pupils, score in score.map { (Double(pupils), $0) } }
        let target = shareLow * scored.reduce(0) { $0 + $1.0 }
        func total(_ factor: Double) -> Double {
            scored.reduce(0) { $0 + $1.0 * min(Self.largestShare, factor * $1.1) }
        }
        guard scored.contains(where: { $0.1 > 0 && $0.0 > 0 }) else { return 0 }
        var (low, high) = (0.0, 1.0)
        while total(high) < target, high < 1e12 { high *= 2 }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if total(middle) < target { low = middle } else { high = middle }
        }
        return high
    }
}

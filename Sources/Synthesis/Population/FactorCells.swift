import Probability

/// A combination of factor levels as one position, the first factor's level varying slowest.
struct FactorCells: Sendable {
    /// More combinations than a sensible file declares.
    static let largestCount = 100_000

    /// The number of combinations.
    let count: Int
    private let draws: [FactorDraw]

    init(_ factors: [FactorDeclaration]) {
        draws = factors.map { FactorDraw($0) }
        count = factors.reduce(1) { $0 * $1.levels.count }
    }

    /// The level of each factor in a combination.
    func levels(of cell: Int) -> [Int] {
        var rest = cell
        var levels: [Int] = []
        for draw in draws.reversed() {
            levels.append(rest % draw.levelCount)
            rest /= draw.levelCount
        }
        return levels.reversed()
    }

    /// How a school's shares differ from the average, a normal number for each factor.
    func deviations(ofSchool school: Int, seed: UInt64) -> [Double] {
        let stream = SyntheticNumbers.schoolShares.stream(seed: seed, of: school)
        return draws.indices.map { draws[$0].schoolStandardDeviation * stream.normal(at: UInt32($0)) }
    }

    /// The combination that a pupil of a school has.
    ///
    /// - Parameter deviations: ``deviations(ofSchool:seed:)``.
    func cell(ofPupil pupil: Int, deviations: [Double], seed: UInt64) -> Int {
        let stream = SyntheticNumbers.pupilFactors.stream(seed: seed, of: pupil)
        var cell = 0
        for (factor, draw) in draws.enumerated() {
            let level = draw.level(at: stream.uniform(at: UInt32(factor)), deviation: deviations[factor])
            cell = cell * draw.levelCount + level
        }
        return cell
    }
}

/// Draws a factor's level from the cumulative logit model `P(level <= k | school) = logistic(c_k + deviation)`.
///
/// With two levels it is the logistic model with a normal school effect. The c_k are such that the declared shares hold
/// on average over schools, not only at the average school.
struct FactorDraw: Sendable {
    let levelCount: Int
    let schoolStandardDeviation: Double
    /// c_k for every level but the last.
    private let cutpoints: [Double]
    /// P(level <= k) for every level but the last, when all schools are alike.
    private let cumulativeShares: [Double]

    init(_ factor: FactorDeclaration) {
        levelCount = factor.levels.count
        schoolStandardDeviation = factor.schoolStandardDeviation
        var sum = 0.0
        cumulativeShares = factor.shares.dropLast().map { share in
            sum += share
            return min(sum, 1)
        }
        let deviation = factor.schoolStandardDeviation
        cutpoints =
            deviation == 0 ? [] : cumulativeShares.map { Self.cutpoint(share: $0, standardDeviation: deviation) }
    }

    /// The level at a probability, given the school's deviation.
    func level(at probability: Double, deviation: Double) -> Int {
        var level = 0
        if schoolStandardDeviation == 0 {
            while level < levelCount - 1, probability >= cumulativeShares[level] { level += 1 }
        } else {
            while level < levelCount - 1, probability >= logistic(cutpoints[level] + deviation) { level += 1 }
        }
        return level
    }

    /// The c with `E logistic(c + sd z) = share` for a standard normal z: bisection on a mean over equal parts of probability.
    private static func cutpoint(share: Double, standardDeviation: Double) -> Double {
        guard share > 0 else { return -.infinity }
        guard share < 1 else { return .infinity }
        let parts = 2000
        let deviations = (0..<parts).map {
            standardDeviation * standardNormalQuantile((Double($0) + 0.5) / Double(parts))
        }
        var (low, high) = (-40 - 8 * standardDeviation, 40 + 8 * standardDeviation)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let mean = deviations.reduce(0) { $0 + logistic(middle + $1) } / Double(parts)
            if mean < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}

/// The probability whose logit is x.
func logistic(_ x: Double) -> Double { 1 / (1 + Elementary.exp(-x)) }

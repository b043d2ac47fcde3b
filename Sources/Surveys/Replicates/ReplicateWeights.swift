import LinearAlgebra

/// Replicate weights: what the design weights would have been in other samples, with how to add the replicates' squares.
///
/// The covariance of any statistic is then `scale * sum r replicateScale(r) (theta_r - centre)(theta_r - centre)'`, with theta_r
/// the statistic at replicate r's weights.
public struct ReplicateWeights: Sendable {
    /// Around what the replicates' estimates spread.
    public enum Centre: Sendable, Equatable {
        /// The full sample's estimate (R survey's `mse = TRUE`): the variance plus the square of the replicates' own bias.
        case fullSample
        /// The mean of the replicates with a scale above 0 (R survey's default).
        case replicateMean
    }

    /// How replicate weights are written.
    public enum Form: Sendable, Equatable {
        /// As weights that stand for themselves.
        case combined
        /// As factors of the full sample's weights.
        case factors
    }

    /// The largest number of weights held: 2 GB.
    public static let largestCount = 250_000_000

    /// The full sample's weights.
    public let weights: [Double]
    /// The weights of each replicate, one a row.
    public let replicates: [[Double]]
    /// The factor of all squares.
    public let scale: Double
    /// The factor of each replicate's square.
    public let replicateScales: [Double]
    /// The degrees of freedom: the rank of the replicate weights minus one, unless declared.
    public let degreesOfFreedom: Double
    /// Around what the replicates' estimates spread.
    public let centre: Centre
    /// Whether the degrees of freedom were declared rather than found.
    let areDegreesOfFreedomDeclared: Bool

    init(
        weights: [Double], replicates: [[Double]], scale: Double, replicateScales: [Double], degreesOfFreedom: Double,
        centre: Centre = .fullSample, areDegreesOfFreedomDeclared: Bool = false
    ) {
        self.areDegreesOfFreedomDeclared = areDegreesOfFreedomDeclared
        (self.weights, self.replicates, self.scale) = (weights, replicates, scale)
        (self.replicateScales, self.degreesOfFreedom, self.centre) = (replicateScales, degreesOfFreedom, centre)
    }

    /// Replicate weights as a file gives them.
    ///
    /// - Parameters:
    ///   - weights: The full sample's weight of each row, 0 or more.
    ///   - replicates: For each replicate its weight of each row, 0 or more; two replicates at least.
    ///   - form: Whether these are weights or factors of the full sample's.
    ///   - kind: How they were made.
    ///   - scale: The factor of all squares; nil for what the kind has. Balanced, Fay's, paired and successive-difference
    ///     replicates take none, others must have one.
    ///   - replicateScales: The factor of each replicate's square; nil for what the kind has. The stratified jackknife's follow
    ///     from factors, and must be given with combined weights.
    ///   - centre: Around what the estimates spread.
    ///   - degreesOfFreedom: The degrees of freedom; nil for the rank of the replicate weights minus one.
    /// - Throws: ``SurveyError/replicates(_:)``, ``SurveyError/badWeight(row:found:)`` or ``SurveyError/noWeight``.
    public init(
        weights: [Double], replicates: [[Double]], form: Form = .combined, kind: ReplicateKind, scale: Double? = nil,
        replicateScales: [Double]? = nil, centre: Centre = .fullSample, degreesOfFreedom: Double? = nil
    ) throws(SurveyError) {
        try Self.check(weights)
        do throws(ReplicateProblem) {
            try Self.check(replicates, rows: weights.count)
            let largest = form == .factors ? replicates.map { $0.reduce(0) { max($0, $1) } } : nil
            let scales = try kind.scales(
                count: replicates.count, largest: largest, scale: scale, replicateScales: replicateScales)
            if let degreesOfFreedom, !(degreesOfFreedom > 0) { throw .badDegreesOfFreedom(degreesOfFreedom) }
            (self.scale, self.replicateScales) = (scales.scale, scales.each)
        } catch {
            throw .replicates(error)
        }
        let combined =
            form == .combined ? replicates : replicates.map { factors in zip(factors, weights).map { $0 * $1 } }
        for (number, replicate) in combined.enumerated() where !replicate.contains(where: { $0 > 0 }) {
            throw .replicates(.noWeight(replicate: number))
        }
        (self.weights, self.replicates, self.centre) = (weights, combined, centre)
        areDegreesOfFreedomDeclared = degreesOfFreedom != nil
        self.degreesOfFreedom = degreesOfFreedom ?? Double(max(1, rank(ofReplicates: combined) - 1))
    }

    /// The number of replicates.
    public var replicateCount: Int { replicates.count }

    private static func check(_ weights: [Double]) throws(SurveyError) {
        for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
            throw .badWeight(row: row, found: weight)
        }
        guard weights.contains(where: { $0 > 0 }) else { throw .noWeight }
    }

    private static func check(_ replicates: [[Double]], rows: Int) throws(ReplicateProblem) {
        guard replicates.count >= 2 else { throw .tooFew(replicates.count) }
        for (number, replicate) in replicates.enumerated() {
            guard replicate.count == rows else {
                throw .rowCount(replicate: number, found: replicate.count, expected: rows)
            }
            for (row, weight) in replicate.enumerated() where !(weight >= 0 && weight.isFinite) {
                throw .badWeight(replicate: number, row: row, found: weight)
            }
        }
    }
}

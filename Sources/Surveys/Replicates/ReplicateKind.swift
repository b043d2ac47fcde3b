/// How replicate weights were made, which tells how the squares of their estimates add up to a variance.
///
/// `V = scale * sum r replicateScale(r) (theta_r - theta)^2`; scales as R survey's `svrepdesign` has them (Wolter 2007,
/// chapters 3 to 5).
public enum ReplicateKind: Sendable, Equatable, CustomStringConvertible {
    /// Each of R clusters left out once, without strata (JK1): scale (R - 1) / R.
    case jackknife
    /// Each cluster left out once within its stratum (JKn): replicate scale (n - 1) / n with n the stratum's clusters.
    case stratifiedJackknife
    /// One of the two clusters of each stratum left out, the other doubled (JK2; TIMSS, PIRLS): scale 1.
    case pairedJackknife
    /// Balanced half samples (BRR): scale 1 / R.
    case balanced
    /// Balanced half samples of which the other half keeps a factor rho of its weight (Fay; PISA: 0.5):
    /// scale `1 / (R (1 - rho)^2)`.
    case fay(rho: Double)
    /// Resampled clusters: scale 1 / (R - 1).
    case bootstrap
    /// Successive differences (ACS): scale 4 / R.
    case successiveDifferences
    /// Anything else: the scale is declared.
    case other

    /// The kind's name in messages.
    public var description: String {
        switch self {
        case .jackknife: "jackknife"
        case .stratifiedJackknife: "stratified jackknife"
        case .pairedJackknife: "paired jackknife"
        case .balanced: "balanced"
        case .fay: "Fay"
        case .bootstrap: "bootstrap"
        case .successiveDifferences: "successive-difference"
        case .other: "other"
        }
    }

    /// Whether the scale follows from the kind alone, so that none may be declared.
    private var setsItsScale: Bool {
        switch self {
        case .pairedJackknife, .balanced, .fay, .successiveDifferences: true
        case .jackknife, .stratifiedJackknife, .bootstrap, .other: false
        }
    }

    /// The scales of replicates of this kind.
    ///
    /// - Parameters:
    ///   - largest: The largest factor of each replicate, where weights are given as factors: of n clusters with one left out
    ///     it is `n / (n - 1)`, which tells the scale of jackknives.
    ///   - scale: A declared scale.
    ///   - replicateScales: Declared scales of the replicates.
    func scales(
        count: Int, largest: [Double]?, scale: Double?, replicateScales: [Double]?
    ) throws(ReplicateProblem) -> ReplicateScales {
        if setsItsScale, scale != nil || replicateScales != nil { throw .scaleNotUsed(self) }
        var result = ReplicateScales(scale: 1, each: Array(repeating: 1, count: count))
        let replicates = Double(count)
        switch self {
        case .jackknife: result.scale = largest.map { 1 / $0[0] } ?? (replicates - 1) / replicates
        case .stratifiedJackknife where replicateScales == nil:
            guard let largest else { throw .scaleNeeded(self) }
            result.each = largest.map { 1 / $0 }
        case .stratifiedJackknife, .pairedJackknife: break
        case .balanced: result.scale = 1 / replicates
        case .fay(let rho):
            guard rho >= 0, rho < 1 else { throw .badFactor(rho) }
            result.scale = 1 / (replicates * (1 - rho) * (1 - rho))
        case .bootstrap: result.scale = 1 / (replicates - 1)
        case .successiveDifferences: result.scale = 4 / replicates
        case .other: if scale == nil { throw .scaleNeeded(self) }
        }
        if let scale { result.scale = scale }
        if let replicateScales { result.each = replicateScales }
        try result.check(count: count)
        return result
    }
}

/// The factors with which the squares of replicates' estimates add up.
struct ReplicateScales: Sendable, Equatable {
    /// The factor of all squares.
    var scale: Double
    /// The factor of each replicate's square.
    var each: [Double]

    fileprivate func check(count: Int) throws(ReplicateProblem) {
        guard each.count == count else { throw .scaleCount(found: each.count, expected: count) }
        for factor in each + [scale] where !(factor >= 0 && factor.isFinite) { throw .badScale(factor) }
        guard scale > 0, each.contains(where: { $0 > 0 }) else { throw .badScale(0) }
    }
}

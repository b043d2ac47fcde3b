/// What can go wrong with replicate weights. Replicates, rows and strata count from 0 here and from 1 in words.
public enum ReplicateProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// There are fewer than two replicates.
    case tooFew(Int)
    /// A replicate has another number of rows than the full sample.
    case rowCount(replicate: Int, found: Int, expected: Int)
    /// A replicate weight is negative, missing or infinite.
    case badWeight(replicate: Int, row: Int, found: Double)
    /// A replicate has no weight above 0.
    case noWeight(replicate: Int)
    /// The kind of replicates does not tell its scale, and none is given.
    case scaleNeeded(ReplicateKind)
    /// The kind of replicates sets its own scale, and one is given.
    case scaleNotUsed(ReplicateKind)
    /// A scale is negative, missing or infinite, or all are 0.
    case badScale(Double)
    /// There are not as many replicate scales as replicates.
    case scaleCount(found: Int, expected: Int)
    /// Fay's factor is not from 0 up to 1.
    case badFactor(Double)
    /// Degrees of freedom are not above 0.
    case badDegreesOfFreedom(Double)
    /// The delete-one jackknife meets a design with strata.
    case stratified(strata: Int)
    /// A stratum has not two clusters, as balanced replication needs.
    case notPaired(stratum: Int, clusters: Int)
    /// Every cluster of the population was drawn.
    case wholePopulation
    /// There would be too many weights to hold.
    case tooLarge(replicates: Int, rows: Int)
    /// A statistic is not defined in a replicate.
    case notDefined(replicate: Int, reason: String)

    /// The message.
    public var description: String {
        switch self {
        case .tooFew(let count): "found \(count) replicates; a variance needs two or more."
        case .rowCount, .badWeight, .noWeight, .notDefined: replicateWords
        case .scaleNeeded, .scaleNotUsed, .badScale, .scaleCount, .badFactor, .badDegreesOfFreedom: scaleWords
        case .stratified, .notPaired, .wholePopulation, .tooLarge: designWords
        }
    }

    private var replicateWords: String {
        switch self {
        case .rowCount(let replicate, let found, let expected):
            "replicate \(replicate + 1) has \(found) weights where the survey has \(expected) rows."
        case .badWeight(let replicate, let row, let found):
            "replicate \(replicate + 1) has weight \(found.isNaN ? "missing" : "\(found)") in row \(row + 1). A replicate weight "
                + "must be 0 or more: correct it, or leave the row out of the file."
        case .noWeight(let replicate):
            "replicate \(replicate + 1) has no weight above 0. Check that its column is a replicate weight."
        case .notDefined(let replicate, let reason):
            "replicate \(replicate + 1) has no estimate: \(reason) Or use linearisation."
        default: ""
        }
    }

    private var scaleWords: String {
        switch self {
        case .scaleNeeded(let kind):
            "\(kind) replicates do not tell how their squares add up. Give their scale, and a scale for each replicate where "
                + "these differ, from the survey's documentation."
        case .scaleNotUsed(let kind):
            "\(kind) replicates set their own scale, and another is given. Leave it out, or call the replicates 'other'."
        case .badScale(let found):
            "a scale of replicates is \(found.isNaN ? "missing" : "\(found)"). Scales must be 0 or more, and not all 0."
        case .scaleCount(let found, let expected):
            "found \(found) replicate scales for \(expected) replicates. Give one for each, or leave them out."
        case .badFactor(let found): "Fay's factor is \(found). It must be 0 or more and less than 1; PISA has 0.5."
        case .badDegreesOfFreedom(let found): "the degrees of freedom are \(found). They must be above 0."
        default: ""
        }
    }

    private var designWords: String {
        switch self {
        case .stratified(let strata):
            "the design has \(strata) strata, and the jackknife of one stratum was asked for. Use the stratified jackknife."
        case .notPaired(let stratum, let clusters):
            "stratum \(stratum + 1) has \(clusters) clusters; balanced replication needs two in every stratum. Split or join "
                + "strata, or use the stratified jackknife or a bootstrap."
        case .wholePopulation:
            "every cluster of the population was drawn, so that replicates have nothing to vary. Use linearisation."
        case .tooLarge(let replicates, let rows):
            "\(replicates) replicates of \(rows) rows are more than \(ReplicateWeights.largestCount) weights. Use linearisation, "
                + "or a bootstrap with fewer replicates."
        default: ""
        }
    }
}

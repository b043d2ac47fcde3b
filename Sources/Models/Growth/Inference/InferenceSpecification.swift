import LinearAlgebra
import Specifications

/// Which standard errors, degrees of freedom and intervals a growth model's file asks for.
public struct InferenceSpecification: Sendable, Equatable {
    /// Where the degrees of freedom of model-based standard errors come from.
    public enum DegreesOfFreedom: String, Sendable, CaseIterable {
        /// From the curvature of the criterion; at any size.
        case satterthwaite
        /// Kenward and Roger's, with their adjusted standard errors; up to a stated size, REML only.
        case kenwardRoger = "kenward_roger"
    }

    /// How an interval of a parameter is found.
    public enum Interval: String, Sendable, CaseIterable {
        /// Estimate and standard error: on the logarithm of a standard deviation, on Fisher's z of a correlation.
        case wald
        /// The likelihood profiled over all other parameters.
        case profile
        /// Percentiles of a parametric bootstrap.
        case bootstrap
    }

    /// What else a fit writes.
    public enum Output: String, Sendable, CaseIterable {
        /// The predicted random effects of every factor level.
        case conditionalModes = "conditional_modes"
        /// Fitted values and residuals of every row.
        case residuals
    }

    /// Standard errors that hold whatever the covariance within clusters is.
    public struct Robust: Sendable, Equatable {
        /// The grouping factor whose levels are independent.
        public let cluster: String
        /// Whether small-sample bias is reduced (CR2) or not (CR0).
        public let isBiasReduced: Bool
    }

    /// Where degrees of freedom come from.
    public var degreesOfFreedom = DegreesOfFreedom.satterthwaite
    /// Cluster-robust standard errors; nil for model-based ones.
    public var robust: Robust?
    /// The intervals of all parameters to write, by method.
    public var intervals: [Interval] = []
    /// The coverage of these intervals.
    public var coverage = 0.95
    /// The number of bootstrap replicates.
    public var replicates = 1000
    /// The seed of the bootstrap.
    public var seed: UInt64 = 1
    /// What else to write.
    public var outputs: [Output] = []

    /// Satterthwaite, model-based, nothing else.
    public init() {}

    init?(_ model: SpecificationMapping, formula: Formula, criterion: Criterion) {
        if let output = model.optional("output") {
            guard let list = Self.words(output, of: Output.self) else { return nil }
            outputs = list
        }
        guard let value = model.optional("inference") else { return }
        let keys = ["degrees_of_freedom", "robust", "intervals", "coverage", "bootstrap"]
        guard let mapping = value.mapping("inference", keys: keys) else { return nil }
        if let method = mapping.optional("degrees_of_freedom") {
            guard let word = method.word(of: DegreesOfFreedom.self) else { return nil }
            if word == .kenwardRoger, criterion == .ml {
                method.fail("Kenward-Roger needs 'estimation: REML'.")
                return nil
            }
            degreesOfFreedom = word
        }
        if let robust = mapping.optional("robust") {
            guard let read = Self.robust(robust, formula) else { return nil }
            self.robust = read
        }
        if let intervals = mapping.optional("intervals") {
            guard let list = Self.words(intervals, of: Interval.self) else { return nil }
            self.intervals = list
        }
        guard let coverage = mapping.number("coverage", in: .share, default: 0.95), readBootstrap(mapping) else {
            return nil
        }
        guard coverage > 0, coverage < 1 else {
            mapping.fail("'coverage' must be above 0 and below 1, such as 0.95.")
            return nil
        }
        self.coverage = coverage
        // Named rather than ignored: a key without effect would look as if it had one.
        if let bootstrap = mapping.optional("bootstrap"), !intervals.contains(.bootstrap) {
            bootstrap.fail("'bootstrap' is for intervals. Add 'intervals: [bootstrap]', or leave it out.")
            return nil
        }
        if robust != nil, degreesOfFreedom == .kenwardRoger {
            mapping.fail(
                "robust standard errors have degrees of freedom of their own. Leave out 'robust' or Kenward-Roger.")
            return nil
        }
    }

    private mutating func readBootstrap(_ mapping: SpecificationMapping) -> Bool {
        guard let value = mapping.optional("bootstrap") else { return true }
        guard let bootstrap = value.mapping("bootstrap", keys: ["replicates", "seed"]),
            let replicates = bootstrap.number("replicates", in: .positive, default: 1000),
            let seed = bootstrap.number("seed", in: .nonNegative, default: 1)
        else { return false }
        guard replicates == replicates.rounded(), replicates >= 2, replicates <= 1_000_000 else {
            bootstrap.fail("'replicates' must be a whole number from 2 to 1000000.")
            return false
        }
        guard seed == seed.rounded(), seed < 0x1p53 else {
            bootstrap.fail("'seed' must be a whole number below 2^53.")
            return false
        }
        (self.replicates, self.seed) = (Int(replicates), UInt64(seed))
        return true
    }

    private static func robust(_ value: SpecificationValue, _ formula: Formula) -> Robust? {
        guard let mapping = value.mapping("robust", keys: ["cluster", "correction"]),
            let cluster = mapping.text("cluster")
        else { return nil }
        let factors = formula.random.map { $0.grouping.variables.joined(separator: ":") }
        guard factors.contains(cluster) else {
            mapping.fail(
                "'\(cluster)' is no grouping factor of the formula; there are: \(factors.joined(separator: ", ")).")
            return nil
        }
        guard let correction = mapping.optional("correction") else {
            return Robust(cluster: cluster, isBiasReduced: true)
        }
        guard let word = correction.word(among: ["CR0", "CR2"]) else { return nil }
        return Robust(cluster: cluster, isBiasReduced: word == "CR2")
    }

    private static func words<Word: RawRepresentable & CaseIterable>(
        _ value: SpecificationValue, of type: Word.Type
    ) -> [Word]? where Word.RawValue == String {
        guard let texts = value.texts(atLeast: 1) else { return nil }
        var words: [Word] = []
        for text in texts {
            guard let word = Word(rawValue: text) else {
                value.fail("found '\(text)'; expected \(Word.allCases.map(\.rawValue).joined(separator: ", ")).")
                return nil
            }
            words.append(word)
        }
        return words
    }
}

extension InferenceSpecification {
    /// Whether degrees of freedom are Satterthwaite's.
    var isSatterthwaite: Bool { robust == nil && degreesOfFreedom == .satterthwaite }

    /// Which standard errors these are, for the reader.
    var standardErrorsInWords: String {
        if let robust { return "cluster-robust (\(robust.isBiasReduced ? "CR2" : "CR0")), clusters: \(robust.cluster)" }
        return degreesOfFreedom == .kenwardRoger ? "model-based, adjusted by Kenward-Roger" : "model-based"
    }

    /// Which degrees of freedom these are, for the reader.
    var degreesOfFreedomInWords: String {
        if robust != nil { return "Bell-McCaffrey (Satterthwaite of the robust variance)" }
        return degreesOfFreedom == .kenwardRoger ? "Kenward-Roger" : "Satterthwaite"
    }

    /// The fixed effects with the standard errors and degrees of freedom asked for.
    ///
    /// - Throws: ``ModelError`` where the method does not apply or the data are too large for it: never another method
    ///   instead.
    func coefficients(_ fit: GrowthFit) throws(ModelError) -> Coefficients {
        if let robust {
            let inference = try fit.clusterRobust(
                by: robust.cluster, correction: robust.isBiasReduced ? .biasReduced : .none)
            // Without a variance there are no degrees of freedom, and no statistic either.
            return Coefficients(
                labels: inference.names, values: inference.values, covariance: inference.covariance,
                degreesOfFreedom: { (try? inference.degreesOfFreedom(of: $0)) ?? .infinity })
        }
        guard degreesOfFreedom == .kenwardRoger else { return fit.coefficients }
        let inference = try fit.kenwardRoger()
        return Coefficients(
            labels: inference.names, values: inference.values, covariance: inference.adjustedCovariance,
            degreesOfFreedom: { inference.degreesOfFreedom(of: $0) })
    }
}

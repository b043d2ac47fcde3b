import Specifications

/// A truth file, read and checked: the population and the model that microdata are drawn from.
///
/// The linear predictor of a row is the sum of the fixed effects and the random effects of its pupil, school and class, with
/// columns named as lme4 names them. Schools and pupils are exchangeable but for what is declared.
public struct Truth: Sendable, Equatable {
    /// The file's path as the user gave it.
    public let path: String
    /// One line on what it is; empty when not given.
    public let title: String
    /// The seed, unless another is asked for.
    public let seed: UInt64
    /// The schools and their pupils.
    public let structure: StructureDeclaration
    /// The test moments in years, rising.
    public let moments: [Double]
    /// Tests are taken up to this many years before or after their moment, every date equally likely; 0 for never.
    public let jitter: Double
    /// The share of scores that are missing completely at random.
    public let missing: Double
    /// The factors, in the order of their columns.
    public let factors: [FactorDeclaration]
    /// The outcome.
    public let outcome: OutcomeDeclaration
    /// The fixed effects; what is not named is 0.
    public let fixed: [FixedEffect]
    /// The random effects.
    public let random: [RandomDeclaration]
    /// The prior weights; nil for none.
    public let weights: WeightsDeclaration?

    /// What a truth file's `kind` says.
    public static let kind = "synthetic"
    private static let keys = [
        "kind", "title", "note", "source", "seed", "structure", "moments", "jitter", "missing", "factors", "outcome",
        "fixed", "random", "weights",
    ]

    /// Reads a truth file.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String) throws(SpecificationError) { self = try Truth(SpecificationFile(path: path)) }

    /// Reads the bytes of a truth file.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(bytes: [UInt8], path: String) throws(SpecificationError) {
        self = try Truth(SpecificationFile(bytes: bytes, path: path))
    }

    private init(_ file: SpecificationFile) throws(SpecificationError) {
        self = try file.decoded { Truth($0, path: file.path) }
    }

    /// Whether a specification is a truth.
    public static func isTruth(_ root: SpecificationValue) -> Bool {
        root.isMapping && root.hasKey("kind") && root.openMapping("specification")?.optional("kind")?.text() == kind
    }

    private init?(_ root: SpecificationValue, path: String) {
        guard let any = root.openMapping("truth"), any.required("kind")?.word(among: [Self.kind]) != nil,
            let truth = root.mapping("truth", keys: Self.keys)
        else { return nil }
        let seed = truth.integer("seed", in: 0...Int.max, default: 1)
        let structure = truth.required("structure").flatMap { StructureDeclaration($0) }
        let moments = truth.required("moments").flatMap(Self.moments)
        let jitter = truth.number("jitter", in: .nonNegative, default: 0)
        let missing = truth.number("missing", in: .share, default: 0)
        let outcome = truth.required("outcome").flatMap { OutcomeDeclaration($0) }
        let weights = truth.optional("weights").map { WeightsDeclaration($0) }
        // Without its factors no term can be judged.
        guard let factors = Self.factors(truth) else { return nil }
        let names = EffectNames(factors)
        let fixed = truth.required("fixed").flatMap { FixedEffect.read($0, names: names) }
        let hasClasses = structure.map { $0.classesPerSchool != nil } ?? true
        let random =
            truth.optional("random").map { RandomDeclaration.read($0, names: names, hasClasses: hasClasses) } ?? []
        guard let seed, let structure, let moments, let jitter, let missing, let outcome, let fixed, let random else {
            return nil
        }
        if case .some(.none) = weights { return nil }
        self.path = path
        title = truth.optionalText("title") ?? ""
        self.seed = UInt64(seed)
        self.structure = structure
        self.moments = moments
        self.jitter = jitter
        self.missing = missing
        self.factors = factors
        self.outcome = outcome
        self.fixed = fixed
        self.random = random
        self.weights = weights ?? nil
        checkTogether(truth)
    }

    private static func moments(_ value: SpecificationValue) -> [Double]? {
        guard let values = value.list(atLeast: 1) else { return nil }
        let moments = values.compactMap { $0.number() }
        guard moments.count == values.count else { return nil }
        guard moments.count <= 1000, moments.allSatisfy({ abs($0) <= 1000 }) else {
            value.fail("expected at most 1000 moments, from -1000 to 1000 years.")
            return nil
        }
        for (position, value) in values.enumerated().dropFirst() where moments[position] <= moments[position - 1] {
            value.fail("found \(moments[position]) after \(moments[position - 1]); expected moments that rise.")
        }
        return moments
    }

    private static func factors(_ truth: SpecificationMapping) -> [FactorDeclaration]? {
        guard let value = truth.optional("factors") else { return [] }
        guard let mapping = value.openMapping("factors") else { return nil }
        let factors = mapping.entries.compactMap { FactorDeclaration($0) }
        guard factors.count == mapping.entries.count else { return nil }
        let cells = factors.reduce(1.0) { $0 * Double($1.levels.count) }
        guard cells <= Double(FactorCells.largestCount) else {
            mapping.fail(
                "the factors have \(cells) combinations of levels; expected at most \(FactorCells.largestCount).")
            return nil
        }
        return factors
    }
}

// MARK: Parts that must fit each other

extension Truth {
    private func checkTogether(_ truth: SpecificationMapping) {
        checkNames(truth)
        let gap = zip(moments, moments.dropFirst()).map { $1 - $0 }.min() ?? .infinity
        if 2 * jitter >= gap {
            truth.optional("jitter")?.fail(
                "found \(jitter); expected less than half of the smallest gap of \(gap) years.")
        }
        if structure.moves != nil, moments.count == 1 {
            truth.optional("structure")?.fail("found 1 moment; pupils can only change school between two moments.")
        }
        if weights != nil, outcome.family == .binomial || outcome.family == .poisson {
            truth.optional("weights")?.fail("prior weights need a gaussian outcome. Drop them, or change the family.")
        }
        checkSize(truth)
    }

    /// Every column needs a name of its own.
    private func checkNames(_ truth: SpecificationMapping) {
        var taken = FactorDeclaration.reservedNames
        func check(_ name: String, at value: SpecificationValue?) {
            if taken.contains(name) {
                value?.fail("there is another column '\(name)'. Choose another name.")
            } else if !FactorDeclaration.isCell(name) {
                value?.fail("'\(name)' is no name of a column. Choose another name.")
            }
            taken.append(name)
        }
        for entry in truth.optional("factors")?.openMapping("factors")?.entries ?? [] {
            check(entry.key, at: entry.keyValue)
        }
        check(outcome.name, at: truth.optional("outcome"))
        if let weights { check(weights.name, at: truth.optional("weights")) }
    }

    /// The outcome must stay within what can be written with its decimals.
    private func checkSize(_ truth: SpecificationMapping) {
        let largestTime = moments.map { abs($0) }.max() ?? 0
        func size(_ term: EffectTerm) -> Double { term.hasTime ? largestTime + jitter : 1 }
        let middle = fixed.reduce(0) { $0 + abs($1.value) * size($1.term) }
        let spread = random.reduce(0.0) { sum, declaration in
            sum + zip(declaration.terms, declaration.standardDeviations).reduce(0) { $0 + $1.1 * size($1.0) }
        }
        let largest = middle + 8 * spread
        switch outcome.family {
        case .gaussian(let residual):
            let residual = 8 * residual / (weights?.range.lowerBound ?? 1).squareRoot()
            if largest + residual > 1e9 {
                truth.optional("fixed")?.fail(
                    "the outcome may be as large as \(largest + residual); expected effects that stay below 1e9.")
            }
        case .binomial: break
        case .poisson:
            if largest > 30 {
                truth.optional("fixed")?.fail(
                    "the logarithm of the mean may be as large as \(largest); expected effects that stay below 30.")
            }
        }
    }
}

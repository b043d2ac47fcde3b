import Probability
import Specifications

/// The declared marginals of a synthetic school population.
public struct PopulationMarginals: Sendable {
    /// A number with its source.
    public struct Sourced: Sendable {
        /// The number.
        public let value: Double
        /// Where it comes from.
        public let source: String
    }

    /// A piecewise linear quantile function with its source.
    public struct QuantileFunction: Sendable {
        let probabilities: [Double]
        let values: [Double]
        /// Where it comes from.
        public let source: String

        /// The quantile at a probability.
        func callAsFunction(_ p: Double) -> Double {
            guard let upper = probabilities.firstIndex(where: { $0 >= p }), upper > 0 else { return values[0] }
            let (p0, p1) = (probabilities[upper - 1], probabilities[upper])
            let share = (p - p0) / (p1 - p0)
            return values[upper - 1] + share * (values[upper] - values[upper - 1])
        }
    }

    /// The marginals of one sector.
    public struct Sector: Sendable {
        /// The sector's name.
        public let name: String
        /// The number of schools.
        public let schools: Sourced
        /// The number of pupils of all schools together.
        public let pupils: Sourced
        /// The distribution of school sizes, up to scale.
        public let size: QuantileFunction
        /// The distribution of the disadvantage score before the threshold, per pupil; nil when schools have none.
        public let scorePerPupil: QuantileFunction?
        /// The threshold per pupil.
        public let threshold: Sourced?
        /// The share of pupils of the low SES group.
        public let shareLow: Sourced
    }

    /// The sectors.
    public let sectors: [Sector]
    /// One line on what the population is.
    public let title: String

    /// The embedded default: the Dutch marginals, with their sources.
    ///
    /// - Throws: ``Specifications/SpecificationError`` when the embedded file is damaged.
    public static func netherlands() throws(SpecificationError) -> PopulationMarginals {
        let file = try SpecificationFile(
            bytes: PackageResources.netherlands_yaml, path: "(embedded) netherlands.yaml")
        return try file.decoded { PopulationMarginals($0) }
    }

    /// Reads marginals from a file's value.
    public init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("population", keys: ["title", "sectors"]),
            let sectors = mapping.required("sectors")?.openMapping("sectors")
        else { return nil }
        let read = sectors.entries.map { Sector(name: $0.key, $0.value) }
        guard !read.contains(where: { $0 == nil }) else { return nil }
        self.sectors = read.compactMap { $0 }
        title = mapping.optionalText("title") ?? ""
    }
}

extension PopulationMarginals.Sector {
    fileprivate init?(name: String, _ value: SpecificationValue) {
        let keys = ["schools", "pupils", "size", "score_per_pupil", "threshold_per_pupil", "share_low"]
        guard let sector = value.mapping("sector", keys: keys) else { return nil }
        typealias Sourced = PopulationMarginals.Sourced
        typealias Quantiles = PopulationMarginals.QuantileFunction
        let schools = sector.required("schools").flatMap { Sourced($0, in: .positive) }
        let pupils = sector.required("pupils").flatMap { Sourced($0, in: .positive) }
        let size = sector.required("size").flatMap { Quantiles($0) }
        let share = sector.required("share_low").flatMap { Sourced($0, in: .share) }
        let score = sector.optional("score_per_pupil").map { Quantiles($0) }
        let threshold = sector.optional("threshold_per_pupil").map { Sourced($0, in: .nonNegative) }
        guard let schools, let pupils, let size, let share else { return nil }
        if case .some(.none) = score { return nil }
        if case .some(.none) = threshold { return nil }
        guard pupils.value >= schools.value, schools.value <= 1_000_000, pupils.value <= 1e9 else {
            sector.fail("found \(pupils.value) pupils in \(schools.value) schools; expected a pupil a school at least.")
            return nil
        }
        self.init(
            name: name, schools: schools, pupils: pupils, size: size, scorePerPupil: score ?? nil,
            threshold: threshold ?? nil, shareLow: share)
    }
}

extension PopulationMarginals.Sourced {
    fileprivate init?(_ value: SpecificationValue, in range: NumberRange) {
        guard let mapping = value.mapping("number with source", keys: ["value", "source"]),
            let number = mapping.number("value", in: range), let source = mapping.text("source")
        else { return nil }
        self.init(value: number, source: source)
    }
}

extension PopulationMarginals.QuantileFunction {
    fileprivate init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("quantile function", keys: ["probabilities", "values", "source"]),
            let probabilities = mapping.required("probabilities")?.list(atLeast: 2),
            let values = mapping.required("values")?.list(atLeast: 2), let source = mapping.text("source")
        else { return nil }
        let p = probabilities.compactMap { $0.number(in: .share) }
        let x = values.compactMap { $0.number(in: .nonNegative) }
        guard p.count == probabilities.count, x.count == values.count else { return nil }
        guard p.count == x.count, p.first == 0, p.last == 1, zip(p, p.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(x, x.dropFirst()).allSatisfy({ $0 <= $1 })
        else {
            mapping.fail("a quantile function needs rising probabilities from 0 to 1 and as many values, not falling.")
            return nil
        }
        self.init(probabilities: p, values: x, source: source)
    }
}

extension PopulationMarginals {
    /// Synthesises schools with these marginals.
    ///
    /// Sizes and scores are the quantiles at the middle of equal parts of probability, so that the marginals hold for
    /// every seed; the seed only decides which size meets which score.
    ///
    /// - Throws: ``FundingError``.
    public func synthesise(seed: UInt64) throws(FundingError) -> SchoolPopulation {
        let schools = sectors.flatMap { $0.synthesise(seed: seed) }
        return try SchoolPopulation(schools: schools, sectors: sectors.map(\.name), source: "synthetic: \(title)")
    }
}

extension PopulationMarginals.Sector {
    fileprivate func synthesise(seed: UInt64) -> [School] {
        let count = Int(schools.value)
        let middles = (0..<count).map { (Double($0) + 0.5) / Double(count) }
        let pupils = sizes(middles)
        let perPupil: [Double?] =
            scorePerPupil.map { quantile in
                shuffled(count, seed: seed).map { quantile(middles[$0]) }
            } ?? Array(repeating: nil, count: count)
        let low = GroupComposition(shareLow: shareLow.value).lowPupils(pupils: pupils, scores: perPupil)
        return (0..<count).map { index in
            let before = perPupil[index].map { $0 * Double(pupils[index]) }
            let threshold = (threshold?.value ?? 0) * Double(pupils[index])
            return School(
                id: identifier(index, of: count), sector: name, lowPupils: low[index],
                highPupils: pupils[index] - low[index], disadvantageScore: before.map { max(0, $0 - threshold) },
                scoreBeforeThreshold: before)
        }
    }

    /// Whole numbers of pupils that add up to the sector's pupils, at least one a school.
    private func sizes(_ probabilities: [Double]) -> [Int] {
        let shape = probabilities.map { size($0) }
        let spare = Cents(Int(pupils.value) - probabilities.count)
        let parts = try? spare.split(by: shape)
        return (parts ?? spare.split(into: shape.count)).map { $0.count + 1 }
    }

    /// A permutation of 0..<count, by sorting random numbers keyed by the sector and the position.
    private func shuffled(_ count: Int, seed: UInt64) -> [Int] {
        let stream = RandomStream(
            seed: seed, purpose: .population, draw: 0, entity: streamKey(name), period: 0)
        let keys = (0..<count).map { stream.uniform(at: UInt32($0)) }
        return (0..<count).sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    private func identifier(_ index: Int, of count: Int) -> String {
        let digits = String(index + 1)
        return name + "-" + String(repeating: "0", count: String(count).count - digits.count) + digits
    }
}

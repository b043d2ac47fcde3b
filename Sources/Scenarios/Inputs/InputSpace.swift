import LinearAlgebra
import Probability

/// Where the uncertainty of an input comes from; results carry their variance split by it.
public enum UncertaintySource: String, Sendable, CaseIterable {
    /// Estimates of fitted models: pupils, schools and studies were samples.
    case sampling
    /// Declared distributions of parameters.
    case parameter
    /// Effects differ between studies, and so between the settings they came from and this one.
    case betweenStudy = "between_study"
    /// Which of several ways to compute something is right.
    case structure
}

/// One uncertain number that a draw needs: a uniform number, keyed so that nothing else uses it.
public struct UncertainInput: Sendable {
    /// Its name: that of the parameter, or of the model and the element of its estimates.
    public let name: String
    /// Where its uncertainty comes from.
    public let source: UncertaintySource
    /// The share of its variance that is the sampling error of a mean effect, when the rest lies between studies.
    let samplingShare: Double
    let key: InputKey
}

/// What keys an input's random numbers.
struct InputKey: Hashable, Sendable {
    let purpose: StreamPurpose
    let entity: UInt64
    let index: UInt32

    static func parameter(_ kind: UncertainParameter.Kind, stream: UInt64) -> InputKey {
        InputKey(purpose: .parameter, entity: stream << 16 | kind.rawValue, index: 0)
    }

    static func estimate(model stream: UInt64, element: Int) -> InputKey {
        InputKey(purpose: .estimates, entity: stream, index: UInt32(element))
    }

    /// A parameter of careers.
    ///
    /// - Parameters:
    ///   - year: The calendar year in which its school year starts; 0 for what is the same in all years.
    ///   - index: What tells its moves and places apart.
    static func career(_ kind: UncertainParameter.Kind, stream: UInt64, year: Int, index: UInt32) -> InputKey {
        InputKey(purpose: .parameter, entity: UInt64(year) << 32 | stream << 16 | kind.rawValue, index: index)
    }

    static func effect(intervention: UInt64, outcome: UInt64) -> InputKey {
        InputKey(purpose: .effect, entity: intervention << 16 | outcome, index: 0)
    }
}

/// How the uniform numbers of the inputs are drawn.
public enum SamplingDesign: String, Codable, Sendable, CaseIterable {
    /// Each draw by itself.
    case independent
    /// Draws 2j and 2j + 1 mirror each other: u and 1 - u.
    case antithetic
    /// Randomised quasi-Monte Carlo: a scrambled Sobol' sequence over all inputs, in independent replicates: draw d belongs to
    /// replicate d modulo ``replicates``.
    case sobol

    /// The number of independent scramblings.
    static let replicates = 16

    /// How draws hang together, for Monte Carlo errors.
    var dependence: ReplicatedMean.Dependence {
        switch self {
        case .independent: .independent
        case .antithetic: .antitheticPairs
        case .sobol: .replicates(Self.replicates)
        }
    }

    /// The fewest draws whose Monte Carlo error can be told.
    public var leastDraws: Int { self == .antithetic ? 4 : setSize }

    /// The draws that belong together: their number divides that of a run's draws.
    public var setSize: Int {
        switch self {
        case .independent: 1
        case .antithetic: 2
        case .sobol: Self.replicates
        }
    }

    /// The most inputs that the design has room for; nil when any number is fine.
    var largestNumberOfInputs: Int? { self == .sobol ? SobolSequence.maximumDimensions : nil }
}

/// All uncertain inputs of a plan: a draw is a point of the unit cube over them.
struct InputSpace: Sendable {
    private(set) var inputs: [UncertainInput] = []
    private var positions: [InputKey: Int] = [:]
    private(set) var correlations: InputCorrelations?

    /// Adds an input, once.
    mutating func add(_ name: String, _ source: UncertaintySource, samplingShare: Double = 0, _ key: InputKey) {
        guard positions[key] == nil else { return }
        positions[key] = inputs.count
        inputs.append(UncertainInput(name: name, source: source, samplingShare: samplingShare, key: key))
    }

    mutating func correlate(_ correlations: InputCorrelations?) { self.correlations = correlations }

    /// The place of an input; nil for a parameter without uncertainty.
    func position(of key: InputKey) -> Int? { positions[key] }

    func position(named name: String) -> Int? { inputs.firstIndex { $0.name == name } }

    /// The inputs of a draw.
    func drawn(seed: UInt64, draw: UInt32, sampling: SamplingDesign = .independent) -> DrawnInputs {
        let uniforms: [Double]
        switch sampling {
        case .independent: uniforms = streams(seed: seed, draw: draw)
        case .antithetic:
            let first = streams(seed: seed, draw: draw & ~1)
            uniforms = draw & 1 == 0 ? first : first.map { 1 - $0 }
        case .sobol:
            let replicates = UInt32(SamplingDesign.replicates)
            let sequence = SobolSequence(dimensions: inputs.count, seed: seed, replicate: draw % replicates)
            uniforms = inputs.indices.map { sequence.value(point: draw / replicates, dimension: $0) }
        }
        return drawn(at: uniforms)
    }

    /// The inputs at a point of the unit cube.
    func drawn(at uniforms: [Double]) -> DrawnInputs {
        DrawnInputs(space: self, uniforms: correlations?.applied(to: uniforms) ?? uniforms)
    }

    private func streams(seed: UInt64, draw: UInt32) -> [Double] {
        inputs.map { input in
            RandomStream(seed: seed, purpose: input.key.purpose, draw: draw, entity: input.key.entity, period: 0)
                .uniform(at: input.key.index)
        }
    }
}

/// The uniform numbers of one draw's inputs, and what is read from them.
struct DrawnInputs: Sendable {
    let space: InputSpace
    let uniforms: [Double]

    /// The uniform number of an input.
    ///
    /// - Parameter key: The key of an input in the space: inputs without uncertainty have none.
    func uniform(_ key: InputKey) -> Double {
        guard let position = space.position(of: key) else {
            preconditionFailure("an uncertain input is not in the space: \(key)")
        }
        return uniforms[position]
    }

    func normal(_ key: InputKey) -> Double { standardNormalQuantile(uniform(key)) }

    /// The value of a parameter.
    ///
    /// - Parameter stream: The declared stream number of the outcome or sector that it belongs to; 0 for the programme's.
    func value(_ parameter: UncertainParameter, stream: UInt64) -> Double {
        value(parameter, .parameter(parameter.kind, stream: stream))
    }

    /// The value of a parameter with a key of its own.
    func value(_ parameter: UncertainParameter, _ key: @autoclosure () -> InputKey) -> Double {
        if case .fixed(let value) = parameter.distribution { return value }
        let range = parameter.kind.range
        let value = parameter.distribution.quantile(uniform(key()))
        return min(max(value, range.lowerBound), range.upperBound)
    }
}

/// Declared correlations of inputs: a Gaussian copula.
///
/// The normal scores of the inputs get the declared correlation matrix; each input keeps its own distribution.
///
/// - SeeAlso: Iman and Conover (1982), Communications in Statistics B 11, 311-334, for the use of rank correlations of inputs.
struct InputCorrelations: Sendable {
    private let positions: [Int]
    private let factor: Matrix

    /// - Parameters:
    ///   - pairs: Positions of two inputs and the correlation of their normal scores; 0 between the others.
    /// - Throws: ``LinearAlgebra/LinearAlgebraError`` when the correlations contradict each other.
    init?(_ pairs: [(first: Int, second: Int, correlation: Double)]) throws {
        let positions = Set(pairs.flatMap { [$0.first, $0.second] }).sorted()
        guard !positions.isEmpty else { return nil }
        var place: [Int: Int] = [:]
        for (index, position) in positions.enumerated() { place[position] = index }
        var matrix = Matrix(rows: positions.count, columns: positions.count)
        for index in positions.indices { matrix[index, index] = 1 }
        for pair in pairs {
            guard let i = place[pair.first], let j = place[pair.second] else { continue }
            matrix[i, j] = pair.correlation
            matrix[j, i] = pair.correlation
        }
        self.positions = positions
        factor = try SemidefiniteFactor(matrix).lower
    }

    func applied(to uniforms: [Double]) -> [Double] {
        var result = uniforms
        let scores = positions.map { standardNormalQuantile(uniforms[$0]) }
        for (row, position) in positions.enumerated() {
            var score = 0.0
            for column in 0...row { score += factor[row, column] * scores[column] }
            // A score beyond 8.2 would give exactly 1, where some distributions have no end.
            result[position] = min(max(standardNormalCDF(score), 0x1p-53), 1 - 0x1p-53)
        }
        return result
    }
}

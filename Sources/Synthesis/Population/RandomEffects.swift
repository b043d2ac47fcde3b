import Probability

/// The random effects of one grouping factor, drawn level by level.
struct RandomEffects: Sendable {
    private let numbers: SyntheticNumbers
    private let standardDeviations: [Double]
    private let correlation: Double
    private let hasTime: [Bool]
    /// For each combination of factor levels, whether each effect's column is active.
    private let isActive: [[Bool]]

    /// The number of effects of one level.
    var count: Int { standardDeviations.count }

    init(_ grouping: RandomDeclaration.Grouping, of truth: Truth, cells: FactorCells) {
        numbers =
            switch grouping {
            case .pupil: .pupilEffects
            case .school: .schoolEffects
            case .class: .classEffects
            }
        let declaration = truth.random.first { $0.grouping == grouping }
        let terms = declaration?.terms ?? []
        standardDeviations = declaration?.standardDeviations ?? []
        correlation = declaration?.correlation ?? 0
        hasTime = terms.map(\.hasTime)
        isActive =
            terms.isEmpty
            ? []
            : (0..<cells.count).map { cell in
                let levels = cells.levels(of: cell)
                return terms.map { $0.isActive(at: levels) }
            }
    }

    /// The effects of one level of the grouping factor: `L z` with L the Cholesky factor of their covariance.
    func draw(_ level: Int, seed: UInt64, into effects: inout [Double]) {
        effects.removeAll(keepingCapacity: true)
        guard count > 0 else { return }
        let stream = numbers.stream(seed: seed, of: level)
        for pair in stride(from: 0, to: count, by: 2) {
            let (first, second) = stream.normals(at: UInt16(pair / 2))
            effects.append(standardDeviations[pair] * first)
            guard pair + 1 < count else { return }
            // The correlation is 0 unless there are two effects.
            let rest = (1 - correlation * correlation).squareRoot()
            effects.append(standardDeviations[pair + 1] * (correlation * first + rest * second))
        }
    }

    /// What the effects add to the linear predictor of a pupil with a combination of factor levels.
    func add(_ effects: [Double], cell: Int, to line: inout Line) {
        guard count > 0 else { return }
        for effect in 0..<count where isActive[cell][effect] { line.add(effects[effect], hasTime: hasTime[effect]) }
    }
}

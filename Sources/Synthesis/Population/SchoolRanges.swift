import Probability

/// Which pupils are in which school when they begin: schools follow each other, and so do their pupils.
struct SchoolRanges: Sendable, Equatable {
    private enum Shape: Equatable {
        case fixed(size: Int)
        /// The first pupil of each school.
        case variable(starts: [Int])
    }

    /// The number of schools.
    let schoolCount: Int
    /// The number of pupils.
    let pupilCount: Int
    private let shape: Shape

    /// The schools that were declared, or as many as a number of pupils fills: the last one is then cut short.
    ///
    /// - Complexity: 8 bytes a school where sizes differ.
    init(_ structure: StructureDeclaration, pupils: Int?, seed: UInt64) {
        switch structure.schoolSize {
        case .fixed(let size):
            shape = .fixed(size: size)
            pupilCount = pupils ?? size * structure.schools
            schoolCount = pupils.map { ($0 + size - 1) / size } ?? structure.schools
        case .variable(let mean, let deviation):
            let sizes = VariableSize(mean: mean, standardDeviation: deviation)
            var starts: [Int] = []
            var total = 0
            while pupils.map({ total < $0 }) ?? (starts.count < structure.schools) {
                starts.append(total)
                total += sizes.pupils(of: starts.count - 1, seed: seed)
            }
            shape = .variable(starts: starts)
            schoolCount = starts.count
            pupilCount = pupils ?? total
        }
    }

    /// The pupils of a school.
    func pupils(of school: Int) -> Range<Int> {
        switch shape {
        case .fixed(let size): return school * size..<min(pupilCount, (school + 1) * size)
        case .variable(let starts):
            return starts[school]..<(school + 1 < starts.count ? starts[school + 1] : pupilCount)
        }
    }

    /// The school of a pupil.
    func school(of pupil: Int) -> Int {
        switch shape {
        case .fixed(let size): return pupil / size
        case .variable(let starts):
            var (low, high) = (0, starts.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= pupil { low = middle } else { high = middle }
            }
            return low
        }
    }
}

/// One pupil more than a log-normal number, rounded up or down at random so that the mean is kept.
private struct VariableSize {
    /// Mean and standard deviation of the logarithm.
    private let location, scale: Double
    private let isConstant: Bool
    private let rest: Double

    init(mean: Double, standardDeviation: Double) {
        rest = mean - 1
        isConstant = standardDeviation == 0
        let ratio = isConstant ? 0 : standardDeviation / rest
        let variance = Elementary.log1p(ratio * ratio)
        scale = variance.squareRoot()
        location = isConstant ? 0 : Elementary.log(rest) - variance / 2
    }

    func pupils(of school: Int, seed: UInt64) -> Int {
        let (first, second) = SyntheticNumbers.schoolSize.stream(seed: seed, of: school).uniforms(at: 0)
        let others = isConstant ? rest : Elementary.exp(location + scale * standardNormalQuantile(first))
        // A school larger than all of the Netherlands is a slip of the declared sd.
        return 1 + Int(min(others, 1e7) + second)
    }
}

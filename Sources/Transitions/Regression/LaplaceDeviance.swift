import Parallelism

/// Minus the Laplace approximation of the log-likelihood of a regression of states with random intercepts, and its gradient.
///
/// The coefficients come first, then theta. The schools' conditional modes are kept as the next evaluation's start. Blocks of
/// schools run in parallel and are added in order: the bits do not depend on the number of threads.
struct LaplaceDeviance<Likelihood: StateLikelihood> {
    let data: CategoricalData
    let structure: CategoricalModel.Structure
    private let blocks: [Range<Int>]
    private let places: [(row: Int, column: Int)]
    /// The spherical conditional modes, groups x d.
    private(set) var modes: [Double]

    init(_ data: CategoricalData, _ structure: CategoricalModel.Structure) {
        self.data = data
        self.structure = structure
        blocks = data.cells.groupBlocks()
        places = data.shape.covariancePlaces(structure)
        modes = Array(repeating: 0, count: (data.cells.groupStart.count - 1) * data.shape.effectCount)
    }

    /// The number of parameters.
    var parameterCount: Int { data.shape.coefficientCount + places.count }

    /// Lambda, d x d column by column, from all parameters.
    func lambda(_ parameters: [Double]) -> [Double] {
        let d = data.shape.effectCount
        var lambda = [Double](repeating: 0, count: d * d)
        for (index, place) in places.enumerated() {
            lambda[place.column * d + place.row] = parameters[data.shape.coefficientCount + index]
        }
        return lambda
    }

    /// The value and the gradient; infinity where the parameters give no probabilities or the modes are not found.
    mutating func evaluate(_ parameters: [Double]) -> (value: Double, gradient: [Double]) {
        let (coefficientCount, d) = (data.shape.coefficientCount, data.shape.effectCount)
        let likelihood = Likelihood(data.shape, coefficients: Array(parameters[..<coefficientCount]))
        guard likelihood.isValid, parameters.allSatisfy(\.isFinite) else { return (.infinity, []) }
        // A slot for each block: its value, the gradient by the coefficients and by all elements of Lambda.
        let slot = 1 + coefficientCount + d * d
        let (blocks, starts, lambda) = (blocks, data.cells.groupStart, lambda(parameters))
        let parts = Workspace(slot * blocks.count)
        var found = modes
        found.withUnsafeMutableBufferPointer { found in
            lambda.withUnsafeBufferPointer { lambda in
                guard let modes = found.baseAddress, let lambda = lambda.baseAddress else { return }
                data.cells.withPointers { cells in
                    Threads.forEach(blocks.count) { block in
                        let groups = blocks[block]
                        let largest = groups.reduce(0) { max($0, starts[$1 + 1] - starts[$1]) }
                        let kernel = SchoolKernel(
                            likelihood: likelihood, cells: cells, lambda: lambda,
                            work: SchoolWork(likelihood, cells: largest))
                        let part = parts.start + block * slot
                        for group in groups where starts[group + 1] > starts[group] {
                            part[0] += kernel.addDeviance(
                                of: starts[group]..<starts[group + 1], modes + group * d,
                                coefficientCount: coefficientCount, to: part + 1)
                        }
                    }
                }
            }
        }
        return collect(parts, slot, found)
    }

    private mutating func collect(
        _ parts: Workspace, _ slot: Int, _ found: [Double]
    ) -> (value: Double, gradient: [Double]) {
        let (coefficientCount, d) = (data.shape.coefficientCount, data.shape.effectCount)
        var sums = [Double](repeating: 0, count: slot)
        for block in blocks.indices {
            for index in 0..<slot { sums[index] += parts.start[block * slot + index] }
        }
        guard sums.allSatisfy(\.isFinite) else { return (.infinity, []) }
        modes = found
        let byTheta = places.map { sums[1 + coefficientCount + $0.column * d + $0.row] }
        return (sums[0], Array(sums[1..<(1 + coefficientCount)]) + byTheta)
    }

    /// The conditional modes of u, groups x d, and their covariances, groups x d x d: the prior's for a group without rows.
    mutating func conditionalModes(_ parameters: [Double]) -> (modes: [Double], covariances: [Double]) {
        let (d, starts, lambda) = (data.shape.effectCount, data.cells.groupStart, lambda(parameters))
        let likelihood = Likelihood(
            data.shape, coefficients: Array(parameters[..<data.shape.coefficientCount]))
        let largest = (1..<starts.count).reduce(0) { max($0, starts[$1] - starts[$1 - 1]) }
        let work = SchoolWork(likelihood, cells: largest)
        var (effects, covariances, spherical) = (modes, [Double](repeating: 0, count: modes.count * d), modes)
        spherical.withUnsafeMutableBufferPointer { spherical in
            lambda.withUnsafeBufferPointer { lambda in
                guard let b = spherical.baseAddress, let lambda = lambda.baseAddress else { return }
                data.cells.withPointers { cells in
                    let kernel = SchoolKernel(likelihood: likelihood, cells: cells, lambda: lambda, work: work)
                    for group in 0..<(starts.count - 1) {
                        let range = starts[group]..<starts[group + 1]
                        guard let covariance = kernel.modeCovariance(of: range, b + group * d) else { continue }
                        for index in 0..<(d * d) { covariances[group * d * d + index] = covariance[index] }
                        for row in 0..<d { effects[group * d + row] = work.u[row] }
                    }
                }
            }
        }
        return (effects, covariances)
    }
}

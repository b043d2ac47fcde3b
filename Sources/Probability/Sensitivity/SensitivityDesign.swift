/// The points at which a function is evaluated to split the variance of its outputs among its inputs, or groups of them.
///
/// The inputs are independent and uniform on (0, 1); the caller turns them into what they stand for by quantile functions.
/// For every base sample there is a row of A, a row of B, and for every group a row of A with the group's inputs from B
/// (Saltelli and others 2010: `A_B^(i)`). A is the first half and B the second half of the dimensions of a scrambled
/// ``SobolSequence``, in several independent replicates, whose spread tells the error of every index.
///
/// ```swift
/// let design = SensitivityDesign(inputs: 3, groups: [[0], [1], [2], [0, 1]], baseSamples: 4096, seed: 1)
/// let outputs = (0..<design.rowCount).flatMap { row in model(design.row(row)) }   // in any order, by any number of threads
/// let indices = design.indices(of: outputs)
/// ```
///
/// - SeeAlso: Saltelli, Annoni, Azzini, Campolongo, Ratto and Tarantola (2010), Variance based sensitivity analysis of model
///   output, Computer Physics Communications 181, 259-270.
public struct SensitivityDesign: Sendable {
    /// The number of inputs, at most half of ``SobolSequence/maximumDimensions``.
    public let inputs: Int
    /// The inputs of each group. Groups may overlap, and need not hold every input.
    public let groups: [[Int]]
    /// The number of independent replicates, at least 2.
    public let replicates: Int
    /// The base samples of a replicate, a power of two.
    public let samplesPerReplicate: Int
    private let sequences: [SobolSequence]

    /// A design.
    ///
    /// - Parameters:
    ///   - inputs: The number of inputs, 1 to 256.
    ///   - groups: The inputs, from 0, of each group: `[[0], [1], [2]]` for three single inputs. None may be empty.
    ///   - baseSamples: The rows of A that are wanted; raised to a power of two for each replicate.
    ///   - replicates: At least 2. Fewer give better indices with wider intervals around them, more the other way round.
    ///   - seed: The run's seed.
    public init(inputs: Int, groups: [[Int]], baseSamples: Int, replicates: Int = 16, seed: UInt64) {
        precondition(
            inputs >= 1 && 2 * inputs <= SobolSequence.maximumDimensions,
            "\(inputs) inputs: a design has 1 to \(SobolSequence.maximumDimensions / 2)")
        precondition(replicates >= 2, "\(replicates) replicates: their spread needs at least 2")
        precondition(baseSamples >= 1, "\(baseSamples) base samples: at least 1")
        for group in groups {
            precondition(
                !group.isEmpty && group.allSatisfy { $0 >= 0 && $0 < inputs } && Set(group).count == group.count,
                "a group holds different inputs from 0 to \(inputs - 1), not \(group)")
        }
        (self.inputs, self.groups, self.replicates) = (inputs, groups, replicates)
        var samples = 1
        while samples * replicates < baseSamples { samples *= 2 }
        samplesPerReplicate = samples
        sequences = (0..<UInt32(replicates)).map {
            SobolSequence(dimensions: 2 * inputs, seed: seed, replicate: $0)
        }
    }

    /// The rows of A.
    public var baseSamples: Int { replicates * samplesPerReplicate }
    /// The rows of a base sample: one of A, one of B and one for each group.
    public var rowsPerSample: Int { groups.count + 2 }
    /// The number of evaluations.
    public var rowCount: Int { baseSamples * rowsPerSample }

    /// The inputs of a row, each strictly between 0 and 1; a function of the design and the index alone.
    ///
    /// Rows go by replicate, then by base sample; of each sample A comes first, then B, then the groups.
    public func row(_ index: Int) -> [Double] {
        precondition(index >= 0 && index < rowCount, "the design has rows 0 to \(rowCount - 1)")
        let (sample, part) = index.quotientAndRemainder(dividingBy: rowsPerSample)
        let (replicate, point) = sample.quotientAndRemainder(dividingBy: samplesPerReplicate)
        let sequence = sequences[replicate]
        var isFromB = [Bool](repeating: part == 1, count: inputs)
        if part >= 2 {
            for input in groups[part - 2] { isFromB[input] = true }
        }
        return isFromB.enumerated().map { input, isFromB in
            sequence.value(point: UInt32(point), dimension: isFromB ? inputs + input : input)
        }
    }

    /// The indices of every output.
    ///
    /// - Parameter outputs: Row by row, all outputs of a row together; as many for each row.
    /// - Returns: In the order of the outputs.
    public func indices(of outputs: [Double]) -> [OutputSensitivity] {
        precondition(
            !outputs.isEmpty && outputs.count.isMultiple(of: rowCount),
            "\(outputs.count) outputs are not equally many for each of \(rowCount) rows")
        let count = outputs.count / rowCount
        return (0..<count).map { output in
            OutputSensitivity(stride(from: output, to: outputs.count, by: count).map { outputs[$0] }, of: self)
        }
    }
}

/// The points of a one-at-a-time analysis: all inputs at their medians, then each group in turn at a low and at a high quantile.
///
/// Drawn as bars in order of their length it is a tornado chart. It sees no interactions, and of a curved effect only the ends:
/// ``SensitivityDesign`` sees both.
public struct OneAtATimeDesign: Sendable {
    /// How an output moves with one group of inputs.
    public struct Swing: Sendable, Equatable {
        /// The group.
        public let group: Int
        /// The output with the group's inputs at their low quantile.
        public let low: Double
        /// The output with the group's inputs at their high quantile.
        public let high: Double
        /// The change from low to high.
        public var change: Double { high - low }
    }

    /// The number of inputs.
    public let inputs: Int
    /// The inputs of each group, which move together.
    public let groups: [[Int]]
    /// The low and the high probability.
    public let probabilities: (low: Double, high: Double)

    /// A design.
    ///
    /// - Parameters:
    ///   - inputs: The number of inputs.
    ///   - groups: The inputs, from 0, of each group.
    ///   - probabilities: Where the inputs move, strictly between 0 and 1.
    public init(inputs: Int, groups: [[Int]], probabilities: (low: Double, high: Double) = (0.05, 0.95)) {
        precondition(
            groups.allSatisfy { group in group.allSatisfy { $0 >= 0 && $0 < inputs } },
            "a group holds inputs from 0 to \(inputs - 1)")
        precondition(
            probabilities.low > 0 && probabilities.low < probabilities.high && probabilities.high < 1,
            "a low and a high probability, between 0 and 1")
        (self.inputs, self.groups, self.probabilities) = (inputs, groups, probabilities)
    }

    /// The number of evaluations: one with all inputs at their medians and two for each group.
    public var rowCount: Int { 1 + 2 * groups.count }

    /// The probabilities of the inputs in a row: row 0 is all medians, rows 2g + 1 and 2g + 2 have group g low and high.
    public func row(_ index: Int) -> [Double] {
        precondition(index >= 0 && index < rowCount, "the design has rows 0 to \(rowCount - 1)")
        var row = [Double](repeating: 0.5, count: inputs)
        guard index > 0 else { return row }
        for input in groups[(index - 1) / 2] { row[input] = index % 2 == 1 ? probabilities.low : probabilities.high }
        return row
    }

    /// The swings of every output, for each output in the order of the groups.
    ///
    /// - Parameter outputs: Mean outputs row by row, all outputs of a row together.
    public func swings(of outputs: [Double]) -> [[Swing]] {
        precondition(
            !outputs.isEmpty && outputs.count.isMultiple(of: rowCount),
            "\(outputs.count) outputs are not equally many for each of \(rowCount) rows")
        let count = outputs.count / rowCount
        return (0..<count).map { output in
            groups.indices.map { group in
                Swing(
                    group: group, low: outputs[(2 * group + 1) * count + output],
                    high: outputs[(2 * group + 2) * count + output])
            }
        }
    }
}

import Foundation

/// Over draws and schools, per scenario, cell, group, outcome and year: the sum of levels, the sum of their squares, how many are at or
/// above zero, and how many draws have a mean at or above zero.
struct ScenarioTotals {
    private(set) var sum = [Double](repeating: 0, count: Scenario.results)
    private var squares = [Double](repeating: 0, count: Scenario.results)
    private var schoolsNotBelow = [Double](repeating: 0, count: Scenario.results)
    private var drawsNotBelow = [Double](repeating: 0, count: Scenario.results)

    /// Adds one draw's sum over schools.
    mutating func addDraw(_ sum: Double, at index: Int) {
        self.sum[index] += sum
        drawsNotBelow[index] += sum >= 0 ? 1 : 0
    }

    /// Adds what several draws' schools give together.
    mutating func add(_ sums: CellSums, at index: Int) {
        let squares = sums.squares
        self.squares[index] += (squares[0] + squares[1]) + (squares[2] + squares[3])
        schoolsNotBelow[index] -= Double(sums.notBelow.wrappedSum())
    }

    mutating func add(_ other: ScenarioTotals) {
        for index in 0..<Scenario.results {
            sum[index] += other.sum[index]
            squares[index] += other.squares[index]
            schoolsNotBelow[index] += other.schoolsNotBelow[index]
            drawsNotBelow[index] += other.drawsNotBelow[index]
        }
    }

    /// Writes the four, one after the other.
    func write(to path: String) throws {
        var data = Data()
        for part in [sum, squares, schoolsNotBelow, drawsNotBelow] {
            part.withUnsafeBytes { data.append(contentsOf: $0) }
        }
        try data.write(to: URL(fileURLWithPath: path))
    }
}

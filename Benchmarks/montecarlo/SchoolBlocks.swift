/// Schools of one cell that go through the kernel together, laid out with neighbouring schools in neighbouring numbers.
struct SchoolBlock {
    let cell: Int
    /// The schools' places in the input.
    let schools: Range<Int>
    /// Stream keys.
    let entities: [UInt64]
    /// Numbers a row: the schools, rounded up to whole vectors; what is beyond the schools is never counted.
    let width: Int
    /// Level at the start: group, outcome; a row of `width` each.
    let level: [Double]
    /// Minus spending: scenario, year; a row of `width` each.
    let negativeSpending: [Double]

    /// The most schools of a block: what they need stays in the second-level cache.
    static let largest = 256
}

extension ScenarioInputs {
    /// The schools cut into blocks; the cut depends on nothing but the input.
    func blocks() -> [SchoolBlock] {
        (0..<Scenario.cells).flatMap { cell in
            let first = self.cell.firstIndex { $0 >= cell } ?? self.cell.count
            let end = self.cell.firstIndex { $0 > cell } ?? self.cell.count
            let parts = (end - first + SchoolBlock.largest - 1) / SchoolBlock.largest
            return (0..<parts).map { part in
                // Even parts, in whole vectors but for the last.
                let step = ((end - first + parts - 1) / parts + 7) / 8 * 8
                return block(cell, min(first + part * step, end)..<min(first + (part + 1) * step, end))
            }
        }
    }

    private func block(_ cell: Int, _ schools: Range<Int>) -> SchoolBlock {
        let width = (schools.count + 7) / 8 * 8
        let (levels, years) = (Scenario.levels, Scenario.years)
        var level = [Double](repeating: 0, count: levels * width)
        var spending = [Double](repeating: 0, count: Scenario.scenarios * years * width)
        for (column, school) in schools.enumerated() {
            for row in 0..<levels { level[row * width + column] = self.level[school * levels + row] }
            for scenario in 0..<Scenario.scenarios {
                for year in 0..<years {
                    spending[(scenario * years + year) * width + column] =
                        -self.spending[(scenario * Scenario.schools + school) * years + year]
                }
            }
        }
        return SchoolBlock(
            cell: cell, schools: schools, entities: schools.map { UInt64($0) }, width: width, level: level,
            negativeSpending: spending)
    }
}

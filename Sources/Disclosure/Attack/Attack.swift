/// An attacker's solution of a component: for each hidden count the interval of values it can have.
///
/// Intervals come from two sides. A *seen* value is that of a table of whole counts that was found and checked, in
/// integers, against every relation and bound: nobody can rule it out. A *reachable* value is the linear program's:
/// no table lies beyond it. Protection is judged by seen values, so that neither a rounding error nor a table of
/// fractions can make a cell look safe.
struct Attack {
    private let network: CellNetwork
    private let component: HiddenComponent
    private let attacker: DisclosureRule.Attacker
    private let bounds: [CellNetwork.Bounds]
    /// The positions in the component of the hidden cells of each relation, with signs, and what they add up to.
    private let sums: [(cells: [Int], signs: [Int], sum: Int)]
    private var tableau: CountTableau
    private var checkingWork = 0
    /// The least and greatest seen value of each cell.
    private var seen: [CellNetwork.Bounds]

    init(_ network: CellNetwork, _ component: HiddenComponent, _ attacker: DisclosureRule.Attacker) {
        self.network = network
        self.component = component
        self.attacker = attacker
        var positionOf: [Int: Int] = [:]
        for (position, cell) in component.cells.enumerated() { positionOf[cell] = position }
        bounds = component.cells.map { network.bounds($0, attacker) }
        let n = component.cells.count
        var rows = [Double](repeating: 0, count: n * component.relations.count)
        var sums: [(cells: [Int], signs: [Int], sum: Int)] = []
        for (row, index) in component.relations.enumerated() {
            let relation = network.relations[index]
            var (cells, signs, sum): ([Int], [Int], Int) = ([], [], 0)
            for (cell, sign) in zip(relation.cells, relation.signs) {
                guard let position = positionOf[cell] else { continue }
                rows[row * n + position] = Double(sign)
                cells.append(position)
                signs.append(sign)
                sum += sign * network.counts[cell]
            }
            sums.append((cells, signs, sum))
        }
        self.sums = sums
        tableau = CountTableau(rows: rows, values: component.cells.map { network.counts[$0] }, bounds: bounds)
        seen = component.cells.map { (network.counts[$0], network.counts[$0]) }
    }

    /// The work done so far.
    var work: Int { tableau.work + checkingWork }

    /// The width of the seen values of a cell, searched for until it is as wanted or can be no wider.
    mutating func seenWidth(_ position: Int, wanted: Int) -> Int {
        for direction in [1.0, -1] {
            let (low, high) = seen[position]
            guard high - low < wanted else { break }
            tableau.push(position, direction, goal: Double(direction > 0 ? low + wanted : high - wanted))
            record()
        }
        return seen[position].upper - seen[position].lower
    }

    /// The width of a cell's interval by the linear program, at most as wanted: never too narrow.
    mutating func reachableWidth(_ position: Int, wanted: Int) -> Int {
        let truth = network.counts[component.cells[position]]
        tableau.push(position, 1, goal: Double(truth + wanted))
        let high = tableau.values[position]
        tableau.push(position, -1, goal: high - Double(wanted))
        return min(wanted, Int((high - tableau.values[position] - 1e-6).rounded(.up)))
    }

    /// The attacker's interval of a cell; an upper bound of ``CellNetwork/unlimited`` is none.
    mutating func interval(_ position: Int) -> ClosedRange<Int> {
        tableau.push(position, 1, goal: Double(CellNetwork.unlimited))
        let high = Int((tableau.values[position] + 1e-6).rounded(.down))
        tableau.push(position, -1, goal: 0)
        let low = Int((tableau.values[position] - 1e-6).rounded(.up))
        return low...max(low, high)
    }

    /// Widens the seen values by the table where the tableau stands, if it is one of whole counts.
    private mutating func record() {
        checkingWork += 4 * component.cells.count
        let table = tableau.values.map { Int($0.rounded()) }
        for (value, bound) in zip(table, bounds) where value < bound.lower || value > bound.upper { return }
        for (cells, signs, sum) in sums {
            var total = 0
            for (cell, sign) in zip(cells, signs) { total += sign * table[cell] }
            guard total == sum else { return }
        }
        for (position, value) in table.enumerated() {
            seen[position] = (min(seen[position].lower, value), max(seen[position].upper, value))
        }
    }
}

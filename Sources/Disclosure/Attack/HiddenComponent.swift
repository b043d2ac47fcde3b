/// Hidden cells that relations link, directly or through other hidden cells: what an attacker solves together.
struct HiddenComponent {
    /// The cells, in order.
    let cells: [Int]
    /// The relations that hold one of them, in order.
    let relations: [Int]

    /// The components of the hidden cells, in the order of their first cell.
    static func all(_ network: CellNetwork, isHidden: [Bool]) -> [HiddenComponent] {
        var isSeen = [Bool](repeating: false, count: isHidden.count)
        var components: [HiddenComponent] = []
        for cell in isHidden.indices where isHidden[cell] && !isSeen[cell] {
            components.append(HiddenComponent(network, from: cell, isHidden, &isSeen))
        }
        return components
    }

    /// The component of a cell.
    init(_ network: CellNetwork, from first: Int, _ isHidden: [Bool], _ isSeen: inout [Bool]) {
        var (cells, seenRelations, next) = ([first], Set<Int>(), 0)
        isSeen[first] = true
        while next < cells.count {
            for relation in network.relationsOfCell[cells[next]] where seenRelations.insert(relation).inserted {
                for cell in network.relations[relation].cells where isHidden[cell] && !isSeen[cell] {
                    isSeen[cell] = true
                    cells.append(cell)
                }
            }
            next += 1
        }
        self.cells = cells.sorted()
        relations = seenRelations.sorted()
    }

    /// The number of entries of its tableau.
    var size: Int { cells.count * relations.count }
}

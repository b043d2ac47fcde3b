/// Decides whether the hidden cells of a component protect its primaries, and remembers the answers.
struct Audit {
    /// The most entries of a tableau; a larger component is not audited but hidden whole.
    let largestSize: Int

    private let network: CellNetwork
    /// What was found of a component: the first cell that is exposed, or -1.
    private var found: [[Int]: Int] = [:]
    /// For each cell the whole component it is in when everything that can be hidden is.
    private let wholeOf: [Int: Int]
    private let wholes: [HiddenComponent]
    /// How wide a primary's interval is for one who reads only the reasons, where that was asked.
    private var baselineWidths: [Int: Int] = [:]
    private var baselineAttacks: [Int: Attack] = [:]
    /// The work done so far.
    private(set) var work = 0

    init(_ network: CellNetwork, largestSize: Int = 4_000_000) {
        self.network = network
        self.largestSize = largestSize
        wholes = HiddenComponent.all(network, isHidden: network.isKnownZero.map { !$0 })
        var wholeOf: [Int: Int] = [:]
        for (index, whole) in wholes.enumerated() {
            for cell in whole.cells { wholeOf[cell] = index }
        }
        self.wholeOf = wholeOf
    }

    /// Everything that can be hidden and is linked to a cell.
    func whole(of cell: Int) -> HiddenComponent? { wholeOf[cell].map { wholes[$0] } }

    /// The first primary of a component that an attacker learns too much of; nil when all are protected.
    mutating func exposed(_ component: HiddenComponent) -> Int? {
        if let known = found[component.cells] { return known < 0 ? nil : known }
        let cell = firstExposed(component)
        found[component.cells] = cell ?? -1
        return cell
    }

    private mutating func firstExposed(_ component: HiddenComponent) -> Int? {
        let primaries = component.cells.indices.filter { network.primary[component.cells[$0]] != .published }
        guard let first = component.cells.first, let whole = whole(of: first), !primaries.isEmpty,
            whole.cells.count > component.cells.count
        else { return nil }
        for attacker in network.rule.attackers {
            var attack = Attack(network, component, attacker)
            defer { work += attack.work + component.size }
            for position in primaries {
                let cell = component.cells[position]
                let wanted = network.wantedWidth(cell, attacker)
                let width = attack.seenWidth(position, wanted: wanted)
                guard width < wanted else { continue }
                if attacker == .readsNumbers || width < baselineWidth(cell, wanted) { return cell }
            }
        }
        return nil
    }

    /// The width of a primary's interval for one who knows the rule and the reasons and no count.
    private mutating func baselineWidth(_ cell: Int, _ wanted: Int) -> Int {
        if let known = baselineWidths[cell] { return known }
        guard let index = wholeOf[cell], wholes[index].size <= largestSize,
            let position = wholes[index].cells.firstIndex(of: cell)
        else { return wanted }
        var attack = baselineAttacks[index] ?? Attack(network, wholes[index], .readsReasons)
        let before = baselineAttacks[index] == nil ? 0 : attack.work
        let width = attack.reachableWidth(position, wanted: wanted)
        work += attack.work - before
        baselineAttacks[index] = attack
        baselineWidths[cell] = width
        return width
    }
}

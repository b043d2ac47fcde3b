/// Which cells are hidden, with what each relation alone gives away.
struct HiddenCells {
    let network: CellNetwork
    private(set) var isHidden: [Bool]
    /// The number of hidden cells of each relation.
    private(set) var hiddenCounts: [Int]

    /// The primaries.
    init(_ network: CellNetwork) {
        self.network = network
        isHidden = [Bool](repeating: false, count: network.counts.count)
        hiddenCounts = [Int](repeating: 0, count: network.relations.count)
        for cell in network.counts.indices where network.primary[cell] != .published { hide(cell) }
    }

    mutating func hide(_ cell: Int) {
        guard !isHidden[cell] else { return }
        isHidden[cell] = true
        for relation in network.relationsOfCell[cell] { hiddenCounts[relation] += 1 }
    }

    mutating func publish(_ cell: Int) {
        guard isHidden[cell] else { return }
        isHidden[cell] = false
        for relation in network.relationsOfCell[cell] { hiddenCounts[relation] -= 1 }
    }

    /// The hidden cells that are large enough to be published.
    var complementary: [Int] {
        isHidden.indices.filter { isHidden[$0] && network.primary[$0] == .published }
    }

    /// The cells of a relation that may still be hidden.
    func candidates(_ relation: Int) -> [Int] {
        network.relations[relation].cells.filter { !isHidden[$0] && !network.isKnownZero[$0] }
    }

    /// How many relations but one would be left with this cell as the only hidden one.
    func newlyAlone(_ cell: Int, besides relation: Int) -> Int {
        network.relationsOfCell[cell].count { $0 != relation && hiddenCounts[$0] == 0 }
    }

    /// Whether a relation by itself gives a hidden cell away: the only hidden one exactly, or a primary to an interval
    /// that is too narrow, where hiding more could widen it.
    ///
    /// - Parameter candidate: A cell to be taken as hidden too.
    func isExposed(_ relation: Int, alsoHiding candidate: Int? = nil) -> Bool {
        guard hiddenCounts[relation] + (candidate == nil ? 0 : 1) > 1 else {
            return hiddenCounts[relation] == 1 && !candidates(relation).isEmpty
        }
        return network.rule.attackers.contains { narrows(relation, $0, candidate) }
    }

    private func narrows(_ index: Int, _ attacker: DisclosureRule.Attacker, _ candidate: Int?) -> Bool {
        let now = SignedSum(network, index, attacker, isHidden: { isHidden[$0] || $0 == candidate })
        let most = SignedSum(network, index, attacker, isHidden: { !network.isKnownZero[$0] })
        for (cell, sign) in zip(network.relations[index].cells, network.relations[index].signs)
        where isHidden[cell] && network.primary[cell] != .published {
            let bounds = network.bounds(cell, attacker)
            let wanted = min(network.wantedWidth(cell, attacker), most.width(bounds, sign))
            if now.width(bounds, sign) < wanted { return true }
        }
        return false
    }
}

/// The signed sum of a relation's hidden cells: what it is, and the range that bounds alone leave it.
private struct SignedSum {
    private static let farAway = 1 << 60
    private var sum = 0
    private var low = 0
    private var high = 0

    init(_ network: CellNetwork, _ index: Int, _ attacker: DisclosureRule.Attacker, isHidden: (Int) -> Bool) {
        for (cell, sign) in zip(network.relations[index].cells, network.relations[index].signs) where isHidden(cell) {
            let bounds = network.bounds(cell, attacker)
            sum += sign * network.counts[cell]
            // Clamped far beyond any count, so that no number of parts overflows.
            low = max(low, -Self.farAway) + (sign > 0 ? bounds.lower : -bounds.upper)
            high = min(high, Self.farAway) + (sign > 0 ? bounds.upper : -bounds.lower)
        }
    }

    /// The width of the interval of a hidden cell by this relation and the bounds.
    func width(_ bounds: CellNetwork.Bounds, _ sign: Int) -> Int {
        // The range of the others, and then of the sign times the cell: what is left of the sum.
        let others = sign > 0 ? (low - bounds.lower, high - bounds.upper) : (low + bounds.upper, high + bounds.lower)
        let left = sign > 0 ? (sum - others.1, sum - others.0) : (others.0 - sum, others.1 - sum)
        return min(bounds.upper, left.1) - max(bounds.lower, left.0)
    }
}

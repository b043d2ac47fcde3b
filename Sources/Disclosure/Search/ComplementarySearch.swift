/// Hides further cells until every primary is protected: relation by relation first, then where an attacker who solves
/// all relations together still learns too much; last, publishes again what turned out not to be needed.
///
/// The greedy search and the clearing at the end are those of Kelly, Golden and Assad (1992), Cell suppression:
/// disclosure protection for sensitive tabular data, Networks 22, with the loss of a cell 1.
struct ComplementarySearch {
    /// What is avoided first when a cell is chosen.
    enum Preference {
        /// To hide a total.
        case sparesTotals
        /// To need yet another cell.
        case sparesCells
        /// To need another cell in another relation.
        case staysLocal
    }

    /// The work after which no other preference is tried, and that clearing may cost: entries of tableaus read or changed.
    /// The same on every machine, unlike a time.
    private static let searchingWork = 5_000_000
    private static let clearingWork = 3_000_000

    let network: CellNetwork
    private let preference: Preference
    private(set) var hidden: HiddenCells
    private(set) var unauditedCount = 0

    init(_ network: CellNetwork, _ preference: Preference) {
        self.network = network
        self.preference = preference
        hidden = HiddenCells(network)
    }

    /// The search that loses least of those with each preference; of a large problem those that fit in the work.
    static func best(_ network: CellNetwork, _ audit: inout Audit) -> ComplementarySearch {
        var best = ComplementarySearch(network, .sparesTotals)
        best.run(&audit)
        for preference in [Preference.sparesCells, .staysLocal] where audit.work < searchingWork {
            var search = ComplementarySearch(network, preference)
            search.run(&audit)
            if search.loss < best.loss { best = search }
        }
        return best
    }

    /// The number of cells hidden, totals twice: of two solutions the one that loses less is taken.
    var loss: Int { hidden.complementary.reduce(0) { $0 + (network.isTotal[$1] ? 2 : 1) } }

    /// Hides what is needed.
    mutating func run(_ audit: inout Audit) {
        repeat { closeRelations() } while hideWhereExposed(&audit)
        clear(&audit)
    }

    /// Hides until no relation by itself gives a cell away.
    private mutating func closeRelations() {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for relation in network.relations.indices {
                while hidden.isExposed(relation), let cell = best(of: [relation], isLocal: true) {
                    hidden.hide(cell)
                    hasChanged = true
                }
            }
        }
    }

    /// Hides one more cell for each component that does not protect its primaries.
    ///
    /// - Returns: Whether there was one.
    private mutating func hideWhereExposed(_ audit: inout Audit) -> Bool {
        var hasChanged = false
        for component in HiddenComponent.all(network, isHidden: hidden.isHidden) {
            guard component.size <= audit.largestSize else {
                hasChanged = hideWhole(component, audit) || hasChanged
                continue
            }
            guard let exposed = audit.exposed(component) else { continue }
            let near = best(of: network.relationsOfCell[exposed], isLocal: false)
            if let cell = near ?? best(of: component.relations, isLocal: false) {
                hidden.hide(cell)
                hasChanged = true
            }
        }
        return hasChanged
    }

    /// Hides everything linked to a component too large to be audited: an attacker then reads only reasons.
    private mutating func hideWhole(_ component: HiddenComponent, _ audit: Audit) -> Bool {
        guard let first = component.cells.first, let whole = audit.whole(of: first) else { return false }
        let published = whole.cells.filter { !hidden.isHidden[$0] }
        for cell in published { hidden.hide(cell) }
        unauditedCount += published.count
        return !published.isEmpty
    }

    /// The cell of these relations whose loss is least.
    private func best(of relations: [Int], isLocal: Bool) -> Int? {
        var (best, least): (Int?, [Int]) = (nil, [])
        for relation in relations {
            for cell in hidden.candidates(relation) {
                let key = key(of: cell, in: relation, isLocal: isLocal)
                if best == nil || key.lexicographicallyPrecedes(least) { (best, least) = (cell, key) }
            }
        }
        return best
    }

    /// What is compared: the first number that differs decides, last the cell's place in the order of names.
    private func key(of cell: Int, in relation: Int, isLocal: Bool) -> [Int] {
        let total = network.isTotal[cell] ? 1 : 0
        let alone = hidden.newlyAlone(cell, besides: relation)
        let more = isLocal && hidden.isExposed(relation, alsoHiding: cell) ? 1 : 0
        let count = network.counts[cell]
        return switch preference {
        case .sparesTotals: [total, more, alone, count, cell]
        case .sparesCells: [more, alone, total, count, cell]
        case .staysLocal: [alone, more, total, count, cell]
        }
    }

    /// Publishes complementary cells, totals and large ones first, where what remains is still protected.
    private mutating func clear(_ audit: inout Audit) {
        guard unauditedCount == 0 else { return }
        let start = audit.work
        let order = hidden.complementary.sorted {
            (network.isTotal[$0] ? 0 : 1, -network.counts[$0], $0)
                < (network.isTotal[$1] ? 0 : 1, -network.counts[$1], $1)
        }
        for cell in order where hidden.isHidden[cell] {
            guard audit.work - start < Self.clearingWork else { return }
            var trial = hidden
            if trial.publishWithFollowers(cell), isProtected(trial, &audit) { hidden = trial }
        }
    }

    private func isProtected(_ hidden: HiddenCells, _ audit: inout Audit) -> Bool {
        for component in HiddenComponent.all(hidden.network, isHidden: hidden.isHidden)
        where component.size > audit.largestSize || audit.exposed(component) != nil { return false }
        return true
    }
}

extension HiddenCells {
    /// Publishes a complementary cell, and those that it leaves alone in a relation: subtraction gives these away.
    ///
    /// - Returns: False when a relation by itself then gives a primary away.
    fileprivate mutating func publishWithFollowers(_ cell: Int) -> Bool {
        var waiting = [cell]
        var touched = Set<Int>()
        while let next = waiting.popLast() {
            guard network.primary[next] == .published else { return false }
            publish(next)
            touched.formUnion(network.relationsOfCell[next])
            for relation in network.relationsOfCell[next] where hiddenCounts[relation] == 1 {
                waiting += network.relations[relation].cells.filter { isHidden[$0] }
            }
        }
        return !touched.contains { isExposed($0) }
    }
}

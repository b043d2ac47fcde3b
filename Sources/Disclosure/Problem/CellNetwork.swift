/// A problem under a rule, by positions: the cells in the order of their names, so that no result depends on the order
/// in which a caller lists them.
struct CellNetwork {
    /// A relation: the sum of its signed cells is zero, -1 for the total and 1 for a part.
    struct Relation {
        var cells: [Int] = []
        var signs: [Int] = []
    }

    /// Bounds that an attacker knows of a hidden count.
    typealias Bounds = (lower: Int, upper: Int)

    /// More than any sum of counts that matters; a sum of as many as there are cells does not overflow.
    static let unlimited = 1 << 44

    let rule: DisclosureRule
    let counts: [Int]
    let relations: [Relation]
    /// The relations of each cell.
    let relationsOfCell: [[Int]]
    let isTotal: [Bool]
    /// Why a cell is suppressed by the rule alone; `.published` where it is not.
    let primary: [Suppression.Status]
    /// Zeros that the rule publishes: known to everybody, no use in hiding them.
    let isKnownZero: [Bool]
    /// Cells whose count may be zero as far as the rule tells.
    private let mayBeZero: [Bool]

    /// - Throws: ``DisclosureError/missingClusters(_:minimum:)``.
    init(_ problem: SuppressionProblem, _ rule: DisclosureRule) throws(DisclosureError) {
        self.rule = rule
        counts = problem.cells.map(\.count)
        let positions = Dictionary(
            problem.cells.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        var relations: [Relation] = []
        var relationsOfCell = [[Int]](repeating: [], count: problem.cells.count)
        var isTotal = [Bool](repeating: false, count: problem.cells.count)
        for relation in problem.relations {
            let names = [relation.total] + relation.parts
            let cells = names.compactMap { positions[$0] }
            for cell in cells { relationsOfCell[cell].append(relations.count) }
            isTotal[cells[0]] = true
            relations.append(Relation(cells: cells, signs: [-1] + cells.dropFirst().map { _ in 1 }))
        }
        let byCount = Self.belowMinimum(counts, relations, rule)
        primary = try Self.primary(problem.cells, byCount, rule)
        isKnownZero = zip(counts, byCount).map { $0 == 0 && !$1 }
        mayBeZero = Self.mayBeZero(byCount, relations, rule)
        self.relations = relations
        self.relationsOfCell = relationsOfCell
        self.isTotal = isTotal
    }

    /// The cells below the minimum count. A zero is one where the rule says so, or a total it is part of is one, but not
    /// where published zeros tell it anyway: nobody at all gave that answer, which says nothing of a small group.
    private static func belowMinimum(_ counts: [Int], _ relations: [Relation], _ rule: DisclosureRule) -> [Bool] {
        var isBelow = counts.map { $0 < rule.minimumCount && ($0 > 0 || rule.zeros == .unsafe) }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for relation in relations where isBelow[relation.cells[0]] {
                for part in relation.cells.dropFirst() where !isBelow[part] {
                    isBelow[part] = true
                    hasChanged = true
                }
            }
        }
        guard rule.zeros == .safe else { return isBelow }
        while let told = firstToldZero(counts, relations, isBelow) { isBelow[told] = false }
        return isBelow
    }

    /// A suppressed zero that published zeros tell: a part of a total of zero, or a total of parts that are all zero.
    private static func firstToldZero(_ counts: [Int], _ relations: [Relation], _ isBelow: [Bool]) -> Int? {
        for relation in relations where counts[relation.cells[0]] == 0 {
            let (total, parts) = (relation.cells[0], relation.cells.dropFirst())
            if isBelow[total] {
                if parts.allSatisfy({ !isBelow[$0] }) { return total }
            } else if let part = parts.first(where: { isBelow[$0] }) {
                return part
            }
        }
        return nil
    }

    /// The cells whose zero would be suppressed as well: where zeros are safe, the parts of a total below the minimum.
    private static func mayBeZero(_ byCount: [Bool], _ relations: [Relation], _ rule: DisclosureRule) -> [Bool] {
        var mayBeZero = byCount.map { _ in rule.zeros == .unsafe }
        for relation in relations where byCount[relation.cells[0]] {
            for part in relation.cells.dropFirst() { mayBeZero[part] = true }
        }
        return mayBeZero
    }

    private static func primary(
        _ cells: [SuppressionCell], _ byCount: [Bool], _ rule: DisclosureRule
    ) throws(DisclosureError) -> [Suppression.Status] {
        var statuses: [Suppression.Status] = []
        for (position, cell) in cells.enumerated() {
            guard rule.minimumClusters > 0, !byCount[position], cell.count > 0 else {
                statuses.append(byCount[position] ? .count : .published)
                continue
            }
            guard let clusters = cell.clusters else {
                throw .missingClusters(cell.name, minimum: rule.minimumClusters)
            }
            statuses.append(clusters < rule.minimumClusters ? .clusters : .published)
        }
        return statuses
    }

    /// What an attacker knows of a hidden cell before any subtraction.
    func bounds(_ cell: Int, _ attacker: DisclosureRule.Attacker) -> Bounds {
        guard attacker == .readsReasons else { return (0, Self.unlimited) }
        guard primary[cell] == .count else { return (min(rule.minimumCount, counts[cell]), Self.unlimited) }
        return (mayBeZero[cell] ? 0 : 1, rule.minimumCount - 1)
    }

    /// The width of the interval in which a primary's count must stay hidden, if it was that wide to begin with: the
    /// minimum, or all values that the rule itself leaves.
    func wantedWidth(_ cell: Int, _ attacker: DisclosureRule.Attacker) -> Int {
        let (lower, upper) = bounds(cell, attacker)
        return min(rule.minimumCount, upper - lower)
    }
}

/// What an attacker recovers of a suppressed count.
public struct Recovery: Sendable, Equatable {
    /// The cell.
    public let name: CellName
    /// The smallest count it can have.
    public let smallest: Int
    /// The largest; nil when nothing limits it.
    public let largest: Int?

    /// The largest minus the smallest; nil when nothing limits it.
    public var width: Int? { largest.map { $0 - smallest } }
}

extension SuppressionProblem {
    /// What an attacker recovers of every cell that a publication leaves out, by a linear program over all relations.
    ///
    /// Works for any mask, so that it also tests what others suppressed, or two publications joined into one problem.
    ///
    /// - Parameters:
    ///   - mask: What is published.
    ///   - rule: The rule that the attacker knows when he reads reasons.
    ///   - attacker: What he knows.
    /// - Returns: The suppressed cells in the order of names, those below the minimum and complementary ones.
    /// - Throws: ``DisclosureError/missingClusters(_:minimum:)``.
    public func recoveries(
        from mask: SuppressionMask, rule: DisclosureRule, attacker: DisclosureRule.Attacker
    ) throws(DisclosureError) -> [Recovery] {
        let network = try CellNetwork(self, rule)
        let isHidden = cells.map { mask.isSuppressed($0.name) }
        var recoveries: [Recovery] = []
        for component in HiddenComponent.all(network, isHidden: isHidden) {
            var attack = Attack(network, component, attacker)
            for (position, cell) in component.cells.enumerated() {
                let interval = attack.interval(position)
                let isLimited = interval.upperBound < CellNetwork.unlimited
                recoveries.append(
                    Recovery(
                        name: cells[cell].name, smallest: interval.lowerBound,
                        largest: isLimited ? interval.upperBound : nil))
            }
        }
        return recoveries.sorted { $0.name < $1.name }
    }
}

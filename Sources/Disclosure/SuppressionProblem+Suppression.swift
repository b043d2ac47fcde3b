extension SuppressionProblem {
    /// Decides what is published: suppresses every cell below the rule's minimum, and as few others as it finds so
    /// that no attacker of ``DisclosureRule/Attacker`` learns too much of those by subtraction.
    ///
    /// Promised, by an exact audit of all relations together:
    /// - From the published counts alone, the values that the count of a cell below the minimum can have span at least
    ///   the minimum.
    /// - With the rule and the reasons too, the published counts tell nothing about it that the reasons did not tell;
    ///   of a cell with too few clusters its values still span the minimum.
    ///
    /// Both hold for whole counts: at both ends stands a table that agrees with everything published. A promise that
    /// nothing could keep, such as for a cell that is the only part of a small total, is kept as far as hiding
    /// everything linked to the cell keeps it. Counts of complementary cells, and sums of money, are not protected for
    /// their own sake.
    ///
    /// The number of complementary cells is small, not the smallest: that is an NP-hard problem. The result hangs
    /// neither on the order of cells and relations nor on the machine, but names break ties.
    ///
    /// - Throws: ``DisclosureError/missingClusters(_:minimum:)``.
    /// - Complexity: Grows with the hidden cells linked together; a few hundred take milliseconds.
    /// - SeeAlso: Fischetti and Salazar (2001), Solving the cell suppression problem on tabular data with linear
    ///   constraints, Management Science 47(7), section 2, for the attacker's problem.
    public func suppressed(under rule: DisclosureRule) throws(DisclosureError) -> Suppression {
        let network = try CellNetwork(self, rule)
        var audit = Audit(network)
        let best = ComplementarySearch.best(network, &audit)
        var statuses: [CellName: Suppression.Status] = [:]
        for (position, cell) in cells.enumerated() {
            let isComplementary = best.hidden.isHidden[position] && network.primary[position] == .published
            statuses[cell.name] = isComplementary ? .complementary : network.primary[position]
        }
        return Suppression(rule: rule, statuses: statuses, unauditedCount: best.unauditedCount)
    }
}

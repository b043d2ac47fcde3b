/// What is published of a problem's cells, and why the rest is not.
public struct Suppression: Sendable, Equatable {
    /// What happens to a cell.
    public enum Status: String, Sendable, CaseIterable {
        /// Its statistics are published.
        case published
        /// It rests on fewer individuals than the minimum.
        case count
        /// It rests on enough individuals, in fewer clusters than the minimum.
        case clusters
        /// It is large enough, and would give another away by subtraction.
        case complementary
    }

    /// The rule.
    public let rule: DisclosureRule
    /// The status of every cell.
    public let statuses: [CellName: Status]
    /// The number of cells suppressed because the problem was too large to be audited; 0 nearly always. They are no
    /// less protected: everything that is linked to them is suppressed.
    public let unauditedCount: Int

    /// The reason of a suppressed cell, as it is published: `count`, `clusters` or `complementary`; nil for a
    /// published one. Publish it only under ``DisclosureRule/Attacker/readsReasons``.
    public func reason(_ name: CellName) -> String? {
        guard let status = statuses[name], status != .published else { return nil }
        return status.rawValue
    }

    /// The number of cells with a status.
    public func count(of status: Status) -> Int { statuses.values.count { $0 == status } }

    /// Which cells to leave out.
    public var mask: SuppressionMask {
        SuppressionMask(published: Set(statuses.filter { $0.value == .published }.keys))
    }
}

/// Answers whether a cell is suppressed.
public struct SuppressionMask: Sendable, Equatable {
    /// The cells that may be published.
    public let published: Set<CellName>

    /// Whether nothing of a cell may be published. A cell that was not in the problem was never checked, and is.
    public func isSuppressed(_ name: CellName) -> Bool { !published.contains(name) }
}

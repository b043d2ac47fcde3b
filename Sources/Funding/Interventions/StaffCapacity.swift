/// What becomes of money that finds no staff.
public enum UnusedMoney: String, Sendable, CaseIterable {
    /// It is not spent on learning.
    case unspent
    /// It goes to the interventions of the mix that need no staff, in proportion to their shares; unspent when all need
    /// staff.
    case unstaffed
}

/// The staff that can be found, against the staff that a mix needs.
public enum StaffCapacity {
    /// The share of staffed interventions that can be delivered, `min(1, available / needed)`; 1 when none is needed.
    ///
    /// - Parameters:
    ///   - available: Staff that can be found, FTE per 100 pupils.
    ///   - needed: Staff that the money would employ, FTE per 100 pupils.
    public static func deliveredShare(available: Double, needed: Double) -> Double {
        precondition(available >= 0 && needed >= 0, "staff is 0 or more")
        return needed <= available ? 1 : available / needed
    }

    /// The doses that staff can deliver.
    ///
    /// All interventions that need staff shrink alike.
    ///
    /// - Parameters:
    ///   - doses: Treated pupil-years per enrolled pupil that the money buys, by intervention.
    ///   - costs: Euros per pupil per year of each.
    ///   - staff: FTE per 100 treated pupils of each.
    ///   - available: Staff that can be found, FTE per 100 enrolled pupils.
    ///   - unused: What becomes of the money that finds no staff.
    public static func delivered(
        doses: [Double], costs: [Double], staff: [Double], available: Double, unused: UnusedMoney
    ) -> [Double] {
        let needed = doses.indices.reduce(0) { $0 + doses[$1] * staff[$1] }
        let share = deliveredShare(available: available, needed: needed)
        guard share < 1 else { return doses }
        let shrunk = doses.indices.map { staff[$0] > 0 ? doses[$0] * share : doses[$0] }
        guard unused == .unstaffed else { return shrunk }
        let unstaffed = doses.indices.reduce(0) { staff[$1] > 0 ? $0 : $0 + doses[$1] * costs[$1] }
        guard unstaffed > 0 else { return shrunk }
        let left = doses.indices.reduce(0) { $0 + (doses[$1] - shrunk[$1]) * costs[$1] }
        return doses.indices.map { staff[$0] > 0 ? shrunk[$0] : doses[$0] * (1 + left / unstaffed) }
    }
}

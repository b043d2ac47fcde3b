import Funding
import Probability

extension FundingPlan {
    /// The numbers of the scenarios' own spending policies; a scenario that takes another's policy repeats none.
    var spendingAssumptions: [Assumption] {
        scenarios.filter { $0.declaration.spending != nil }.flatMap { scenario in
            let name = scenario.declaration.name + ".spending"
            return policyAssumptions(scenario.policy, name)
                + scenario.spending.calibration(population).map { calibrated($0, name) }
        }
    }

    private func policyAssumptions(_ policy: SpendingPolicy, _ name: String) -> [Assumption] {
        func share(_ key: String, _ share: DeclaredShare, _ note: String) -> Assumption {
            Assumption("\(name).\(key)", .fixed(share.value), origin: "assumption", source: share.source, note: note)
        }
        return [
            share("board_share", policy.boardShare, "share of receipts kept and spent by boards"),
            share("overhead", policy.overhead, "share of spending that buys no intervention"),
            share(
                "unspent_at_deadline", policy.unspentAtDeadline,
                "share of the money in hand after the last declared moment that is never spent"),
        ]
            + policy.profiles.filter { $0.quintileShift.value > 0 }.map { profile in
                share(
                    "\(profile.sectors.joined(separator: "+")).quintile_shift", profile.quintileShift,
                    "how much later schools of quintile 5 stand than those of quintile 1, among all schools from fast to "
                        + "slow spenders")
            }
    }

    private func calibrated(_ row: SpendingCalibration, _ name: String) -> Assumption {
        let cell = row.sector + (row.quintiles.isEmpty ? "" : ".quintiles_" + words(row.quintiles))
        let left =
            row.moneyLeft.upTo == 0
            ? "nothing left" : "at most \(row.moneyLeft.upTo) of their money left, and more than in the class below,"
        let simulated = (row.simulatedShare * 1e4).rounded() / 1e4
        return Assumption(
            "\(name).\(cell).left_at_start.\(row.year).\(row.moneyLeft.key)", .fixed(row.declaredShare),
            origin: "calibration", source: row.source,
            note: "share of schools with \(left) at the start of \(row.year); put in, not predicted; \(simulated) of "
                + "\(row.schools) schools in the simulation")
    }

    private func words(_ quintiles: [Int]) -> String {
        quintiles.map { $0 == 0 ? "unknown" : String($0) }.joined(separator: "+")
    }
}

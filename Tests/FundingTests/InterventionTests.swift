import Specifications
import TestSupport
import Testing

@testable import Funding

@Suite struct DoseResponseTests {
    @Test(arguments: DoseResponse.allCases) func noMoneyDoesNothingAndOneDoseIsOneEffect(dosing: DoseResponse) {
        #expect(dosing.response(0) == 0)
        #expect(dosing.response(1) == 1)
        // 1 / (1 - 1/e)
        #expect(abs(dosing.response(1000) - 1.5819767068693265) < 1e-15)
        // (1 - e^-2) / (1 - e^-1) = 1 + 1/e
        #expect(abs(dosing.response(2) - 1.3678794411714423) < 1e-15)
    }

    @Test func halfADoseForAllIsMoreThanOneForHalf() {
        #expect(DoseResponse.treatedShare.response(0.5) == 0.5)
        // (1 - e^-0.5) / (1 - e^-1) = 1 / (1 + e^-0.5)
        #expect(abs(DoseResponse.allPupils.response(0.5) - 0.6224593312018546) < 1e-15)
        // At small doses the ratio of the two is 1 / (1 - 1/e).
        #expect(abs(DoseResponse.allPupils.response(1e-9) / 1e-9 - 1.5819767068693265) < 1e-8)
    }

    @Test("More money never does less, and a second euro never more than the first", arguments: 1...200)
    func isMonotoneAndConcave(seed: Int) {
        var random = SeededGenerator(seed: seed)
        let (low, step) = (Double.random(in: 0...3, using: &random), Double.random(in: 1e-3...1, using: &random))
        for dosing in DoseResponse.allCases {
            let (a, b, c) = (
                dosing.response(low), dosing.response(low + step), dosing.response(low + 2 * step)
            )
            #expect(b > a && c > b)
            #expect(c - b <= b - a + 1e-12)
        }
        // A share s treated with z / s lies between the two readings.
        let (z, share) = (min(low, 1), Double.random(in: 0.01...1, using: &random))
        guard share >= z else { return }
        let mixed = share * DoseResponse.allPupils.response(z / share)
        #expect(mixed >= DoseResponse.treatedShare.response(z) - 1e-12)
        #expect(mixed <= DoseResponse.allPupils.response(z) + 1e-12)
    }
}

@Suite struct StaffCapacityTests {
    @Test func capacityBindsOnlyWhenTooFewCanBeFound() {
        #expect(StaffCapacity.deliveredShare(available: 1, needed: 0.5) == 1)
        #expect(StaffCapacity.deliveredShare(available: 0, needed: 0) == 1)
        #expect(StaffCapacity.deliveredShare(available: 0.5, needed: 2) == 0.25)
        #expect(StaffCapacity.deliveredShare(available: 0, needed: 1) == 0)
    }

    // Two staffed interventions (0.4 x 1 + 0.3 x 2 = 1 FTE needed) and one without staff.
    private func delivered(_ available: Double, _ unused: UnusedMoney) -> [Double] {
        StaffCapacity.delivered(
            doses: [0.4, 0.3, 0.5], costs: [500, 1000, 100], staff: [1, 2, 0], available: available, unused: unused)
    }

    @Test func withoutStaffOnlyWhatNeedsNoneIsLeft() {
        #expect(delivered(0, .unspent) == [0, 0, 0.5])
        // 0.4 x 500 + 0.3 x 1000 = 500 euros more, at 100 euros each.
        #expect(delivered(0, .unstaffed) == [0, 0, 5.5])
        #expect(delivered(1, .unspent) == [0.4, 0.3, 0.5])
        #expect(delivered(0.5, .unspent) == [0.2, 0.15, 0.5])
        // Nothing that needs no staff: the money stays unspent.
        let staffed = StaffCapacity.delivered(
            doses: [0.4], costs: [500], staff: [1], available: 0.1, unused: .unstaffed)
        #expect(staffed == [0.1])
    }

    @Test("Redirected money is spent to the last euro and needs no more staff than there is", arguments: 1...200)
    func moneyIsConserved(seed: Int) {
        var random = SeededGenerator(seed: seed)
        let doses = (0..<6).map { _ in Double.random(in: 0...2, using: &random) }
        let costs = (0..<6).map { _ in Double.random(in: 50...1500, using: &random) }
        let staff = (0..<6).map { $0 < 2 ? 0.0 : Double.random(in: 0.1...2, using: &random) }
        let available = Double.random(in: 0...4, using: &random)
        func euros(_ doses: [Double]) -> Double { zip(doses, costs).reduce(0) { $0 + $1.0 * $1.1 } }
        for unused in UnusedMoney.allCases {
            let left = StaffCapacity.delivered(
                doses: doses, costs: costs, staff: staff, available: available, unused: unused)
            #expect(zip(left, staff).reduce(0) { $0 + $1.0 * $1.1 } <= available * (1 + 1e-12))
            #expect(euros(left) <= euros(doses) * (1 + 1e-12))
            if unused == .unstaffed { #expect(abs(euros(left) / euros(doses) - 1) < 1e-12) }
        }
    }
}

@Suite struct OverlapTests {
    @Test func effectsAddOrTheLargestStandsAlone() {
        #expect(Overlap.total([0.25, 0.5, 0.125], overlap: 0) == 0.875)
        #expect(Overlap.total([0.25, 0.5, 0.125], overlap: 1) == 0.5)
        #expect(Overlap.total([0.25, 0.5, 0.125], overlap: 0.5) == 0.6875)
        #expect(Overlap.total([], overlap: 0.5) == 0)
        #expect(Overlap.total([0.3], overlap: 0.7) == 0.3)
        // What does nothing does not soften a loss.
        #expect(Overlap.total([-0.25, 0, 0], overlap: 0.7) == -0.25)
        #expect(Overlap.total([-0.25, 0.5, 0.25], overlap: 0.5) == 0.375)
    }

    @Test("Together never more than the sum, never less than the largest and the losses", arguments: 1...200)
    func isSubadditive(seed: Int) {
        var random = SeededGenerator(seed: seed)
        let effects = (0..<5).map { _ in Double.random(in: -0.5...1, using: &random) }
        let omega = Double.random(in: 0...0.9, using: &random)
        let total = Overlap.total(effects, overlap: omega)
        let losses = effects.reduce(0) { $0 + min($1, 0) }
        #expect(total <= effects.reduce(0, +) + 1e-12 && total >= max(0, effects.max() ?? 0) + losses - 1e-12)
        #expect(Overlap.total(effects, overlap: omega + 0.1) <= total + 1e-12)
        var more = effects
        more[2] += 0.1
        #expect(Overlap.total(more, overlap: omega) >= total)
    }
}

@Suite struct PersistenceTests {
    @Test func fadesToItsPlateau() {
        let persistence = Persistence(plateau: 0.4, halfLife: 0.5)
        #expect(persistence.share(after: 0) == 1)
        #expect(abs(persistence.share(after: 0.5) - 0.7) < 1e-15)
        #expect(abs(persistence.share(after: 1) - 0.55) < 1e-15)
        #expect(abs(persistence.share(after: 500) - 0.4) < 1e-15)
        #expect(Persistence(plateau: 1, halfLife: 1).share(after: 3) == 1)
    }
}

@Suite struct PredictiveEffectTests {
    @Test func spreadIsThatOfTheMeanAndBetweenStudiesWidened() {
        let effect = PredictiveEffect(mean: 0.3, standardError: 0.03, betweenStudySD: 0.04, widening: 1.5)
        #expect(abs(effect.scale - 0.075) < 1e-15)
        #expect(effect.quantile(0.5) == 0.3)
        // qnorm(0.975)
        #expect(abs(effect.quantile(0.975) - (0.3 + 0.075 * 1.959963984540054)) < 1e-14)
        let few = PredictiveEffect(mean: 0.3, standardError: 0.03, betweenStudySD: 0.04, degreesOfFreedom: 4)
        // qt(0.975, 4)
        #expect(abs(few.quantile(0.975) - (0.3 + 0.05 * 2.7764451051977987)) < 1e-14)
        #expect(PredictiveEffect(mean: 0.1, standardError: 0, betweenStudySD: 0).quantile(0.001) == 0.1)
    }

}

import Recovery
import TestSupport
import Testing

@testable import Funding

/// What holds for every rule set and population, tried on thousands of random ones.
@Suite struct RulePropertyTests {
    static let years = [SchoolYear(start: 2021), SchoolYear(start: 2022)]
    static let sectors = ["po", "vo"]
    static let types = ["a", "b"]

    static func population(_ random: inout SeededGenerator, schools count: Int) -> [School] {
        (0..<count).map { index in
            let pupils = Int.random(in: 1...1200, using: &random)
            let low = Int.random(in: 0...pupils, using: &random)
            let before = Bool.random(using: &random) ? Double.random(in: 0...300, using: &random).rounded() : nil
            // Every sector keeps one school with a score, so that no rule by score is without schools.
            let score = index < 2 ? 50 : before.map { max(0, $0 - 100) }
            return School(
                id: "s\(index)", sector: sectors[index % 2],
                traits: School.Traits(
                    type: types.randomElement(using: &random), municipality: "m\(Int.random(in: 0..<4, using: &random))"
                ),
                lowPupils: low, highPupils: pupils - low, newcomers: Int.random(in: 0...pupils, using: &random),
                disadvantageScore: score, scoreBeforeThreshold: index < 2 ? 150 : before)
        }
    }

    static func number(_ random: inout SeededGenerator, _ range: ClosedRange<Double>) -> YearlyNumber {
        Bool.random(using: &random)
            ? YearlyNumber(Double.random(in: range, using: &random))
            : YearlyNumber(
                byYear: Dictionary(uniqueKeysWithValues: years.map { ($0, Double.random(in: range, using: &random)) }))
    }

    static func formula(_ random: inout SeededGenerator, isFirst: Bool) -> FundingFormula {
        let rate = number(&random, 1...2000)
        switch Int.random(in: isFirst ? 1...6 : 0...7, using: &random) {
        case 0: return .targetShare(TargetShare(share: number(&random, 0...0.9)))
        case 1: return .perScorePoint(PerScorePoint(rate: rate))
        case 2: return .newcomers(NewcomerSupplement(rate: rate, above: 0))
        case 3: return .topShare(TopShareSupplement(rate: rate, share: Double.random(in: 0.05...1, using: &random)))
        case 4:
            return .application(
                ApplicationSubsidy(
                    rate: rate, share: 0.5, shareWithScore: 0.9,
                    takeUp: (0..<6).map { _ in Double.random(in: 0.6...1, using: &random) }))
        case 5: return .lumpSum(LumpSum(rate: rate))
        case 6: return .perPupil(PerPupil(rate: rate))
        default:
            return .municipal(
                MunicipalPart(
                    perInhabitant: YearlyNumber(0), perPupil: rate, perScorePoint: rate,
                    cooperationShare: Double.random(in: 0...1, using: &random)))
        }
    }

    static func rules(_ random: inout SeededGenerator) -> [FundingRule] {
        (0..<Int.random(in: 1...5, using: &random)).map { index in
            let formula = formula(&random, isFirst: index == 0)
            let isFixed = Bool.random(using: &random)
            return FundingRule(
                name: "r\(index)", formula: formula, total: isFixed ? number(&random, 0...1e8) : nil, years: years,
                sectors: sectors,
                adjustment: YearAdjustment(phaseIn: YearlyNumber(1), priceYear: years[0], yearlyRise: 0.03),
                source: "generated")
        }
    }

    @Test("Amounts are non-negative, totals exact and the order of schools irrelevant", arguments: 0..<20)
    func invariants(block: Int) throws {
        for case_ in 0..<150 {
            var random = SeededGenerator(seed: block * 1000 + case_)
            let schools = Self.population(&random, schools: Int.random(in: 8...40, using: &random))
            let rules = Self.rules(&random)
            let population = try SchoolPopulation(schools: schools, sectors: Self.sectors, source: "generated")
            let allocation = try Allocation(rules: rules, population: population, seed: 7)
            for rule in rules {
                for year in Self.years {
                    let payments = allocation.payments.filter { $0.year == year && $0.rule.hasPrefix(rule.name) }
                    #expect(payments.allSatisfy { $0.amounts.allSatisfy { $0 >= .zero } })
                    #expect(payments.allSatisfy { $0.municipalAmounts.allSatisfy { $0.amount >= .zero } })
                    if let total = try rule.total(in: year) {
                        #expect(payments.reduce(Cents.zero) { $0 + $1.total } == total)
                    }
                }
            }
            let other = try SchoolPopulation(
                schools: schools.shuffled(using: &random), sectors: Self.sectors, source: "generated")
            let again = try Allocation(rules: rules, population: other, seed: 7)
            #expect(zip(allocation.payments, again.payments).allSatisfy { $0.amounts == $1.amounts })
        }
    }

    @Test("More score never gives less money, and twice the rate twice the money", arguments: 0..<10)
    func monotoneAndScaling(block: Int) throws {
        for case_ in 0..<100 {
            var random = SeededGenerator(seed: 50_000 + block * 1000 + case_)
            let schools = Self.population(&random, schools: 30)
            let population = try SchoolPopulation(schools: schools, sectors: Self.sectors, source: "generated")
            let ordered = population.schools.indices.filter { population.schools[$0].disadvantageScore != nil }.sorted {
                (population.schools[$0].disadvantageScore ?? 0) < (population.schools[$1].disadvantageScore ?? 0)
            }
            let rate = Double(Int.random(in: 1...2000, using: &random))
            func amounts(_ rate: Double, total: Double?) throws -> [Cents] {
                let rule = FundingRule(
                    name: "r", formula: .perScorePoint(PerScorePoint(rate: YearlyNumber(rate))),
                    total: total.map { YearlyNumber($0) }, years: [Self.years[0]], sectors: Self.sectors,
                    bounds: AmountBounds(minimum: 100, maximum: 400_000), source: "generated")
                return try Allocation(rules: [rule], population: population).payments[0].amounts
            }
            for amounts in [try amounts(rate, total: nil), try amounts(rate, total: 123_456.78)] {
                for (low, high) in zip(ordered, ordered.dropFirst())
                where (population.schools[low].disadvantageScore ?? 0)
                    < (population.schools[high].disadvantageScore ?? 0)
                {
                    #expect(amounts[low] <= amounts[high])
                }
                #expect(amounts.allSatisfy { $0 == .zero || ($0.euros >= 100 && $0.euros <= 400_000) })
            }
            let whole = FundingRule(
                name: "r", formula: .perPupil(PerPupil(rate: YearlyNumber(rate))), years: [Self.years[0]],
                sectors: Self.sectors, source: "generated")
            let double = FundingRule(
                name: "r", formula: .perPupil(PerPupil(rate: YearlyNumber(2 * rate))), years: [Self.years[0]],
                sectors: Self.sectors, source: "generated")
            let (one, two) = (
                try Allocation(rules: [whole], population: population),
                try Allocation(rules: [double], population: population)
            )
            #expect(zip(one.payments[0].amounts, two.payments[0].amounts).allSatisfy { 2 * $0.count == $1.count })
        }
    }

    @Test("A total within bounds is one multiplier, cut off at the bounds", arguments: 0..<200)
    func boundedTotals(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let weights = (0..<40).map { _ in Double.random(in: 0...100, using: &random).rounded() }
        let ranges = weights.map { _ in
            let least = Int.random(in: 0...5_000, using: &random)
            return Cents(least)...Cents(least + Int.random(in: 0...200_000, using: &random))
        }
        let least = ranges.reduce(0) { $0 + $1.lowerBound.count }
        let most = zip(ranges, weights).reduce(0) { $0 + ($1.1 > 0 ? $1.0.upperBound : $1.0.lowerBound).count }
        let total = Cents(Int.random(in: least...most, using: &random))
        let parts = try #require(total.split(by: weights, within: ranges))
        #expect(parts.reduce(.zero, +) == total)
        #expect(zip(parts, ranges).allSatisfy { $1.contains($0) })
        // Parts strictly inside their ranges share one price per weight, to a cent.
        let inside = parts.indices.filter {
            weights[$0] > 0 && parts[$0].count > ranges[$0].lowerBound.count + 1
                && parts[$0].count < ranges[$0].upperBound.count - 1
        }
        for (one, other) in zip(inside, inside.dropFirst()) {
            let implied = Double(parts[one].count) / weights[one] * weights[other]
            #expect(abs(implied - Double(parts[other].count)) <= 1.001 * (1 + weights[other] / weights[one]))
        }
        #expect(Cents(least - 1).count < 0 || Cents(least - 1).split(by: weights, within: ranges) == nil)
        #expect(Cents(most + 1).split(by: weights, within: ranges) == nil)
    }
}

@Suite struct TakeUpTests {
    @Test func theDeclaredShareOfEachQuintileApplies() throws {
        let population = try PopulationMarginals.netherlands().synthesise(seed: 3)
        let subsidy = ApplicationSubsidy(share: 0.1, shareWithScore: 0.2, takeUp: [0.5, 0.2, 0.4, 0.6, 0.8, 1])
        func applicants(seed: UInt64) -> [Bool] {
            subsidy.counts(of: ReachedSchools(population), seed: seed).map { $0 != nil }
        }
        let chosen = applicants(seed: 1)
        for (sector, quintile) in [("po", 1), ("po", 3), ("po", 5), ("vo", 2), ("so", 0)] {
            let members = population.schools.indices.filter {
                population.schools[$0].sector == sector && population.quintiles[$0] == quintile
            }
            let share = Double(members.count { chosen[$0] }) / Double(members.count)
            #expect(abs(share - subsidy.takeUp[quintile]) <= 0.5 / Double(members.count) + 1e-12)
        }
        #expect(applicants(seed: 1) == chosen && applicants(seed: 2) != chosen)
    }
}

@Suite struct ConcentrationTests {
    @Test func closedForms() {
        func gini(_ euros: [Int], _ pupils: [Int]) -> Double? {
            Concentration(
                amounts: euros.map { Cents(100 * $0) }, pupils: pupils,
                quintiles: Array(repeating: 0, count: euros.count)
            ).gini
        }
        // Equal per pupil; all to one of four pupils: 3/4; per pupil 1, 2 and 3: 2/9.
        #expect(gini([200, 100, 50], [20, 10, 5]).map { $0 < 1e-12 } == true)
        #expect(gini([0, 0, 0, 100], [1, 1, 1, 1]) == 0.75)
        #expect(relativeDifference(gini([1, 2, 3], [1, 1, 1]) ?? 0, 2.0 / 9) < 1e-12)
        // A school of two pupils is as two schools of one.
        #expect(relativeDifference(gini([1, 4, 3], [1, 2, 1]) ?? 0, gini([1, 2, 2, 3], [1, 1, 1, 1]) ?? 1) < 1e-12)
        #expect(gini([0, 0], [1, 1]) == nil)
    }

    @Test func shareToTheTopQuintileLeavesUnknownScoresOut() {
        let concentration = Concentration(
            amounts: [Cents(300), Cents(100), Cents(1_000)], pupils: [1, 1, 1], quintiles: [5, 1, 0])
        #expect(concentration.shareToTopQuintile == 0.75)
    }

    @Test func summaryRowsAddUp() throws {
        var random = SeededGenerator(seed: 1)
        let schools = RulePropertyTests.population(&random, schools: 40)
        let population = try SchoolPopulation(schools: schools, sectors: RulePropertyTests.sectors, source: "generated")
        let allocation = try Allocation(rules: RulePropertyTests.rules(&random), population: population)
        let rows = AllocationSummary(allocation, population: population).rows
        for year in [nil] + RulePropertyTests.years.map({ $0 }) {
            let own = rows.filter { $0.year == year }
            func sum(_ dimension: AllocationSummary.Dimension, _ sector: String) -> Cents {
                own.filter { $0.dimension == dimension && $0.sector == sector }.reduce(.zero) { $0 + $1.amount }
            }
            let all = sum(.all, "all")
            #expect(sum(.rule, "all") == all && sum(.quintile, "all") == all && sum(.schoolType, "all") == all)
            #expect(sum(.all, "po") + sum(.all, "vo") == all)
            let kept = own.filter { $0.dimension == .municipalities }.reduce(Cents.zero) { $0 + $1.amount }
            let total = allocation.payments.filter { year == nil || $0.year == year }.reduce(Cents.zero) {
                $0 + $1.total
            }
            #expect(all + kept == total)
        }
    }
}

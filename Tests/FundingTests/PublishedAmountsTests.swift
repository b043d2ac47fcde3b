import Recovery
import Tables
import TestSupport
import Testing

@testable import Funding

/// The amounts of PARAMETERS.md c3 for one school of every type, worked out by hand.
@Suite struct PublishedAmountsTests {
    private let first = SchoolYear(start: 2021)
    private let second = SchoolYear(start: 2022)

    private static func school(
        _ id: String, _ sector: String, _ type: String, pupils: Int, score: Double? = nil, newcomers: Int? = nil,
        grades: [School.GradePupils] = [], municipality: String? = "Ede"
    ) -> School {
        School(
            id: id, sector: sector, traits: School.Traits(type: type, municipality: municipality), lowPupils: 0,
            highPupils: pupils, grades: grades, newcomers: newcomers, disadvantageScore: score,
            scoreBeforeThreshold: nil)
    }

    private let schools = [
        school("bao", "po", "bao", pupils: 225, score: 33),
        school("sbao", "po", "sbao", pupils: 80, newcomers: 10),
        school("havo_vwo", "vo", "havo_vwo", pupils: 900, score: 12.5),
        school("pro", "vo", "pro", pupils: 150, score: 40),
        school(
            "vbo", "vo", "vbo", pupils: 400, score: 0,
            grades: [
                School.GradePupils(grade: "1", low: 0, high: 100), School.GradePupils(grade: "2", low: 0, high: 110),
                School.GradePupils(grade: "vbo 3", low: 0, high: 95),
                School.GradePupils(grade: "vbo 4", low: 0, high: 95),
            ]),
        school("so", "so", "so", pupils: 120, newcomers: 4),
    ]

    private func amounts(_ rules: [FundingRule], in year: SchoolYear) throws -> [String: Int] {
        let population = try SchoolPopulation(schools: schools, sectors: ["po", "vo", "so"], source: "by hand")
        let received = try Allocation(rules: rules, population: population).received(in: year, schools: 6)
        return Dictionary(uniqueKeysWithValues: zip(population.schools.map(\.id), received.map(\.count)))
    }

    private func rule(
        _ name: String, _ formula: FundingFormula, _ sectors: [String], types: [String]? = nil
    ) -> FundingRule {
        FundingRule(
            name: name, formula: formula, years: [first, second], sectors: sectors, schoolTypes: types, source: "c3")
    }

    private func rates(_ first: Double, _ second: Double) -> YearlyNumber {
        YearlyNumber(byYear: [self.first: first, self.second: second])
    }

    @Test func baseAmountsPerPupil() throws {
        let rules = [
            rule("bao", .perPupil(PerPupil(rate: rates(701.16, 500))), ["po"], types: ["bao"]),
            rule("sbao", .perPupil(PerPupil(rate: rates(1051.74, 1051.74))), ["po"], types: ["sbao"]),
            rule("avo", .perPupil(PerPupil(rate: rates(701.16, 820))), ["vo"], types: ["havo_vwo"]),
            rule("vbo 1-2", .perPupil(PerPupil(rate: rates(701.16, 820), grades: ["1", "2"])), ["vo"], types: ["vbo"]),
            rule(
                "vbo 3-4", .perPupil(PerPupil(rate: rates(1051.74, 1230), grades: ["vbo 3", "vbo 4"])), ["vo"],
                types: ["vbo"]),
            rule("pro", .perPupil(PerPupil(rate: rates(1051.74, 1230))), ["vo"], types: ["pro"]),
            rule("so", .perPupil(PerPupil(rate: rates(1402.31, 1000))), ["so"]),
        ]
        // 225 x 701.16, 80 x 1,051.74, 900 x 701.16, 150 x 1,051.74, 210 x 701.16 + 190 x 1,051.74, 120 x 1,402.31.
        #expect(
            try amounts(rules, in: first) == [
                "bao": 15_776_100, "sbao": 8_413_920, "havo_vwo": 63_104_400, "pro": 15_776_100,
                "vbo": 14_724_360 + 19_983_060, "so": 16_827_720,
            ])
        // 225 x 500, as before, 900 x 820, 150 x 1,230, 210 x 820 + 190 x 1,230, 120 x 1,000.
        #expect(
            try amounts(rules, in: second) == [
                "bao": 11_250_000, "sbao": 8_413_920, "havo_vwo": 73_800_000, "pro": 18_450_000,
                "vbo": 17_220_000 + 23_370_000, "so": 12_000_000,
            ])
    }

    @Test func scoresAndNewcomers() throws {
        let rules = [
            rule("score po", .perScorePoint(PerScorePoint(rate: rates(251.16, 463.78))), ["po"]),
            rule("score vo", .perScorePoint(PerScorePoint(rate: YearlyNumber(1038.16))), ["vo"]),
            rule("newcomers", .newcomers(NewcomerSupplement(rate: YearlyNumber(548.56), above: 4)), ["po", "so"]),
        ]
        // 33 x 251.16; 6 newcomers above 4 x 548.56; 12.5 and 40 x 1,038.16; 4 newcomers are none above 4.
        #expect(
            try amounts(rules, in: first) == [
                "bao": 828_828, "sbao": 329_136, "havo_vwo": 1_297_700, "pro": 4_152_640, "vbo": 0, "so": 0,
            ])
        #expect(try amounts(rules, in: second)["bao"] == 1_530_474)
    }

    @Test func catchUpSubsidyIsForATenthOrAFifthOfPupils() throws {
        let subsidy = ApplicationSubsidy(
            rate: YearlyNumber(900), share: 0.1, shareWithScore: 0.2, takeUp: [1, 1, 1, 1, 1, 1])
        // A fifth of 225, 900 and 150 where the score is above 0; a tenth of 80, 400 and 120.
        #expect(
            try amounts([rule("subsidy", .application(subsidy), ["po", "vo", "so"])], in: first) == [
                "bao": 45 * 90_000, "sbao": 8 * 90_000, "havo_vwo": 180 * 90_000, "pro": 30 * 90_000,
                "vbo": 40 * 90_000, "so": 12 * 90_000,
            ])
    }

    @Test func municipalPartStaysOrReachesSchools() throws {
        let part = MunicipalPart(
            perInhabitant: YearlyNumber(0), perPupil: YearlyNumber(118.11), perScorePoint: YearlyNumber(22.64),
            cooperationShare: 0.25)
        let population = try SchoolPopulation(schools: schools, sectors: ["po", "vo", "so"], source: "by hand")
        let allocation = try Allocation(
            rules: [rule("municipality", .municipal(part), ["po", "vo", "so"])], population: population)
        let payment = allocation.payments[0]
        // 1,875 pupils x 118.11 + 85.5 points x 22.64 = 223,391.97, a quarter of it for schools.
        #expect(payment.total == Cents(22_339_197))
        #expect(payment.municipalAmounts == [.init(municipality: "Ede", amount: Cents(22_339_197 - 5_584_799))])
        #expect(payment.amounts.reduce(.zero, +) == Cents(5_584_799))
    }
}

/// The labour-market allowance: the 15% of sites of each type with the highest relative score.
@Suite struct LabourMarketAllowanceTests {
    private let small = TopShareSupplement.SmallSchool(below: 145, amount: 17_333.45, perPupil: -119.96)

    @Test func smallSchoolsGetAnAmountThatEndsAt145Pupils() {
        let bao = TopShareSupplement(rate: YearlyNumber(523.80), share: 0.15, smallSchool: small)
        func cents(_ pupils: Double) -> Int? { Cents(euros: bao.euros(pupils: pupils, rate: 523.80))?.count }
        #expect(cents(145) == 7_595_100)  // 145 x 523.80
        #expect(cents(144) == 7_542_720 + 5_921)  // 144 x 523.80 + 17,333.45 - 144 x 119.96
        #expect(cents(100) == 5_238_000 + 533_745)
        #expect(cents(300) == 15_714_000)
    }

    @Test func otherTypesHaveOneRate() throws {
        // One school a type: the only one is within the first 15%, because none has a higher score.
        let rates = [("sbo", 1054.18), ("so", 2215.12), ("pro", 748.67), ("vo", 607.17)]
        let schools = rates.map { type, _ in
            School(
                id: type, sector: "x", traits: School.Traits(type: type), lowPupils: 0, highPupils: 200, newcomers: 20,
                disadvantageScore: 10, scoreBeforeThreshold: nil)
        }
        let population = try SchoolPopulation(schools: schools, sectors: ["x"], source: "by hand")
        for (type, rate) in rates {
            let order: TopShareSupplement.Order = ["sbo", "so"].contains(type) ? .newcomersPerPupil : .scorePerPupil
            let rule = FundingRule(
                name: type, formula: .topShare(TopShareSupplement(rate: YearlyNumber(rate), share: 0.15, order: order)),
                years: [SchoolYear(start: 2021)], sectors: ["x"], schoolTypes: [type], source: "avs.nl")
            let payments = try Allocation(rules: [rule], population: population).payments
            #expect(payments[0].total == Cents(euros: 200 * rate))
        }
    }

    @Test func tiesAtTheCutAreAllInOrAllOut() {
        func selected(_ values: [Double?], _ ties: TopShareSupplement.Ties, share: Double = 0.15) -> [Int] {
            TopShareSupplement(share: share, ties: ties).selected(values).sorted()
        }
        // Twenty schools: 15% are three. The third to fifth tie.
        let values: [Double] = [9, 8, 7, 7, 7] + (1...15).map { Double($0) / 10 }
        #expect(selected(values, .include) == [0, 1, 2, 3, 4])
        #expect(selected(values, .exclude) == [0, 1])
        // Without a tie at the cut both select three.
        let distinct = (1...20).map(Double.init)
        #expect(selected(distinct, .include) == [17, 18, 19] && selected(distinct, .exclude) == [17, 18, 19])
        // 15% of ten is one and a half: a second school is selected, as only a tenth of them stands above it.
        #expect(selected((1...10).map(Double.init), .include) == [8, 9])
        #expect(selected((1...10).map(Double.init), .exclude) == [9])
        // A score of 0 is never selected, an unknown one neither, and it does not count among the schools.
        #expect(selected([0, 0, 1], .include, share: 1) == [2])
        #expect(selected([nil, nil, 2, 1], .include, share: 0.5) == [2])
        // 7% of 100 schools are seven, and 29% are 29, though 0.07 * 100 > 7 and 0.29 * 100 < 29 in binary.
        let hundred = (1...100).map(Double.init)
        #expect(selected(hundred, .include, share: 0.07).count == 7)
        #expect(selected(hundred, .exclude, share: 0.29).count == 29)
    }

    @Test func scoresInOneProportionTie() throws {
        // 3.3 / 33 < 10 / 100 in binary.
        let schools = [("a", 33, 3.3), ("b", 100, 10), ("c", 100, 1), ("d", 100, 0)].map { id, pupils, score in
            School(
                id: id, sector: "po", lowPupils: 0, highPupils: pupils, disadvantageScore: score,
                scoreBeforeThreshold: nil)
        }
        let reached = ReachedSchools(try SchoolPopulation(schools: schools, sectors: ["po"], source: "test"))
        #expect(TopShareSupplement(share: 0.25).counts(of: reached) == [33, 100, nil, nil])
        #expect(TopShareSupplement(share: 0.25, ties: .exclude).counts(of: reached) == [nil, nil, nil, nil])
    }
}

@Suite(.enabled(if: hasSharedData)) struct RealTableTests {
    private func realSchools() throws -> SchoolPopulation {
        try SchoolTable(
            path: sharedData("nl_primary_schools_2019/primary_schools.csv"), id: "brin6", pupils: "funded_pupils_2019",
            score: "disadv_score_2019", scoreBeforeThreshold: "disadv_score_nothresh", lowPupils: nil,
            sectorColumn: nil, sector: "po", shareLow: 0.09
        ).read().population
    }

    private func rule(_ name: String, _ formula: FundingFormula, _ year: Int) -> FundingRule {
        FundingRule(name: name, formula: formula, years: [SchoolYear(start: year)], sectors: ["po"], source: "c3")
    }

    /// The columns `npo_*` of the table, school by school: the published rates of both years.
    @Test func amountsEqualTheColumnsOfTheTable() throws {
        let schools = try realSchools()
        let rules = [
            rule("npo_base_2021_22_eur", .perPupil(PerPupil(rate: YearlyNumber(701.16))), 2021),
            rule("npo_disadv_2021_22_eur", .perScorePoint(PerScorePoint(rate: YearlyNumber(251.16))), 2021),
            rule("npo_base_2022_23_eur", .perPupil(PerPupil(rate: YearlyNumber(500))), 2022),
            rule("npo_disadv_2022_23_eur", .perScorePoint(PerScorePoint(rate: YearlyNumber(463.78))), 2022),
        ]
        let table = try readCSV(path: sharedData("nl_primary_schools_2019/primary_schools.csv"))
        let ids = try table.column("brin6")
        let rows = Dictionary(uniqueKeysWithValues: (0..<table.rowCount).map { (ids.text(at: $0) ?? "", $0) })
        var compared = 0
        for payment in try Allocation(rules: rules, population: schools).payments {
            let column = try #require(try table.column(payment.rule).doubles())
            for (school, amount) in zip(schools.schools, payment.amounts) {
                let row = try #require(rows[school.id])
                let difference = abs((column[row] * 100).rounded() - Double(amount.count))
                #expect(difference <= 1, "\(school.id) \(payment.rule)")
                // Only an exact half cent, which the table rounded to even, may differ: rate x score in 1/100 cents ends in 50.
                if difference > 0 {
                    let score = try #require(school.disadvantageScore)
                    #expect(Int((score * 100).rounded()) * 46_378 % 100 == 50, "\(school.id)")
                }
                compared += 1
            }
        }
        #expect(compared == 4 * 6295)
    }

    /// 12% and 22% of the money by score, on the real schools, to the cent; and what the published rates give.
    @Test func sharesByScoreAreReproduced() throws {
        let schools = try realSchools()
        let years = [SchoolYear(start: 2021), SchoolYear(start: 2022)]
        let share = TargetShare(share: YearlyNumber(byYear: [years[0]: 0.12, years[1]: 0.22]))
        let added = [
            FundingRule(
                name: "base",
                formula: .perPupil(PerPupil(rate: YearlyNumber(byYear: [years[0]: 701.16, years[1]: 500]))),
                years: years, sectors: ["po"], source: "c3"),
            FundingRule(name: "by score", formula: .targetShare(share), years: years, sectors: ["po"], source: "c3"),
        ]
        let divided = FundingRule(
            name: "all", formula: .targetShare(share), total: YearlyNumber(1e9), years: years, sectors: ["po"],
            source: "c3")
        for (rules, name) in [(added, "by score"), ([divided], "all, by score")] {
            let allocation = try Allocation(rules: rules, population: schools)
            for (year, expected) in zip(years, [0.12, 0.22]) {
                let payments = allocation.payments.filter { $0.year == year }
                let total = payments.reduce(Cents.zero) { $0 + $1.total }
                let byScore = try #require(payments.first { $0.rule == name }).total
                #expect(abs(byScore.euros / total.euros - expected) < 1e-9)
            }
        }
        // The published rates: 251.16 x 561,736.12 of the money of primary schools is 12.6%, close to the 12% of all sectors;
        // 463.78 is 27.2%, above the 22% of all sectors, since special schools have no score.
        for (perPupil, perPoint, expected) in [(701.16, 251.16, 0.126), (500.0, 463.78, 0.272)] {
            let byScore: Double = perPoint * 561_736.12
            let byPupil: Double = perPupil * 1_396_457
            #expect(abs(byScore / (byScore + byPupil) - expected) < 0.001)
        }
    }
}

import Tables
import TestSupport
import Testing

@testable import Surveys

@Suite("Response and representativeness")
struct ResponseTests {
    @Test("Corrected for a finite population, X2 is that of respondents against the others, the closed form")
    func correctionIsIndependence() throws {
        let (response, population) = ([51.0, 55, 45], [118.0, 135, 89])
        let found = try Representativeness(
            "inhabitants", ["small", "middle", "large"], response: response, population: population)
        let others = zip(population, response).map { $0 - $1 }
        let independence = try CountTest.independence([response, others])
        #expect(relativeDifference(found.test.pearson.statistic, independence.pearson.statistic) < 1e-13)
        #expect(found.test.pearson.distribution == .chiSquared(2))
        #expect(relativeDifference(found.cramersV, (independence.pearson.statistic / 342).squareRoot()) < 1e-13)
        #expect(relativeDifference(found.test.populationFactor, 1 / (1 - 151 / 342.0)) < 1e-14)
    }

    @Test("Shares, differences and dissimilarity by hand") func byHand() throws {
        let found = try Representativeness("half", ["a", "b"], response: [30, 10], population: [100, 100])
        let first = found.categories[0]
        #expect(first.responseShare == 0.75 && first.populationShare == 0.5 && first.responseRate == 0.3)
        #expect(first.standardisedDifference == 0.5)
        #expect(found.dissimilarity == 0.25)
        #expect(found.largestDifference == 0.5)
    }

    /// Table B1.5 of the fifth implementation monitor (2023) prints counts, and that the response of municipalities is
    /// representative by inhabitants.
    @Test(
        "The municipalities of the monitor are representative by inhabitants, with and without correction",
        .enabled(if: hasSharedData))
    func municipalities() throws {
        let counts = try Published.counts(table: "B1.5", sector: "municipality", stratifier: "inhabitants")
        let found = try Representativeness(
            "inhabitants", counts.names, response: counts.response, population: counts.population)
        // R 4.2.2: chisq.test(c(51, 55, 45), p = c(118, 135, 89) / 342), and of the table of respondents and others.
        #expect(relativeDifference(found.uncorrectedTest.pearson.statistic, 1.2071889596977847) < 1e-12)
        #expect(relativeDifference(found.test.pearson.statistic, 2.1615634775740444) < 1e-12)
        #expect(relativeDifference(found.test.pearson.pValue, 0.3393301543896593) < 1e-12)
        #expect(found.largestDifference < 0.1)
    }

    /// Tables B1.1 to B1.3 print whole percents with exact totals. Regions of secondary schools differ clearly from the population
    /// once its finite size is counted; what the rounding leaves open is in the range.
    @Test("Published percents give a test with its range by rounding", .enabled(if: hasSharedData))
    func publishedPercents() throws {
        var corrected: [String: Double] = [:]
        for (table, stratifier) in [("B1.1", "disadvantage_quintile"), ("B1.2", "urbanity"), ("B1.3", "region")] {
            for sector in ["po", "vo", "vso_so"] where !(table == "B1.1" && sector == "vso_so") {
                let shares = try Published.shares(table: table, sector: sector, stratifier: stratifier)
                let found = try Representativeness(
                    stratifier, shares.names, responseShares: shares.response, populationShares: shares.population,
                    responses: shares.responses, units: shares.units)
                let (with, without) = (found.test.pearson, found.uncorrectedTest.pearson)
                let factor = 1 / (1 - shares.responses / shares.units)
                #expect(relativeDifference(with.statistic, factor * without.statistic) < 1e-12)
                #expect(with.pValue <= without.pValue)
                let range = try Representativeness.roundingRange(
                    responseShares: shares.response, populationShares: shares.population, responses: shares.responses,
                    units: shares.units, rounding: 0.01)
                #expect(range.contains(with.statistic))
                corrected["\(sector) \(stratifier)"] = with.statistic
                #expect(found.largestDifference < 0.12)
                // The 99% quantile of chi-squared with 3 degrees of freedom: rounding cannot explain these regions away.
                if sector == "vo", stratifier == "region" { #expect(range.lowerBound > 11.345) }
            }
        }
        // By hand: 875 / (1 - 875 / 1620) (0.02^2 / 0.13 + 0.01^2 / 0.23 + 0.01^2 / 0.48 + 0.04^2 / 0.16).
        let hand = 875 / (1 - 875 / 1620.0) * (0.0004 / 0.13 + 0.0001 / 0.23 + 0.0001 / 0.48 + 0.0016 / 0.16)
        #expect(relativeDifference(corrected["vo region"] ?? .nan, hand) < 1e-12)
    }

    /// Table 1.2: 8,447 schools, 4,871 answers, 4,248 of them used; the monitor prints 58 and 50 percent.
    @Test("The account of the monitor's wave 5") func accounting() throws {
        let account = try ResponseAccounting(frame: 8_447, gross: 4_871, net: 4_248)
        #expect((100 * account.grossRate).rounded() == 58)
        #expect((100 * account.netRate).rounded() == 50)
        #expect(account.unused == 623)
        // All were asked: nothing is left to the drawing.
        #expect(try account.netRateInterval() == account.netRate...account.netRate)
        // Wilson's interval of 80 of 200, z = 1.959963984540054, by its formula in R: 0.3346, 0.4692.
        let sample = try ResponseAccounting(frame: 1e12, invited: 200, net: 80).netRateInterval()
        #expect(abs(sample.lowerBound - 0.33460) < 1e-4 && abs(sample.upperBound - 0.46922) < 1e-4)
    }

    @Test("Equal rates are fully representative; unequal ones have twice their spread missing, the closed form")
    func indicatorByHand() throws {
        let equal = try RIndicator(response: [40, 80], population: [100, 200])
        #expect(equal.unadjusted == 1 && equal.value == 1 && equal.standardError == nil)
        let unequal = try RIndicator(response: [40_000, 60_000], population: [100_000, 100_000])
        // Propensities 0.4 and 0.6: S is 0.1 but for N - 1 and for the mean variance 0.24 / 100,000.
        let square = 0.01 * 200_000 / 199_999
        #expect(relativeDifference(unequal.unadjusted, 1 - 2 * square.squareRoot()) < 1e-13)
        let asked = 200_000.0
        let adjusted = (1 + 1 / asked - 1 / asked) * square - 0.24 / 100_000
        #expect(relativeDifference(unequal.value, 1 - 2 * adjusted.squareRoot()) < 1e-13)
        #expect(abs(unequal.maximalBias - 0.2) < 1e-4)
        // The delta method of two independent rates: S = (p2 - p1) / 2, so that SE(R) = SE(p2 - p1).
        let error = (2 * 0.24 / 100_000).squareRoot()
        #expect(relativeDifference(unequal.standardError ?? .nan, error) < 1e-3)
    }

    @Test("A saturated logistic regression gives the indicator of the cells") func saturatedModel() throws {
        let cells = try RIndicator(response: [40, 90, 30], population: [100, 150, 120])
        let model = try RIndicator(
            .init(rowVectors: [[1, 0, 0], [1, 1, 0], [1, 0, 1]]), names: ["one", "b", "c"],
            response: [0.4, 0.6, 0.25], units: [100, 150, 120])
        #expect(relativeDifference(model.value, cells.value) < 1e-10)
        #expect(relativeDifference(model.standardError ?? .nan, cells.standardError ?? .nan) < 1e-9)
    }

    @Test("Partial indicators split the variance of the propensities between and within") func partial() throws {
        // Two variables of two categories each; only the first matters.
        let indicator = try RIndicator(response: [20, 40, 30, 60], population: [100, 200, 50, 100])
        let first: [Int32] = [0, 0, 1, 1]
        let second: [Int32] = [0, 1, 0, 1]
        let one = try indicator.partial(first, names: ["low", "high"], given: [second])
        let other = try indicator.partial(second, names: ["x", "y"], given: [first])
        let deviation = (1 - indicator.unadjusted) / 2 * (449 / 450.0).squareRoot()
        #expect(relativeDifference(one.unconditional, deviation) < 1e-12)
        #expect(relativeDifference(one.conditional, deviation) < 1e-12)
        #expect(other.unconditional < 1e-15 && other.conditional < 1e-15)
        #expect(one.categories[0].unconditional < 0 && one.categories[1].unconditional > 0)
        let alone = try indicator.partial(second, names: ["x", "y"])
        #expect(relativeDifference(alone.conditional, deviation) < 1e-12)
    }

    @Test("Mistakes in counts are told with the category") func mistakes() throws {
        let error = SurveyError.analysis(.populationTooSmall(category: "b", population: 20, response: 30))
        #expect(throws: error) {
            try Representativeness("half", ["a", "b"], response: [3, 30], population: [100, 20])
        }
        #expect(
            error.description
                == "category 'b' has a population of 20.0 and a response of 30.0. Expected a population as large as the "
                + "response, and above 0: check the two columns.")
        #expect(throws: SurveyError.self) { try Representativeness("none", [], response: [], population: []) }
        #expect(throws: SurveyError.self) { try RIndicator(response: [0, 0], population: [10, 10]) }
        #expect(throws: SurveyError.self) { try ResponseAccounting(frame: 100, gross: 120, net: 20) }
        #expect(throws: SurveyError.self) { try ResponseAccounting(frame: 100, gross: 20, net: 30) }
        #expect(throws: SurveyError.analysis(.sharesDoNotAddUp(found: 0.8))) {
            try Representativeness(
                "half", ["a", "b"], responseShares: [0.5, 0.3], populationShares: [0.5, 0.5], responses: 10, units: 20)
        }
    }
}

/// The published tables of response.
private enum Published {
    private struct Row { let category, statistic: String, value: Double }

    private static func rows(_ table: String, _ sector: String, _ stratifier: String) throws -> [Row] {
        let file = try readCSV(path: sharedData("nponderwijs/survey_response.csv"))
        let values = try #require(try file.column("value").doubles())
        func text(_ column: String, _ row: Int) throws -> String? { try file.column(column).text(at: row) }
        return try (0..<file.rowCount).filter { row in
            try text("table", row) == table && text("sector", row) == sector && text("stratifier", row) == stratifier
        }.map {
            Row(category: try text("category", $0) ?? "", statistic: try text("statistic", $0) ?? "", value: values[$0])
        }
    }

    static func counts(
        table: String, sector: String, stratifier: String
    ) throws -> (names: [String], response: [Double], population: [Double]) {
        let rows = try rows(table, sector, stratifier).filter { $0.category != "total" && $0.category != "all" }
        let response = rows.filter { $0.statistic == "response_n" }
        let population = rows.filter { $0.statistic == "population_n" }
        try #require(!response.isEmpty && response.map(\.category) == population.map(\.category))
        return (response.map(\.category), response.map(\.value), population.map(\.value))
    }

    static func shares(
        table: String, sector: String, stratifier: String
    ) throws -> (names: [String], response: [Double], population: [Double], responses: Double, units: Double) {
        let rows = try rows(table, sector, stratifier)
        let response = rows.filter { $0.statistic == "response_share" }
        let population = rows.filter { $0.statistic == "population_share" }
        let totals = rows.filter { $0.category == "all" }
        let responses = try #require(totals.first { $0.statistic == "response_n" }).value
        let units = try #require(totals.first { $0.statistic == "population_n" }).value
        return (
            response.map(\.category), response.map { $0.value / 100 }, population.map { $0.value / 100 }, responses,
            units
        )
    }
}

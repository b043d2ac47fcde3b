import TestSupport
import Testing

@testable import Surveys

@Suite("Intervals for shares")
struct ShareIntervalTests {
    struct Case: Sendable {
        let ones, rows, lower, upper: Double
        let method: ShareIntervalMethod
    }

    // Newcombe (1998), Statistics in Medicine 17, 857-872, table I, methods 3 and 5, to the four digits printed.
    static let published = [
        Case(ones: 81, rows: 263, lower: 0.2553, upper: 0.3662, method: .wilson(populationSize: nil)),
        Case(ones: 15, rows: 148, lower: 0.0624, upper: 0.1605, method: .wilson(populationSize: nil)),
        Case(ones: 0, rows: 20, lower: 0, upper: 0.1611, method: .wilson(populationSize: nil)),
        Case(ones: 1, rows: 29, lower: 0.0061, upper: 0.1718, method: .wilson(populationSize: nil)),
        Case(ones: 81, rows: 263, lower: 0.2527, upper: 0.3676, method: .beta),
        Case(ones: 15, rows: 148, lower: 0.0578, upper: 0.1617, method: .beta),
        Case(ones: 0, rows: 20, lower: 0, upper: 0.1684, method: .beta),
        Case(ones: 1, rows: 29, lower: 0.0009, upper: 0.1776, method: .beta),
    ]

    private func share(_ value: Double, rows: Double, degreesOfFreedom: Double? = nil) throws -> EstimatedShare {
        try EstimatedShare(
            value, standardError: (value * (1 - value) / rows).squareRoot(), sampleSize: rows,
            degreesOfFreedom: degreesOfFreedom ?? rows - 1)
    }

    @Test(arguments: published) func agreesWithNewcombe(known: Case) throws {
        let found = try share(known.ones / known.rows, rows: known.rows).confidenceInterval(known.method)
        #expect(abs(found.lower - known.lower) < 5.1e-5 && abs(found.upper - known.upper) < 5.1e-5)
    }

    @Test("With a finite population Wilson's ends are where the score test just rejects", arguments: [21.0, 50, 1e9])
    func finitePopulation(population: Double) throws {
        let (value, z) = (0.3, 1.959963984540054)
        let found = try share(value, rows: 20).confidenceInterval(.wilson(populationSize: population))
        for end in [found.lower, found.upper] {
            let variance = end * (1 - end) / 20 * (population - 20) / (population - 1)
            #expect(relativeDifference((value - end) * (value - end), z * z * variance) < 1e-12)
        }
    }

    @Test func censusIsExact() throws {
        let found = try share(0.3, rows: 20).confidenceInterval(.wilson(populationSize: 20))
        #expect(abs(found.lower - 0.3) < 1e-15 && abs(found.upper - 0.3) < 1e-15)
    }

    static let methods: [ShareIntervalMethod] = [.logit, .arcsine, .beta, .wilson(populationSize: nil)]

    @Test("Shares of 0 and 1 have intervals with width, inside 0 to 1", arguments: methods)
    func extremes(method: ShareIntervalMethod) throws {
        let none = try share(0, rows: 12).confidenceInterval(method)
        let all = try share(1, rows: 12).confidenceInterval(method)
        #expect(none.lower == 0 && none.upper > 0.1 && none.upper < 1)
        #expect(abs(all.lower - (1 - none.upper)) < 1e-12 && all.upper == 1)
    }

    @Test(
        "Fewer degrees of freedom, wider intervals", arguments: [ShareIntervalMethod.student, .logit, .arcsine, .beta])
    func degreesOfFreedom(method: ShareIntervalMethod) throws {
        let (few, many) = (
            try share(0.2, rows: 80, degreesOfFreedom: 5).confidenceInterval(method),
            try share(0.2, rows: 80).confidenceInterval(method)
        )
        #expect(few.lower < many.lower && few.upper > many.upper && many.contains(0.2))
    }

    @Test func mistakes() throws {
        #expect(throws: SurveyError.notAShare(1.5)) { try share(1.5, rows: 3) }
        #expect(throws: SurveyError.self) { try share(.nan, rows: 3) }
        #expect(
            SurveyError.notAShare(1.5).description
                == "found a share of 1.5 where a number from 0 to 1 was expected. Intervals for shares are for shares only."
        )
        #expect(throws: SurveyError.noDegreesOfFreedom(0)) {
            try share(0.5, rows: 3, degreesOfFreedom: 0).confidenceInterval(.logit)
        }
        #expect(
            SurveyError.noDegreesOfFreedom(0).description
                == "found 0.0 degrees of freedom: as many strata as clusters. An interval needs 1 or more: join strata or domains."
        )
    }
}

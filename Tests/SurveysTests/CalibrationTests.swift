import LinearAlgebra
import TestSupport
import Testing

@testable import Surveys

@Suite("Calibration to population totals")
struct CalibrationTests {
    typealias Total = ReplicateWeightsTests.Total

    static let region = (0..<60).map { Int32($0 % 3) }
    static let track = (0..<60).map { Int32(($0 / 7) % 2) }
    static let size = (0..<60).map { Double(20 + ($0 * 29) % 41) }
    static let outcome = (0..<60).map { (row: Int) -> Double in
        let base = (row * 17) % 23
        return Double(row % 3 == 0 ? base + 9 : base)
    }
    static let weights = (0..<60).map { Double(8 + $0 % 5) }

    static let regions = CalibrationVariable.factor(
        "region", codes: region, categories: ["north", "south", "west"],
        totals: ["north": 150, "south": 240, "west": 260])
    static let tracks = CalibrationVariable.factor(
        "track", codes: track, categories: ["vmbo", "havo"], totals: ["vmbo": 380, "havo": 270])
    static let sizes = CalibrationVariable.number("size", values: size, total: 26_500)

    static func sample() throws(SurveyError) -> SurveySample {
        SurveySample(
            try SurveyDesign(weights: weights, stages: [.init(clusters: (0..<60).map { Int32($0 / 2) })]))
    }

    static let methods: [CalibrationMethod] = [
        .linear, .raking, .logit(lower: 0.3, upper: 2.5), .boundedLinear(lower: 0.5, upper: 1.6),
    ]

    @Test("Post-stratified weights and variance by hand: five rows of weight 10, populations 20 and 40")
    func postStratification() throws {
        let codes: [Int32] = [0, 0, 0, 1, 1]
        let values = [1.0, 2, 6, 10, 14]
        let factor = CalibrationVariable.factor(
            "group", codes: codes, categories: ["a", "b"], totals: ["a": 20, "b": 40])
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 10, count: 5)))
        for method in Self.methods.prefix(2) {
            let result = try sample.calibrated(to: CalibrationTotals([factor]), method: method)
            for (row, weight) in result.weights.enumerated() {
                #expect(relativeDifference(weight, codes[row] == 0 ? 20 / 3.0 : 20) < 1e-14)
            }
            // n / (n - 1) sum (w e)^2, e from the groups' means 3 and 12.
            let squares = 400 / 9.0 * (4 + 1 + 9) + 400 * (4 + 4.0)
            let estimates = try result.estimates(of: Total(values: values))
            #expect(relativeDifference(estimates.values[0], 60 + 480) < 1e-14)
            #expect(relativeDifference(estimates.covariance[0, 0], 1.25 * squares) < 1e-13)
            let report = try #require(result.calibrations.last?.report)
            #expect(
                relativeDifference(report.smallestRatio, 2 / 3.0) < 1e-14
                    && relativeDifference(report.largestRatio, 2) < 1e-14)
            // 5 (3 (20/3)^2 + 2 20^2) / 60^2 = 1 + cv^2.
            #expect(relativeDifference(report.weightingEffect, 5 * (400 / 3.0 + 800) / 3600) < 1e-13)
            #expect(report.weightingEffectBefore == 1 && report.negativeWeights == 0)
        }
    }

    @Test("Every method meets all totals, in the sample and in each replicate", arguments: methods)
    func totalsAreMet(method: CalibrationMethod) throws {
        let totals = try CalibrationTotals([Self.regions, Self.tracks, Self.sizes])
        let design = try SurveyDesign(weights: Self.weights, stages: [.init(clusters: (0..<60).map { Int32($0 / 2) })])
        let replicated = try SurveySample(ReplicateWeights(design, by: .jackknife)).calibrated(
            to: totals, method: method)
        guard case .replication(let replicates) = replicated.errors else { throw SurveyError.noWeight }
        #expect(try Self.sample().calibrated(to: totals, method: method).weights == replicated.weights)
        for weights in [replicated.weights] + replicates.replicates {
            #expect(relativeDifference(dot(weights, Self.size), 26_500) < 1e-11)
            for (code, expected) in [150.0, 240, 260].enumerated() {
                let sum = zip(weights, Self.region).reduce(0) { $0 + ($1.1 == code ? $1.0 : 0) }
                #expect(relativeDifference(sum, expected) < 1e-11)
            }
            let vmbo = zip(weights, Self.track).reduce(0) { $0 + ($1.1 == 0 ? $1.0 : 0) }
            #expect(relativeDifference(vmbo, 380) < 1e-11)
        }
        // Newton's steps double the digits: with a wrong derivative there would be dozens.
        #expect(try #require(replicated.calibrations.last).report.iterations <= 8)
        if let bounds = method.bounds {
            for (new, old) in zip(replicated.weights, Self.weights) {
                #expect(new / old >= bounds.lower - 1e-12 && new / old <= bounds.upper + 1e-12)
            }
        }
    }

    @Test("What was calibrated to has no sampling error any more", arguments: methods)
    func calibratedTotalsAreCertain(method: CalibrationMethod) throws {
        let totals = try CalibrationTotals([Self.regions, Self.sizes])
        let before = try Self.sample()
        let after = try before.calibrated(to: totals, method: method)
        for values in [Self.size, Self.region.map { $0 == 1 ? 1 : 0 }] {
            let (was, remains) = try (
                before.estimates(of: Total(values: values)).standardErrors[0],
                after.estimates(of: Total(values: values)).standardErrors[0]
            )
            #expect(remains < 1e-9 * was)
        }
    }

    @Test("Raking is where iterative proportional fitting goes")
    func rakingIsProportionalFitting() throws {
        let result = try Self.sample().calibrated(to: CalibrationTotals([Self.regions, Self.tracks]))
        var weights = Self.weights
        for _ in 0..<400 {
            for (codes, totals) in [(Self.region, [150.0, 240, 260]), (Self.track, [380, 270])] {
                var sums = [Double](repeating: 0, count: totals.count)
                for (code, weight) in zip(codes, weights) { sums[Int(code)] += weight }
                for row in weights.indices { weights[row] *= totals[Int(codes[row])] / sums[Int(codes[row])] }
            }
        }
        for (ours, theirs) in zip(result.weights, weights) { #expect(relativeDifference(ours, theirs) < 1e-12) }
    }

    @Test("Redundant variables and their order change nothing", arguments: methods)
    func redundancy(method: CalibrationMethod) throws {
        let population = CalibrationVariable.number("all", values: Array(repeating: 1, count: 60), total: 650)
        let sample = try Self.sample()
        let plain = try sample.calibrated(
            to: CalibrationTotals([Self.regions, Self.tracks, Self.sizes]), method: method)
        let more = try sample.calibrated(
            to: CalibrationTotals([Self.sizes, population, Self.tracks, Self.regions, Self.tracks]), method: method)
        for (one, other) in zip(plain.weights, more.weights) { #expect(relativeDifference(one, other) < 1e-10) }
        let (first, second) = try (
            plain.estimates(of: Total(values: Self.outcome)), more.estimates(of: Total(values: Self.outcome))
        )
        #expect(relativeDifference(first.standardErrors[0], second.standardErrors[0]) < 1e-10)
    }

    @Test("Weights of 1 rake up to a population of millions") func unitWeights() throws {
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: 60)))
        let regions = CalibrationVariable.factor(
            "region", codes: Self.region, categories: ["north", "south", "west"],
            totals: ["north": 4_000_000, "south": 7_000_000, "west": 6_500_000])
        let tracks = CalibrationVariable.factor(
            "track", codes: Self.track, categories: ["vmbo", "havo"], totals: ["vmbo": 9_500_000, "havo": 8_000_000])
        let sizes = CalibrationVariable.number("size", values: Self.size, total: 17_500_000 * 41)
        for variables in [[regions, tracks, sizes], [sizes, tracks, regions]] {
            let result = try sample.calibrated(to: CalibrationTotals(variables))
            #expect(relativeDifference(dot(result.weights, Self.size), 17_500_000 * 41) < 1e-12)
        }
    }

    @Test("Rows without weight may lack values, keep weight 0 and change nothing")
    func rowsWithoutWeight() throws {
        let codes = Self.region + [-1]
        let regions = CalibrationVariable.factor(
            "region", codes: codes, categories: ["north", "south", "west", "east"],
            totals: ["north": 150, "south": 240, "west": 260])
        let sizes = CalibrationVariable.number("size", values: Self.size + [.nan], total: 26_500)
        let longer = SurveySample(try SurveyDesign(weights: Self.weights + [0]))
        let shorter = SurveySample(try SurveyDesign(weights: Self.weights))
        let result = try longer.calibrated(to: CalibrationTotals([regions, sizes]))
        let plain = try shorter.calibrated(to: CalibrationTotals([Self.regions, Self.sizes]))
        #expect(result.weights == plain.weights + [0])
        #expect(try result.estimates(of: Total(values: Self.outcome + [5])).standardErrors[0].isFinite)
    }

    @Test("A second calibration starts from the first") func twice() throws {
        let once = try Self.sample().calibrated(to: CalibrationTotals([Self.regions]), method: .linear)
        let twice = try once.calibrated(to: CalibrationTotals([Self.regions, Self.tracks]))
        #expect(twice.calibrations.count == 2)
        #expect(twice.calibrations[1].report.weightingEffectBefore == once.calibrations[0].report.weightingEffect)
        let total = Total(values: Self.region.map { $0 == 1 ? 1 : 0 })
        #expect(try twice.estimates(of: total).standardErrors[0] < 1e-9)
    }

    @Test("Linear calibration reports negative weights instead of refusing them") func negativeWeights() throws {
        let sizes = CalibrationVariable.number("size", values: Self.size, total: 650 * 25)
        let totals = try CalibrationTotals([Self.regions, sizes])
        let report = try #require(try Self.sample().calibrated(to: totals, method: .linear).calibrations.last?.report)
        #expect(report.negativeWeights > 0 && report.smallestRatio < 0)
        let raked = try #require(try Self.sample().calibrated(to: totals).calibrations.last?.report)
        #expect(raked.negativeWeights == 0 && raked.smallestRatio > 0)
    }

    // MARK: Mistakes

    static func message(
        _ variables: [CalibrationVariable], _ method: CalibrationMethod = .raking, sample: SurveySample? = nil
    ) -> String? {
        ReplicateWeightsTests.message {
            _ = try (sample ?? Self.sample()).calibrated(to: CalibrationTotals(variables), method: method)
        }
    }

    static func factor(
        codes: [Int32]? = nil, _ totals: [String: Double], categories: [String] = ["vmbo", "havo"]
    ) -> CalibrationVariable {
        .factor("track", codes: codes ?? track, categories: categories, totals: totals)
    }

    @Test("Mistakes in totals are told") func mistakesInTotals() {
        #expect(Self.message([]) == "no population totals to calibrate to. Give those of one variable or more.")
        #expect(
            Self.message([Self.factor(["vmbo": -1, "havo": 5])])
                == "the population total of vmbo of 'track' is -1.0. It must be a number of 0 or more.")
        #expect(
            Self.message([.number("size", values: Self.size, total: .nan)])
                == "the population total of 'size' is missing. It must be a finite number.")
        #expect(
            Self.message([Self.factor(["vmbo": 10])])
                == "'track' has respondents in havo and no population total for it. Give its total, or join categories."
        )
        #expect(Self.message([Self.factor(["vmbo": 10, "havo": 0])])?.contains("respondents in havo and no") == true)
        let none = "'track' has a population total for vwo and no respondents in it. Join it with another category."
        #expect(Self.message([Self.factor(["vmbo": 10, "havo": 5, "vwo": 4])]) == none)
        #expect(
            Self.message([Self.factor(["vmbo": 10, "havo": 5, "vwo": 4], categories: ["vmbo", "havo", "vwo"])]) == none)
        #expect(
            Self.message([Self.regions, Self.factor(["vmbo": 380, "havo": 271])])
                == "the totals of 'region' add up to a population of 650.0, those of 'track' to 651.0. Correct them, or turn "
                + "both into shares of one population.")
        #expect(
            Self.message([Self.regions, .number("size", values: Self.size, total: 650 * 19)])
                == "the population total of 'size' is 12350.0; with its values in the data it lies from 13000.0 to 39000.0 for "
                + "any weights of 0 or more. Check its unit and the size of the population.")
        #expect(
            Self.message([Self.regions], .logit(lower: 1.2, upper: 2))
                == "the bounds of the weights' change are 1.2 and 2.0. They must be finite, one below and one above 1.")
    }

    @Test("Mistakes in the data are told") func mistakesInData() {
        var codes = Self.track
        codes[4] = -1
        #expect(
            Self.message([Self.factor(codes: codes, ["vmbo": 10, "havo": 5])])
                == "'track' is missing in row 5, which has a weight. Fill it in, or make missing a "
                + "category of its own.")
        codes[4] = 7
        #expect(
            Self.message([Self.factor(codes: codes, ["vmbo": 10, "havo": 5])])?.contains("missing in row 5") == true)
        var size = Self.size
        size[2] = .nan
        #expect(
            Self.message([.number("size", values: size, total: 10)])?.contains("'size' is missing in row 3") == true)
        #expect(
            Self.message([Self.factor(codes: [0, 1], ["vmbo": 10, "havo": 5])])
                == "'track' has 2 values where the survey has 60 rows.")
    }

    @Test("Totals that no weights meet are told, with what was reached", arguments: methods)
    func impossible(method: CalibrationMethod) {
        // A category twice over, with two totals: whatever meets the one misses the other.
        let twice = CalibrationVariable.number("vmbo again", values: Self.track.map { $0 == 0 ? 1 : 0 }, total: 390)
        let message = Self.message([Self.tracks, twice], method)
        #expect(message?.hasPrefix("the weights did not meet the population totals in ") == true)
        #expect(message?.hasSuffix("join small categories, or widen the bounds.") == true)
    }

    @Test("Bounds that are too tight are told") func tightBounds() {
        for method in [CalibrationMethod.logit(lower: 0.95, upper: 1.05), .boundedLinear(lower: 0.95, upper: 1.05)] {
            #expect(Self.message([Self.regions], method)?.hasPrefix("the weights did not meet") == true)
        }
    }

    @Test("A replicate that loses a category is named") func lostInReplicate() throws {
        let design = try SurveyDesign(weights: [1, 1, 1, 1])
        let sample = SurveySample(try ReplicateWeights(design, by: .jackknife))
        let factor = CalibrationVariable.factor(
            "group", codes: [0, 0, 1, 0], categories: ["a", "b"], totals: ["a": 5, "b": 2])
        #expect(
            Self.message([factor], sample: sample)
                == "in replicate 3, 'group' has a population total for b and no respondents in it. Join it with another "
                + "category.")
    }
}

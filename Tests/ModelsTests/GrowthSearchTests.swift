import LinearAlgebra
import Specifications
import Tables
import TestSupport
import Testing

@testable import Models

/// Where a search for the optimum may go wrong.
@Suite struct GrowthSearchTests {
    /// Uniform noise around zero, by xorshift.
    private struct Noise {
        var state: UInt64 = 88_172_645_463_325_252

        mutating func next() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
    }

    private static func model(
        _ formula: String, _ columns: [(String, Column)], _ criterion: Criterion = .reml
    ) throws -> GrowthModel {
        try GrowthModel(ModelFrame(Formula(parsing: formula), table: Table(columns)), criterion: criterion)
    }

    /// Three regions of 150 schools linked by pupils who move, and few pupils who move from one region to another.
    private static func regions() throws -> [(String, Column)] {
        var noise = Noise()
        var (pupil, school): ([String?], [String?]) = ([], [])
        var (time, far, score): ([Double], [Double], [Double]) = ([], [], [])
        let schools = (0..<450).map { _ in 2 * noise.next() }
        func add(_ places: [Int], isFar: Bool) {
            let (own, id) = (4 * noise.next(), score.count)
            for (moment, place) in places.enumerated() {
                pupil.append("p\(id)")
                school.append("s\(place)")
                time.append(Double(moment))
                far.append(isFar ? 1 : 0)
                score.append(own + schools[place] + 0.5 * Double(moment) + (isFar ? 1 : 0) + 3 * noise.next())
            }
        }
        for place in 0..<450 {
            add([place, place], isFar: false)
            add([place, place], isFar: false)
            guard place % 150 < 149 else { continue }
            for _ in 0..<2 { add([place, place + 1], isFar: false) }
        }
        for step in 0..<20 { add([step * 17 % 450, (step * 17 + 150) % 450], isFar: true) }
        return [
            ("pupil", .text(TextColumn(pupil))), ("school", .text(TextColumn(school))), ("time", .double(time)),
            ("far", .double(far)), ("score", .double(score)),
        ]
    }

    @Test func anEffectOfThePupilsLeftOutOfTheSearchIsEstimated() throws {
        let model = try Self.model("score ~ time + far + (1 | pupil) + (1 | school)", try Self.regions())
        let reduced = try #require(model.reducedProfile())
        #expect(throws: ModelError.self) { try CriterionSearch(profile: reduced.profile).optimum() }
        let fit = try model.fit()
        let direct = try CriterionSearch(profile: model.profile).optimum()
        #expect(abs(fit.criterionValue - direct.value) < 1e-6)
        #expect(fit.coefficients.labels == ["(Intercept)", "time", "far"])
        #expect(fit.levelsOutsideCurvature == 0)
    }

    @Test func theSignsOfAColumnDoNotEndTheSearchAtItsBound() throws {
        var noise = Noise()
        var (pupil, time, score): ([String?], [Double], [Double]) = ([], [], [])
        for id in 0..<60 {
            let own = 4 * noise.next()
            for moment in 0..<4 {
                pupil.append("p\(id)")
                time.append(Double(moment))
                score.append((0.1 + Double(moment)) * own + 4 * noise.next())
            }
        }
        let model = try Self.model(
            "score ~ time + (1 + time | pupil)",
            [("pupil", .text(TextColumn(pupil))), ("time", .double(time)), ("score", .double(score))])
        let search = CriterionSearch(profile: model.profile)
        let best = try search.optimum()
        #expect(best.theta[0] > 0)
        for slope in [-2.0, 2] {
            let found = try search.optimum(from: [0, slope, 0])
            #expect(found.value < best.value + 1e-6, "from \(slope)")
        }
    }

    @Test func uncorrelatedTermsMayHaveAsManyEffectsAsRows() throws {
        var noise = Noise()
        var (pupil, time, score): ([String?], [Double], [Double]) = ([], [], [])
        for id in 0..<40 {
            let (own, slope) = (4 * noise.next(), 2 * noise.next())
            for moment in 0..<2 {
                pupil.append("p\(id)")
                time.append(Double(moment) + (id % 3 == 0 ? 0.5 : 0))
                score.append(own + slope * time[time.count - 1] + noise.next())
            }
        }
        let columns: [(String, Column)] = [
            ("pupil", .text(TextColumn(pupil))), ("time", .double(time)), ("score", .double(score)),
        ]
        #expect(try Self.model("score ~ time + (1 + time || pupil)", columns).fit().theta.count == 2)
        #expect(throws: ModelError.self) { try Self.model("score ~ time + (1 + time | pupil)", columns) }
    }

    @Test func aVarianceOfZeroHasAProfileInterval() throws {
        let scores: [Double] = [1, 2, 4, 9]
        let fit = try Self.model(
            "score ~ 1 + (1 | school)",
            [
                ("score", .double(Array(repeating: scores, count: 4).flatMap { $0 })),
                ("school", .text(TextColumn((0..<16).map { "s\($0 / 4)" }))),
            ]
        ).fit()
        let intervals = try fit.profileIntervals(coverage: 0.95)
        #expect(intervals.map(\.kind) == ["fixed_effect", "standard_deviation", "standard_deviation"])
        #expect(intervals[1].estimate == 0 && intervals[1].lower == 0)
        #expect(try #require(intervals[1].upper) > 1)
        for interval in intervals { #expect(interval.lower != nil && interval.upper != nil, "\(interval)") }
    }

    @Test func fitsThatWeighRowsOtherwiseAreNotCompared() throws {
        var columns = try Self.regions()
        let rows = try Table(columns).rowCount
        columns.append(("w", .double((0..<rows).map { 1 + Double($0 % 3) })))
        let table = try Table(columns)
        let small = try GrowthModel(
            ModelFrame(Formula(parsing: "score ~ 1 + (1 | pupil)"), table: table), criterion: .ml
        ).fit()
        let large = try GrowthModel(
            ModelFrame(Formula(parsing: "score ~ time + (1 | pupil)"), table: table, weightsColumn: "w"), criterion: .ml
        ).fit()
        #expect(throws: ModelError.self) { try LikelihoodRatioTest(small, within: large) }
    }

    @Test(arguments: [
        ("inference: {intervals: [profile], coverage: 1}", "'coverage' must be above 0 and below 1"),
        ("inference: {bootstrap: {replicates: 10}}", "'bootstrap' is for intervals"),
        (
            "inference: {degrees_of_freedom: kenward_roger, robust: {cluster: pupil}}",
            "robust standard errors have degrees of freedom of their own"
        ),
        ("formula: score ~ 1 + (1 | score)", "the response 'score' is also on the right-hand side"),
    ])
    func keysWithoutEffectAreRefused(line: String, message: String) throws {
        let folder = try TemporaryFolder()
        let formula = line.hasPrefix("formula") ? "" : "formula: score ~ time + (1 | pupil)\n"
        let text = "kind: growth\ndata: {file: d.csv}\n\(formula)\(line)\n"
        let path = try folder.write(text, to: "m.yaml")
        #expect {
            try ModelFile(path: path)
        } throws: {
            "\($0)".contains(message)
        }
    }
}

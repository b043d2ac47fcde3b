import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Surveys

/// Methods of the monitoring reports (`nponderwijs/methods.csv`) of which a part has no test elsewhere, by their identifiers.
@Suite("Methods of the monitors")
struct MethodsTests {
    /// Pupils of 30 schools in two waves: a mark for life, complaints, and sex.
    private struct Pupils {
        var (school, wave, girl) = ([Int32](), [Int32](), [Bool]())
        var (marks, complaints, weights) = ([Double](), [Double](), [Double]())

        init(seed: Int) {
            var random = SeededGenerator(seed: seed)
            for row in 0..<360 {
                let (school, wave) = (Int32(row / 12), Int32(row % 2))
                self.school.append(school)
                self.wave.append(wave)
                girl.append(Bool.random(using: &random))
                let mark = 7 + Double(school % 5) / 5 + Double.random(in: -2...2, using: &random)
                marks.append(mark)
                complaints.append(10 - mark + Double.random(in: -2...2, using: &random))
                weights.append(Double.random(in: 1...4, using: &random))
            }
        }

        func sample() throws -> SurveySample {
            SurveySample(try SurveyDesign(weights: weights, stages: [.init(clusters: school)]))
        }

        /// Boys and girls of the first wave, then of the second.
        var cells: DomainCodes {
            DomainCodes(
                codes: marks.indices.map { 2 * wave[$0] + (girl[$0] ? 1 : 0) }, names: ["b1", "g1", "b2", "g2"])
        }
    }

    // The saturated regression on wave, sex and both has the cells' means for its fit.
    @Test("life_satisfaction_mean: the change of the difference of the sexes is the interaction of a regression")
    func waveBySex() throws {
        let pupils = Pupils(seed: 11)
        let sample = try pupils.sample()
        let change = try sample.estimates(of: MeanStatistic([pupils.marks], domains: pupils.cells))
            .transformed(Matrix(rowVectors: [[1, -1, -1, 1]]))
        var matrix = Matrix(rows: 360, columns: 4)
        for row in 0..<360 {
            let (wave, girl) = (Double(pupils.wave[row]), pupils.girl[row] ? 1.0 : 0)
            for (column, value) in [1, wave, girl, wave * girl].enumerated() { matrix[row, column] = value }
        }
        let fit = try SurveyRegression(
            matrix, names: ["constant", "wave", "girl", "wave:girl"], response: pupils.marks
        ).fit(sample)
        // Two roads through different sums: all but the digits that factoring loses.
        #expect(abs(change.values[0] - fit.coefficients.values[3]) < 1e-11)
        #expect(relativeDifference(change.standardErrors[0], fit.coefficients.standardErrors[3]) < 1e-10)
    }

    @Test("wellbeing_definition: two outcomes have a joint covariance, that of a simple random sample in closed form")
    func twoOutcomes() throws {
        let (marks, complaints) = ([7.0, 8, 6, 9, 5], [2.0, 1, 4, 1, 5])
        let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: 5)))
        let estimates = try sample.estimates(of: MeanStatistic([marks, complaints]))
        // Means 7 and 2.6: products 0, -1.6, -1.4, -3.2, -4.8 add up to -11; over n (n - 1).
        #expect(relativeDifference(estimates.covariance[0, 1], -11.0 / 20) < 1e-13)
        #expect(relativeDifference(estimates.covariance[0, 0], 10.0 / 20) < 1e-13)
    }

    @Test("executive_function_definition: a change in any of three outcomes is one test, whatever their units")
    func severalOutcomes() throws {
        let pupils = Pupils(seed: 12)
        let sample = try pupils.sample()
        let flexible = zip(pupils.marks, pupils.complaints).map { $0 * $1 / 10 }
        let waves = DomainCodes(codes: pupils.wave, names: ["1", "2"])
        func test(_ outcomes: [[Double]]) throws -> TestResult {
            let means = try sample.estimates(of: MeanStatistic(outcomes, domains: waves))
            let changes = means.differences(fromDomain: 0, estimatesPerDomain: outcomes.count)
            #expect(changes.values.count == 3 && changes.covariance[0, 1] < 0)
            return try WaldTest.test(.identity(3), of: changes, form: .f)
        }
        let found = try test([pupils.marks, pupils.complaints, flexible])
        let rescaled = try test([pupils.marks.map { 10 * $0 }, pupils.complaints.map { $0 - 5 }, flexible])
        #expect(relativeDifference(found.statistic, rescaled.statistic) < 1e-9)
        #expect(found.pValue > 0 && found.pValue < 1)
    }

    @Test("scale_scores: the difference of groups in a scale is the mean of the differences in its items")
    func scaleContrast() throws {
        let pupils = Pupils(seed: 13)
        var random = SeededGenerator(seed: 14)
        let items = (0..<3).map { _ in pupils.girl.map { _ in Double(Int.random(in: 1...4, using: &random)) } }
        let scale = try ScaleScores(items, range: 1...4)
        let sexes = DomainCodes(codes: pupils.girl.map { $0 ? 1 : 0 }, names: ["boys", "girls"])
        func difference(_ variables: [[Double]]) throws -> SurveyEstimates {
            try pupils.sample().estimates(of: MeanStatistic(variables, domains: sexes))
                .differences(fromDomain: 0, estimatesPerDomain: variables.count)
        }
        let (whole, parts) = (try difference([scale.scores]), try difference(items))
        let mean = parts.transformed(Matrix(rowVectors: [[1.0 / 3, 1.0 / 3, 1.0 / 3]]))
        #expect(abs(whole.values[0] - mean.values[0]) < 1e-13)
        #expect(relativeDifference(whole.standardErrors[0], mean.standardErrors[0]) < 1e-12)
    }

    @Test("year_on_year_share_change: two yearly surveys, the interval of R's prop.test")
    func yearlyShares() throws {
        func share(_ ones: Int, of count: Int) throws -> DifferenceTest.Estimate {
            let answers = (0..<count).map { Int32($0 < ones ? 0 : 1) }
            let sample = SurveySample(try SurveyDesign(weights: Array(repeating: 1, count: count)))
            let estimates = try sample.estimates(of: ShareStatistic(answers, categoryCount: 2))
            // prop.test has n where a sample's variance has n - 1, and no degrees of freedom.
            let factor = (Double(count - 1) / Double(count)).squareRoot()
            return DifferenceTest.Estimate(
                value: estimates.values[0], standardError: estimates.standardErrors[0] * factor)
        }
        let test = try DifferenceTest(from: share(268, of: 1310), to: share(312, of: 1204))
        let interval = try test.confidenceInterval()
        // R 4.2.2: prop.test(c(312, 268), c(1204, 1310), correct = FALSE)$conf.int.
        #expect(relativeDifference(interval.lowerBound, 0.021545073159298954) < 1e-11)
        #expect(relativeDifference(interval.upperBound, 0.087567046746358984) < 1e-11)
    }

    @Test("year_on_year_share_change: two samples apart are one sample whose strata are the years")
    func yearsAsStrata() throws {
        let pupils = Pupils(seed: 15)
        let answers = pupils.complaints.map { Int32($0 > 3 ? 1 : 0) }
        // Schools of the even numbers answer in the first year, the others in the second.
        let year = pupils.school.map { $0 % 2 }
        let joint = SurveySample(
            try SurveyDesign(weights: pupils.weights, stages: [.init(strata: year, clusters: pupils.school)]))
        let years = DomainCodes(codes: year, names: ["2022", "2023"])
        let both = try joint.estimates(of: ShareStatistic(answers, categoryCount: 2, domains: years))
        let change = both.differences([(minuend: 3, subtrahend: 1)])
        let apart = try (0..<2).map { number in
            let rows = year.indices.filter { year[$0] == Int32(number) }
            let sample = SurveySample(
                try SurveyDesign(
                    weights: rows.map { pupils.weights[$0] }, stages: [.init(clusters: rows.map { pupils.school[$0] })])
            )
            let found = try sample.estimates(of: ShareStatistic(rows.map { answers[$0] }, categoryCount: 2))
            return DifferenceTest.Estimate(
                value: found.values[1], standardError: found.standardErrors[1],
                degreesOfFreedom: found.degreesOfFreedom)
        }
        let test = try DifferenceTest(from: apart[0], to: apart[1])
        #expect(abs(change.values[0] - test.difference) < 1e-14)
        #expect(relativeDifference(change.standardErrors[0], test.standardError) < 1e-12)
    }

    @Test("zero_measurement: two baselines of the same estimates differ by their own difference")
    func twoBaselines() throws {
        let pupils = Pupils(seed: 16)
        let cohorts = DomainCodes(
            codes: pupils.marks.indices.map { Int32($0 % 4) }, names: ["2018", "2019", "2021", "2023"])
        let means = try pupils.sample().estimates(of: MeanStatistic([pupils.marks], domains: cohorts))
        // Before the crisis: the mean of two cohorts. The programme's start: the cohort of 2021.
        let found = means.transformed(Matrix(rowVectors: [[-0.5, -0.5, 0, 1], [0, 0, -1, 1], [-0.5, -0.5, 1, 0]]))
        #expect(abs(found.values[0] - found.values[1] - found.values[2]) < 1e-13)
        let (a, b) = (found.covariance[0, 0], found.covariance[1, 1])
        #expect(relativeDifference(a + b - 2 * found.covariance[0, 1], found.covariance[2, 2]) < 1e-12)
    }

    // The monitor's table 5.10 with 151 of 340 municipalities: counts 21, 75, 24, 31, printed as 14, 50, 16 and 21 percent.
    @Test(
        "banded_distribution: classes as printed, with intervals for a finite population", .enabled(if: hasSharedData))
    func bands() throws {
        var options = CSVOptions()
        // Else table 5.10 would be the number 5.1.
        options.types["table"] = .text
        let file = try readCSV(path: sharedData("nponderwijs/municipalities.csv"), options: options)
        let rows = (0..<file.rowCount).filter { file["table"]?.text(at: $0) == "5.10" }
        let counts = rows.compactMap { file["count"]?.text(at: $0).flatMap { Int($0) } }
        let printed = rows.compactMap { file["percent"]?.text(at: $0).flatMap { Double($0) } }
        #expect(counts.count == 4 && printed.count == 4)
        // Whole percents at the ends of the classes.
        let values = zip(counts, [[0, 25], [26, 50], [51, 75], [76, 100]]).flatMap { count, ends in
            (0..<count).map { Double(ends[$0 % 2]) }
        }
        let codes = try NumberBands(boundaries: [25, 50, 75], range: 0...100).codes(of: values)
        let sample = SurveySample(
            try SurveyDesign(weights: values.map { _ in 340.0 / 151 }, populationSize: 340))
        let shares = ShareStatistic(codes, categoryCount: 4)
        let estimates = try sample.estimates(of: shares)
        for (share, percent) in zip(estimates.values, printed) { #expect((100 * share).rounded() == percent) }
        let intervals = try sample.confidenceIntervals(
            of: shares, estimates: estimates, method: .wilson(populationSize: 340))
        #expect(zip(intervals, estimates.values).allSatisfy { $0.contains($1) && $0.upper - $0.lower < 0.16 })
    }
}

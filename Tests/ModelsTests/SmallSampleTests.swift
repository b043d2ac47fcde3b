import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Models

private func fit(
    _ formula: String, _ table: Table, weights: String? = nil, criterion: Criterion = .reml
) throws -> GrowthFit {
    try GrowthModel(ModelFrame(Formula(parsing: formula), table: table, weightsColumn: weights), criterion: criterion)
        .fit()
}

private func unit(_ index: Int, _ count: Int) -> [Double] { (0..<count).map { $0 == index ? 1 : 0 } }

private func golden(_ name: String, _ value: Double) -> Golden {
    Golden(
        // The fits agree to nine digits of theta, which degrees of freedom and standard errors inherit.
        name, value, relativeTolerance: 1e-7,
        source: "R 4.2.2, pbkrtest 0.5.2, clubSandwich 0.5.8, lme4 1.1-31 polished; Tests/Peers/R/small_sample.R")
}

/// Classic designs: the analysis of variance is exact where they are balanced, R's numbers hold where they are not.
@Suite struct SmallSampleDesignTests {
    /// Dyestuff: the yield of five samples from each of six batches (Davies and Goldsmith 1972).
    static let yields: [Double] = [
        1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560, 1445, 1440, 1595,
        1465,
        1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445,
    ]

    /// Machines: six workers three times on each of three machines (Milliken and Johnson 1992), by machine and worker.
    static let scores: [Double] = [
        52, 52.8, 53.1, 51.8, 52.8, 53.1, 60, 60.2, 58.4, 51.1, 52.3, 50.3, 50.9, 51.8, 51.4, 46.4, 44.8, 49.2, 62.1,
        62.6, 64, 59.7, 60, 59, 68.6, 65.8, 69.7, 63.2, 62.8, 62.2, 64.8, 65, 65.4, 43.7, 44.2, 43, 67.5, 67.2, 66.9,
        61.5, 61.7, 62.3, 70.8, 70.6, 71, 64.1, 66.2, 64, 72.1, 72, 71.1, 62, 61.4, 60.5,
    ]

    private func dyestuff() throws -> GrowthFit {
        let table = try Table([
            ("yield", .double(Self.yields)), ("batch", .text(TextColumn((0..<30).map { "b\($0 / 5)" }))),
        ])
        return try fit("yield ~ 1 + (1 | batch)", table)
    }

    private var batchMeans: [Double] { (0..<6).map { j in Self.yields[(5 * j)..<(5 * j + 5)].reduce(0, +) / 5 } }

    @Test func aBalancedOneWayDesignHasOneDegreeOfFreedomLessThanGroups() throws {
        let inference = try dyestuff().kenwardRoger()
        let mean = batchMeans.reduce(0, +) / 6
        let squares = batchMeans.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let estimate = inference.estimate(of: [1])
        // The fit stops where theta has nine digits.
        #expect(relativeDifference(estimate.degreesOfFreedom, 5) < 1e-8)
        #expect(relativeDifference(estimate.standardError, (squares / 30).squareRoot()) < 1e-8)
        #expect(relativeDifference(estimate.value, mean) < 1e-12)
    }

    @Test func robustErrorsOfABalancedOneWayDesignAreThoseOfTheGroupMeans() throws {
        let fitted = try dyestuff()
        let mean = batchMeans.reduce(0, +) / 6
        let squares = batchMeans.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let plain = try fitted.clusterRobust(by: "batch", correction: .none)
        let corrected = try fitted.clusterRobust(by: "batch")
        #expect(relativeDifference(plain.covariance[0, 0], squares / 36) < 1e-10)
        #expect(relativeDifference(corrected.covariance[0, 0], squares / 30) < 1e-10)
        #expect(try relativeDifference(plain.degreesOfFreedom(of: [1]), 5) < 1e-10)
        #expect(try relativeDifference(corrected.degreesOfFreedom(of: [1]), 5) < 1e-10)
        #expect(corrected.clusterCount == 6)
    }

    @Test func aBalancedSplitPlotHasTheFOfItsAnalysisOfVariance() throws {
        let table = try Table([
            ("score", .double(Self.scores)),
            ("machine", .text(TextColumn((0..<54).map { ["A", "B", "C"][$0 / 18] }))),
            ("worker", .text(TextColumn((0..<54).map { "w\($0 % 18 / 3)" }))),
        ])
        let inference = try fit("score ~ machine + (1 | worker) + (1 | worker:machine)", table).kenwardRoger()
        let test = try inference.test(Matrix(rowVectors: [[0, 1, 0], [0, 0, 1]]))

        let cells = (0..<18).map { Self.scores[(3 * $0)..<(3 * $0 + 3)].reduce(0, +) / 3 }
        let machines = (0..<3).map { machine in (0..<6).reduce(0) { $0 + cells[6 * machine + $1] } / 6 }
        let workers = (0..<6).map { worker in (0..<3).reduce(0) { $0 + cells[6 * $1 + worker] } / 3 }
        let mean = cells.reduce(0, +) / 18
        let between = machines.reduce(0) { $0 + 18 * ($1 - mean) * ($1 - mean) } / 2
        var interaction = 0.0
        for machine in 0..<3 {
            for worker in 0..<6 {
                let left = cells[6 * machine + worker] - machines[machine] - workers[worker] + mean
                interaction += 3 * left * left / 10
            }
        }
        #expect(relativeDifference(test.statistic, between / interaction) < 1e-7)
        #expect(test.numeratorDegreesOfFreedom == 2)
        #expect(relativeDifference(test.denominatorDegreesOfFreedom, 10) < 1e-7)
        #expect(relativeDifference(test.scaling, 1) < 1e-7)
    }

    static let unbalanced = [
        golden("covariance 1 1", 2.1415223355173656), golden("covariance 2 1", 2.1948020353424345),
        golden("covariance 2 2", 6.3359735904499956), golden("covariance 3 1", -0.5039423184983266),
        golden("covariance 3 2", 1.1225501359465768), golden("covariance 3 3", 2.229644653696329),
        golden("df 1", 4.9964763630242155), golden("df 2", 4.9990327954692537), golden("df 3", 4.9967738896438183),
        golden("F 2", 704.76978354449511), golden("ddf 2", 3.9915932644389409),
        golden("scaling 2", 0.79973079767732469),
        golden("F 3", 626.45151353585254), golden("ddf 3", 2.9954509135290577),
        golden("scaling 3", 0.59964883253715873),
        golden("p 3", 0.00010925263993564265),
    ]

    @Test("Machines without eight of their rows, three correlated effects", arguments: unbalanced)
    func unbalancedWithCorrelatedEffects(golden: Golden) throws {
        let kept = (0..<54).filter { ![1, 5, 6, 7, 20, 33, 34, 50].contains($0) }
        let table = try Table([
            ("score", .double(kept.map { Self.scores[$0] })),
            ("machine", .text(TextColumn(kept.map { ["A", "B", "C"][$0 / 18] }))),
            ("worker", .text(TextColumn(kept.map { "w\($0 % 18 / 3)" }))),
        ])
        let inference = try fit("score ~ machine + (1 + machine | worker)", table).kenwardRoger()
        var found: [String: Double] = [:]
        for row in 0..<3 {
            for column in 0...row {
                found["covariance \(row + 1) \(column + 1)"] = inference.adjustedCovariance[row, column]
            }
            found["df \(row + 1)"] = inference.degreesOfFreedom(of: unit(row, 3))
        }
        for q in 2...3 {
            let test = try inference.test(Matrix(rowVectors: (0..<q).map { unit($0, 3) }))
            (found["F \(q)"], found["ddf \(q)"]) = (test.statistic, test.denominatorDegreesOfFreedom)
            (found["scaling \(q)"], found["p \(q)"]) = (test.scaling, test.pValue)
        }
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }

    @Test func oneContrastIsTestedAsItsTStatisticSquared() throws {
        let inference = try dyestuff().kenwardRoger()
        let estimate = inference.estimate(of: [1])
        let test = try inference.test(Matrix(rowVectors: [[1]]), against: [1500])
        let t = (estimate.value - 1500) / estimate.standardError
        #expect(relativeDifference(test.statistic, t * t) < 1e-12)
        #expect(relativeDifference(test.denominatorDegreesOfFreedom, estimate.degreesOfFreedom) < 1e-12)
    }
}

/// Numbers of R on the shared data sets.
@Suite(.enabled(if: hasSharedData)) struct SmallSampleGoldenTests {
    private func shared(_ formula: String, _ file: String, _ factors: [String]) throws -> GrowthFit {
        var options = CSVOptions()
        for name in factors { options.types[name] = .factor }
        return try fit(formula, readCSV(path: sharedData(file), options: options))
    }

    static let sleepstudy = [
        golden("covariance 1 1", 47.408475576336976), golden("covariance 2 1", -1.9805570158771357),
        golden("covariance 2 2", 2.4322459346247371), golden("df 1", 18.187476413996478),
        golden("df 2", 18.187476413997047), golden("F", 737.01361767848095), golden("ddf", 22.128123728766518),
        golden("scaling", 0.9695281204122469), golden("p", 5.6547266544775378e-21),
    ]

    @Test(arguments: sleepstudy) func uncorrelatedSlopes(golden: Golden) throws {
        let inference = try shared(
            "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)", "sleepstudy/sleepstudy.csv", ["Subject"]
        ).kenwardRoger()
        let test = try inference.test(.identity(2))
        let found = [
            "covariance 1 1": inference.adjustedCovariance[0, 0], "covariance 2 1": inference.adjustedCovariance[1, 0],
            "covariance 2 2": inference.adjustedCovariance[1, 1], "df 1": inference.degreesOfFreedom(of: [1, 0]),
            "df 2": inference.degreesOfFreedom(of: [0, 1]), "F": test.statistic,
            "ddf": test.denominatorDegreesOfFreedom, "scaling": test.scaling, "p": test.pValue,
        ]
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }

    static let bdf = [
        golden("covariance 1 1", 0.57721647744281557), golden("covariance 5 4", -0.012898957094834637),
        golden("covariance 5 5", 0.00046348816088994933), golden("df 1", 1898.559095796242),
        golden("df 3", 2281.8503268678433), golden("df 5", 2207.3468133150354), golden("F", 5110.0622921716977),
        golden("ddf", 958.54690864750387), golden("scaling", 0.99824511586108855),
    ]

    @Test(arguments: bdf) func dutchPrimarySchools(golden: Golden) throws {
        let inference = try shared(
            "langPOST ~ langPRET + ses * sex + (1 | schoolNR)", "bdf/bdf.csv", ["schoolNR", "sex"]
        ).kenwardRoger()
        let test = try inference.test(.identity(5))
        let found = [
            "covariance 1 1": inference.adjustedCovariance[0, 0], "covariance 5 4": inference.adjustedCovariance[4, 3],
            "covariance 5 5": inference.adjustedCovariance[4, 4], "df 1": inference.degreesOfFreedom(of: unit(0, 5)),
            "df 3": inference.degreesOfFreedom(of: unit(2, 5)), "df 5": inference.degreesOfFreedom(of: unit(4, 5)),
            "F": test.statistic, "ddf": test.denominatorDegreesOfFreedom, "scaling": test.scaling,
        ]
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }

    static let exam = [
        golden("CR0 covariance 1 1", 0.0061145434874050469), golden("CR0 covariance 5 4", 0.0052513861935880313),
        golden("CR0 covariance 5 5", 0.0075332969872689117), golden("CR0 df 1", 12.443870736410256),
        golden("CR0 df 2", 60.622763344429629), golden("CR0 df 5", 15.605509303346903),
        golden("CR2 covariance 1 1", 0.0066825672023176162), golden("CR2 covariance 5 4", 0.0057960592381207324),
        golden("CR2 covariance 5 5", 0.0081415096137625043), golden("CR2 df 1", 12.19130891132161),
        golden("CR2 df 2", 60.567008197513275), golden("CR2 df 5", 15.087577602621606),
    ]

    @Test(arguments: exam) func robustErrorsOfExamResults(golden: Golden) throws {
        let fitted = try shared(
            "normexam ~ standLRT + sex + schgend + (1 + standLRT | school)", "Exam/Exam.csv", ["school"])
        let correction = try #require(ClusterRobust.Correction(rawValue: String(golden.name.prefix(3))))
        let inference = try fitted.clusterRobust(by: "school", correction: correction)
        let indices = golden.name.split(separator: " ").compactMap { Int($0) }.map { $0 - 1 }
        let found =
            indices.count == 2
            ? inference.covariance[indices[0], indices[1]] : try inference.degreesOfFreedom(of: unit(indices[0], 5))
        #expect(golden.agrees(with: found))
    }
}

/// What must hold for any data, on generated pupils in schools.
@Suite struct SmallSampleContractTests {
    static let formula = "score ~ time * ses + (1 + time | pupil) + (1 | school)"

    /// Pupils of eight schools at up to four moments; with `moves` some change school.
    static func table(
        start: Double = 0, unit: Double = 1, moves: Bool = false, weight: (Int) -> Double = { _ in 1 },
        order: ([Int]) -> [Int] = { $0 }
    ) throws -> Table {
        var pupil: [String?] = [], school: [String?] = [], ses: [String?] = []
        var time: [Double] = [], score: [Double] = []
        var state: UInt64 = 1_181_783_497_276_652_981
        func noise() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        let schools = (0..<8).map { _ in noise() * 10 }
        for id in 0..<40 {
            let home = id * id / 200
            let (level, slope) = (50 + noise() * 16, 5 + noise() * 4)
            for moment in 0..<4 where (id + moment) % 6 != 0 {
                let place = moves && id % 9 == 0 && moment > 1 ? (home + 1) % 8 : home
                pupil.append("p\(id)")
                school.append("s\(place)")
                ses.append(id % 3 == 0 ? "low" : "high")
                time.append(start + Double(moment))
                score.append(unit * (schools[place] + level + slope * Double(moment) + noise() * 9))
            }
        }
        let rows = order(Array(score.indices))
        return try Table([
            ("pupil", .text(TextColumn(rows.map { pupil[$0] }))),
            ("school", .text(TextColumn(rows.map { school[$0] }))), ("ses", .text(TextColumn(rows.map { ses[$0] }))),
            ("time", .double(rows.map { time[$0] })), ("score", .double(rows.map { score[$0] })),
            ("weight", .double(rows.map { weight($0) })),
        ])
    }

    private func compare(_ first: [Double], _ second: [Double], tolerance: Double) {
        #expect(first.count == second.count)
        for (x, y) in zip(first, second) { #expect(relativeDifference(x, y) < tolerance) }
    }

    private func figures(_ fitted: GrowthFit) throws -> [Double] {
        let inference = try fitted.kenwardRoger()
        let robust = try fitted.clusterRobust(by: "school")
        let test = try inference.test(Matrix(rowVectors: [[0, 1, 0, 0], [0, 0, 0, 1]]))
        let contrasts = (1..<4).map { unit($0, 4) }
        return try contrasts.map(inference.degreesOfFreedom) + contrasts.map { try robust.degreesOfFreedom(of: $0) }
            + contrasts.compactMap { inference.estimate(of: $0).statistic }
            + contrasts.compactMap { try robust.estimate(of: $0).statistic } + [test.statistic, test.pValue]
    }

    @Test func orderOfRowsDoesNotMatter() throws {
        let first = try figures(fit(Self.formula, Self.table()))
        let second = try figures(fit(Self.formula, Self.table(order: { $0.reversed() })))
        compare(first, second, tolerance: 1e-6)
    }

    @Test func testsDoNotHangOnTheUnitOfTheScore() throws {
        let first = try figures(fit(Self.formula, Self.table()))
        for unit in [1e-4, 1e4] {
            compare(try figures(fit(Self.formula, Self.table(unit: unit))), first, tolerance: 1e-6)
        }
    }

    @Test func theSlopeDoesNotHangOnTheOriginOfTime() throws {
        let formula = "score ~ time + (1 | pupil) + (1 | school)"
        let first = try fit(formula, Self.table())
        let second = try fit(formula, Self.table(start: 2016))
        let (one, other) = (try first.kenwardRoger(), try second.kenwardRoger())
        let (near, far) = (try first.clusterRobust(by: "school"), try second.clusterRobust(by: "school"))
        compare(
            [one.degreesOfFreedom(of: [0, 1]), one.adjustedCovariance[1, 1]],
            [other.degreesOfFreedom(of: [0, 1]), other.adjustedCovariance[1, 1]], tolerance: 1e-6)
        compare(
            [try near.degreesOfFreedom(of: [0, 1]), near.covariance[1, 1]],
            [try far.degreesOfFreedom(of: [0, 1]), far.covariance[1, 1]], tolerance: 1e-6)
    }

    @Test func constantWeightsChangeNothing() throws {
        let plain = try figures(fit(Self.formula, Self.table()))
        let ones = try figures(fit(Self.formula, Self.table(), weights: "weight"))
        compare(plain, ones, tolerance: 1e-12)
        let fours = try figures(fit(Self.formula, Self.table(weight: { _ in 4 }), weights: "weight"))
        compare(plain, fours, tolerance: 1e-6)
    }

    /// pbkrtest ignores prior weights; a model with weights is the model of the rows times the roots of their weights.
    @Test func weightedRowsAreRowsTimesTheRootsOfTheirWeights() throws {
        let table = try Self.table(weight: { 0.5 + Double($0 % 5) })
        let weighted = try MixedModelRows(fit(Self.formula, table, weights: "weight"))
        let roots = try #require(weighted.weights).map { $0.squareRoot() }
        func scaled(_ matrix: [Double], width: Int) -> [Double] {
            matrix.indices.map { matrix[$0] * roots[$0 / width] }
        }
        let blocks = weighted.blocks.map {
            RandomEffectsBlock(
                factor: $0.factor, codes: $0.codes, levels: $0.levels, effectNames: $0.effectNames,
                matrix: scaled($0.matrix, width: $0.width), template: $0.template)
        }
        let plain = MixedModelRows(
            names: weighted.names, columns: scaled(weighted.columns, width: 4), fixedEffects: weighted.fixedEffects,
            response: scaled(weighted.response, width: 1), blocks: blocks, covariances: weighted.covariances,
            residualVariance: weighted.residualVariance, weights: nil)
        let (one, other) = (try KenwardRoger(weighted), try KenwardRoger(plain))
        compare(one.adjustedCovariance.elements, other.adjustedCovariance.elements, tolerance: 1e-10)
        compare(
            (0..<4).map { one.degreesOfFreedom(of: unit($0, 4)) },
            (0..<4).map { other.degreesOfFreedom(of: unit($0, 4)) }, tolerance: 1e-10)
        // CR0 is invariant too; the symmetric roots of CR2 are not.
        let robust = try ClusterRobust(weighted, clusterFactor: "school", correction: .none)
        let again = try ClusterRobust(plain, clusterFactor: "school", correction: .none)
        compare(robust.covariance.elements, again.covariance.elements, tolerance: 1e-10)
    }

    @Test func theUnadjustedCovarianceIsTheFits() throws {
        let fitted = try fit(Self.formula, Self.table(moves: true))
        let inference = try fitted.kenwardRoger()
        compare(inference.covariance.elements, fitted.coefficients.covariance.elements, tolerance: 1e-10)
        #expect(inference.names == fitted.coefficients.labels)
        #expect(inference.parameterCovariance.rows == 5)
    }

    @Test func derivativesAreThoseOfTheCovariance() throws {
        let rows = try MixedModelRows(fit(Self.formula, Self.table(moves: true)))
        func moved(_ change: Double, block: Int?) throws -> Matrix {
            var covariances = rows.covariances
            if let block {
                covariances[block][0, 1] += change
                covariances[block][1, 0] += change
            }
            let model = MixedModelRows(
                names: rows.names, columns: rows.columns, fixedEffects: rows.fixedEffects, response: rows.response,
                blocks: rows.blocks, covariances: covariances,
                residualVariance: rows.residualVariance + (block == nil ? change : 0), weights: nil)
            return try KenwardRoger(model).covariance
        }
        let inference = try KenwardRoger(rows)
        #expect(rows.parameterNames[1] == "covariance of '(Intercept)' and 'time' of 'pupil'")
        for (parameter, block) in [(1, 0), (4, nil)] {
            let step = 1e-4
            let difference = try moved(step, block: block) + -1 * moved(-step, block: block)
            // Central differences: the error is of the order of the step squared, and rounding over the step.
            compare(
                inference.derivatives[parameter].elements, ((1 / (2 * step)) * difference).elements, tolerance: 1e-5)
        }
    }

    @Test func schoolsAreIndependentUntilAPupilMoves() throws {
        let rows = try MixedModelRows(fit(Self.formula, Self.table()))
        let moved = try MixedModelRows(fit(Self.formula, Self.table(moves: true)))
        #expect(rows.independentSets().count == 8)
        #expect(rows.independentSets().flatMap { $0 }.sorted() == Array(0..<rows.rowCount))
        #expect(moved.independentSets().count < 8)
    }

    @Test func mistakesEndInOneMessage() throws {
        func message(_ body: () throws -> Void) -> String {
            do {
                try body()
                return ""
            } catch {
                return "\(error)"
            }
        }
        let nested = try fit(Self.formula, Self.table())
        let crossed = try fit(Self.formula, Self.table(moves: true))
        let likelihood = try fit(Self.formula, Self.table(), criterion: .ml)
        #expect(
            message { _ = try likelihood.kenwardRoger() }
                == "Kenward-Roger inference needs a fit by REML, and this one is by ML. Fit the model by REML, or use "
                + "Satterthwaite's degrees of freedom.")
        #expect(message { _ = try likelihood.clusterRobust(by: "school") } == "")
        #expect(
            message { _ = try nested.clusterRobust(by: "class") }
                == "the model has no grouping factor 'class' to cluster by. Use one of: pupil, school.")
        #expect(
            message { _ = try crossed.clusterRobust(by: "school") }
                == "the levels of 'pupil' lie in more than one level of 'school', so clusters by 'school' are not "
                + "independent. Cluster by a factor within which all others are nested.")
        #expect(
            message { _ = try nested.clusterRobust(by: "pupil") }
                == "the levels of 'school' lie in more than one level of 'pupil', so clusters by 'pupil' are not "
                + "independent. Cluster by a factor within which all others are nested.")
        #expect(
            message { _ = try nested.clusterRobust(by: "school").estimate(of: [0, 0, 0, 0]) }
                == "the approximation leaves no degrees of freedom for the error. Test fewer contrasts, or use more groups."
        )
        let inference = try nested.kenwardRoger()
        for contrasts in [[[0.0, 1, 0, 0], [0, 2, 0, 0]], [[0, 0, 0, 0]]] {
            #expect(
                message { _ = try inference.test(Matrix(rowVectors: contrasts)) }
                    == "the contrasts are zero or linear combinations of each other. Give independent contrasts.")
        }
    }

    @Test func tooMuchWorkIsRefused() throws {
        let work = DenseWork(method: "Kenward-Roger inference", perCube: 1, perSquare: 10)
        let sets = [Array(0..<4_001), [4_001]]
        #expect(throws: ModelError.self) { try work.check(sets) }
        let refusal = #expect(throws: ModelError.self) { try work.check(sets, largestSet: 5_000, largestWork: 2e10) }
        #expect(
            refusal?.description
                == "Kenward-Roger inference would take too long: it needs about 64 billion operations, and the limit is "
                + "20 billion. Use Satterthwaite's degrees of freedom, or leave out the grouping factor that ties the "
                + "rows together.")
        try work.check([Array(0..<4_000)])
    }

    @Test func aVarianceThatCannotBeToldFromTheResidualIsNamed() throws {
        // A class for each row, and schools: the class variance is the residual variance.
        let rows = try MixedModelRows(fit("score ~ time + (1 | pupil) + (1 | school)", Self.table()))
        let template = CovarianceTemplate(groupSizes: [1])
        let own = RandomEffectsBlock(
            factor: "class", codes: (0..<Int32(rows.rowCount)).map { $0 },
            levels: .texts((0..<rows.rowCount).map { "c\($0)" }),
            effectNames: ["(Intercept)"], matrix: Array(repeating: 1, count: rows.rowCount), template: template)
        let model = MixedModelRows(
            names: rows.names, columns: rows.columns, fixedEffects: rows.fixedEffects, response: rows.response,
            blocks: rows.blocks + [own], covariances: rows.covariances + [Matrix(rows: 1, columns: 1, repeating: 1)],
            residualVariance: rows.residualVariance, weights: nil)
        #expect(throws: ModelError.covarianceParameterNotIdentified("residual variance")) { try KenwardRoger(model) }
    }
}

import LinearAlgebra
import Probability
import Tables
import TestSupport
import Testing

@testable import Models

/// Contagious bovine pleuropneumonia (lme4's `cbpp`, Lesnoff et al. 2004): herd, new cases, herd size, period.
private let cbpp = """
    1,2,14,1 1,3,12,2 1,4,9,3 1,0,5,4 2,3,22,1 2,1,18,2 2,1,21,3 3,8,22,1 3,2,16,2 3,0,16,3 3,2,20,4 4,2,10,1
    4,0,10,2 4,2,9,3 4,0,6,4 5,5,18,1 5,0,25,2 5,0,24,3 5,1,4,4 6,3,17,1 6,0,17,2 6,0,18,3 6,1,20,4 7,8,16,1
    7,1,10,2 7,3,9,3 7,0,5,4 8,12,34,1 9,2,9,1 9,0,6,2 9,0,8,3 9,0,6,4 10,1,22,1 10,1,22,2 10,0,18,3 10,2,22,4
    11,0,25,1 11,5,27,2 11,3,22,3 11,1,22,4 12,2,10,1 12,1,8,2 12,0,6,3 12,0,5,4 13,1,21,1 13,2,24,2 13,0,19,3
    13,0,23,4 14,11,19,1 14,0,2,2 14,0,3,3 14,0,2,4 15,1,19,1 15,1,15,2 15,1,15,3 15,0,15,4
    """

/// The herds as proportions with their sizes, or one row an animal.
private func cbppFrame(oneRowAnAnimal: Bool = false) throws -> ModelFrame {
    var rows = ["herd,period,proportion,size"]
    for cell in cbpp.split(whereSeparator: \.isWhitespace) {
        let fields = cell.split(separator: ",").compactMap { Int($0) }
        let (herd, cases, size, period) = (fields[0], fields[1], fields[2], fields[3])
        if oneRowAnAnimal {
            for animal in 0..<size { rows.append("\(herd),\(period),\(animal < cases ? 1 : 0),1") }
        } else {
            rows.append("\(herd),\(period),\(Double(cases) / Double(size)),\(size)")
        }
    }
    return try frame("proportion ~ period + (1 | herd)", rows, factors: ["herd", "period"], weights: "size")
}

private func frame(
    _ formula: String, _ rows: [String], factors: [String] = [], weights: String? = nil
) throws -> ModelFrame {
    let folder = try TemporaryFolder()
    var options = CSVOptions()
    for name in factors { options.types[name] = .factor }
    let table = try readCSV(path: folder.write(rows.joined(separator: "\n") + "\n", to: "data.csv"), options: options)
    return try ModelFrame(Formula(parsing: formula), table: table, weightsColumn: weights)
}

/// A stream of numbers in (0, 1); plain integer arithmetic makes them.
private struct Noise {
    var state: UInt64 = 88_172_645_463_325_252
    mutating func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-53
    }
    mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += uniform() }
        return sum
    }
}

/// Pupils of classes in schools, and teachers who teach in several: a count and a proportion of eight items.
private struct Generated {
    var rows = ["pupil,school,teacher,x,group,year,count,proportion,items"]

    init(firstYear: Int = 2000, order: ([Int]) -> [Int] = { $0 }) {
        var noise = Noise()
        let schools = (0..<20).map { _ in 0.6 * noise.normal() }
        let slopes = (0..<20).map { _ in 0.3 * noise.normal() }
        let teachers = (0..<9).map { _ in 0.4 * noise.normal() }
        var lines: [String] = []
        for pupil in 0..<400 {
            let (school, teacher, x) = (pupil % 20, (pupil * 7 + pupil / 20) % 9, noise.normal())
            let eta = -0.3 + schools[school] + teachers[teacher] + (0.5 + slopes[school]) * x
            let chance = 1 / (1 + Elementary.exp(-eta))
            let successes = (0..<8).count { _ in noise.uniform() < chance }
            let count = (0..<30).count { _ in noise.uniform() < Elementary.exp(eta) / 30 }
            lines.append(
                "p\(pupil),s\(school),t\(teacher),\(x),g\(pupil % 3),\(firstYear + pupil % 7),\(count),\(Double(successes) / 8),8"
            )
        }
        rows += order(Array(lines.indices)).map { lines[$0] }
    }

    func frame(_ formula: String, weights: String? = nil) throws -> ModelFrame {
        try ModelsTests.frame(formula, rows, factors: ["school", "teacher", "group"], weights: weights)
    }
}

@Suite struct GeneralisedModelTests {
    private static func golden(_ name: String, _ value: Double, _ tolerance: Double = 1e-6) -> Golden {
        Golden(
            name, value, relativeTolerance: tolerance,
            source:
                "R 4.2.2, lme4 1.1-31, glmer's deviance function with Newton-polished parameters; Tests/Peers/R/glmer.R"
        )
    }

    static let laplace = [
        golden("deviance", 184.05256374299444, 1e-9), golden("(Intercept)", -1.3985321572264064),
        golden("period2", -0.99233268171625189), golden("period3", -1.1286720258598932),
        golden("period4", -1.580313813337296), golden("se (Intercept)", 0.23247191037024134, 1e-5),
        golden("se period2", 0.30664229250851616, 1e-5), golden("se period3", 0.3266376237841222, 1e-5),
        golden("se period4", 0.42743626327044743, 1e-5), golden("herd", 0.41249978570022233),
        golden("mode 1", 0.59002003136183312), golden("variance of mode 1", 0.12128854989120903),
    ]

    static let ninePoints = [
        golden("deviance", 183.96674359266927, 1e-11), golden("(Intercept)", -1.3992301667645133),
        golden("period4", -1.5794710791421795), golden("se (Intercept)", 0.2335113923659253, 1e-5),
        golden("se period4", 0.42759448954092621, 1e-5), golden("herd", 0.41927917654078883),
        golden("mode 1", 0.5930242905693428), golden("variance of mode 1", 0.12172884292547421),
    ]

    private func figures(_ fit: GeneralisedFit) -> [String: Double] {
        var result = ["deviance": -2 * fit.logLikelihood]
        for (position, term) in fit.coefficients.labels.enumerated() {
            result[term] = fit.coefficients.values[position]
            result["se " + term] = fit.coefficients.standardErrors[position]
        }
        result["herd"] = fit.varianceComponents[0].variance
        result["mode 1"] = fit.conditionalModes[0].modes(of: 0)[0]
        result["variance of mode 1"] = fit.conditionalModes[0].covariance(of: 0)[0, 0]
        return result
    }

    @Test(arguments: laplace) func cbppByLaplace(golden: Golden) throws {
        let fit = try GeneralisedModel(cbppFrame(), family: .binomial).fit()
        #expect(golden.agrees(with: try #require(figures(fit)[golden.name])))
    }

    @Test(arguments: ninePoints) func cbppByNineQuadraturePoints(golden: Golden) throws {
        let fit = try GeneralisedModel(cbppFrame(), family: .binomial, quadraturePoints: 9).fit()
        #expect(golden.agrees(with: try #require(figures(fit)[golden.name])))
    }

    @Test func informationCriteriaCountThetaAndFixedEffects() throws {
        let fit = try GeneralisedModel(cbppFrame(), family: .binomial).fit()
        // glmer prints 194.1 and 204.2 for this model.
        #expect(abs(fit.aic - 194.05) < 0.01)
        #expect(abs(fit.bic - 204.18) < 0.01)
        #expect(fit.parameterCount == 5)
    }

    @Test(arguments: [1, 7]) func animalsOneByOneGiveTheSameFit(points: Int) throws {
        let herds = try GeneralisedModel(cbppFrame(), family: .binomial, quadraturePoints: points).fit()
        let animals = try GeneralisedModel(
            cbppFrame(oneRowAnAnimal: true), family: .binomial, quadraturePoints: points
        ).fit()
        #expect(animals.cellCount == herds.cellCount)
        // The same sums in another order.
        for (value, other) in zip(animals.coefficients.values, herds.coefficients.values) {
            #expect(relativeDifference(value, other) < 1e-12)
        }
        #expect(relativeDifference(animals.theta[0], herds.theta[0]) < 1e-12)
        // The binomial coefficients are all the difference.
        #expect(animals.logLikelihood < herds.logLikelihood)
    }

    @Test func manyPointsConverge() throws {
        func logLikelihood(_ points: Int) throws -> Double {
            try GeneralisedModel(cbppFrame(), family: .binomial, quadraturePoints: points).fit().logLikelihood
        }
        let (few, many) = (try logLikelihood(15), try logLikelihood(25))
        #expect(abs(few - many) < 1e-9)
    }
}

/// The analytic gradient against central differences of the deviance.
@Suite struct GeneralisedGradientTests {
    struct Case: Sendable, CustomStringConvertible {
        let formula: String
        let family: Family
        var weights: String?
        var points = 1
        var description: String { "\(formula), \(family.rawValue), \(points) points" }
    }

    static let cases = [
        Case(formula: "proportion ~ x + group + (1 | school)", family: .binomial, weights: "items"),
        Case(formula: "proportion ~ x + (1 + x | school)", family: .binomial, weights: "items"),
        Case(
            formula: "proportion ~ x + (1 + x + group | school) + (1 + x | teacher)", family: .binomial,
            weights: "items"),
        Case(
            formula: "proportion ~ x + (1 | school) + (1 + x || teacher) + (1 | group)", family: .binomial,
            weights: "items"),
        Case(formula: "count ~ x * group + (1 + x | school) + (1 | teacher)", family: .poisson),
        Case(formula: "count ~ 0 + (1 | school)", family: .poisson),
        Case(formula: "proportion ~ x + group + (1 | school)", family: .binomial, weights: "items", points: 6),
        Case(formula: "proportion ~ x + (0 + x | school)", family: .binomial, weights: "items", points: 5),
        Case(formula: "count ~ x + (1 | school)", family: .poisson, points: 9),
    ]

    private func deviance(_ test: Case) throws -> MarginalDeviance {
        let frame = try Generated().frame(test.formula, weights: test.weights)
        return try GeneralisedModel(frame, family: test.family, quadraturePoints: test.points).deviance
    }

    private func point(_ deviance: MarginalDeviance) -> [Double] {
        let theta = deviance.templates.flatMap(\.parameters).enumerated().map { index, element in
            element.isDiagonal ? 0.7 - 0.05 * Double(index) : 0.2 - 0.1 * Double(index)
        }
        return theta + (0..<deviance.fixedCount).map { 0.3 - 0.2 * Double($0) }
    }

    @Test(arguments: cases) func agreesWithDifferences(test: Case) throws {
        var deviance = try deviance(test)
        let point = point(deviance)
        let gradient = try deviance.derivatives(point).gradient
        for index in point.indices {
            func value(_ step: Double) throws -> Double {
                var moved = point
                moved[index] += step
                return try deviance.value(moved)
            }
            // Five points: an error by truncation of the order of step^4, by rounding 1e-13 * deviance / step.
            let h = 2e-3
            let difference = try (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
            #expect(abs(gradient[index] - difference) < 1e-6 * max(10, abs(difference)), "parameter \(index)")
        }
    }

    @Test(arguments: cases) func zeroOnTheDiagonalIsAsGoodAsAnyPoint(test: Case) throws {
        var deviance = try deviance(test)
        var point = point(deviance)
        for index in 0..<deviance.thetaCount { point[index] = 0 }
        let gradient = try deviance.derivatives(point).gradient
        // The deviance is even in theta: zero slope, no breakdown.
        #expect(gradient.prefix(deviance.thetaCount).allSatisfy { abs($0) < 1e-9 })
    }

    @Test func theFactorsSolveTheirSystem() throws {
        var deviance = try deviance(Self.cases[2])
        let (_, factor) = try deviance.findModes(point(deviance))
        let (layout, search) = (deviance.layout, deviance.search)
        var right = EffectsVector(layout)
        for index in right.head.indices { right.head[index] = Double(index % 7) - 3 }
        for index in right.tail.indices { right.tail[index] = Double(index % 5) - 2 }
        let x = factor.solve(right)
        // H x = A'W A x + x, cell by cell.
        var image: [Double] = []
        for level in 0..<layout.levelCount {
            for cell in layout.cellStart[level]..<layout.cellStart[level + 1] {
                image.append(search.weights[cell] * layout.product(search.effects, cell: cell, level: level, x))
            }
        }
        var product = layout.transposedProduct(search.effects, image)
        product.add(1, x)
        product.add(-1, right)
        #expect(product.dot(product).squareRoot() < 1e-10)
        // The blocks of the inverse give the same effects of a cell as a solve with the cell's row.
        var inverse = InverseBlocks(factor, layout)
        inverse.load(level: 3)
        let cell = layout.cellStart[3] + 1
        var blocks = [Double](repeating: 0, count: layout.rowWidth)
        inverse.multiply(search.effects, cell: cell, level: 3, into: &blocks)
        var row = EffectsVector(layout)
        layout.add(1, search.effects, cell: cell, level: 3, to: &row)
        let solved = factor.solve(row)
        let column = layout.tailColumns[cell]
        for (found, value) in zip(blocks.suffix(2), solved.tail[column..<column + 2]) {
            #expect(abs(found - value) < 1e-12)
        }
        for effect in 0..<layout.width {
            #expect(abs(blocks[effect] - solved.head[3 * layout.width + effect]) < 1e-12)
        }
    }
}

/// What must hold for any data.
@Suite struct GeneralisedContractTests {
    private static let formula = "proportion ~ x + group + (1 + x | school) + (1 | teacher)"

    private func fit(_ formula: String = formula, rows: Generated = Generated()) throws -> GeneralisedFit {
        try GeneralisedModel(rows.frame(formula, weights: "items"), family: .binomial).fit()
    }

    private func expectSame(_ fit: GeneralisedFit, _ other: GeneralisedFit, tolerance: Double = 1e-8) {
        #expect(relativeDifference(fit.logLikelihood, other.logLikelihood) < 1e-11)
        for (value, reference) in zip(fit.coefficients.values, other.coefficients.values) {
            #expect(abs(value - reference) < tolerance * max(1, abs(reference)))
        }
        for (value, reference) in zip(fit.coefficients.standardErrors, other.coefficients.standardErrors) {
            #expect(relativeDifference(value, reference) < max(tolerance, 1e-6))
        }
        for (value, reference) in zip(fit.theta, other.theta) { #expect(abs(value - reference) < 10 * tolerance) }
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        expectSame(try fit(), try fit(rows: Generated { $0.reversed() }))
    }

    @Test func theSameDataGiveTheSameBits() throws {
        let (one, two) = (try fit(), try fit())
        #expect(one.logLikelihood == two.logLikelihood)
        #expect(one.coefficients.values == two.coefficients.values)
        #expect(one.coefficients.covariance == two.coefficients.covariance)
    }

    @Test func aCalendarYearKeepsItsDigits() throws {
        let formula = "proportion ~ year + (1 | school)"
        let (year, shift) = (try fit(formula), try fit(formula, rows: Generated(firstYear: 0)))
        #expect(relativeDifference(year.logLikelihood, shift.logLikelihood) < 1e-11)
        #expect(relativeDifference(year.coefficients.values[1], shift.coefficients.values[1]) < 1e-7)
    }

    @Test func aModelWithoutFixedEffectsFits() throws {
        let fit = try fit("proportion ~ 0 + (1 | school)")
        #expect(fit.coefficients.count == 0)
        #expect(fit.parameterCount == 1)
        // At the optimum no other variance gives a higher likelihood.
        var deviance = try GeneralisedModel(
            Generated().frame("proportion ~ 0 + (1 | school)", weights: "items"), family: .binomial
        ).deviance
        let best = try deviance.value(fit.theta)
        #expect(relativeDifference(best, -2 * fit.logLikelihood) < 1e-12)
        #expect(try deviance.value([fit.theta[0] * 1.01]) > best)
        #expect(try deviance.value([fit.theta[0] * 0.99]) > best)
    }

    @Test func dependentColumnsAreDropped() throws {
        let frame = try Generated().frame("proportion ~ x + (1 | school)", weights: "items")
        let design = try GeneralisedDesign(frame: frame)
        let doubled = GeneralisedDesign(
            columnNames: design.columnNames + ["copy"],
            columns: (0..<design.rowCount).flatMap {
                let row = design.columns[2 * $0..<2 * $0 + 2]
                return Array(row) + [3 - 2 * design.columns[2 * $0 + 1]]
            }, response: design.response, weights: design.weights, blocks: design.blocks)
        let fit = try GeneralisedModel(doubled, family: .binomial).fit()
        #expect(fit.droppedColumns == ["copy"])
        expectSame(fit, try GeneralisedModel(design, family: .binomial).fit())
    }

    @Test func aWeightOfTwoIsTheRowTwice() throws {
        let frame = try Generated().frame("count ~ x + (1 | school)")
        let design = try GeneralisedDesign(frame: frame)
        let weighted = GeneralisedDesign(
            columnNames: design.columnNames, columns: design.columns, response: design.response,
            weights: design.response.map { _ in 2 }, blocks: design.blocks)
        let block = design.blocks[0]
        let twice = GeneralisedDesign(
            columnNames: design.columnNames, columns: design.columns + design.columns,
            response: design.response + design.response,
            blocks: [
                RandomEffectsBlock(
                    factor: block.factor, codes: block.codes + block.codes, levels: block.levels,
                    effectNames: block.effectNames, matrix: block.matrix + block.matrix, template: block.template)
            ])
        expectSame(
            try GeneralisedModel(weighted, family: .poisson).fit(), try GeneralisedModel(twice, family: .poisson).fit())
    }

    @Test func anOffsetMovesTheIntercept() throws {
        let design = try GeneralisedDesign(frame: Generated().frame("count ~ x + (1 | school)"))
        let moved = GeneralisedDesign(
            columnNames: design.columnNames, columns: design.columns, response: design.response,
            offset: design.response.map { _ in 2.5 }, blocks: design.blocks)
        let (plain, offset) = (
            try GeneralisedModel(design, family: .poisson).fit(), try GeneralisedModel(moved, family: .poisson).fit()
        )
        #expect(abs(plain.coefficients.values[0] - offset.coefficients.values[0] - 2.5) < 1e-8)
        #expect(abs(plain.coefficients.values[1] - offset.coefficients.values[1]) < 1e-8)
        for (eta, other) in zip(plain.linearPredictor, offset.linearPredictor) { #expect(abs(eta - other) < 1e-7) }
    }

    @Test(arguments: ["(1 | school) + (1 | teacher) + (1 | school)", "(1 + x | school) + (0 + x | school)"])
    func anEffectInTwoTermsIsRefused(effects: String) throws {
        let error = #expect(throws: ModelError.self) { try fit("proportion ~ x + " + effects) }
        #expect(
            "\(try #require(error))".hasSuffix(
                "of 'school' is a combination of effects before it, or is zero in every row: its variance is not "
                    + "identified. Drop it."))
    }

    @Test func aVarianceOfZeroIsReported() throws {
        // Each school has the same pupils: no more variation between schools than chance, and less.
        var rows = ["school,x,yes"]
        for school in 0..<12 {
            for pupil in 0..<20 { rows.append("s\(school),\(pupil % 4),\((pupil * 7 + pupil / 5) % 3 == 0 ? 1 : 0)") }
        }
        for points in [1, 5] {
            let model = try GeneralisedModel(
                frame("yes ~ x + (1 | school)", rows), family: .binomial, quadraturePoints: points)
            let fit = try model.fit()
            #expect(fit.theta == [0])
            #expect(fit.isSingular)
            #expect(
                fit.singularities == [
                    "the variance of '(Intercept)' of 'school' is estimated as zero: its factor levels do not differ more "
                        + "than chance"
                ])
            #expect(
                (0..<fit.conditionalModes[0].levels.count).allSatisfy { fit.conditionalModes[0].modes(of: $0) == [0] })
        }
    }

    @Test func aSlopeWithoutVarianceIsReported() throws {
        let fit = try fit("proportion ~ group + (1 + year | teacher) + (1 + group | school)")
        #expect(fit.theta.allSatisfy { $0.isFinite })
        #expect(fit.isSingular)
        // Without the effect that has no variance the fit is the same.
        #expect(fit.coefficients.standardErrors.allSatisfy { $0 > 0 && $0 < 10 })
    }
}

/// Generated data with large, small and no variances: the search ends at a minimum, also on the boundary.
@Suite struct GeneralisedSearchTests {
    private func table(seed: Int) -> [String] {
        var noise = Noise(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15)
        for _ in 0..<20 { _ = noise.uniform() }
        let deviation = [0, 0.05, 0.4, 1.5][seed % 4]
        let slopeDeviation = [0, 0.1, 0.6][seed % 3]
        let (levels, rows, centre) = (4 + seed % 17, 6 + seed % 11, Double(seed % 5))
        var lines = ["school,teacher,x,proportion,items,count"]
        for school in 0..<levels {
            let (own, slope) = (deviation * noise.normal(), slopeDeviation * noise.normal())
            for row in 0..<rows {
                let x = noise.normal()
                let eta = -0.5 + own + (0.4 + slope) * x
                let chance = 1 / (1 + Elementary.exp(-eta))
                let successes = (0..<6).count { _ in noise.uniform() < chance }
                let count = (0..<100).count { _ in noise.uniform() < Elementary.exp(min(eta + 1, 4.6)) / 100 }
                lines.append(
                    "s\(school),t\((school + row * row) % 5),\(x + centre),\(Double(successes) / 6),6,\(count)")
            }
        }
        return lines
    }

    @Test("No point nearby is better", arguments: 1...48)
    func endsAtAMinimum(seed: Int) throws {
        let rows = table(seed: seed)
        let isBinomial = seed % 2 == 0
        let random = ["(1 + x | school)", "(1 + x | school) + (1 | teacher)", "(1 | school) + (1 + x || teacher)"][
            seed % 3]
        let frame = try frame(
            (isBinomial ? "proportion" : "count") + " ~ x + " + random, rows, factors: ["school", "teacher"],
            weights: isBinomial ? "items" : nil)
        let model = try GeneralisedModel(frame, family: isBinomial ? .binomial : .poisson)
        let start = [Double](repeating: 0, count: model.columns.count)
        var search = GeneralisedSearch(model.deviance, factorNames: model.blocks.map(\.factor))
        let optimum = try search.run(from: start)
        var deviance = search.deviance
        for index in optimum.point.indices {
            for step in [-0.1, -0.01, 0.01, 0.1] {
                var moved = optimum.point
                moved[index] += step
                #expect(try deviance.value(moved) >= optimum.value - 1e-9, "seed \(seed), parameter \(index)")
            }
        }
        let fit = try model.fit()
        #expect(relativeDifference(-2 * fit.logLikelihood, optimum.value) < 1e-11)
        #expect(fit.isSingular == (optimum.free.count < optimum.point.count))
    }
}

/// What a user can get wrong, with the full message.
@Suite struct GeneralisedMistakeTests {
    private func message(
        _ family: Family = .binomial, response: [Double], weights: [Double]? = nil, x: [Double]? = nil, levels: Int = 2,
        points: Int = 1
    ) -> String {
        let n = response.count
        let x = x ?? (0..<n).map { Double($0 % 3) }
        let block = RandomEffectsBlock(
            factor: "school", codes: (0..<n).map { Int32($0 % levels) }, levels: .texts((0..<levels).map { "s\($0)" }),
            effectNames: ["(Intercept)"], matrix: response.map { _ in 1 }, template: CovarianceTemplate(groupSizes: [1])
        )
        let design = GeneralisedDesign(
            columnNames: ["(Intercept)", "x"], columns: x.flatMap { [1, $0] }, responseName: "retained",
            response: response, weightsName: "pupils", weights: weights, blocks: [block])
        do {
            _ = try GeneralisedModel(design, family: family, quadraturePoints: points).fit()
            return "no error"
        } catch {
            return error.description
        }
    }

    @Test func responsesThatTheFamilyDoesNotAllow() {
        #expect(
            message(response: [0, 1, 2, 0, 1, 0])
                == "column 'retained' is 2.0 in data row 3; a binomial response lies between 0 and 1. Code the event as 1 and "
                + "its absence as 0, or divide the successes by the trials.")
        #expect(
            message(response: [0, 0.25, 1, 0, 1, 0])
                == "column 'retained' is 0.25 in data row 2; without a column of trials the response is 0 or 1. Name the column "
                + "with the number of trials as the weights.")
        #expect(
            message(response: [0, 0.25, 1, 0, 1, 0], weights: [4, 3, 2, 2, 2, 2])
                == "column 'retained' is 0.25 in data row 2; the proportion times its trials, here 3.0, is a whole number of "
                + "successes. Check both columns, and give the proportion more decimals.")
        #expect(
            message(response: [0, 0.25, 1, 0, 1, 0], weights: [4, 4, 2.5, 2, 2, 2])
                == "column 'pupils' is 2.5 in data row 3; a number of trials is whole. Give the number of trials behind each "
                + "proportion.")
        #expect(
            message(response: [0, 1, 1, 0, 1, 0], weights: [4, 0, 2, 2, 2, 2])
                == "the weight in column 'pupils' is not above 0 in data row 2. Give positive weights, or leave the row out."
        )
        for value in [-1, 1.5, .nan] {
            #expect(
                message(.poisson, response: [0, 3, value, 4, 1, 2])
                    == "column 'retained' is \(value) in data row 3; a Poisson response is a whole number, 0 or more. Use the "
                    + "counts themselves; put exposure into an offset.")
        }
    }

    @Test(arguments: [Family.binomial, .poisson]) func theEventNeverHappens(family: Family) {
        #expect(
            message(family, response: [0, 0, 0, 0, 0, 0])
                == "the response 'retained' is 0 in every row: there is nothing to explain. Check the coding of the event."
        )
    }

    @Test func theEventAlwaysHappens() {
        #expect(
            message(response: [1, 1, 1, 1, 1, 1])
                == "the response 'retained' is 1 in every row: there is nothing to explain. Check the coding of the event."
        )
    }

    @Test func separationNamesItsColumn() {
        let expected =
            "the outcomes are separated: the coefficients of 'x' grow without end, because some combination of them predicts "
            + "outcomes perfectly. Merge factor levels, or drop a term."
        #expect(message(response: [0, 0, 0, 1, 1, 1, 0, 1], x: [1, 2, 3, 4, 5, 6, 0, 7]) == expected)
        // Quasi-complete: the event never happens where x is 1.
        #expect(message(response: [0, 0, 0, 1, 0, 1, 0, 1], x: [1, 1, 1, 0, 0, 0, 1, 0]) == expected)
        #expect(message(.poisson, response: [0, 0, 0, 3, 2, 4, 0, 5], x: [1, 1, 1, 0, 0, 0, 1, 0]) == expected)
    }

    @Test func oneFactorLevel() {
        #expect(
            message(response: [0, 1, 1, 0, 1, 0], levels: 1)
                == "the random effects of 'school' are not identified: it has 1 factor level in 6 rows. Use another grouping "
                + "factor, or drop the term.")
    }

    @Test func quadratureForMoreThanOneEffect() throws {
        let frame = try Generated().frame("proportion ~ x + (1 + x | school)", weights: "items")
        let expected =
            "5 quadrature points were asked for with 2 random effects of 'school'; more than one point needs a single term "
            + "with one random effect, such as '(1 | school)', and at most 25 points. Use 1 point, the Laplace approximation."
        let error = ModelError.quadrature(points: 5, found: "2 random effects of 'school'")
        #expect(throws: error) { try GeneralisedModel(frame, family: .binomial, quadraturePoints: 5) }
        #expect(error.description == expected)
    }

    @Test func everySchoolIsAllOrNothing() {
        // The variance between schools has no finite estimate.
        let response = (0..<60).map { Double($0 % 6 / 3) }
        #expect(
            message(response: response, x: (0..<60).map { Double($0 / 6) }, levels: 6)
                == "the variance of the random effects of 'school' grows without end: the outcomes are nearly all alike "
                + "within its factor levels. Use a coarser grouping factor, or drop the term.")
    }
}

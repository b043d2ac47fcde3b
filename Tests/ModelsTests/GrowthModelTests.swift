import Foundation
import Tables
import TestSupport
import Testing

@testable import Models

/// A fit of a formula to a data file.
private func fit(
    _ formula: String, _ file: String, criterion: Criterion = .reml, factors: [String] = []
) throws -> GrowthFit {
    var options = CSVOptions()
    for name in factors { options.types[name] = .factor }
    let table = try readCSV(path: sharedData(file), options: options)
    return try GrowthModel(ModelFrame(Formula(parsing: formula), table: table), criterion: criterion).fit()
}

/// Criterion, fixed effects, standard errors and variances of a fit by name.
private func figures(_ fit: GrowthFit) -> [String: Double] {
    var result = ["criterion": fit.criterionValue]
    for (position, term) in fit.coefficients.labels.enumerated() {
        let estimate = fit.coefficients.estimate(at: position)
        result[term] = estimate.value
        result["se " + term] = estimate.standardError
        result["df " + term] = estimate.degreesOfFreedom
    }
    for component in fit.varianceComponents {
        result[[component.group, component.term, component.withTerm].compactMap { $0 }.joined(separator: " ")] =
            component.variance
    }
    return result
}

/// Six digits are promised; lme4's optimum was polished by Newton steps, so eight can be asked of the criterion and the
/// fixed effects, and six of variances (the criterion is flat in them).
private func golden(_ name: String, _ value: Double, _ tolerance: Double = 1e-7) -> Golden {
    Golden(
        name, value, relativeTolerance: tolerance,
        source: "R 4.2.2, lme4 1.1-31 with Newton-polished theta; Tests/Peers/R/polish.R")
}

@Suite(.enabled(if: hasSharedData)) struct GrowthModelTests {
    static let sleepstudyREML = [
        golden("criterion", 1743.62827195849, 1e-11), golden("(Intercept)", 251.4051048484851, 1e-10),
        golden("se (Intercept)", 6.82455653210934), golden("Days", 10.4672859595962, 1e-10),
        golden("se Days", 1.54578889629399), golden("Subject (Intercept)", 612.08993867246659, 1e-6),
        golden("Subject Days", 35.07166049827831, 1e-6), golden("Subject (Intercept) Days", 9.60433331041568, 1e-6),
        golden("Residual ", 654.94102707216507, 1e-6),
        // Balanced data: the 18 subjects leave 17 degrees of freedom to both effects.
        Golden("df Days", 17, relativeTolerance: 1e-5, source: "closed form for balanced data; lmerTest 3.1-3"),
    ]

    @Test(arguments: sleepstudyREML) func sleepstudyByREML(golden: Golden) throws {
        let found = figures(
            try fit("Reaction ~ Days + (1 + Days | Subject)", "sleepstudy/sleepstudy.csv", factors: ["Subject"]))
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }

    static let sleepstudyML = [
        golden("criterion", 1751.9393444632, 1e-11), golden("se (Intercept)", 6.63227680689067),
        golden("se Days", 1.50223678228352), golden("Subject (Intercept)", 565.5153667700113, 1e-6),
        golden("Subject Days", 32.6821971847516, 1e-6), golden("Subject (Intercept) Days", 11.0554290492108, 1e-6),
    ]

    @Test(arguments: sleepstudyML) func sleepstudyByML(golden: Golden) throws {
        let found = figures(
            try fit(
                "Reaction ~ Days + (1 + Days | Subject)", "sleepstudy/sleepstudy.csv", criterion: .ml,
                factors: ["Subject"]))
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }

    static let exam = [
        golden("criterion", 9303.21015168342, 1e-11), golden("(Intercept)", 0.0638888280312102),
        golden("standLRT", 0.5527538068872070), golden("sexM", -0.1757563085777983),
        golden("se (Intercept)", 0.0416722623910632), golden("se standLRT", 0.0201585038519748),
        golden("se sexM", 0.0322808323023579), golden("school (Intercept)", 0.0879554746616443, 1e-6),
        golden("school standLRT", 0.0151386090698698, 1e-6),
        golden("school (Intercept) standLRT", 0.0192749112062261, 1e-6), golden("Residual ", 0.5501849317804253, 1e-7),
        // lmerTest differentiates numerically at lme4's unpolished optimum: three digits.
        Golden("df sexM", 2609.06, relativeTolerance: 1e-3, source: "lmerTest 3.1-3"),
        Golden("df standLRT", 56.34, relativeTolerance: 1e-3, source: "lmerTest 3.1-3"),
    ]

    @Test(arguments: exam) func examWithRandomSlopes(golden: Golden) throws {
        let found = figures(
            try fit("normexam ~ standLRT + sex + (1 + standLRT | school)", "Exam/Exam.csv", factors: ["school"]))
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }

    static let bdf = [
        golden("criterion", 14480.5126929181, 1e-11), golden("(Intercept)", 6.624957988941994),
        golden("langPRET", 0.868918724222538), golden("ses", 0.133394482777685), golden("sex1", 1.981212469300253),
        golden("ses:sex1", -0.018386910845971), golden("se (Intercept)", 0.7593352663261206),
        golden("se langPRET", 0.0194223710045631), golden("se ses:sex1", 0.0215240905571111),
        golden("schoolNR (Intercept)", 7.33109807665765, 1e-6), golden("Residual ", 29.81397394377058, 1e-7),
    ]

    @Test(arguments: bdf) func dutchPrimarySchools(golden: Golden) throws {
        let found = figures(
            try fit("langPOST ~ langPRET + ses * sex + (1 | schoolNR)", "bdf/bdf.csv", factors: ["schoolNR", "sex"]))
        #expect(golden.agrees(with: try #require(found[golden.name])))
    }
}

/// What must hold for any data, on generated pupils in schools.
@Suite struct GrowthContractTests {
    /// Pupils measured at three moments, some of whom change school; plain integer arithmetic makes the numbers.
    static func table(rescale: Double = 1, order: ([Int]) -> [Int] = { $0 }, weights: Double? = nil) throws -> Table {
        var pupil: [String?] = [], school: [String?] = [], time: [Double] = [], score: [Double] = []
        var state: UInt64 = 88_172_645_463_325_252
        func noise() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        for id in 0..<60 {
            let own = noise() * 8, slope = noise()
            for moment in 0..<3 {
                pupil.append("p\(id)")
                school.append("s\((id + (id % 7 == 0 ? moment : 0)) % 6)")
                time.append(Double(moment))
                score.append((50 + own + (4 + slope) * Double(moment) + noise() * 3) * rescale)
            }
        }
        let rows = order(Array(score.indices))
        var columns: [(String, Column)] = [
            ("pupil", .text(TextColumn(rows.map { pupil[$0] }))),
            ("school", .text(TextColumn(rows.map { school[$0] }))),
            ("time", .double(rows.map { time[$0] })), ("score", .double(rows.map { score[$0] })),
        ]
        if let weights { columns.append(("w", .double(rows.map { _ in weights }))) }
        return try Table(columns)
    }

    static let formula = "score ~ time + (1 + time | pupil) + (1 | school)"

    private func fit(_ table: Table, weights: String? = nil, _ formula: String = formula) throws -> GrowthFit {
        try GrowthModel(ModelFrame(Formula(parsing: formula), table: table, weightsColumn: weights), criterion: .reml)
            .fit()
    }

    @Test func orderOfRowsDoesNotMatter() throws {
        let (first, second) = (try fit(Self.table()), try fit(Self.table(order: { $0.reversed() })))
        // Only the order of sums differs: rounding, which the flat optimum magnifies in the variances.
        #expect(relativeDifference(second.criterionValue, first.criterionValue) < 1e-12)
        for (x, y) in zip(first.coefficients.values, second.coefficients.values) {
            #expect(relativeDifference(y, x) < 1e-9)
        }
        for (x, y) in zip(first.varianceComponents, second.varianceComponents) {
            #expect(relativeDifference(y.variance, x.variance) < 1e-6)
        }
    }

    @Test func weightsOfOneChangeNothing() throws {
        let (plain, weighted) = (try fit(Self.table()), try fit(Self.table(weights: 1), weights: "w"))
        #expect(plain.criterionValue == weighted.criterionValue)
        #expect(plain.coefficients.values == weighted.coefficients.values)
    }

    @Test func scoresInOtherUnitsGiveTheSameModel() throws {
        let (first, second) = (try fit(Self.table()), try fit(Self.table(rescale: 1000)))
        for (x, y) in zip(first.coefficients.values, second.coefficients.values) {
            #expect(relativeDifference(y, 1000 * x) < 1e-8)
        }
        for (x, y) in zip(first.coefficients.standardErrors, second.coefficients.standardErrors) {
            #expect(relativeDifference(y, 1000 * x) < 1e-6)
        }
    }

    @Test func rowsWithAMissingValueAreLeftOutAndCounted() throws {
        let table = try Self.table()
        guard case .double(var scores)? = table["score"] else { return }
        scores[4] = .nan
        let columns = try table.columnNames.map { ($0, $0 == "score" ? Column.double(scores) : try table.column($0)) }
        let fitted = try fit(Table(columns))
        #expect(fitted.rowCount == 179 && fitted.rowsLeftOut == 1)
    }

    @Test func aDependentColumnIsDroppedByName() throws {
        let table = try Self.table()
        guard let times = table["time"]?.doubles() else { return }
        let columns =
            try table.columnNames.map { ($0, try table.column($0)) } + [("months", .double(times.map { 12 * $0 + 3 }))]
        let fitted = try fit(Table(columns), "score ~ time + months + (1 | pupil)")
        #expect(fitted.droppedColumns == ["months"])
        #expect(fitted.coefficients.labels == ["(Intercept)", "time"])
    }

    @Test func aNumberThatAlsoGroupsRowsStaysANumberAmongTheEffects() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<60).map { "\($0 % 5),p\($0 / 5),\(20 + 3 * ($0 % 5) + ($0 * 7) % 11)" }
        try folder.write((["time,pupil,score"] + rows).joined(separator: "\n") + "\n", to: "scores.csv")
        let text = "kind: growth\ndata: {file: scores.csv}\nformula: score ~ time + (1 | pupil) + (1 | time)\n"
        let fitted = try ModelFile(path: folder.write(text, to: "m.yaml")).fit()
        #expect(fitted.fit.coefficients.labels == ["(Intercept)", "time"])
        #expect(fitted.growth?.groupSizes.map(\.levels) == [12, 5])
    }

    @Test func aVarianceOfZeroIsSaid() throws {
        // Four schools with the same scores: the variance between them is zero, and what is left is the one-sample
        // problem with closed form mean and sum of squares over n - 1.
        let scores: [Double] = [1, 2, 4, 9]
        let table = try Table([
            ("score", .double(Array(repeating: scores, count: 4).flatMap { $0 })),
            ("school", .text(TextColumn((0..<16).map { "s\($0 / 4)" }))),
        ])
        let fitted = try fit(table, "score ~ 1 + (1 | school)")
        #expect(fitted.isSingular)
        #expect(
            fitted.singularities == [
                "the variance of '(Intercept)' of 'school' is estimated as zero: its factor levels do not differ more "
                    + "than chance"
            ])
        #expect(fitted.varianceComponents[0].variance == 0)
        #expect(abs(fitted.varianceComponents[1].variance - 152.0 / 15) < 1e-12)
        let mean = fitted.coefficients.estimate(at: 0)
        #expect(abs(mean.value - 4) < 1e-12 && abs(mean.standardError - (152.0 / 15 / 16).squareRoot()) < 1e-12)
        #expect(abs(mean.degreesOfFreedom - 15) < 1e-6)
    }

    /// An unstructured covariance of level and slope is as free after any change of time's origin and unit.
    @Test(arguments: [("year", 2016.0, 1.0), ("day", 735_964, 365.25), ("second", 0, 31_557_600.0)])
    func theOriginAndUnitOfTimeChangeNothing(name: String, origin: Double, unit: Double) throws {
        let table = try Self.table()
        let times = try #require(table["time"]?.doubles()).map { origin + unit * $0 }
        let columns = try ["pupil", "school", "score"].map { ($0, try table.column($0)) }
        let moved = try fit(
            Table(columns + [("time", .double(times))]), "score ~ time + (1 + time | pupil) + (1 | school)")
        let plain = try fit(table, "score ~ time + (1 + time | pupil) + (1 | school)")
        // Without the fixed effects' unit: log|X'X| has it.
        let shift = 2 * Foundation.log(unit)
        #expect(abs(moved.criterionValue - shift - plain.criterionValue) < 1e-8)
        let (slope, other) = (moved.coefficients.estimate(at: 1), plain.coefficients.estimate(at: 1))
        #expect(relativeDifference(unit * slope.value, other.value) < 1e-8)
        #expect(relativeDifference(unit * slope.standardError, other.standardError) < 1e-7)
        #expect(relativeDifference(slope.degreesOfFreedom, other.degreesOfFreedom) < 1e-4)
        let variances = [moved, plain].map { $0.varianceComponents[1].variance }
        #expect(relativeDifference(unit * unit * variances[0], variances[1]) < 1e-6)
        #expect(moved.singularities == plain.singularities)
    }

    @Test func mistakesEndInOneMessage() throws {
        let table = try Self.table()
        func message(_ formula: String, _ table: Table) -> String {
            do {
                _ = try fit(table, formula)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(message("scor ~ time + (1 | pupil)", table) == "unknown column 'scor'. Did you mean 'score'?")
        #expect(
            message("pupil ~ time + (1 | school)", table).hasPrefix(
                "column 'pupil' is text; the response must be a number."))
        #expect(
            message("score ~ time", table)
                == "the formula has no random effects, such as '(1 | school)'; a growth model needs them.")
        let constant = try Table([("y", .double([1, 1, 1])), ("g", .text(TextColumn(["a", "b", "a"])))])
        #expect(
            message("y ~ 1 + (1 | g)", constant)
                == "the response 'y' has the same value in every row: there is nothing to explain.")
        let unique = try Table([("y", .double([1, 2, 3])), ("g", .text(TextColumn(["a", "b", "c"])))])
        #expect(
            message("y ~ 1 + (1 | g)", unique)
                == "the random effects of 'g' are not identified: it has 3 factor levels in 3 rows. Use another grouping "
                + "factor, or drop the term.")
        let short = try Table([
            ("y", .double([1, 2, 3, 5])), ("t", .double([1, 2, 3, 4])), ("g", .text(TextColumn(["a", "a", "b", "b"]))),
        ])
        #expect(
            message("y ~ t + (1 + t | g)", short)
                == "there are 4 complete rows for 4 random effects of 'g': they cannot be told from the residuals. Use fewer "
                + "effects in its term, or a coarser grouping factor.")
        let empty = try Table([("y", .double([.nan, .nan])), ("g", .text(TextColumn(["a", "b"])))])
        #expect(message("y ~ 1 + (1 | g)", empty).hasPrefix("no row of 2 has a value in every column of the formula."))
        for formula in [
            "score ~ time + (1 + time + I(2 * time) | school)",
            "score ~ time + (1 | school) + (0 + I(0 * time) | school)",
        ] {
            #expect(
                message(formula, table).hasSuffix(
                    "of 'school' is a combination of effects before it, or is zero in every row: its variance is not "
                        + "identified. Drop it."))
        }
        for formula in ["score ~ pupil + (1 | pupil)", "score ~ time + (1 | twin) + (1 | pupil)"] {
            let names = ["twin"] + table.columnNames
            let doubled = try Table(names.map { ($0, try table.column($0 == "twin" ? "pupil" : $0)) })
            #expect(
                message(formula, doubled)
                    == "the data do not tell the variance of '(Intercept)' of 'pupil' from the other parts of the model: other "
                    + "values fit as well. Drop the term.")
        }
        let groups = (0..<12).map { $0 / 3 }
        let times = (0..<12).map { Double($0 % 3) }
        let sums = times.map { 3 + 2 * $0 }
        let names = TextColumn(groups.map { "g\($0)" })
        let exact = try Table([("y", .double(sums)), ("t", .double(times)), ("g", .text(names))])
        #expect(
            message("y ~ t + (1 | g)", exact)
                == "the effects explain the response 'y' exactly, in every row: there is no residual variance to judge by. "
                + "Check whether it is computed from the other columns, or use fewer effects.")
        let single = try Table([
            ("y", .double([1, 2, 4, 3])), ("f", .text(TextColumn(["a", "a", "a", "a"]))),
            ("g", .text(TextColumn(["a", "b", "a", "b"]))),
        ])
        #expect(
            message("y ~ f + (1 | g)", single)
                == "factor 'f' has one factor level only ('a'). Drop it from the formula.")
    }
}

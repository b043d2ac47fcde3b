import LinearAlgebra
import RealModule
import Tables
import Testing

@testable import Models

/// A model of generated pupils who change school now and then, with common or with scattered test dates.
private func model(criterion: Criterion, scattered: Bool, weighted: Bool = false) throws -> GrowthModel {
    var pupil: [String?] = []
    var school: [String?] = []
    var (time, score, group, weight): ([Double], [Double], [String?], [Double]) = ([], [], [], [])
    var state: UInt64 = 2_463_534_242
    func noise() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-53 - 0.5
    }
    for id in 0..<40 {
        let (own, slope) = (noise() * 8, noise() * 2)
        for moment in 0..<4 where (id + moment) % 5 != 0 {
            let date = Double(moment) + (scattered ? noise() * 0.3 : 0)
            pupil.append("p\(id)")
            school.append("s\((id + (id % 6 == 0 ? moment : 0)) % 5)")
            group.append(id % 3 == 0 ? "b" : "a")
            time.append(date)
            score.append(50 + own + (4 + slope) * date + noise() * 3 + Double(id % 5))
            weight.append(weighted ? 1 + Double(moment % 2) : 1)
        }
    }
    let table = try Table([
        ("pupil", .text(TextColumn(pupil))), ("school", .text(TextColumn(school))), ("time", .double(time)),
        ("score", .double(score)), ("ses", .text(TextColumn(group))), ("w", .double(weight)),
    ])
    let formula = try Formula(parsing: "score ~ time * ses + (1 + time | pupil) + (1 + time || school)")
    return try GrowthModel(
        ModelFrame(formula, table: table, weightsColumn: weighted ? "w" : nil), criterion: criterion)
}

@Suite struct ProfiledCriterionTests {
    static let cases = [
        (Criterion.reml, false, false), (.reml, true, false), (.ml, false, false), (.ml, true, true),
        (.reml, false, true),
    ]
    private let theta = [0.9, -0.2, 0.5, 0.4, 0.3]

    /// The oracle: the likelihood from the n x n covariance of the scores, without any penalised least squares.
    private func denseCriterion(_ model: GrowthModel, _ theta: [Double]) throws -> Double {
        let (n, p) = (model.frame.rowCount, model.columns.count)
        var v = Matrix.diagonal(model.frame.weights.map { $0.map { 1 / $0 } } ?? Array(repeating: 1, count: n))
        let cell = model.cells.cellOfRow.map(Int.init)
        for (block, lambda) in zip(model.blocks, model.profile.factors(theta)) {
            let covariance = lambda.timesTransposed(lambda)
            for i in 0..<n {
                for j in 0..<n where block.codes[i] == block.codes[j] {
                    for a in 0..<block.width {
                        for b in 0..<block.width {
                            v[i, j] +=
                                block.matrix[cell[i] * block.width + a] * covariance[a, b]
                                * block.matrix[cell[j] * block.width + b]
                        }
                    }
                }
            }
        }
        let factor = try Cholesky(v)
        let columns = cell.flatMap { model.columns.matrix[$0 * p..<($0 + 1) * p] }
        let x = factor.solveLower(Matrix(rows: p, columns: n, elements: columns).transposed)
        let y = factor.solveLower(Matrix(rows: n, columns: 1, elements: model.frame.response))
        let gram = try Cholesky(x.transposedTimes(x))
        let beta = gram.solve(x.transposedTimes(y))
        let squares = zip(y.elements, (x * beta).elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let isREML = model.profile.criterion == .reml
        let df = Double(isREML ? n - p : n)
        let determinants =
            factor.logDeterminant + (isREML ? gram.logDeterminant + model.columns.logDeterminantCorrection : 0)
        return determinants + df * (1 + Double.log(2 * .pi * squares / df))
    }

    @Test(arguments: cases)
    func equalsTheLikelihoodFromTheDenseCovariance(criterion: Criterion, scattered: Bool, weighted: Bool) throws {
        let model = try model(criterion: criterion, scattered: scattered, weighted: weighted)
        for theta in [theta, [1, 0, 1, 1, 1], [0.3, 0.1, 0, 0.2, 0]] {
            let (found, expected) = (try model.profile.value(theta), try denseCriterion(model, theta))
            // Both lose a few digits of some 1e2 to 1e3 in sums of the order of n.
            #expect(abs(found - expected) < 1e-10 * abs(expected))
        }
    }

    @Test(arguments: cases)
    func gradientAgreesWithDifferences(criterion: Criterion, scattered: Bool, weighted: Bool) throws {
        let profile = try model(criterion: criterion, scattered: scattered, weighted: weighted).profile
        let derivatives = try profile.derivatives(theta)
        let again = try profile.value(theta)
        #expect(derivatives.value == again)
        for index in theta.indices {
            func value(_ step: Double) throws -> Double {
                var moved = theta
                moved[index] += step
                return try profile.value(moved)
            }
            // Richardson's extrapolation of central differences: truncation about 1e-12, rounding about 1e-10.
            let wide = (try value(2e-3) - value(-2e-3)) / 4e-3
            let narrow = (try value(1e-3) - value(-1e-3)) / 2e-3
            let expected = (4 * narrow - wide) / 3
            let found = derivatives.profiled[index]
            #expect(abs(found - expected) < 1e-7 * max(1, abs(expected)), "theta \(index)")
        }
    }

    @Test func pupilsWithTheSameDesignShareAPattern() throws {
        let (common, scattered) = (
            try model(criterion: .reml, scattered: false).profile, try model(criterion: .reml, scattered: true).profile
        )
        // Four moments of which one is missing for most, two groups, few who move: few patterns. Scattered dates: a pattern a pupil.
        #expect(common.products.design.grouping.patterns.count <= 20)
        #expect(scattered.products.design.grouping.patterns.count == 40)
        #expect(common.products.design.patternCounts.reduce(0, +) == 40)
    }

    @Test func aSearchWithoutThePupilsWhoLinkClustersEndsAtTheSameOptimum() throws {
        let model = try linkedSchools()
        let reduced = try #require(model.reducedProfile(largestSearched: 4, cluster: 3, shareLeftOut: 0.2))
        #expect(reduced.levelsLeftOut > 0)
        #expect(reduced.profile.layout.largestCluster <= 3)
        #expect(model.profile.layout.largestCluster == 12)
        let search = CriterionSearch(profile: reduced.profile)
        var optimum = try search.optimum()
        #expect(try search.finish(&optimum, on: model.profile))
        let direct = try CriterionSearch(profile: model.profile).optimum()
        // The last step leaves less than 1e-5 times the share left out of the criterion's unit: 1e-4 standard errors.
        #expect(abs(optimum.value - direct.value) < 1e-6)
        for (left, right) in zip(optimum.theta, direct.theta) { #expect(abs(left - right) < 1e-4) }
    }

    @Test func aVarianceThatIsZeroOnlyInTheReducedSearchIsSearchedAgain() throws {
        let model = try linkedSchools()
        let reduced = try #require(model.reducedProfile(largestSearched: 4, cluster: 3, shareLeftOut: 0.2))
        let search = CriterionSearch(profile: reduced.profile)
        var optimum = try search.optimum()
        // As if the reduced search had found no variance between schools: all schools' data say otherwise.
        optimum.theta[3] = 0
        optimum.free = [0, 1, 2]
        optimum.hessian = 1e12 * Matrix.identity(4)
        #expect(try !search.finish(&optimum, on: model.profile))
    }

    /// Twelve schools in a ring, in which one pupil of each ten moves to the next school.
    private func linkedSchools() throws -> GrowthModel {
        var (pupil, school): ([String?], [String?]) = ([], [])
        var (time, score): ([Double], [Double]) = ([], [])
        var state: UInt64 = 88_172_645_463_325_252
        func noise() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        let schools = (0..<12).map { _ in noise() * 6 }
        for id in 0..<240 {
            let own = noise() * 8
            for moment in 0..<4 {
                let place = (id / 20 + (id % 20 == 0 && moment > 1 ? 1 : 0)) % 12
                pupil.append("p\(id)")
                school.append("s\(place)")
                time.append(Double(moment))
                score.append(50 + own + schools[place] + 4 * Double(moment) + noise() * 4)
            }
        }
        let table = try Table([
            ("pupil", .text(TextColumn(pupil))), ("school", .text(TextColumn(school))), ("time", .double(time)),
            ("score", .double(score)),
        ])
        let formula = try Formula(parsing: "score ~ time + (1 + time | pupil) + (1 | school)")
        return try GrowthModel(ModelFrame(formula, table: table), criterion: .reml)
    }
}

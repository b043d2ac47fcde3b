import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Surveys

/// R survey 4.1-1, polycor and base R on the same data in the same test run.
@Suite(.enabled(if: Rscript.hasPackages(["survey", "polycor"]) && hasSharedData))
struct SurveyAnalysisPeerTests {
    /// Compares every number that R prints with ours of the same name.
    private func compare(
        _ part: String, with ours: [String: Double], tolerance: (String) -> Double, atLeast: Int
    ) throws {
        var largest: [String: (difference: Double, name: String)] = [:]
        var compared = 0
        for line in try Rscript.run("survey_analysis.R", [part, sharedData("")]) where line.count == 2 {
            guard let theirs = Double(line[1]) else { continue }
            let found = try #require(ours[line[0]], "we have no '\(line[0])'")
            // A statistic of zero has no relative difference; p-values are held to their own size.
            let difference = abs(found - theirs) / max(abs(theirs), 1e-12)
            let kind = tolerance(line[0]) > 1e-8 ? "loose" : "tight"
            if difference >= largest[kind]?.difference ?? -1 { largest[kind] = (difference, line[0]) }
            compared += 1
            #expect(difference < tolerance(line[0]), "\(line[0]): ours \(found), R \(theirs)")
        }
        #expect(compared >= atLeast)
        print("\(part): \(compared) numbers, largest differences \(largest)")
    }

    struct Peer {
        let name: String
        let table: Table
        let sample: SurveySample
        var domain: [Bool]?

        func doubles(_ column: String) throws -> [Double] { try #require(try table.column(column).doubles()) }
        func factor(_ column: String) throws -> Factor { try table.column(column).asFactor() }
    }

    static func peers() throws -> [Peer] {
        var peers: [Peer] = []
        for name in ["apiclus1", "apiclus1_replacement", "apistrat", "apiclus2", "apiclus1_subset"] {
            let file = String(name.prefix { $0 != "_" })
            let table = try readCSV(path: sharedData("api/\(file).csv"))
            func doubles(_ column: String) throws -> [Double] { try #require(try table.column(column).doubles()) }
            let weights = try doubles("pw")
            func codes(_ column: String) throws -> [Int32] { try table.column(column).asFactor().codes }
            let stages: [SurveyDesign.Stage]
            switch name {
            case "apistrat":
                stages = [
                    try .init(
                        strata: codes("stype"), clusters: weights.indices.map { Int32($0) },
                        populationSizes: doubles("fpc"))
                ]
            case "apiclus2":
                let first = try codes("dnum")
                stages = [
                    try .init(clusters: first, populationSizes: doubles("fpc1")),
                    try .init(strata: first, clusters: codes("snum"), populationSizes: doubles("fpc2")),
                ]
            default:
                let sizes = name == "apiclus1_replacement" ? nil : try doubles("fpc")
                stages = [try .init(clusters: codes("dnum"), populationSizes: sizes)]
            }
            let design = try SurveyDesign(weights: weights, stages: stages, lonelyClusters: .certainty)
            var peer = Peer(name: name, table: table, sample: SurveySample(design))
            if name == "apiclus1_subset" { peer.domain = try doubles("meals").map { $0 > 30 } }
            peers.append(peer)
        }
        return peers
    }

    @Test("Tests of two-way tables agree with svychisq and contrasts with svyby") func tables() throws {
        var ours: [String: Double] = [:]
        for peer in try Self.peers() {
            for (one, other) in [("sch.wide", "stype"), ("stype", "yr.rnd"), ("awards", "comp.imp")] {
                let table = try Self.table(peer, one, other)
                guard let table else { continue }
                let test = try RaoScottTest(table)
                for (name, form) in Self.forms {
                    guard let result = try? test.result(form) else { continue }
                    let key = "\(peer.name) \(one) \(other) \(name)"
                    ours["\(key) statistic"] = result.statistic
                    ours["\(key) p"] = result.pValue
                    switch result.distribution {
                    case .chiSquared(let degrees): ours["\(key) df1"] = degrees
                    case .f(let first, let second): (ours["\(key) df1"], ours["\(key) df2"]) = (first, second)
                    case .t, .weightedChiSquared: break
                    }
                }
            }
            let table = try #require(try Self.table(peer, "stype", "sch.wide"))
            let shares = try table.sharesWithinRows()
            let contrast = shares.transformed(
                Matrix(rowVectors: [[0, -1, 0, 1, 0, 0], [0, -1, 0, 0, 0, 1]]))
            for position in 0..<2 {
                ours["\(peer.name) contrast \(position + 1)"] = contrast.values[position]
                ours["\(peer.name) contrast se \(position + 1)"] = contrast.standardErrors[position]
            }
        }
        try compare("tables", with: ours, tolerance: { _ in 1e-8 }, atLeast: 60)
    }

    static let forms: [(String, RaoScottTest.Form)] = [
        ("F", .secondOrderF), ("Chisq", .firstOrderChiSquared), ("Wald", .wald), ("adjWald", .adjustedWald),
        ("lincom", .linearCombination),
    ]

    static func table(_ peer: Peer, _ one: String, _ other: String) throws -> TwoWayTable? {
        let (rows, columns) = (try peer.factor(one), try peer.factor(other))
        return try? TwoWayTable(
            rows: rows.codes, rowNames: rows.levels, columns: columns.codes, columnNames: columns.levels,
            domain: peer.domain, sample: peer.sample)
    }

    @Test("Regressions agree with svyglm and regTermTest") func regressions() throws {
        var ours: [String: Double] = [:]
        for peer in try Self.peers() {
            let (ell, meals, mobility) = (
                try peer.doubles("ell"), try peer.doubles("meals"), try peer.doubles("mobility")
            )
            let types = try peer.factor("stype")
            let ones = ell.map { _ in 1.0 }
            let dummies = (1...2).map { level in types.codes.map { $0 == level ? 1.0 : 0 } }
            let wide = try peer.factor("sch.wide").codes.map { Double($0) }
            let linear = [ones, ell, meals, mobility] + dummies
            for (name, columns, response) in [
                ("linear", linear, try peer.doubles("api00")), ("logistic", Array(linear.prefix(4)), wide),
            ] {
                let family = try #require(SurveyRegression.Family(rawValue: name))
                let matrix = Matrix(rows: ell.count, columns: columns.count, elements: columns.flatMap { $0 })
                let fit = try SurveyRegression(
                    matrix, names: columns.indices.map { "x\($0)" }, response: response, family: family,
                    domain: peer.domain
                ).fit(peer.sample)
                let key = "\(peer.name) \(name)"
                for i in columns.indices {
                    ours["\(key) coefficient \(i + 1)"] = fit.coefficients.values[i]
                    ours["\(key) se \(i + 1)"] = fit.coefficients.standardErrors[i]
                    for j in 0..<i { ours["\(key) covariance \(i + 1) \(j + 1)"] = fit.coefficients.covariance[i, j] }
                }
                ours["\(key) df"] = fit.coefficients.degreesOfFreedom
                let test = try fit.test([1, 2])
                (ours["\(key) F"], ours["\(key) p"]) = (test.statistic, test.pValue)
            }
        }
        try addJackknife(&ours)
        try compare("regressions", with: ours, tolerance: { _ in 1e-8 }, atLeast: 100)
    }

    /// The jackknife that leaves out one district at a time, around the full sample's coefficients.
    private func addJackknife(_ ours: inout [String: Double]) throws {
        let peer = try Self.peers()[1]
        let clusters = try peer.factor("dnum").codes
        let count = Int(try #require(clusters.max())) + 1
        let replicates = (0..<count).map { left in
            zip(peer.sample.weights, clusters).map { $1 == left ? 0 : $0 * Double(count) / Double(count - 1) }
        }
        let weights = ReplicateWeights(
            weights: peer.sample.weights, replicates: replicates, scale: Double(count - 1) / Double(count),
            replicateScales: Array(repeating: 1, count: count), degreesOfFreedom: Double(count - 1))
        let (ell, meals) = (try peer.doubles("ell"), try peer.doubles("meals"))
        let matrix = Matrix(rows: ell.count, columns: 3, elements: ell.map { _ in 1 } + ell + meals)
        let wide = try peer.factor("sch.wide").codes.map { Double($0) }
        let fit = try SurveyRegression(matrix, names: ["one", "ell", "meals"], response: wide, family: .logistic).fit(
            SurveySample(weights))
        for i in 0..<3 {
            ours["jackknife coefficient \(i + 1)"] = fit.coefficients.values[i]
            ours["jackknife se \(i + 1)"] = fit.coefficients.standardErrors[i]
        }
        ours["jackknife df"] = fit.coefficients.degreesOfFreedom
    }

    @Test("Counts, trends, corrected p-values and the R-indicator agree with base R") func counts() throws {
        var ours: [String: Double] = [:]
        let table: [[Double]] = [[12, 5, 7], [3, 18, 9], [8, 8, 30], [4, 2, 11]]
        let independence = try CountTest.independence(table)
        ours["independence X2"] = independence.pearson.statistic
        ours["independence p"] = independence.pearson.pValue
        ours["independence df"] = 6
        #expect(independence.pearson.distribution == .chiSquared(6))
        ours["independence G2"] = independence.likelihoodRatio.statistic
        let municipalities = try Representativeness(
            "inhabitants", ["small", "middle", "large"], response: [51, 55, 45], population: [118, 135, 89])
        for (name, test) in [("", municipalities.uncorrectedTest), (" corrected", municipalities.test)] {
            ours["municipalities\(name) X2"] = test.pearson.statistic
            ours["municipalities\(name) p"] = test.pearson.pValue
        }
        for (name, scores) in [("", nil), (" scores", [0, 1, 2.5, 7])] as [(String, [Double]?)] {
            let trend = try CochranArmitage(counts: [15, 10, 5, 9], totals: [30, 30, 30, 40], scores: scores)
            ours["trend\(name) X2"] = trend.result.statistic
            ours["trend\(name) p"] = trend.result.pValue
        }
        try addTrends(&ours)
        let pValues = [0.01, 0.04, 0.03, .nan, 0.005, 0.5, 0.04, 1, 0.02]
        for (name, method) in [
            ("bonferroni", MultipleTesting.bonferroni), ("holm", .holm), ("hochberg", .hochberg),
            ("BH", .benjaminiHochberg),
        ] {
            for (position, value) in try method.adjusted(pValues).enumerated() {
                ours["adjust \(name) \(position + 1)"] = value
            }
        }
        try addIndicators(&ours)
        // 5,000 simulated surveys: the Monte Carlo error of a standard deviation is 1%, and the delta method is of first order.
        try compare(
            "counts", with: ours,
            tolerance: { $0 == "simulated R se" ? 0.04 : $0 == "simulated R" ? 0.003 : 1e-8 }, atLeast: 60)
    }

    private func addTrends(_ ours: inout [String: Double]) throws {
        for peer in try Self.peers() {
            let types = try peer.factor("stype")
            let wide = try peer.factor("sch.wide").codes.map { Double($0) }
            let columns = wide.map { _ in 1.0 } + types.codes.map { Double($0 + 1) }
            let fit = try SurveyRegression(
                Matrix(rows: wide.count, columns: 2, elements: columns), names: ["one", "type"], response: wide,
                domain: peer.domain
            ).fit(peer.sample)
            ours["\(peer.name) trend slope"] = fit.coefficients.values[1]
            let table = try #require(try Self.table(peer, "stype", "sch.wide"))
            let shares = try table.sharesWithinRows().transformed(
                Matrix(rowVectors: (0..<3).map { row in (0..<6).map { $0 == 2 * row + 1 ? 1 : 0 } }))
            let sizes = (0..<3).map { type in
                Double(types.codes.indices.count { types.codes[$0] == type && (peer.domain?[$0] ?? true) })
            }
            let trend = try CochranArmitage(shares: shares, sizes: sizes)
            ours["\(peer.name) trend contrast"] = trend.slope
            ours["\(peer.name) trend contrast se"] = trend.standardError
        }
    }

    private func addIndicators(_ ours: inout [String: Double]) throws {
        let units: [Double] = [400, 700, 300, 800, 500, 300]
        let answers: [Double] = [250, 380, 210, 390, 200, 110]
        let matrix = Matrix(rowVectors: [
            [1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 1, 0], [1, 0, 0, 1], [1, 1, 0, 1],
        ])
        let indicator = try RIndicator(
            matrix, names: ["one", "sector", "middle", "large"], response: zip(answers, units).map { $0 / $1 },
            units: units, populationSize: 12_000)
        ours["R unadjusted"] = indicator.unadjusted
        ours["R"] = indicator.value
        ours["R se"] = indicator.standardError
        let saturated = try RIndicator(response: answers, population: units)
        // The simulation draws with these rates, so that they are the truth that the adjusted indicator is to meet.
        ours["simulated R"] = saturated.unadjusted
        ours["simulated R se"] = saturated.standardError
    }

    @Test("Correlations agree with svyvar and cor") func correlations() throws {
        var ours: [String: Double] = [:]
        for peer in try Self.peers() {
            let (x, y) = (try peer.doubles("api00"), try peer.doubles("ell"))
            let pearson = try peer.sample.correlation(PearsonCorrelation(x, y, domain: peer.domain))
            ours["\(peer.name) pearson"] = pearson.value
            ours["\(peer.name) pearson se"] = pearson.standardError
            let ones = x.map { _ in 1.0 }
            ours["\(peer.name) spearman unweighted"] =
                try SpearmanCorrelation(x, y, domain: peer.domain).values(weights: ones)[0]
            ours["\(peer.name) kendall unweighted"] =
                try KendallTau(x, y, domain: peer.domain).values(weights: ones)[0]
        }
        try compare("correlations", with: ours, tolerance: { _ in 1e-8 }, atLeast: 20)
    }

    @Test("Polychoric correlations agree with polycor, the bivariate normal with mvtnorm") func polychoric() throws {
        let lines = try Rscript.run("survey_analysis.R", ["polychoric", sharedData("")])
        var theirs: [String: Double] = [:]
        for line in lines where line.count == 2 { theirs[line[0]] = Double(line[1]) }
        var ours: [String: Double] = [:]
        for name in ["a", "b", "c", "d"] {
            let (rows, columns) = (Int(theirs["\(name) rows"] ?? 0), Int(theirs["\(name) columns"] ?? 0))
            let table = (1...rows).map { row in
                (0..<columns).map { theirs["\(name) cell \($0 * rows + row)"] ?? 0 }
            }
            let twoStep = try PolychoricFit(table, method: .twoStep)
            ours["\(name) two-step"] = twoStep.correlation
            ours["\(name) two-step se"] = twoStep.standardError
            let likelihood = try PolychoricFit(table, method: .maximumLikelihood)
            for ending in ["ml", "ml polychor"] { ours["\(name) \(ending)"] = likelihood.correlation }
            for ending in ["ml se", "ml polychor se"] { ours["\(name) \(ending)"] = likelihood.standardError }
            ours["\(name) two-step polished se"] = twoStep.standardError
            ours["\(name) ml chisq"] = likelihood.normalityTest?.statistic
            if case .chiSquared(let degrees) = likelihood.normalityTest?.distribution {
                ours["\(name) ml df"] = degrees
            }
            ours["\(name) ml cut 1"] = likelihood.rowCuts[0]
        }
        for (name, value) in theirs where name.hasPrefix("cdf") {
            let numbers = name.split(separator: " ").dropFirst().compactMap { Double($0) }
            let found = BivariateNormal(correlation: numbers[0]).cdf(numbers[1], numbers[2])
            #expect(abs(found - value) < 1e-14, "\(name): ours \(found), R \(value)")
        }
        var largest: [String: Double] = [:]
        for (name, value) in ours {
            let expected = try #require(theirs[name], "R has no '\(name)'")
            let difference = relativeDifference(value, expected)
            let kind = name.split(separator: " ").dropFirst().joined(separator: " ")
            largest[kind] = max(largest[kind] ?? 0, difference)
            #expect(difference < tolerance(ofPolychoric: kind), "\(name): ours \(value), R \(expected)")
        }
        print("polychoric: largest relative differences \(largest)")
    }

    /// polychor's optimisers stop early, as do the differences that its standard errors come from. The polished ones were taken on to
    /// the optimum of the same likelihood; second differences of it keep five digits.
    private func tolerance(ofPolychoric kind: String) -> Double {
        switch kind {
        case "ml polychor", "ml polychor se", "ml chisq": 5e-3
        case "two-step", "two-step se": 1e-3
        case "ml se", "two-step polished se": 1e-4
        default: 1e-6
        }
    }
}

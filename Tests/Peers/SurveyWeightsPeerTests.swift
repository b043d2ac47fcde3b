import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Surveys

/// R's survey and mitools on the same data in the same test run: replicate weights, calibration and Rubin's rules.
@Suite(.enabled(if: Rscript.hasPackages(["survey", "mitools"]) && hasSharedData))
struct SurveyWeightsPeerTests {
    static let script = "survey_weights.R"

    /// The columns of an api file that the tests use.
    struct Schools {
        let table: Table

        init(_ name: String) throws { table = try readCSV(path: sharedData("api/\(name).csv")) }

        var count: Int { table.rowCount }

        func numbers(_ name: String) throws -> [Double] { try #require(try table.column(name).doubles()) }

        func factor(_ name: String) throws -> Factor { try table.column(name).asFactor() }

        func totals(_ name: String) throws -> [String: Double] {
            let factor = try factor(name)
            var totals: [String: Double] = [:]
            for code in factor.codes where code >= 0 { totals[factor.levels[Int(code)], default: 0] += 1 }
            return totals
        }
    }

    /// The mean of the first variable, the total of the second, the ratio of the first to the third.
    struct Summary: SurveyStatistic {
        let x, y, z: [Double]

        func values(weights: [Double]) -> [Double] {
            let total = dot(weights, x)
            return [total / weights.reduce(0, +), dot(weights, y), total / dot(weights, z)]
        }

        func influence(weights: [Double]) -> Matrix {
            let (values, sum, denominator) = (values(weights: weights), weights.reduce(0, +), dot(weights, z))
            var influence = Matrix(rows: x.count, columns: 3)
            for row in x.indices {
                influence[row, 0] = (x[row] - values[0]) / sum
                influence[row, 1] = y[row]
                influence[row, 2] = (x[row] - values[2] * z[row]) / denominator
            }
            return influence
        }
    }

    static let file = ["certainty": "apisrs", "adjust": "apisrs", "average": "apisrs", "pairs": "apisrs"]

    static func schools(_ design: String) throws -> Schools {
        try Schools(file[design] ?? (design.hasPrefix("clus1") ? "apiclus1" : "apistrat"))
    }

    static func design(_ name: String, _ schools: Schools) throws -> SurveyDesign {
        let weights = try schools.numbers("pw")
        let rows = (0..<schools.count).map { Int32($0) }
        let sizes = name.hasSuffix("fpc") ? try schools.numbers("fpc") : nil
        switch name {
        case "clus1", "clus1fpc":
            let clusters = try schools.numbers("dnum").map { Int32($0) }
            return try SurveyDesign(weights: weights, stages: [.init(clusters: clusters, populationSizes: sizes)])
        case "strat", "stratfpc":
            let strata = try schools.factor("stype").codes
            return try SurveyDesign(
                weights: weights, stages: [.init(strata: strata, clusters: rows, populationSizes: sizes)])
        case "pairs":
            return try SurveyDesign(
                weights: weights, stages: [.init(strata: rows.map { $0 / 20 }, clusters: rows.map { $0 / 10 })])
        default:
            let clusters = rows.map { $0 / 66 == 3 ? 1000 : $0 / 6 }
            let lonely = ["certainty": SurveyDesign.LonelyClusters.certainty, "adjust": .centre, "average": .average]
            return try SurveyDesign(
                weights: weights, stages: [.init(strata: rows.map { $0 / 66 }, clusters: clusters)],
                lonelyClusters: try #require(lonely[name]))
        }
    }

    static func summary(_ schools: Schools) throws -> Summary {
        Summary(x: try schools.numbers("api00"), y: try schools.numbers("api.stu"), z: try schools.numbers("api99"))
    }

    static func named(_ estimates: SurveyEstimates) -> [String: Double] {
        var ours = ["df": estimates.degreesOfFreedom]
        for (position, name) in ["mean", "total", "ratio"].enumerated() {
            ours[name] = estimates.values[position]
            ours["se " + name] = estimates.standardErrors[position]
        }
        return ours
    }

    /// Compares what R prints with numbers of the same names; all of R's must be there. After a line `centre mean` R's numbers
    /// are those around the replicates' mean.
    static func compare(
        _ fullSample: [String: Double], mean: [String: Double] = [:], _ arguments: [String], tolerance: Double,
        isSkipped: (String) -> Bool = { _ in false }
    ) throws {
        var (ours, largest) = (fullSample, (difference: 0.0, name: "none"))
        for line in try Rscript.run(script, arguments) where line.count == 2 && !isSkipped(line[0]) {
            if line == ["centre", "mean"] {
                ours = mean
                continue
            }
            let theirs = try #require(Double(line[1]), "R says \(line)")
            let found = try #require(ours[line[0]], "we have no '\(line[0])'")
            let difference = relativeDifference(found, theirs)
            if difference > largest.difference { largest = (difference, line[0]) }
            #expect(difference <= tolerance, "\(line[0]): ours \(found), R \(theirs)")
        }
        print(
            "largest difference \(largest.difference) (\(largest.name)) for \(arguments.dropFirst().joined(separator: " "))"
        )
    }

    static func numbered(_ name: String, _ values: [Double]) -> [String: Double] {
        guard values.count > 1 else { return [name: values.first ?? .nan] }
        return Dictionary(uniqueKeysWithValues: values.enumerated().map { ("\(name) \($0 + 1)", $1) })
    }

    // MARK: Replicates from designs

    static let conversions = [
        ("clus1", "JK1"), ("clus1fpc", "JK1"), ("strat", "JKn"), ("stratfpc", "JKn"), ("pairs", "JKn"),
        ("pairs", "BRR"), ("pairs", "Fay"), ("certainty", "JKn"), ("adjust", "JKn"), ("average", "JKn"),
    ]

    @Test("Replicates of a design", arguments: conversions) func replicatesAgree(name: String, type: String) throws {
        let schools = try Self.schools(name)
        let methods: [String: ReplicateMethod] = [
            "JK1": .jackknife, "JKn": .stratifiedJackknife, "BRR": .balanced, "Fay": .fay(rho: 0.3),
        ]
        let summary = try Self.summary(schools)
        let ours = try [ReplicateWeights.Centre.fullSample, .replicateMean].map { centre in
            let replicates = try ReplicateWeights(
                Self.design(name, schools), by: #require(methods[type]), centre: centre)
            var ours = Self.named(try SurveySample(replicates).estimates(of: summary))
            ours.merge(Self.numbered("factor", replicates.replicateScales.map { replicates.scale * $0 })) { $1 }
            ours.merge(Self.numbered("replicate", replicates.replicates.map { dot($0, summary.x) })) { $1 }
            return ours
        }
        let folder = try TemporaryFolder()
        let matrix = HadamardMatrix(atLeast: 11).rows.map { $0.map(String.init).joined(separator: ",") }
        let file = try folder.write(matrix.joined(separator: "\n") + "\n", to: "hadamard.csv")
        try Self.compare(
            ours[0], mean: ours[1], ["replicates", sharedData("api"), name, type, file], tolerance: 1e-11)
    }

    // MARK: Replicates of a file

    struct Given: Sendable, CustomStringConvertible {
        let type: String
        let kind: ReplicateKind
        let form: ReplicateWeights.Form
        let method: ReplicateMethod
        var description: String { "\(type) \(form)" }
    }

    static let bootstrap = ReplicateMethod.bootstrap(.raoWu, replicates: 24, seed: 7)
    static let given = [
        Given(type: "JK1", kind: .jackknife, form: .combined, method: .jackknife),
        Given(type: "JK1", kind: .jackknife, form: .factors, method: .jackknife),
        Given(type: "JKn", kind: .stratifiedJackknife, form: .factors, method: .stratifiedJackknife),
        Given(type: "JK2", kind: .pairedJackknife, form: .combined, method: .stratifiedJackknife),
        Given(type: "BRR", kind: .balanced, form: .combined, method: .balanced),
        Given(type: "BRR", kind: .balanced, form: .factors, method: .balanced),
        Given(type: "Fay", kind: .fay(rho: 0.5), form: .combined, method: .fay(rho: 0.5)),
        Given(type: "Fay", kind: .fay(rho: 0.5), form: .factors, method: .fay(rho: 0.5)),
        Given(type: "bootstrap", kind: .bootstrap, form: .combined, method: bootstrap),
        Given(type: "bootstrap", kind: .bootstrap, form: .factors, method: bootstrap),
        Given(type: "ACS", kind: .successiveDifferences, form: .combined, method: bootstrap),
        Given(type: "other", kind: .other, form: .combined, method: bootstrap),
    ]

    @Test("Replicates of a file", arguments: given) func givenReplicatesAgree(given: Given) throws {
        let rows = (0..<40).map { Int32($0) }
        var generator = SeededGenerator(seed: 5)
        let weights = rows.map { _ in Double.random(in: 10...30, using: &generator).rounded() }
        let x = rows.map { _ in Double.random(in: 100...200, using: &generator).rounded() }
        let y = rows.map { _ in Double.random(in: 1...9, using: &generator).rounded() }
        let isStratified = given.method != .jackknife
        let design = try SurveyDesign(
            weights: weights,
            stages: [.init(strata: isStratified ? rows.map { $0 / 4 } : nil, clusters: rows.map { $0 / 2 })])
        let made = try ReplicateWeights(design, by: given.method)
        let written = made.replicates.map { replicate in
            given.form == .combined ? replicate : zip(replicate, weights).map { $0 / $1 }
        }
        let isDeclared = given.kind == .other
        let ours = try [ReplicateWeights.Centre.fullSample, .replicateMean].map { centre in
            let replicates = try ReplicateWeights(
                weights: weights, replicates: written, form: given.form, kind: given.kind,
                scale: isDeclared ? 0.25 : nil,
                replicateScales: isDeclared ? written.indices.map { Double(($0 + 1) % 3) / 2 } : nil, centre: centre)
            let estimates = try SurveySample(replicates).estimates(of: Summary(x: x, y: y, z: y))
            var ours = Self.numbered("value", estimates.values)
            ours.merge(Self.numbered("covariance", estimates.covariance.elements)) { $1 }
            ours.merge(Self.numbered("rscale", replicates.replicateScales)) { $1 }
            ours["scale"] = replicates.scale
            ours["df"] = replicates.degreesOfFreedom
            return ours
        }
        var lines = [["w", "x", "y"] + written.indices.map { "r\($0 + 1)" }]
        lines += rows.indices.map { row in
            ([weights[row], x[row], y[row]] + written.map { $0[row] }).map { "\($0)" }
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(lines.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n", to: "r.csv")
        let rho = given.type == "Fay" ? "0.5" : "-"
        try Self.compare(ours[0], mean: ours[1], ["given", file, given.type, rho, "\(given.form)"], tolerance: 1e-10)
    }

    // MARK: Calibration

    struct Calibrated: Sendable, CustomStringConvertible {
        let design: String
        let errors: String
        let method: String
        let margins: String
        var tolerance = 1e-10
        var description: String { "\(design) \(errors) \(method) \(margins)" }
    }

    static let methods: [String: CalibrationMethod] = [
        "linear": .linear, "raking": .raking, "rake": .raking, "poststratify": .linear,
        "logit": .logit(lower: 0.5, upper: 2), "bounded": .boundedLinear(lower: 0.85, upper: 1.7),
    ]
    static let three = "stype+sch.wide+api99"
    static let calibrations = [
        Calibrated(design: "clus1", errors: "taylor", method: "linear", margins: "stype"),
        Calibrated(design: "clus1fpc", errors: "taylor", method: "linear", margins: three),
        Calibrated(design: "clus1", errors: "taylor", method: "raking", margins: three),
        Calibrated(design: "stratfpc", errors: "taylor", method: "linear", margins: three),
        Calibrated(design: "stratfpc", errors: "taylor", method: "raking", margins: three),
        Calibrated(design: "strat", errors: "taylor", method: "raking", margins: "stype+sch.wide"),
        Calibrated(design: "clus1", errors: "taylor", method: "logit", margins: "stype+sch.wide"),
        Calibrated(design: "strat", errors: "taylor", method: "bounded", margins: three),
        Calibrated(design: "clus1", errors: "taylor", method: "bounded", margins: "stype+sch.wide"),
        Calibrated(design: "clus1", errors: "taylor", method: "poststratify", margins: "stype"),
        Calibrated(design: "stratfpc", errors: "taylor", method: "poststratify", margins: "stype"),
        // R's rake stops at 1e-14 of the table; its residuals are by ten alternating projections.
        Calibrated(design: "clus1", errors: "taylor", method: "rake", margins: "stype+sch.wide", tolerance: 1e-7),
        Calibrated(design: "clus1", errors: "JK1", method: "linear", margins: three),
        Calibrated(design: "clus1fpc", errors: "JK1", method: "raking", margins: "stype+sch.wide"),
        Calibrated(design: "clus1", errors: "JK1", method: "poststratify", margins: "stype"),
        Calibrated(design: "clus1", errors: "JK1", method: "rake", margins: "stype+sch.wide"),
        Calibrated(design: "stratfpc", errors: "JKn", method: "linear", margins: three),
        Calibrated(design: "strat", errors: "JKn", method: "raking", margins: three),
        Calibrated(design: "strat", errors: "JKn", method: "logit", margins: "stype+sch.wide"),
        Calibrated(design: "strat", errors: "JKn", method: "rake", margins: "stype+sch.wide"),
    ]

    @Test("Calibrated weights and their errors", arguments: calibrations)
    func calibrationAgrees(calibrated: Calibrated) throws {
        let schools = try Self.schools(calibrated.design)
        let population = try Schools("apipop")
        let variables = try calibrated.margins.split(separator: "+").map(String.init).map { name in
            guard name != "api99" else {
                let total = try population.numbers(name).reduce(0, +)
                return CalibrationVariable.number(name, values: try schools.numbers(name), total: total)
            }
            let factor = try schools.factor(name)
            return .factor(
                name, codes: factor.codes, categories: factor.levels, totals: try population.totals(name))
        }
        let design = try Self.design(calibrated.design, schools)
        let sample =
            calibrated.errors == "taylor"
            ? SurveySample(design)
            : SurveySample(
                try ReplicateWeights(design, by: calibrated.errors == "JK1" ? .jackknife : .stratifiedJackknife))
        let result = try sample.calibrated(
            to: CalibrationTotals(variables), method: try #require(Self.methods[calibrated.method]))
        var ours = Self.named(try result.estimates(of: try Self.summary(schools)))
        ours.merge(Self.numbered("weight", result.weights)) { $1 }
        try Self.compare(
            ours,
            [
                "calibrate", sharedData("api"), calibrated.design, calibrated.errors, calibrated.method,
                calibrated.margins,
            ],
            tolerance: calibrated.tolerance,
            // R's calibrate finds the degrees of freedom again only when it is linear.
            isSkipped: { $0 == "df" && ["raking", "logit"].contains(calibrated.method) })
    }

    // MARK: Plausible values

    @Test("Rubin's rules on plausible values with Fay's replicates", arguments: [Double.infinity, 10])
    func poolingAgrees(completeDegreesOfFreedom: Double) throws {
        let schools = try Schools("apisrs")
        let (achievement, x) = (try schools.numbers("api00"), try schools.numbers("meals"))
        let replicates = try ReplicateWeights(Self.design("pairs", schools), by: .fay(rho: 0.5))
        #expect(replicates.degreesOfFreedom == 10)
        let plausible = (1...5).map { number in
            achievement.enumerated().map { row, value in value + Double((row * 7 + number * 13) % 11 * 4 + number) }
        }
        struct Means: SurveyStatistic {
            let pv, x: [Double]
            func values(weights: [Double]) -> [Double] {
                let weightedX = zip(weights, x).map { $0 * $1 }
                return [dot(weights, pv) / weights.reduce(0, +), dot(weightedX, pv) / weightedX.reduce(0, +)]
            }
            func influence(weights: [Double]) -> Matrix { Matrix(rows: 0, columns: 2) }
        }
        let pooled = try SurveySample(replicates).estimates(ofPlausibleValues: plausible.map { Means(pv: $0, x: x) })
        let rule = completeDegreesOfFreedom.isFinite ? PooledEstimates.DegreesOfFreedomRule.mitools : .rubin
        var ours = Self.numbered("value", pooled.values)
        ours.merge(Self.numbered("covariance", pooled.covariance.elements)) { $1 }
        ours.merge(Self.numbered("df", pooled.degreesOfFreedom(rule: rule))) { $1 }
        ours.merge(Self.numbered("missing", pooled.missingInformation(rule: rule))) { $1 }
        var lines = [["w", "x"] + (1...5).map { "pv\($0)" } + (1...12).map { "r\($0)" }]
        lines += achievement.indices.map { row in
            ([replicates.weights[row], x[row]] + plausible.map { $0[row] } + replicates.replicates.map { $0[row] })
                .map { "\($0)" }
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(
            lines.map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n", to: "pv.csv")
        let complete = completeDegreesOfFreedom.isFinite ? "\(completeDegreesOfFreedom)" : "Inf"
        try Self.compare(ours, ["impute", file, "0.5", complete], tolerance: 1e-11)
    }
}

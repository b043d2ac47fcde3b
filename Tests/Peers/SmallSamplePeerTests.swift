import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Models

/// R's pbkrtest and clubSandwich on the same data in the same test run. Needs R with lme4, numDeriv, pbkrtest and
/// clubSandwich.
@Suite(.enabled(if: Rscript.hasPackages(["lme4", "numDeriv", "pbkrtest", "clubSandwich"])))
struct SmallSamplePeerTests {
    /// Where a data set comes from.
    enum Source: Sendable {
        case shared(String)
        case package(String, String)
        /// Pupils in schools, generated here.
        case generated
    }

    struct Case: Sendable, CustomStringConvertible {
        let formula: String
        let source: Source
        let factors: [String]
        var cluster = ""
        var weights: String?
        var description: String { "\(formula) on \(source)\(cluster.isEmpty ? "" : " by \(cluster)")" }
    }

    static let kenwardRoger = [
        Case(
            formula: "Reaction ~ Days + (1 + Days | Subject)", source: .shared("sleepstudy/sleepstudy.csv"),
            factors: ["Subject"]),
        Case(
            formula: "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)",
            source: .shared("sleepstudy/sleepstudy.csv"), factors: ["Subject"]),
        Case(
            formula: "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)", source: .package("nlme", "Machines"),
            factors: ["Worker", "Machine"]),
        Case(
            formula: "score ~ Machine + (1 + Machine | Worker)", source: .package("nlme", "Machines"),
            factors: ["Worker", "Machine"]),
        Case(
            formula: "strength ~ 1 + (1 | batch) + (1 | sample)", source: .package("lme4", "Pastes"),
            factors: ["batch", "sample"]),
        Case(
            formula: "diameter ~ 1 + (1 | plate) + (1 | sample)", source: .package("lme4", "Penicillin"),
            factors: ["plate", "sample"]),
        Case(
            formula: "travel ~ 1 + (1 | Rail)", source: .package("nlme", "Rail"), factors: ["Rail"]),
        Case(
            formula: "distance ~ age * Sex + (1 + age | Subject)", source: .package("nlme", "Orthodont"),
            factors: ["Subject", "Sex"]),
        Case(
            formula: "langPOST ~ langPRET + ses * sex + (1 | schoolNR)", source: .shared("bdf/bdf.csv"),
            factors: ["schoolNR", "sex"]),
        Case(
            formula: "score ~ time * ses + (1 + time | pupil) + (1 | school)", source: .generated,
            factors: ["pupil", "school"]),
        // The variance of the classes is estimated as zero.
        Case(formula: "score ~ time + (1 | class) + (1 | school)", source: .generated, factors: ["class", "school"]),
    ]

    static let robust = [
        Case(
            formula: "Reaction ~ Days + (1 + Days | Subject)", source: .shared("sleepstudy/sleepstudy.csv"),
            factors: ["Subject"], cluster: "Subject"),
        Case(
            formula: "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)", source: .package("nlme", "Machines"),
            factors: ["Worker", "Machine"], cluster: "Worker"),
        Case(
            formula: "distance ~ age * Sex + (1 | Subject)", source: .package("nlme", "Orthodont"),
            factors: ["Subject", "Sex"], cluster: "Subject"),
        Case(
            formula: "normexam ~ standLRT + sex + schgend + (1 + standLRT | school)", source: .shared("Exam/Exam.csv"),
            factors: ["school"], cluster: "school"),
        Case(
            formula: "langPOST ~ langPRET + ses * sex + (1 | schoolNR)", source: .shared("bdf/bdf.csv"),
            factors: ["schoolNR", "sex"], cluster: "schoolNR"),
        Case(
            formula: "score ~ time * ses + (1 + time | pupil) + (1 | school)", source: .generated,
            factors: ["pupil", "school"], cluster: "school"),
        Case(
            formula: "score ~ time * ses + (1 | pupil) + (1 | school)", source: .generated,
            factors: ["pupil", "school"], cluster: "school", weights: "weight"),
        // An effect of one school only takes up a direction of its residuals: B is singular.
        Case(
            formula: "score ~ time + alone + (1 + time | pupil) + (1 | school)", source: .generated,
            factors: ["pupil", "school"], cluster: "school"),
    ]

    @Test(arguments: kenwardRoger) func agreesWithPbkrtest(peer: Case) throws {
        try withData(peer) { path in
            let inference = try fit(peer, path).kenwardRoger()
            var ours = elements(inference.adjustedCovariance, "covariance")
            let p = inference.names.count
            for index in 0..<p { ours["df \(index + 1)"] = inference.degreesOfFreedom(of: unit(index, p)) }
            ours["df sum"] = inference.degreesOfFreedom(of: Array(repeating: 1, count: p))
            for q in stride(from: 2, through: p, by: 1) {
                let test = try inference.test(Matrix(rowVectors: (0..<q).map { unit($0, p) }))
                ours["F \(q)"] = test.statistic
                ours["ddf \(q)"] = test.denominatorDegreesOfFreedom
                ours["scaling \(q)"] = test.scaling
                ours["p \(q)"] = test.pValue
            }
            let arguments = ["kenward-roger", path, peer.formula, peer.factors.joined(separator: ",")]
            try compare(ours, with: arguments, inference.adjustedCovariance)
        }
    }

    @Test(arguments: robust) func agreesWithClubSandwich(peer: Case) throws {
        try withData(peer) { path in
            let fit = try fit(peer, path)
            var ours: [String: Double] = [:]
            var covariance = Matrix(rows: 0, columns: 0)
            for correction in ClusterRobust.Correction.allCases {
                let inference = try fit.clusterRobust(by: peer.cluster, correction: correction)
                let p = inference.names.count
                covariance = inference.covariance
                ours.merge(elements(covariance, "\(correction.rawValue) covariance")) { $1 }
                for index in 0..<p {
                    ours["\(correction.rawValue) df \(index + 1)"] = try inference.degreesOfFreedom(of: unit(index, p))
                }
            }
            let weights = peer.weights.map { [$0] } ?? []
            let arguments = ["robust", path, peer.formula, peer.factors.joined(separator: ","), peer.cluster] + weights
            try compare(ours, with: arguments, covariance)
        }
    }

    /// Compares by name: covariances relative to the standard errors, so that one near zero is not held to its own size.
    private func compare(_ ours: [String: Double], with arguments: [String], _ covariance: Matrix) throws {
        var theirs: [String: Double] = [:]
        for line in try Rscript.run("small_sample.R", arguments) { theirs[line[0]] = Double(line[1]) }
        #expect(Set(theirs.keys) == Set(ours.keys))
        var largest = 0.0
        for (name, value) in theirs {
            let found = try #require(ours[name])
            var difference = relativeDifference(found, value)
            if name.contains("covariance") {
                let indices = name.split(separator: " ").suffix(2).compactMap { Int($0) }
                let (i, j) = (indices[0] - 1, indices[1] - 1)
                difference = abs(found - value) / (covariance[i, i] * covariance[j, j]).squareRoot()
            }
            largest = max(largest, difference)
            #expect(difference < 1e-5, "\(name): ours \(found), R \(value)")
        }
        print("largest difference \(largest) for \(arguments[2])")
    }

    private func elements(_ matrix: Matrix, _ name: String) -> [String: Double] {
        var result: [String: Double] = [:]
        for row in 0..<matrix.rows {
            for column in 0...row { result["\(name) \(row + 1) \(column + 1)"] = matrix[row, column] }
        }
        return result
    }

    private func unit(_ index: Int, _ count: Int) -> [Double] { (0..<count).map { $0 == index ? 1 : 0 } }

    private func fit(_ peer: Case, _ path: String) throws -> GrowthFit {
        var options = CSVOptions()
        for name in peer.factors { options.types[name] = .factor }
        let table = try readCSV(path: path, options: options)
        let frame = try ModelFrame(Formula(parsing: peer.formula), table: table, weightsColumn: peer.weights)
        return try GrowthModel(frame, criterion: .reml).fit()
    }

    private func withData(_ peer: Case, _ body: (String) throws -> Void) throws {
        let folder = try TemporaryFolder()
        switch peer.source {
        case .shared(let file):
            guard hasSharedData else { return }
            try body(sharedData(file))
        case .package(let package, let name):
            let lines = try Rscript.run("small_sample.R", ["data", package, name])
            try body(folder.write(lines.map { $0.joined() }.joined(separator: "\n") + "\n", to: "data.csv"))
        case .generated:
            try body(folder.write(Self.scores, to: "data.csv"))
        }
    }

    /// Forty-five pupils in nine schools of unequal size, with gaps; classes within schools that do not differ.
    private static var scores: String {
        var state: UInt64 = 88_172_645_463_325_252
        func noise() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        var rows = ["pupil,school,class,ses,alone,time,weight,score"]
        let schools = (0..<9).map { _ in noise() * 12 }
        for pupil in 0..<45 {
            let school = Int(Double(pupil * pupil) / 226)
            let ses = pupil % 3 == 0 ? "practical" : "theoretical"
            let (level, slope) = (50 + schools[school] + noise() * 20, 6 + noise() * 5)
            for time in 0..<4 where (pupil + time * time) % 5 != 0 {
                let score = level + slope * Double(time) + noise() * 10
                let weight = 0.5 + 0.25 * Double((pupil * 7 + time * 3) % 8)
                let name = "p\(pupil),s\(school),s\(school)c\((pupil * 5 + time * 3) % 2)"
                let alone = school == 7 ? 1 : 0
                rows.append("\(name),\(ses),\(alone),\(time),\(weight),\(score)")
            }
        }
        return rows.joined(separator: "\n") + "\n"
    }
}

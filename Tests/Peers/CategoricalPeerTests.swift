import Tables
import TestSupport
import Testing

@testable import Transitions

/// glm, nnet::multinom, MASS::polr, lme4::glmer, ordinal::clmm and a Laplace approximation written out in R, on the same
/// data in the same test run.
@Suite(
    .enabled(
        if: Rscript.hasPackages(["nnet", "MASS", "lme4", "ordinal", "sandwich", "numDeriv"]) && hasSharedData))
struct CategoricalPeerTests {
    struct Case: Sendable, CustomStringConvertible {
        let method: String
        let data: String
        let tolerance: Double
        /// Of standard errors, where the peer's own differences have fewer digits.
        var errorTolerance: Double?
        /// Of conditional modes, where the peer stops their search early; relative, or to 0.1 where they are smaller.
        var modeTolerance: Double?
        var grouping = CategoricalModel.Grouping.ignored
        var description: String { "\(method) on \(data)" }
    }

    // glm and polr stop at full digits; multinom's search leaves the last ones.
    static let fixed = [
        Case(method: "glm", data: "exams", tolerance: 1e-9, grouping: .clusters(.none)),
        Case(method: "glm", data: "hsb", tolerance: 1e-9, grouping: .clusters(.groups)),
        Case(method: "multinom", data: "exam3", tolerance: 1e-6),
        Case(method: "multinom", data: "bdf4", tolerance: 1e-6),
        Case(method: "polr", data: "exam3", tolerance: 1e-6, grouping: .clusters(.none)),
        Case(method: "polr", data: "exam4", tolerance: 1e-6, grouping: .clusters(.groups)),
        Case(method: "polr", data: "bdf4", tolerance: 1e-6),
    ]

    // The scripts written out take the Hessian by Richardson's differences in units of standard errors, and agree to 1e-7.
    // glmer's deviance hangs on its modes' last digits, and clmm's Hessian on its modes' fourth: they show 3 and 2 digits
    // of standard errors, and clmm 3 of modes.
    static let random = [
        Case(method: "glmer", data: "hsb", tolerance: 1e-6, grouping: .random(.full)),
        Case(method: "glmer", data: "exams", tolerance: 1e-6, errorTolerance: 5e-3, grouping: .random(.full)),
        Case(method: "laplace", data: "hsb", tolerance: 1e-6, grouping: .random(.full)),
        Case(method: "laplace", data: "exams", tolerance: 1e-6, grouping: .random(.full)),
        Case(method: "laplace", data: "exam3", tolerance: 1e-6, grouping: .random(.full)),
        Case(
            method: "clmm", data: "exam3", tolerance: 1e-4, errorTolerance: 1e-4, modeTolerance: 1e-3,
            grouping: .random(.full)),
        Case(
            method: "clmm", data: "bdf4", tolerance: 1e-4, errorTolerance: 3e-2, modeTolerance: 1e-3,
            grouping: .random(.full)),
        Case(method: "ordered", data: "exam3", tolerance: 1e-6, grouping: .random(.full)),
        Case(method: "ordered", data: "bdf4", tolerance: 1e-6, grouping: .random(.full)),
    ]

    @Test(arguments: fixed + random) func agreesWithR(peer: Case) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("", to: "data.csv")
        _ = try Rscript.run("categorical.R", ["prepare", peer.data, sharedData(""), file])
        let table = try readCSV(path: file)
        let ours = try values(peer, table)
        var largest: [String: Double] = [:]
        var compared = 0
        for line in try theirs(peer, file, table) where line.count == 2 {
            let name = line[0]
            guard let value = Double(line[1]), let found = ours[name] else { continue }
            let kind = name.hasPrefix("mode") ? "modes" : name.hasPrefix("se ") ? "errors" : "estimates"
            let scale = max(abs(value), ours["se " + name] ?? 0, name.hasPrefix("mode ") ? 0.1 : 0)
            let difference = abs(found - value) / scale
            largest[kind] = max(largest[kind] ?? 0, difference)
            compared += 1
            let own = ["modes": peer.modeTolerance, "errors": peer.errorTolerance][kind] ?? nil
            #expect(difference < own ?? peer.tolerance, "\(name): ours \(found), R \(value)")
        }
        #expect(compared >= 2 * ours.keys.count { $0.hasPrefix("se ") })
        print("largest differences \(largest) of \(compared) numbers for \(peer)")
    }

    private func theirs(_ peer: Case, _ file: String, _ table: Table) throws -> [[String]] {
        guard peer.method == "glmer" else { return try Rscript.run("categorical.R", [peer.method, file]) }
        let formula = "state ~ " + table.columnNames.dropFirst(3).joined(separator: " + ") + " + (1 | school)"
        let weights = peer.data == "exams" ? "weight" : "-"
        return try Rscript.run("glmer.R", ["fit", file, formula, "school", "binomial", weights, "-", "1"]).map { line in
            guard line.count == 2, let value = Double(line[1]) else { return line }
            if line[0] == "criterion" { return ["loglik", String(-value / 2)] }
            if line[0] == "var school (Intercept)" { return ["variance 1", line[1]] }
            var words = line[0].split(separator: " ").map(String.init)
            switch words[0] {
            case "beta": return ["1:" + words[1], line[1]]
            case "se": return ["se 1:" + words[1], line[1]]
            case "mode", "modevar":
                words.remove(at: 1)
                words[2] = "1"
                return [words.joined(separator: " "), line[1]]
            default: return line
            }
        }
    }

    private func values(_ peer: Case, _ table: Table) throws -> [String: Double] {
        let isOrdered = ["polr", "clmm", "ordered"].contains(peer.method)
        let terms = table.columnNames.filter { !["state", "weight", "school"].contains($0) }
        let columns = try terms.map { try #require(table.column($0).doubles()) }
        let responses = try #require(table.column("state").doubles()).map { Int($0) }
        let school = try table.column("school").asFactor()
        var rows: [Double] = []
        for row in 0..<table.rowCount { rows += [1] + columns.map { $0[row] } }
        let design = try CategoricalDesign(
            columns: ["(Intercept)"] + terms, rows: rows, states: (0...(responses.max() ?? 0)).map(String.init),
            responses: responses, weights: table.column("weight").doubles(),
            groups: CategoricalGroups(factor: "school", names: school.levels, codes: school.codes.map { Int($0) }))
        let outcome = isOrdered ? CategoricalModel.Outcome.ordered : .multinomial(reference: 0)
        let fit = try CategoricalModel(design, outcome: outcome, grouping: peer.grouping).fit()
        let plain = try CategoricalModel(design, outcome: outcome).fit()
        return named(fit, plain)
    }

    private func named(_ fit: CategoricalFit, _ plain: CategoricalFit) -> [String: Double] {
        var ours = ["loglik": fit.logLikelihood]
        for index in 0..<fit.coefficientCount {
            let name = fit.parameters[index]
            ours[name] = fit.values[index]
            switch fit.grouping {
            case .clusters(let factor):
                ours[(factor == .none ? "cr0 " : "cr1 ") + name] = fit.standardErrors[index]
                ours["se " + name] = plain.standardErrors[index]
            case .ignored, .random: ours["se " + name] = fit.standardErrors[index]
            }
        }
        guard let effects = fit.effects else { return ours }
        for (row, name) in effects.names.enumerated() {
            for column in 0...row {
                let other = column < row ? " " + effects.names[column] : ""
                ours["variance \(name)\(other)"] = effects.covariance[row, column]
            }
            for (group, school) in effects.groups.enumerated() {
                ours["mode \(school) \(name)"] = effects.modes(of: group)[row]
                ours["modevar \(school) \(name)"] = effects.modeCovariance(of: group)[row, row]
            }
        }
        return ours
    }
}

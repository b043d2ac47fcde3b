import Tables
import TestSupport
import Testing

@testable import Models

/// R's lme4 and lmerTest on the same data in the same test run. Needs R with lme4, lmerTest and numDeriv:
/// `make test` installs them where `CI` is set, or with `make test PEERS=1`.
@Suite(.enabled(if: Rscript.path != nil && hasSharedData)) struct LmerPeerTests {
    struct Case: Sendable, CustomStringConvertible {
        let formula: String
        let file: String
        let factors: [String]
        let criterion: Criterion
        /// Whether lme4's own stop is near enough to the optimum for lmerTest's degrees of freedom to mean something.
        var comparesDegreesOfFreedom = true
        var description: String { "\(formula) on \(file), \(criterion.rawValue)" }
    }

    static let cases = [
        Case(
            formula: "Reaction ~ Days + (1 + Days | Subject)", file: "sleepstudy/sleepstudy.csv", factors: ["Subject"],
            criterion: .reml),
        Case(
            formula: "Reaction ~ Days + (1 + Days | Subject)", file: "sleepstudy/sleepstudy.csv", factors: ["Subject"],
            criterion: .ml),
        Case(
            formula: "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)", file: "sleepstudy/sleepstudy.csv",
            factors: ["Subject"], criterion: .reml),
        Case(
            formula: "normexam ~ standLRT + sex + (1 + standLRT | school)", file: "Exam/Exam.csv", factors: ["school"],
            criterion: .reml),
        Case(
            formula: "normexam ~ standLRT + (1 + standLRT || school)", file: "Exam/Exam.csv", factors: ["school"],
            criterion: .reml),
        Case(
            formula: "normexam ~ standLRT * schgend + vr + (1 | school)", file: "Exam/Exam.csv", factors: ["school"],
            criterion: .ml),
        Case(
            formula: "langPOST ~ langPRET + ses * sex + (1 | schoolNR)", file: "bdf/bdf.csv",
            factors: ["schoolNR", "sex"], criterion: .reml),
        Case(
            formula: "aritPOST ~ aritPRET + ses + Minority + (1 + ses | schoolNR)", file: "bdf/bdf.csv",
            factors: ["schoolNR"], criterion: .reml,
            // lme4 warns here that it failed to converge, with a gradient of 3.1.
            comparesDegreesOfFreedom: false),
    ]

    @Test(arguments: cases)
    func agreesWithLme4(peer: Case) throws {
        let theirs = try figuresOfR(peer)
        let ours = try figuresOfHerstel(peer)
        #expect(Set(theirs.keys) == Set(ours.keys))
        for (name, value) in theirs where peer.comparesDegreesOfFreedom || !name.hasPrefix("df ") {
            let found = try #require(ours[name])
            // Six significant digits of everything, more of the criterion; degrees of freedom by lmerTest come from
            // numerical derivatives at lme4's own stop, which is off by up to 1e-3 in theta.
            let tolerance = name == "criterion" ? 1e-9 : name.hasPrefix("df ") ? 2e-2 : 1e-6
            #expect(relativeDifference(found, value) < tolerance, "\(name): ours \(found), lme4 \(value)")
        }
    }

    private func figuresOfHerstel(_ peer: Case) throws -> [String: Double] {
        var options = CSVOptions()
        for name in peer.factors { options.types[name] = .factor }
        let table = try readCSV(path: sharedData(peer.file), options: options)
        let fit = try GrowthModel(ModelFrame(Formula(parsing: peer.formula), table: table), criterion: peer.criterion)
            .fit()
        var result = ["criterion": fit.criterionValue]
        for (position, term) in fit.coefficients.labels.enumerated() {
            let estimate = fit.coefficients.estimate(at: position)
            result["beta " + term] = estimate.value
            result["se " + term] = estimate.standardError
            if peer.criterion == .reml { result["df " + term] = estimate.degreesOfFreedom }
        }
        for component in fit.varianceComponents {
            let parts = [component.group, component.term, component.withTerm ?? ""].filter { !$0.isEmpty }
            result["var " + parts.joined(separator: " ")] = component.variance
        }
        return result
    }

    private func figuresOfR(_ peer: Case) throws -> [String: Double] {
        let lines = try Rscript.run(
            "polish.R",
            [sharedData(peer.file), peer.formula, peer.factors.joined(separator: ","), peer.criterion.rawValue])
        var result: [String: Double] = [:]
        for line in lines where line.count == 2 { result["\(line[0])"] = Double(line[1]) }
        return result
    }
}

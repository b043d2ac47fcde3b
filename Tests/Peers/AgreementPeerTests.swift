import Foundation
import Models
import TestSupport
import Testing

/// The growth model against lme4 at its polished optimum, lmerTest and emmeans, on real and generated data: one R process
/// fits every case by REML and by ML. `HERSTEL_SHOW_DIFFERENCES=1` prints the largest differences.
@Suite(.enabled(if: Agreement.isPossible)) struct AgreementPeerTests {
    @Test(arguments: Agreement.cases, Criterion.allCases)
    func agreesWithLme4(peer: Agreement, criterion: Criterion) throws {
        let theirs = try peer.figuresOfR(criterion)
        let ours = try peer.figures(criterion)
        #expect(Set(ours.keys) == Set(theirs.keys), "\(Set(ours.keys).symmetricDifference(theirs.keys).sorted())")
        expectAgreement(ours, theirs, "\(peer.name) \(criterion.rawValue)")
    }

    @Test(arguments: Agreement.cases.filter { ["eclsk2011", "cohorts, one without a group"].contains($0.name) })
    func commandWritesTheSameFigures(peer: Agreement) throws {
        let theirs = try peer.figuresOfR(.reml)
        let ours = try peer.figuresOfCommand(.reml)
        let missing = theirs.keys.filter { ours[$0] == nil }.map { $0.prefix { $0 != " " } }
        #expect(Set(missing) == ["rows", "criterion", "var"], "the tables hold every coefficient and cell")
        expectAgreement(ours, theirs, "\(peer.name) by the command")
    }

    private func expectAgreement(_ ours: [String: Double], _ theirs: [String: Double], _ label: String) {
        var largest: [String: Double] = [:]
        for (name, found) in ours {
            guard let expected = theirs[name] else { continue }
            let kind = String(name.prefix { $0 != " " })
            let difference = difference(name, found, theirs)
            largest[kind] = max(largest[kind] ?? 0, difference)
            #expect(difference <= tolerance(kind), "\(name): ours \(found), R \(expected)")
        }
        guard ProcessInfo.processInfo.environment["HERSTEL_SHOW_DIFFERENCES"] != nil else { return }
        let kinds = largest.sorted { $0.key < $1.key }.map { "\($0.key) \(String(format: "%.1e", $0.value))" }
        print(label + ": " + kinds.joined(separator: ", "))
    }

    /// How near our figures must come, and why not nearer.
    private func tolerance(_ kind: String) -> Double {
        switch kind {
        // The criterion is flat at the optimum: rounding is all that is left of an error in theta.
        case "criterion": 1e-10
        // Polishing by numerical derivatives leaves an error of about 1e-8 in theta, more where the criterion is flat, and
        // the variances take all of it.
        case "beta", "se", "cell", "cellcov": 1e-6
        case "var": 1e-5
        // lmerTest takes the Hessian of the deviance from second differences; ours are first differences of the gradient.
        case "df", "p": 1e-3
        default: 0
        }
    }

    /// The relative difference; but a covariance counts in units of the standard deviations, and a p-value in proportion to
    /// what a relative difference of its degrees of freedom makes of it.
    private func difference(_ name: String, _ found: Double, _ theirs: [String: Double]) -> Double {
        let parts = name.split(separator: " ").map(String.init)
        guard let expected = theirs[name], found != expected else { return 0 }
        switch parts[0] {
        case "cellcov":
            let variances = [1, 2].compactMap { theirs["cellcov \(parts[$0]) \(parts[$0])"] }
            return abs(found - expected) / (variances[0] * variances[1]).squareRoot()
        case "p" where expected > 0:
            return abs(found - expected) / (expected * max(1, -Foundation.log(expected)))
        default: return relativeDifference(found, expected)
        }
    }
}

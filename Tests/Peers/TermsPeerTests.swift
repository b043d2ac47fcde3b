import Tables
import TestSupport
import Testing

@testable import Models

/// Functions, offsets, contrasts and subsets against R's lme4, splines and stats on the same data in the same test run.
@Suite(.enabled(if: Rscript.path != nil && hasSharedData)) struct TermsPeerTests {
    struct Case: Sendable, CustomStringConvertible {
        let formula: String
        let file: String
        let factors: [String]
        var criterion = Criterion.reml
        var contrasts: [String: Contrast] = [:]
        /// The contrasts as terms.R takes them.
        var theirContrasts = "-"
        var subset: String?
        /// The subset in R.
        var theirSubset = "-"
        var description: String { "\(formula) on \(file), \(criterion.rawValue) \(theirContrasts) \(theirSubset)" }
    }

    private static func oxboys(_ formula: String, _ criterion: Criterion = .reml) -> Case {
        Case(formula: formula, file: "Oxboys/Oxboys.csv", factors: ["Subject"], criterion: criterion)
    }

    private static func early(_ formula: String, _ criterion: Criterion = .reml) -> Case {
        Case(formula: formula, file: "Early/Early.csv", factors: ["id"], criterion: criterion)
    }

    private static func exam(
        _ formula: String, _ contrasts: [String: Contrast] = [:], _ theirContrasts: String = "-",
        subset: String? = nil, _ theirSubset: String = "-"
    ) -> Case {
        Case(
            formula: formula, file: "Exam/Exam.csv", factors: ["school"], contrasts: contrasts,
            theirContrasts: theirContrasts, subset: subset, theirSubset: theirSubset)
    }

    static let cases = [
        oxboys("height ~ poly(age, 2) + (1 + poly(age, 2) | Subject)"),
        oxboys("height ~ ns(age, df = 3) + (ns(age, df = 2) | Subject)"),
        oxboys("height ~ poly(age, 3, raw = TRUE) + (1 + age | Subject)", .ml),
        oxboys("height ~ ns(age, df = 4, intercept = TRUE) - 1 + (1 | Subject)"),
        oxboys("height ~ age + I(age^2) + offset(6 * age) + (1 + age | Subject)"),
        early("cog ~ ns(age, knots = 1.5) * trt + (1 | id)"),
        early("cog ~ I(age^2) + log(age) + trt + offset(-10 * sqrt(age)) + (1 | id)"),
        early("cog ~ poly(age, 2):trt + trt + (1 | id)", .ml),
        exam(
            "normexam ~ standLRT * schgend + vr + (1 | school)", ["schgend": .sum, "vr": .helmert],
            "schgend=contr.sum,vr=contr.helmert"),
        exam(
            "normexam ~ standLRT * schgend * vr + (1 | school)",
            ["schgend": .treatment(reference: "girls"), "vr": .sum],
            "schgend=girls,vr=contr.sum"),
        exam("normexam ~ standLRT:vr + sex + (1 | school)", ["vr": .helmert], "vr=contr.helmert"),
        exam("normexam ~ standLRT + sex + (1 + sex | school)", ["sex": .sum], "sex=contr.sum"),
        exam(
            "normexam ~ ns(standLRT, df = 4):sex + sex + (1 | school)",
            subset: "vr != \"bottom 25%\" and (standLRT > -1 or sex == 'F') and not schgend in [\"boys\"]",
            "vr != 'bottom 25%' & (standLRT > -1 | sex == 'F') & !(schgend %in% 'boys')"),
        exam(
            "normexam ~ scale(standLRT) + exp(schavg) + sqrt(standLRT + 4) + I((standLRT - 1)/2 * schavg) + (1 | school)"
        ),
    ]

    @Test(arguments: cases)
    func agreesWithR(peer: Case) throws {
        let theirs = try Rscript.run(
            "terms.R",
            [
                sharedData(peer.file), peer.formula, peer.factors.joined(separator: ","), peer.criterion.rawValue,
                peer.theirContrasts, peer.theirSubset,
            ])
        let fit = try fitOfHerstel(peer)
        let figures = figures(of: fit)
        let design = fit.design.matrixByRows(fit.frame.variables, rowCount: fit.rowCount)
        let columns = theirs.filter { $0[0].hasPrefix("column ") }
        #expect(columns.map { String($0[0].dropFirst(7)) } == fit.design.columnNames)
        for (position, line) in columns.enumerated() {
            let values = line[1].split(separator: " ").compactMap { Double($0) }
            try #require(values.count == fit.rowCount)
            let largest = values.map(abs).max() ?? 0
            for (row, value) in values.enumerated() {
                let ours = design[row * fit.design.columnCount + position]
                #expect(abs(ours - value) <= 1e-10 * max(1, largest), "\(line[0]) in row \(row)")
            }
        }
        let numbers = theirs.filter { !$0[0].hasPrefix("column ") }
        #expect(Set(numbers.map { $0[0] }) == Set(figures.keys))
        for line in numbers {
            let value = try #require(Double(line[1]))
            let found = try #require(figures[line[0]])
            // As in LmerPeerTests: six significant digits, more of the criterion.
            let tolerance = line[0] == "criterion" ? 1e-9 : 1e-6
            #expect(relativeDifference(found, value) < tolerance, "\(line[0]): ours \(found), lme4 \(value)")
        }
    }

    private func fitOfHerstel(_ peer: Case) throws -> GrowthFit {
        var options = CSVOptions()
        for name in peer.factors { options.types[name] = .factor }
        let table = try readCSV(path: sharedData(peer.file), options: options)
        let frame = try ModelFrame(
            Formula(parsing: peer.formula), table: table, contrasts: peer.contrasts,
            subset: peer.subset.map { try RowCondition(parsing: $0) })
        return try GrowthModel(frame, criterion: peer.criterion).fit()
    }

    private func figures(of fit: GrowthFit) -> [String: Double] {
        var result = ["criterion": fit.criterionValue]
        for (position, term) in fit.coefficients.labels.enumerated() {
            let estimate = fit.coefficients.estimate(at: position)
            result["beta " + term] = estimate.value
            result["se " + term] = estimate.standardError
        }
        for component in fit.varianceComponents {
            let parts = [component.group, component.term, component.withTerm ?? ""].filter { !$0.isEmpty }
            result["var " + parts.joined(separator: " ")] = component.variance
        }
        return result
    }
}

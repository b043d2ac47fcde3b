import Probability
import Tables
import TestSupport
import Testing

@testable import Models

/// R's lme4 on the same data in the same test run: glmer at its polished optimum.
@Suite(.enabled(if: Rscript.path != nil)) struct GeneralisedPeerTests {
    struct Case: Sendable, CustomStringConvertible {
        let formula: String
        /// A data set of lme4 by name, or generated here.
        let data: String
        let factors: [String]
        let family: Family
        var weights: String?
        var offset: String?
        var points = 1
        /// A grouping factor with a level for each row, which a formula does not allow.
        var rowFactor: String?
        var description: String { "\(formula) on \(data), \(family.rawValue), \(points) points" }
    }

    static let cases = [
        Case(
            formula: "proportion ~ period + (1 | herd)", data: "cbpp", factors: ["herd", "period"], family: .binomial,
            weights: "size"),
        Case(
            formula: "proportion ~ period + (1 | herd)", data: "cbpp", factors: ["herd", "period"], family: .binomial,
            weights: "size", points: 9),
        Case(
            formula: "TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | LOCATION)", data: "grouseticks",
            factors: ["BROOD", "LOCATION", "YEAR"], family: .poisson, rowFactor: "INDEX"),
        Case(
            formula: "yes ~ Anger + Gender + btype + situ + (1 | id) + (1 | item)", data: "VerbAgg",
            factors: ["id", "item"], family: .binomial),
        Case(
            formula: "yes ~ Anger + btype + (1 + situ | id) + (1 | item)", data: "VerbAgg", factors: ["id", "item"],
            family: .binomial),
        Case(
            formula: "onset ~ treatment * month + (1 | patient)", data: "visits", factors: ["patient"],
            family: .binomial, points: 9),
        Case(
            formula: "proportion ~ month + (1 + month | patient)", data: "visits", factors: ["patient"],
            family: .binomial, weights: "trials"),
        Case(
            formula: "proportion ~ month + (1 + month || patient) + (1 | site)", data: "visits",
            factors: ["patient", "site"], family: .binomial, weights: "trials"),
        Case(
            formula: "count ~ treatment + month + (1 | patient)", data: "visits", factors: ["patient"],
            family: .poisson, offset: "logdays"),
        Case(
            formula: "count ~ treatment + month + (1 | patient)", data: "visits", factors: ["patient"],
            family: .poisson, offset: "logdays", points: 5),
        Case(
            formula: "regular ~ month + (1 | patient)", data: "visits", factors: ["patient"], family: .binomial),
        Case(
            formula: "count ~ month + (1 | site) + (1 | site:patient)", data: "visits", factors: ["patient", "site"],
            family: .poisson, weights: "trials"),
    ]

    @Test(arguments: cases)
    func agreesWithGlmer(peer: Case) throws {
        let folder = try TemporaryFolder()
        let file = folder.file("data.csv")
        if peer.data == "visits" {
            try folder.write(Self.visits, to: "data.csv")
        } else {
            _ = try Rscript.run("glmer.R", ["data", peer.data, file])
        }
        let theirs = try figuresOfR(peer, file)
        let ours = try figuresOfHerstel(peer, file)
        let decrement = try #require(theirs["decrement"])
        try #require(decrement < 1e-7, "glmer's optimum could not be polished")
        let names = Set(theirs.keys).subtracting(["decrement", "tolerance"])
        #expect(names == Set(ours.keys), "\(names.symmetricDifference(ours.keys).sorted().prefix(10))")
        for name in names.intersection(ours.keys) {
            let (found, value) = (try #require(ours[name]), try #require(theirs[name]))
            let kind = String(name.prefix { $0 != " " })
            // A mode near zero has its size from the spread of the modes, not from itself.
            let difference =
                kind == "mode" ? abs(found - value) / max(abs(value), 0.1) : relativeDifference(found, value)
            // lme4's criterion carries the noise of its own search for the modes, and the standard errors come from second
            // differences of it: four digits.
            let tolerance = kind == "criterion" ? 1e-8 : kind == "se" ? 1e-4 : 1e-5
            #expect(difference < tolerance, "\(name): ours \(found), lme4 \(value)")
        }
    }

    private func figuresOfHerstel(_ peer: Case, _ file: String) throws -> [String: Double] {
        var options = CSVOptions()
        for name in peer.factors + (peer.rowFactor.map { [$0] } ?? []) { options.types[name] = .factor }
        let table = try readCSV(path: file, options: options)
        let frame = try ModelFrame(Formula(parsing: peer.formula), table: table, weightsColumn: peer.weights)
        let bound = try GeneralisedDesign(frame: frame)
        let rows = (0..<frame.rowCount).map { Int32($0) }
        let rowBlocks = peer.rowFactor.map { name in
            RandomEffectsBlock(
                factor: name, codes: rows, levels: .texts(rows.map { "\($0 + 1)" }), effectNames: ["(Intercept)"],
                matrix: rows.map { _ in 1 }, template: CovarianceTemplate(groupSizes: [1]))
        }
        let design = GeneralisedDesign(
            columnNames: bound.columnNames, columns: bound.columns, response: bound.response, weights: bound.weights,
            offset: peer.offset.flatMap { table[$0]?.doubles() }, blocks: bound.blocks + (rowBlocks.map { [$0] } ?? []))
        return figures(
            try GeneralisedModel(design, family: peer.family, quadraturePoints: peer.points).fit())
    }

    private func figures(_ fit: GeneralisedFit) -> [String: Double] {
        var result = ["criterion": -2 * fit.logLikelihood]
        for (position, term) in fit.coefficients.labels.enumerated() {
            result["beta " + term] = fit.coefficients.values[position]
            result["se " + term] = fit.coefficients.standardErrors[position]
        }
        for component in fit.varianceComponents {
            let parts = [component.group, component.term, component.withTerm ?? ""].filter { !$0.isEmpty }
            result["var " + parts.joined(separator: " ")] = component.variance
        }
        for modes in fit.conditionalModes {
            for (level, name) in (0..<modes.levels.count).map({ ($0, modes.levels[$0]) }) {
                for (effect, term) in modes.effectNames.enumerated() {
                    result["mode \(modes.factor) \(name) \(term)"] = modes.modes(of: level)[effect]
                    result["modevar \(modes.factor) \(name) \(term)"] = modes.covariance(of: level)[effect, effect]
                }
            }
        }
        return result
    }

    private func figuresOfR(_ peer: Case, _ file: String) throws -> [String: Double] {
        let formula = peer.formula + (peer.rowFactor.map { " + (1 | \($0))" } ?? "")
        let lines = try Rscript.run(
            "glmer.R",
            [
                "fit", file, formula, (peer.factors + (peer.rowFactor.map { [$0] } ?? [])).joined(separator: ","),
                peer.family.rawValue, peer.weights ?? "-", peer.offset ?? "-", "\(peer.points)",
            ])
        var result: [String: Double] = [:]
        for line in lines where line.count == 2 { result["\(line[0])"] = Double(line[1]) }
        return result
    }

    /// Patients of ten sites seen seven times, with a strong tendency of their own, as in the toenail trial of
    /// De Backer et al. (1998): a binary outcome, a proportion of some trials, a count over some days, and an outcome
    /// that varies less between patients than chance.
    static var visits: String {
        var state: UInt64 = 88_172_645_463_325_252
        func uniform() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53
        }
        func noise() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
        func probability(_ eta: Double) -> Double { 1 / (1 + Elementary.exp(-eta)) }
        var rows = ["patient,site,treatment,month,onset,trials,proportion,count,logdays,regular"]
        let sites = (0..<10).map { _ in 0.5 * noise() }
        for patient in 0..<200 {
            let (own, slope, treatment) = (noise(), 0.15 * noise(), Double(patient % 2))
            for month in [0.0, 1, 2, 3, 6, 9, 12] where uniform() > 0.1 {
                let onset = uniform() < probability(-1.5 + 3 * own - (0.3 + 0.15 * treatment) * month) ? 1 : 0
                let trials = 2 + Int(uniform() * 6)
                let chance = probability(-0.5 + 0.9 * own + (slope - 0.1) * month + sites[patient % 10])
                let successes = (0..<trials).count { _ in uniform() < chance }
                let days = 5 + Int(uniform() * 25)
                let rate = Double(days) * Elementary.exp(-2 + 0.6 * own + sites[patient % 10] - 0.3 * treatment)
                // A Poisson count: how many exponential waiting times fit into the rate.
                var (count, time) = (0, -Elementary.log(uniform()))
                while time < rate { (count, time) = (count + 1, time - Elementary.log(uniform())) }
                let regular = (7 * patient + Int(month)) % 5 < 2 ? 1 : 0
                rows.append(
                    "p\(patient),s\(patient % 10),\(Int(treatment)),\(Int(month)),\(onset),\(trials),"
                        + "\(Double(successes) / Double(trials)),\(count),\(Elementary.log(Double(days))),\(regular)")
            }
        }
        return rows.joined(separator: "\n") + "\n"
    }
}

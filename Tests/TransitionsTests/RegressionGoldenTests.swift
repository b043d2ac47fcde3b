import TestSupport
import Testing

@testable import Transitions

/// Numbers that R computed, on data sets that come with it.
struct RegressionGoldenTests {
    /// Incidence of a disease in 15 herds: herd, period, cases, size (lme4's cbpp; Lesnoff et al. 2004).
    static let herds = [
        (1, 1, 2, 14), (1, 2, 3, 12), (1, 3, 4, 9), (1, 4, 0, 5), (2, 1, 3, 22), (2, 2, 1, 18), (2, 3, 1, 21),
        (3, 1, 8, 22), (3, 2, 2, 16), (3, 3, 0, 16), (3, 4, 2, 20), (4, 1, 2, 10), (4, 2, 0, 10), (4, 3, 2, 9),
        (4, 4, 0, 6), (5, 1, 5, 18), (5, 2, 0, 25), (5, 3, 0, 24), (5, 4, 1, 4), (6, 1, 3, 17), (6, 2, 0, 17),
        (6, 3, 0, 18), (6, 4, 1, 20), (7, 1, 8, 16), (7, 2, 1, 10), (7, 3, 3, 9), (7, 4, 0, 5), (8, 1, 12, 34),
        (9, 1, 2, 9), (9, 2, 0, 6), (9, 3, 0, 8), (9, 4, 0, 6), (10, 1, 1, 22), (10, 2, 1, 22), (10, 3, 0, 18),
        (10, 4, 2, 22), (11, 1, 0, 25), (11, 2, 5, 27), (11, 3, 3, 22), (11, 4, 1, 22), (12, 1, 2, 10), (12, 2, 1, 8),
        (12, 3, 0, 6), (12, 4, 0, 5), (13, 1, 1, 21), (13, 2, 2, 24), (13, 3, 0, 19), (13, 4, 0, 23), (14, 1, 11, 19),
        (14, 2, 0, 2), (14, 3, 0, 3), (14, 4, 0, 2), (15, 1, 1, 19), (15, 2, 1, 15), (15, 3, 1, 15), (15, 4, 0, 15),
    ]

    /// Tenants by satisfaction (fastest), influence, type of house and contact (MASS's housing; Madsen 1976).
    static let tenants: [Double] = [
        21, 21, 28, 34, 22, 36, 10, 11, 36, 61, 23, 17, 43, 35, 40, 26, 18, 54, 13, 9, 10, 8, 8, 12, 6, 7, 9, 18, 6, 7,
        15, 13, 13, 7, 5, 11, 14, 19, 37, 17, 23, 40, 3, 5, 23, 78, 46, 43, 48, 45, 86, 15, 25, 62, 20, 23, 20, 10, 22,
        24, 7, 10, 21, 57, 23, 13, 31, 21, 13, 5, 6, 13,
    ]

    private func housing() throws -> CategoricalDesign {
        var rows: [Double] = []
        for cell in 0..<72 {
            let (influence, type, contact) = (cell / 3 % 3, cell / 9 % 4, cell / 36)
            rows +=
                [1]
                + [influence == 1, influence == 2, type == 1, type == 2, type == 3, contact == 1].map { $0 ? 1 : 0 }
        }
        return try CategoricalDesign(
            columns: [
                "(Intercept)", "InflMedium", "InflHigh", "TypeApartment", "TypeAtrium", "TypeTerrace", "ContHigh",
            ], rows: rows, states: ["Low", "Medium", "High"], responses: (0..<72).map { $0 % 3 },
            weights: Self.tenants)
    }

    private func expect(_ fit: CategoricalFit, _ name: String, _ value: Double, _ error: Double, within: Double) throws
    {
        let position = try #require(fit.position(of: name))
        #expect(abs(fit.values[position] - value) < within * error, "\(name): \(fit.values[position])")
        #expect(relativeDifference(fit.standardErrors[position], error) < within, "se \(name)")
    }

    // R 4.2.2: the Laplace approximation written out, with Richardson's Hessian (Tests/Peers/R/categorical.R laplace, on
    // single animals): seven digits of standard errors. lme4 1.1-31's glmer, polished on its own deviance
    // (Tests/Peers/R/glmer.R), has 555.00388311, 1.3e-8 more, and agrees to five digits.
    @Test func agreesWithGlmerOnHerds() throws {
        var rows: [Double] = []
        var (responses, codes) = ([Int](), [Int]())
        var weights: [Double] = []
        for (herd, period, cases, size) in Self.herds {
            for (state, count) in [(1, cases), (0, size - cases)] {
                rows += [1] + (2...4).map { period == $0 ? 1 : 0 }
                responses.append(state)
                weights.append(Double(count))
                codes.append(herd - 1)
            }
        }
        let design = try CategoricalDesign(
            columns: ["(Intercept)", "p2", "p3", "p4"], rows: rows, states: ["well", "ill"], responses: responses,
            weights: weights,
            groups: CategoricalGroups(factor: "herd", names: (1...15).map { "h\($0)" }, codes: codes))
        let model = CategoricalModel(design, outcome: .multinomial(reference: 0), grouping: .random(.full))
        let fit = try model.fit()
        #expect(abs(fit.logLikelihood - -277.50194154891653) < 1e-11)
        try expect(fit, "ill:(Intercept)", -1.3985321423737098, 0.23247199225792867, within: 1e-7)
        try expect(fit, "ill:p2", -0.99233273487310369, 0.3066424978898396, within: 1e-7)
        try expect(fit, "ill:p3", -1.1286720841686353, 0.32663785052317423, within: 1e-7)
        try expect(fit, "ill:p4", -1.580313885180801, 0.42743658659871198, within: 1e-7)
        let effects = try #require(fit.effects)
        #expect(relativeDifference(effects.covariance[0, 0], 0.41249976815656586) < 1e-8)
        #expect(abs(effects.modes(of: 13)[0] - 0.97071628737180471) < 1e-6)
        #expect(relativeDifference(effects.modeCovariance(of: 13)[0, 0], 0.12631001849211382) < 1e-5)
        #expect(fit.cellCount == 56 && fit.groupCount == 15 && !fit.isSingular)
    }

    // R 4.2.2, MASS 7.3-58.2, polr with Newton steps to full digits and Richardson's Hessian (numDeriv).
    @Test func agreesWithPolrOnTenants() throws {
        let fit = try CategoricalModel(housing(), outcome: .ordered).fit()
        #expect(relativeDifference(fit.logLikelihood, -1739.5746495295) < 1e-13)
        try expect(fit, "InflMedium", 0.566393737871, 0.10465278137, within: 1e-8)
        try expect(fit, "InflHigh", 1.288819110428, 0.12715614457, within: 1e-8)
        try expect(fit, "TypeApartment", -0.572350002157, 0.11923800861, within: 1e-8)
        try expect(fit, "TypeAtrium", -0.366186371050, 0.15517333202, within: 1e-8)
        try expect(fit, "TypeTerrace", -1.091014659165, 0.15148601857, within: 1e-8)
        try expect(fit, "ContHigh", 0.360284004538, 0.09553579499, within: 1e-8)
        try expect(fit, "Low|Medium", -0.496135138352, 0.12484724293, within: 1e-8)
        try expect(fit, "Medium|High", 0.690708259116, 0.12547193790, within: 1e-8)
        #expect(fit.droppedColumns == ["(Intercept)"])
    }

    // R 4.2.2, nnet 7.3-18, multinom with reltol 1e-16: its search stops at about seven digits.
    @Test func agreesWithMultinomOnTenants() throws {
        let fit = try CategoricalModel(housing(), outcome: .multinomial(reference: 0)).fit()
        #expect(relativeDifference(fit.logLikelihood, -1735.0419331706) < 1e-13)
        try expect(fit, "Medium:(Intercept)", -0.419228712398, 0.1729345322, within: 1e-6)
        try expect(fit, "Medium:InflHigh", 0.664935339469, 0.1863375246, within: 1e-6)
        try expect(fit, "Medium:TypeTerrace", -0.666570439551, 0.2062533278, within: 1e-6)
        try expect(fit, "High:(Intercept)", -0.138742756298, 0.1592295692, within: 1e-6)
        try expect(fit, "High:InflHigh", 1.612631069502, 0.1671317106, within: 1e-6)
        try expect(fit, "High:TypeAtrium", -0.407978098736, 0.2114966227, within: 1e-6)
        try expect(fit, "High:ContHigh", 0.481827008083, 0.1241370659, within: 1e-6)
    }
}

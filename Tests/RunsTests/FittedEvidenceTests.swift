import Foundation
import Funding
import Models
import Specifications
import TestSupport
import Testing

@testable import Runs
@testable import Scenarios

/// Effects and their persistence taken from models that Herstel fits itself.
@Suite struct FittedEvidenceTests {
    private let models = ["models/engzell2021.yaml", "models/persistence.yaml", "models/targeted-programmes.yaml"]

    private func fits() throws -> [String: FittedModel] {
        try Dictionary(
            uniqueKeysWithValues: models.map { path in
                let fitted = try ModelFile(path: repositoryFile(path)).fit()
                return (fitted.fit.model, fitted)
            })
    }

    private func plan() throws -> SimulationPlan {
        try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml")).plan
    }

    @Test func theMenusEffectIsThatOfTheMetaAnalysis() throws {
        let predictive = try #require(try fits()["targeted-programmes"]?.evidence?.effects.first).predictive
        let declaration = try #require(try plan().interventions)
        let entry = try #require(declaration.menu.interventions.first { $0.name == "small_group_tuition" })
        for version in declaration.menu.versions {
            let effect = try #require(entry.effects["learning"]?.byVersion[version])
            #expect(effect.mean == predictive.mean && effect.scale == predictive.scale)
            #expect(effect.degreesOfFreedom == predictive.degreesOfFreedom && effect.degreesOfFreedom == 5)
        }
        // The mixes hold the same entry, and other entries keep the menu's own.
        let part = try #require(declaration.mixes["po"]?.parts.first { $0.intervention.name == "small_group_tuition" })
        #expect(part.intervention.effects["learning"]?.byVersion["2022-04"]?.mean == predictive.mean)
        #expect(
            declaration.menu.interventions.first { $0.name == "feedback" }?.effects["learning"]?.months["first"] == 8)
    }

    @Test func persistenceIsDrawnFromTheFittedDecay() throws {
        let plan = try plan()
        let decay = try #require(plan.fittedPersistence)
        let draws = (0..<4000).map { decay.persistence(plan.inputs(draw: UInt32($0))) }
        #expect(decay.persistence(plan.inputs(draw: 7)) == draws[7])
        // Quantiles of the draws against those of the fit, which is normal on the scales of the draws.
        for (name, drawn) in [("plateau", draws.map(\.plateau)), ("half_life", draws.map { 12 * $0.halfLife })] {
            let quantity = try #require(decay.fit.quantities.first { $0.name == name })
            let interval = try #require(quantity.interval)
            let sorted = drawn.sorted()
            #expect(abs(sorted[2000] / quantity.estimate - 1) < 0.06, "\(name)")
            #expect(abs(sorted[100] / interval.lowerBound - 1) < 0.15, "\(name)")
            #expect(abs(sorted[3899] / interval.upperBound - 1) < 0.15, "\(name)")
        }
    }

    @Test(
        "A model of another kind, or without the effect, is told with its place",
        arguments: [
            (
                "{model: targeted-programmes, note:", "{model: engzell2021, note:",
                "model 'engzell2021' is no meta-analysis (kind evidence)."
            ),
            (
                "{model: targeted-programmes, note:", "{model: targeted-programmes, effect: tutoring, note:",
                "model 'targeted-programmes' has no effect 'tutoring'; it has 'pooled'."
            ),
            (
                "persistence: {model: persistence,", "persistence: {model: engzell2021,",
                "model 'engzell2021' is no decay of effects (kind persistence)."
            ),
            ("persistence: {model: persistence,", "persistence: {model: persistance,", "Did you mean 'persistence'?"),
        ])
    func mistakes(old: String, new: String, message: String) throws {
        let shipped = try contents(of: repositoryFile("scenarios/np-onderwijs.yaml"))
        #expect(shipped.contains(old))
        let folder = try TemporaryFolder()
        let text = shipped.replacingOccurrences(of: old, with: new)
            .replacingOccurrences(of: "../models/", with: repositoryFile("models") + "/")
        let path = try folder.write(text, to: "s.yaml")
        #expect { try PreparedScenario(path: path) } throws: {
            "\($0)".contains(message) && "\($0)".contains("s.yaml:")
        }
    }
}

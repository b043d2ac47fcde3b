import Funding
import Probability

extension SimulationPlan {
    /// The numbers behind the bottom-up effect; none when the file declares no interventions.
    var interventionAssumptions: [Assumption] {
        guard let declaration = interventions else { return [] }
        // A sector without outcomes has a mix for nothing to rest on.
        let sectors = Set(file.outcomes.map(\.sector))
        let mixes = declaration.mixes.values.filter { sectors.contains($0.sector) }
        return declaration.programmeAssumptions + persistenceAssumptions
            + declaration.capacities.filter { sectors.contains($0.key) }.flatMap {
                declaration.assumptions(of: $0.value, sector: $0.key)
            } + mixes.flatMap { declaration.assumptions(of: $0) } + declaration.menuAssumptions(of: mixes)
    }
}

extension SimulationPlan {
    /// The coefficients of a fitted decay, on the scales on which they are drawn.
    private var persistenceAssumptions: [Assumption] {
        guard let decay = fittedPersistence else { return [] }
        let coefficients = decay.fit.coefficients
        return coefficients.labels.indices.map { index in
            Assumption(
                "interventions.persistence.\(coefficients.labels[index])",
                .normal(mean: coefficients.values[index], sd: coefficients.standardErrors[index]), origin: "evidence",
                source: "model \(decay.model)",
                note:
                    "drawn jointly; share of the effect that lasts is the plateau, the rest decays at the rate a month")
        }
    }
}

extension InterventionDeclaration {
    fileprivate var programmeAssumptions: [Assumption] {
        parameters.values.map { parameter in
            Assumption(
                "interventions.\(parameter.kind.key)", parameter.distribution, origin: "assumption",
                source: parameter.source,
                note: [parameter.kind.meaning, parameter.note].filter { !$0.isEmpty }.joined(separator: "; "))
        }
    }

    fileprivate func assumptions(of capacity: SectorCapacity, sector: String) -> [Assumption] {
        let name = "interventions.capacity.\(sector)"
        let available = capacity.available
        let staff = Assumption(
            "\(name).\(available.kind.key)", available.distribution, origin: "assumption", source: available.source,
            note: [available.kind.meaning, available.note].filter { !$0.isEmpty }.joined(separator: "; "))
        return [staff]
            + capacity.byQuintile.enumerated().map { quintile, share in
                Assumption(
                    "\(name).quintile_\(quintile + 1)", .fixed(share), origin: "assumption", source: capacity.source,
                    note: "share of that staff which its schools find")
            }
            + capacity.byRegion.map { region, share in
                Assumption(
                    "\(name).region_\(region)", .fixed(share), origin: "assumption", source: capacity.source,
                    note: "share of what schools of their quintile find which those of the region find")
            }
    }

    fileprivate func assumptions(of mix: InterventionMix) -> [Assumption] {
        mix.parts.map { part in
            Assumption(
                "interventions.mix.\(mix.sector).\(part.intervention.name)", .fixed(part.share.value),
                origin: "assumption", source: part.share.source, note: "share of the money")
        }
    }

    /// Of the interventions that the mixes use, in the order of the menu.
    fileprivate func menuAssumptions(of mixes: [InterventionMix]) -> [Assumption] {
        let used = Set(mixes.flatMap { $0.parts.map(\.intervention.name) })
        return menu.interventions.filter { used.contains($0.name) }.flatMap { assumptions(of: $0) }
    }

    private func assumptions(of intervention: Intervention) -> [Assumption] {
        let name = "\(menu.name).\(intervention.name)"
        let effects = intervention.effects.compactMap { outcome, effect in
            effect.byVersion[version].map { predictive in
                let months = effect.months[version].map { "\($0) months; " } ?? ""
                return Assumption(
                    "\(name).\(outcome)", .normal(mean: predictive.mean, sd: predictive.scale), origin: "evidence",
                    source: effect.source,
                    note:
                        "\(months)effect on a treated pupil in a year, SD, predictive; \(intervention.evidenceStrength) "
                        + "evidence; version \(version)")
            }
        }
        let numbers: [(String, SourcedNumber, String)] = [
            ("cost", intervention.cost, "EUR per treated pupil and year"),
            ("staff", intervention.staff, "FTE per 100 treated pupils"),
            ("low_multiplier", intervention.lowMultiplier, "effect on the low group relative to the high group"),
            ("fidelity", intervention.fidelity, "how fully it is delivered"),
        ]
        return effects
            + numbers.filter { !$0.1.source.isEmpty }.map { key, number, note in
                Assumption(
                    "\(name).\(key)", .fixed(number.value), origin: "assumption", source: number.source, note: note)
            }
    }
}

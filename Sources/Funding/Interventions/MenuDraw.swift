extension InterventionMenu {
    /// The effect of an intervention on an outcome of the menu in a draw, SD per treated pupil and year.
    ///
    /// The declared effect, or else the mean over the outcome's parts, where a part without an effect of its own counts 0;
    /// a part takes the effect on the whole when only that is declared. Outcomes that nothing declares are not affected.
    ///
    /// - Parameter outcome: An outcome of the menu.
    public func effect(
        of intervention: Intervention, on outcome: String, version: String, seed: UInt64, draw: UInt32
    ) -> Double {
        let value = { (name: String) in
            self.declaredEffect(of: intervention, on: name, version: version, seed: seed, draw: draw)
        }
        if let own = value(outcome) { return own }
        let parts = outcomes[outcome]?.parts ?? []
        if !parts.isEmpty { return parts.reduce(0) { $0 + (value($1) ?? 0) } / Double(parts.count) }
        for (whole, declared) in outcomes where declared.parts.contains(outcome) {
            // A declared effect on another part says that the intervention is about that part.
            let isAboutParts = declared.parts.contains { intervention.effects[$0] != nil }
            if !isAboutParts, let effect = value(whole) { return effect }
        }
        return 0
    }

    private func declaredEffect(
        of intervention: Intervention, on outcome: String, version: String, seed: UInt64, draw: UInt32
    ) -> Double? {
        guard let effect = intervention.effects[outcome]?.byVersion[version], let stream = outcomes[outcome]?.stream
        else { return nil }
        return effect.value(seed: seed, draw: draw, intervention: intervention.stream, outcome: stream)
    }
}

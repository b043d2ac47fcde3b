extension InterventionMenu {
    /// The effect of an intervention on an outcome of the menu in a draw, SD per treated pupil and year.
    ///
    /// The declared effect, or else the mean over the outcome's parts, where a part without an effect of its own counts 0;
    /// a part takes the effect on the whole when only that is declared. Outcomes that nothing declares are not affected.
    ///
    /// - Parameters:
    ///   - outcome: An outcome of the menu.
    ///   - draw: Gives the value of a declared effect of the intervention on an outcome with a stream number.
    public func effect(
        of intervention: Intervention, on outcome: String, version: String,
        draw: (PredictiveEffect, _ outcomeStream: UInt64) -> Double
    ) -> Double {
        func value(_ name: String) -> Double? {
            guard let effect = intervention.effects[name]?.byVersion[version], let stream = outcomes[name]?.stream
            else { return nil }
            return draw(effect, stream)
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
}

import Funding

extension Explanation {
    /// A menu of interventions: each effect by version, what it costs and whom it takes, with the sources.
    static func menu(_ menu: InterventionMenu) -> String {
        var table = TextTable(
            ["intervention", "outcome"] + menu.versions.flatMap { ["SD, \($0)", "sd"] }
                + ["evidence", "EUR per pupil", "FTE per 100"],
            numeric: [false, false] + menu.versions.flatMap { _ in [true, true] } + [false, true, true])
        var sources: [String] = []
        for entry in menu.interventions {
            for (outcome, effect) in entry.effects {
                let cells = menu.versions.flatMap { version -> [String] in
                    guard let predictive = effect.byVersion[version] else { return ["-", "-"] }
                    return [fixed(predictive.mean, 3), fixed(predictive.scale, 3)]
                }
                table.append(
                    [entry.name, outcome] + cells
                        + [entry.evidenceStrength, fixed(entry.cost.value, 0), fixed(entry.staff.value, 2)])
                sources.append("  \(entry.name).\(outcome): \(effect.source)")
            }
            let numbers = [
                ("cost", entry.cost), ("staff", entry.staff), ("low_multiplier", entry.lowMultiplier),
                ("fidelity", entry.fidelity),
            ]
            sources += numbers.filter { !$0.1.source.isEmpty }.map { key, number in
                "  \(entry.name).\(key): \(number.source)"
            }
        }
        let widening = menu.widening.map { "\($0.key) \(fixed($0.value, 2))" }.joined(separator: ", ")
        return """
            \(menu.name): \(menu.title)

            Effect of a year of treatment on a treated pupil, SD, with the standard deviation of its predictive distribution
            \(table.text)

            Weak evidence widens: the standard deviation times \(widening) (\(menu.wideningSource))
            Months become SD by \(menu.months.source), with a standard error of \(fixed(menu.months.standardErrorInMonths, 1)) \
            months and an SD between studies of \(fixed(menu.months.betweenStudySD, 3)) (\(menu.months.uncertaintySource))

            Sources
            \(sources.joined(separator: "\n"))
            """
    }
}

/// What a row of the policy split assumes, and what the data do not tell without it, in sentences.
struct PolicyWords {
    let cell: Cell
    let year: PolicyDeclaration.Year?
    let baseline: [String]
    let kind: Counterfactual.Kind
    let identification: SkillIdentification?

    init(
        cell: Cell, year: PolicyDeclaration.Year?, baseline: [String], kind: Counterfactual.Kind,
        _ identification: SkillIdentification?
    ) {
        (self.cell, self.year, self.baseline, self.kind) = (cell, year, baseline, kind)
        self.identification = identification
    }

    /// What has to hold.
    var assumption: String {
        let sources =
            year == nil
            ? "the skill of pupils only; no rule was other" : "the rules of that year and the skill of pupils only"
        return
            "\(cell.cohort) differs from what the baseline leads to expect (\(reference)\(scatter)) by \(sources); the baseline's "
            + "years had the old rules" + (identification == nil ? "" : "; \(skill)") + "."
    }

    private var reference: String {
        let names =
            baseline.count > 2 ? "\(baseline[0]) to \(baseline[baseline.count - 1])" : baseline.joined(separator: ", ")
        return (kind.hasSlope ? "the trend of " : "the mean of ") + names + " on the log-odds scale"
    }

    private var scatter: String {
        kind.hasScatter ? ", and by as much as single years of the baseline deviate from it" : ""
    }

    private var skill: String {
        switch identification?.kind {
        case .declared:
            "skill moves the log-odds by \(identification?.words(for: cell.cohort) ?? ""), which is declared, not estimated"
        case .fromYears(let years):
            "\(years.joined(separator: ", ")) had the old rules, so that the whole deviation there is skill's"
                + (years.contains(cell.cohort) ? "" : ", and skill moved the log-odds as much in \(cell.cohort)")
        case nil: ""
        }
    }

    /// What the data do not tell.
    var notIdentified: String {
        guard year != nil else { return "" }
        return identification == nil
            ? "How much of the deviation is policy and how much skill: without an assumption on skill only their sum is known."
            : "Without this assumption only the sum of policy and skill is known, the deviation; another effect of skill moves the "
                + "policy's by as much the other way."
    }
}

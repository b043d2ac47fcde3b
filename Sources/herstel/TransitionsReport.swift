import Models

/// What a model of school careers says, in words.
enum TransitionsReport {
    /// How it was fitted.
    static func heading(_ model: FittedModel) -> String? {
        guard let findings = model.transitions, !findings.method.isEmpty else { return nil }
        return "  " + findings.method
    }

    /// A warning beside verdicts on years in which rules were other.
    static func policyYears(_ model: FittedModel) -> String? {
        guard let findings = model.transitions?.policy else { return nil }
        var years: [String] = []
        for year in findings.compactMap(\.policyYear?.year) where !years.contains(year) { years.append(year) }
        guard !years.isEmpty else { return nil }
        return
            "  Rules were other in \(years.joined(separator: ", ")): verdicts on these years are on rules and learning together."
    }

    /// The years after the baseline, split into skill and policy.
    static func policy(_ model: FittedModel) -> [String] {
        guard let findings = model.transitions?.policy, let first = findings.first else { return [] }
        let percent = fixed(100 * first.coverage, 0)
        var table = TextTable(
            [
                "outcome", "year", "group", "against", "deviation (log-odds)", "by", "skill", "policy",
                "\(percent)% interval",
                "policy, points", "\(percent)% interval",
            ],
            numeric: [false, false, false, false, true, false, true, true, true, true, true])
        for finding in findings {
            let cell = finding.cell
            table.append([
                cell.outcome, cell.cohort, cell.group, finding.against.rawValue, text(finding.deviation.logOdds, 3),
                finding.identification ?? "", finding.skill.map { text($0.logOdds, 3) } ?? "",
                finding.policy.map { text($0.logOdds, 3) } ?? "", finding.interval.map { text($0, 3) } ?? "",
                finding.policy.map { text($0.points, 2) } ?? "", finding.pointsInterval.map { text($0, 2) } ?? "",
            ])
        }
        return [
            "Years after the baseline: deviation, what skill would have done, and what is left for the policy (standard errors in "
                + "brackets)\n" + table.text,
            (["What the split of the policy years assumes"] + assumptions(findings).map { "  " + $0 }).joined(
                separator: "\n"),
        ]
    }

    /// The rules that were other, and under what assumptions the rest is theirs; each row of policy.csv has its own sentence.
    private static func assumptions(_ findings: [PolicyFinding]) -> [String] {
        let years = findings.filter { $0.policyYear != nil }
        var lines = rules(findings)
        lines.append(
            "These years differ from what the baseline leads to expect by their rules and the skill of their pupils only; the others "
                + "by skill only.")
        for finding in years {
            guard let name = finding.identification else { continue }
            let line = "\(name): skill is \(finding.identificationInWords)."
            if !lines.contains(line) { lines.append(line) }
        }
        for sentence in years.map(\.notIdentified) where !lines.contains(sentence) { lines.append(sentence) }
        return lines
    }

    private static func rules(_ findings: [PolicyFinding]) -> [String] {
        var lines: [String] = []
        for year in findings.compactMap(\.policyYear) {
            let line = "\(year.year): \(year.what) (\(year.source))"
            if !lines.contains(line) { lines.append(line) }
        }
        return lines
    }

    private static func text(_ estimate: Estimate, _ decimals: Int) -> String {
        "\(fixed(estimate.value, decimals)) (\(fixed(estimate.standardError, decimals)))"
    }

    private static func text(_ interval: ClosedRange<Double>, _ decimals: Int) -> String {
        "\(fixed(interval.lowerBound, decimals)) to \(fixed(interval.upperBound, decimals))"
    }
}

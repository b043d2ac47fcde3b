import Models

/// What a model of school careers says, in words.
enum TransitionsReport {
    /// How it was fitted.
    static func heading(_ model: FittedModel) -> String? {
        guard let findings = model.transitions, !findings.method.isEmpty else { return nil }
        return "  " + findings.method
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
        var sentences: [String] = []
        for finding in findings {
            let cell = finding.cell
            table.append([
                cell.outcome, cell.cohort, cell.group, finding.against.rawValue, text(finding.deviation.logOdds, 3),
                finding.identification ?? "", finding.skill.map { text($0.logOdds, 3) } ?? "",
                finding.policy.map { text($0.logOdds, 3) } ?? "", finding.interval.map { text($0, 3) } ?? "",
                finding.policy.map { text($0.points, 2) } ?? "", finding.pointsInterval.map { text($0, 2) } ?? "",
            ])
            for sentence in [finding.assumption, finding.notIdentified]
            where !sentence.isEmpty && finding.policyYear != nil && !sentences.contains(sentence) {
                sentences.append(sentence)
            }
        }
        let rules = rules(findings)
        return [
            "Years after the baseline: deviation, what skill would have done, and what is left for the policy (standard errors in "
                + "brackets)\n" + table.text,
            (["Rules that were other"] + rules.map { "  " + $0 } + ["What the split assumes"]
                + sentences.map { "  " + $0 })
                .joined(separator: "\n"),
        ]
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

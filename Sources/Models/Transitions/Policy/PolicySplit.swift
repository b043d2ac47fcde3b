import LinearAlgebra
import OrderedCollections

/// Splits the deviations of crisis years into what skill would have done and what is left for the policy, on the log-odds scale.
///
/// With L the log-odds of a year's rate and E what the baseline's years lead to expect, `L - E = skill + policy`. Skill comes from an
/// identification: declared, or the deviation of crisis years under the old rules. In percentage points policy is
/// `g(L) - g(E + skill)` and skill `g(E + skill) - g(E)`, g the logistic function: they add up to `g(L) - g(E)`. All errors are
/// the delta method's in the joint covariance of the cells; where scatter is asked for, each year also has the variance by which
/// single baseline years deviate, and t with their degrees of freedom.
///
/// A scatter kind estimates that variance from few years, so its errors carry all that other years bring besides policy and skill.
struct PolicySplit {
    let policy: PolicyDeclaration
    let baseline: BaselineDeclaration

    init(_ policy: PolicyDeclaration, baseline: BaselineDeclaration) {
        (self.policy, self.baseline) = (policy, baseline)
    }

    /// The rows of every outcome, group, year after the baseline, kind of baseline and identification, in that order.
    ///
    /// Series without a baseline year are left out, as they are in the verdicts.
    ///
    /// - Parameter estimates: Levels in percent.
    /// - Throws: ``ModelError/transitions(_:)`` where a named year has no estimate or is not after the baseline, or a rate is 0 or
    ///   100%; ``ModelError/series(_:)`` where baseline years are too few.
    func findings(_ estimates: Estimates) throws(ModelError) -> [PolicyFinding] {
        let known = Array(OrderedSet(estimates.labels.map(\.cohort)))
        try check(known)
        var rows: [PolicyFinding] = []
        for (_, cells) in OrderedDictionary(grouping: estimates.labels, by: { Key($0) }) {
            let years = Set(cells.map(\.cohort))
            guard baseline.cohorts.allSatisfy(years.contains) else { continue }
            for kind in policy.against ?? [baseline.kind == .mean ? .mean : .trend] {
                let series = try LogOddsSeries(estimates, cells: cells, baseline: baseline.cohorts, kind: kind)
                rows += try findings(series)
            }
        }
        return rows
    }

    private struct Key: Hashable {
        let outcome, sector, group: String
        init(_ cell: Cell) { (outcome, sector, group) = (cell.outcome, cell.sector, cell.group) }
    }

    private func check(_ known: [String]) throws(ModelError) {
        var last = (-Double.infinity, "")
        for name in baseline.cohorts {
            let year = try seriesYear(name)
            if year > last.0 { last = (year, name) }
        }
        var named = policy.years.map { ($0.year, "the policy year") }
        for identification in policy.identifications {
            switch identification.kind {
            case .declared(_, let deviations): named += deviations.map { ($0.year, "the year of a deviation of skill") }
            case .fromYears(let years): named += years.map { ($0, "the year of 'from_years'") }
            }
        }
        for (name, use) in named {
            guard known.contains(name) else { throw .transitions(.unknownYear(name, use: use, known: known)) }
            guard try seriesYear(name) > last.0 else {
                throw .transitions(.notAfterBaseline(name, use: use, last: last.1))
            }
        }
    }

    private func findings(_ series: LogOddsSeries) throws(ModelError) -> [PolicyFinding] {
        var rows: [PolicyFinding] = []
        for position in series.after {
            let year = policy.years.first { $0.year == series.cells[position].cohort }
            let telling = policy.identifications.filter { year != nil || $0.tells(series.cells[position].cohort) }
            if telling.isEmpty { rows.append(try finding(series, position, year: year, nil)) }
            for identification in telling {
                rows.append(try finding(series, position, year: year, identification))
            }
        }
        return rows
    }

    private func finding(
        _ series: LogOddsSeries, _ position: Int, year: PolicyDeclaration.Year?, _ identification: SkillIdentification?
    ) throws(ModelError) -> PolicyFinding {
        let split = try YearSplit(series, position, identification, isPolicyYear: year != nil)
        let words = PolicyWords(
            cell: series.cells[position], year: year, baseline: baseline.cohorts, kind: series.kind, identification)
        return PolicyFinding(
            cell: series.cells[position], against: series.kind, policyYear: year, expected: split.expected,
            deviation: split.deviation, identification: identification?.name,
            identificationInWords: identification?.words(for: series.cells[position].cohort) ?? "", skill: split.skill,
            policy: split.policy,
            interval: split.policy?.logOdds.confidenceInterval(coverage: policy.coverage),
            pointsInterval: split.policy?.points.confidenceInterval(coverage: policy.coverage),
            coverage: policy.coverage, assumption: words.assumption, notIdentified: words.notIdentified)
    }
}

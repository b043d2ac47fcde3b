import Funding
import Probability
import Recovery

/// A row of `assumptions.csv`: a number that went into the results, with its distribution and its source.
public struct Assumption: Sendable {
    /// Its name: `composite.po.persistence`.
    public let parameter: String
    /// The distribution's name.
    public let distribution: String
    /// Its mean.
    public let mean: Double
    /// Its standard deviation.
    public let standardDeviation: Double
    /// The 5% quantile.
    public let low: Double
    /// The 95% quantile.
    public let high: Double
    /// `estimate` (drawn from a fitted model), `evidence` (drawn from what studies predict), `assumption` (declared) or
    /// `rule` (a policy's own number).
    public let origin: String
    /// Where it comes from.
    public let source: String
    /// Its meaning and unit, and remarks.
    public let note: String

    init(_ parameter: String, _ distribution: Distribution, origin: String, source: String, note: String) {
        self.parameter = parameter
        self.distribution = distribution.name
        mean = distribution.mean
        standardDeviation = distribution.standardDeviation
        low = distribution.quantile(0.05)
        high = distribution.quantile(0.95)
        self.origin = origin
        self.source = source
        self.note = note
    }
}

extension SimulationPlan {
    /// Every number that the results rest on.
    public var assumptions: [Assumption] {
        startAssumptions + parameterAssumptions + closureAssumptions + moneyAssumptions + populationAssumptions
            + interventionAssumptions
            + [
                Assumption(
                    "margin_sd", .fixed(file.margin), origin: "assumption", source: file.path,
                    note: "deviation in SD that still counts as recovered")
            ]
    }

    private var startAssumptions: [Assumption] {
        startingEstimates.map { start in
            Assumption(
                "\(start.outcome.name).start_\(start.isLow ? "low" : "high")",
                .normal(mean: start.estimate.value, sd: start.estimate.standardError), origin: "estimate",
                source: "model \(start.model)",
                note: "starting deviation in SD, drawn jointly with the other starting deviations of the model")
        }
    }

    private var parameterAssumptions: [Assumption] {
        file.outcomes.flatMap { outcome in
            outcome.parameters.values.map { parameter in
                Assumption(
                    "\(outcome.name).\(parameter.kind.key)", parameter.distribution, origin: "assumption",
                    source: parameter.source,
                    note: [parameter.kind.meaning, parameter.note].filter { !$0.isEmpty }.joined(separator: "; "))
            }
        }
    }

    private var closureAssumptions: [Assumption] {
        file.outcomes.flatMap { outcome in
            outcome.closureWeeks.sorted { $0.key < $1.key }.map { year, weeks in
                Assumption(
                    "\(outcome.name).closure_weeks.\(year)", .fixed(weeks), origin: "assumption",
                    source: outcome.closureSource, note: "weeks of full closure")
            }
        }
    }

    private var moneyAssumptions: [Assumption] {
        scenarios.flatMap { scenario -> [Assumption] in
            guard case .rules(let rules) = scenario.declaration.money else { return [] }
            return rules.map { rule in
                let (value, unit) =
                    switch rule.amount {
                    case .rate(let rate): (rate, rule.basis == .perPupil ? "EUR per pupil" : "EUR per point of score")
                    case .total(let total): (total.euros, "EUR a year")
                    }
                return Assumption(
                    "\(scenario.declaration.name).\(rule.name)", .fixed(value), origin: "rule", source: rule.source,
                    note: "\(unit), \(rule.sectors.joined(separator: " ")), "
                        + rule.years.map(\.description).joined(separator: " "))
            }
        }
    }

    private var populationAssumptions: [Assumption] {
        guard case .netherlands = file.schools, let marginals = try? PopulationMarginals.netherlands() else {
            return []
        }
        return marginals.sectors.flatMap { sector -> [Assumption] in
            func fixed(_ name: String, _ number: PopulationMarginals.Sourced, _ note: String) -> Assumption {
                Assumption(
                    "population.\(sector.name).\(name)", .fixed(number.value), origin: "assumption",
                    source: number.source, note: note)
            }
            return [
                fixed("schools", sector.schools, "schools"), fixed("pupils", sector.pupils, "pupils"),
                fixed("share_low", sector.shareLow, "share of pupils of the low SES group"),
            ] + (sector.threshold.map { [fixed("threshold_per_pupil", $0, "score points per pupil")] } ?? [])
        }
    }
}

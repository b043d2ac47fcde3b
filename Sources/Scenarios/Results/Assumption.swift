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
    /// `estimate` (drawn from a fitted model), `evidence` (drawn from what studies predict), `assumption` (declared), `calibration` (an observed figure that is put in and
    /// so reproduced) or `rule` (a policy's own number).
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
        startAssumptions + parameterAssumptions + closureAssumptions + funding.assumptions
            + interventionAssumptions + careerAssumptions + structureAssumptions
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

    /// Which computation of the money's effect a draw takes, and which parameters move together.
    private var structureAssumptions: [Assumption] {
        let effect = file.moneyEffect
        let choice = Assumption(
            "money_effect", .fixed(effect.topDownShare), origin: "assumption",
            source: effect.source.isEmpty ? file.path : effect.source,
            note: "probability that a draw takes the effect per euro; the others take the menu's effects")
        return [choice]
            + file.correlations.map { declared in
                Assumption(
                    "correlation(" + declared.names.joined(separator: ", ") + ")", .fixed(declared.correlation),
                    origin: "assumption", source: declared.source, note: "of each pair's normal scores")
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
}

extension FundingPlan {
    /// Every number that the allocation rests on.
    public var assumptions: [Assumption] { moneyAssumptions + spendingAssumptions + populationAssumptions }

    private var moneyAssumptions: [Assumption] {
        scenarios.flatMap { scenario in
            ownRules(of: scenario.declaration).flatMap { rule in
                rule.figures.flatMap { Self.assumptions(of: $0, rule, scenario: scenario.declaration.name) }
            }
        }
    }

    /// The rules that a scenario does not take over from the one whose rules it changes.
    private func ownRules(of declaration: ScenarioDeclaration) -> [FundingRule] {
        guard case .rules(let rules, let base) = declaration.money else { return [] }
        guard let other = file.scenarios.first(where: { $0.name == base }), case .rules(let taken, _) = other.money
        else { return rules }
        let places = taken.compactMap(\.place)
        return rules.filter { rule in rule.place.map { !places.contains($0) } ?? true }
    }

    private static func assumptions(of figure: RuleFigure, _ rule: FundingRule, scenario: String) -> [Assumption] {
        figure.value.distinct.map { years, value in
            let reach = [rule.sectors, rule.schoolTypes ?? [], (years ?? rule.years).map(\.description)]
            let name = ([scenario, rule.name, figure.name] + (years ?? []).map(\.description)).joined(separator: ".")
            return Assumption(
                name, .fixed(value), origin: "rule", source: rule.source,
                note: ([figure.unit] + reach.filter { !$0.isEmpty }.map { $0.joined(separator: " ") })
                    .joined(separator: ", "))
        }
    }

    private var populationAssumptions: [Assumption] {
        (marginals?.figures ?? []).map { figure in
            Assumption(
                "population.\(figure.name)", .fixed(figure.number.value), origin: "assumption",
                source: figure.number.source, note: figure.unit)
        }
    }
}

import LinearAlgebra
import RealModule
import TestSupport
import Testing

@testable import Models

/// Rates and states of school careers against closed forms and R.
@Suite struct TransitionModelTests {
    private static func fit(_ yaml: String, data: String = "") throws -> FittedModel {
        let folder = try TemporaryFolder()
        let path = try folder.write("kind: transitions\n" + yaml, to: "m.yaml")
        try folder.write(data, to: "d.csv")
        return try ModelFile(path: path).fit()
    }

    private static func level(_ model: FittedModel, _ outcome: String, _ year: String, _ group: String = "") throws
        -> Estimate
    {
        let estimates = try #require(model.fit.estimates)
        let cell = Cell(quantity: .level, outcome: outcome, cohort: year, group: group)
        return estimates.estimate(at: try #require(estimates.position(of: cell)))
    }

    private static func diagnostic(_ model: FittedModel, _ name: String) -> Diagnostic? {
        model.fit.diagnostics.first { $0.name == name }
    }

    private static func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        abs(a - b) <= tolerance * max(1, abs(b))
    }

    // MARK: Events

    private static let exams = """
        school,year,passed,candidates,share
        a,2018,40,50,.5
        a,2019,42,50,.4
        a,2020,50,55,.6
        a,2021,45,52,.5
        b,2018,30,45,.3
        b,2019,33,44,.5
        b,2020,44,50,.4
        b,2021,40,49,.5
        c,2018,55,66,.6
        c,2019,50,60,.6
        c,2020,62,66,.5
        c,2021,58,65,.4
        d,2018,20,30,.5
        d,2019,25,33,.4
        d,2020,28,32,.3
        d,2021,24,31,.5

        """
    private static let counts = """
        data: {file: d.csv}
        outcome: pass
        response: {events: passed, trials: candidates}
        formula: ~ year + share
        year: year

        """

    // R 4.2.2, glm(cbind(passed, candidates - passed) ~ year + share, binomial, epsilon = 1e-14); sandwich 3.0 vcovCL, type HC0;
    // the standardised rate by the delta method on the same fit.
    private static let coefficients = [
        0.348711598766455, 0.248441843054748, 1.15276607961419, 0.595749630845264, 1.65835769727778,
    ]
    private static let errors = [
        0.523116000664878, 0.250291689587997, 0.295782506310084, 0.261432887936648, 1.03793130562547,
    ]
    private static let quasi = [
        0.493128771601077, 0.235943907797913, 0.278826997859736, 0.246446445378204, 0.978432678600638,
    ]
    private static let clustered = [
        0.294746176174595, 0.13404515395412, 0.152813290428936, 0.104205665218594, 0.505138532423281,
    ]

    @Test(
        "A binomial model agrees with R's glm, with the model's, quasi-binomial and clustered errors",
        arguments: [
            ("", errors, Double.infinity), ("dispersion: estimated\n", quasi, 11),
            ("standard_errors: {cluster: school}\n", clustered, 3),
        ])
    func agreesWithGlm(keys: String, errors: [Double], df: Double) throws {
        let model = try Self.fit(Self.counts + keys, data: Self.exams)
        for (position, value) in Self.coefficients.enumerated() {
            let own = model.fit.coefficients.estimate(at: position)
            #expect(Self.isClose(own.value, value))
            // R's errors are those of its last but one step.
            #expect(Self.isClose(own.standardError, errors[position], 1e-8))
            #expect(own.degreesOfFreedom == df)
        }
        #expect(Self.isClose(try #require(Self.diagnostic(model, "log_likelihood")?.value), -34.5135111947169))
    }

    @Test func ratesAreStandardisedToTheMixOfAllRows() throws {
        let model = try Self.fit(Self.counts, data: Self.exams)
        let golden = [
            ("2018", 75.6867065905264, 3.1130636336016), ("2019", 79.9475157288764, 2.94139887577755),
            ("2020", 90.7608049044645, 2.02112147191695), ("2021", 84.9303054096452, 2.53180286648578),
        ]
        for (year, rate, error) in golden {
            let own = try Self.level(model, "pass", year)
            #expect(Self.isClose(own.value, rate) && Self.isClose(own.standardError, error, 1e-8), "\(year): \(own)")
        }
        // The dispersion of R's quasi-binomial fit, 0.8886, is below 1: no warning.
        let ratio = try #require(Self.diagnostic(model, "overdispersion"))
        #expect(Self.isClose(try #require(ratio.value), 0.888637581666003, 1e-8) && !ratio.isWarning)
    }

    @Test func rowsThatVaryTooMuchAreAWarning() throws {
        let rows = Self.exams.replacing("20,30", with: "10,30").replacing("28,32", with: "16,32")
        let model = try Self.fit(Self.counts, data: rows)
        #expect(Self.diagnostic(model, "overdispersion")?.isWarning == true)
        let honest = try Self.fit(Self.counts + "standard_errors: {cluster: school}\n", data: rows)
        #expect(Self.diagnostic(honest, "overdispersion")?.isWarning == false)
    }

    @Test func individualsGiveTheSameAsTheirCounts() throws {
        let counts = "year,ses,passed,n\n2018,p,3,5\n2018,t,4,5\n2019,p,2,4\n2019,t,5,6\n"
        var individuals = "year,ses,passed\n"
        for (head, passed, n) in [("2018,p", 3, 5), ("2018,t", 4, 5), ("2019,p", 2, 4), ("2019,t", 5, 6)] {
            for pupil in 0..<n { individuals += "\(head),\(pupil < passed ? "yes" : "no")\n" }
        }
        let head =
            "data: {file: d.csv}\noutcome: pass\nyear: year\ngroup: ses\nformula: ~ year + ses\ndisclosure: none\n"
        let one = try Self.fit(head + "response: {events: passed, trials: n}\n", data: counts)
        let other = try Self.fit(head + "response: {column: passed, event: [\"yes\"]}\n", data: individuals)
        let (a, b) = (try #require(one.fit.estimates), try #require(other.fit.estimates))
        #expect(a.labels == b.labels && a.count == 6)
        #expect(zip(a.values, b.values).allSatisfy { Self.isClose($0, $1, 1e-12) })
        #expect(zip(a.covariance.elements, b.covariance.elements).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test func ratesOverSchoolsAreIntegratedOverTheirEffects() throws {
        var rows = "school,year,passed,n\n"
        for (school, passed) in [4, 9, 14, 18, 7, 12, 16, 19].enumerated() {
            rows += "s\(school),2018,\(passed),20\ns\(school),2019,\(min(20, passed + 1)),21\n"
        }
        let yaml =
            "data: {file: d.csv}\noutcome: pass\nyear: year\nresponse: {events: passed, trials: n}\nformula: ~ year + (1 | school)\n"
        let model = try Self.fit(yaml, data: rows)
        let beta = model.fit.coefficients.values
        let sd = try #require(model.fit.varianceComponents.first?.standardDeviation)
        // By the trapezium rule on a fine grid: exact to rounding for a smooth integrand that vanishes at both ends.
        func mean(_ eta: Double) -> Double {
            (-4_000...4_000).reduce(0) { sum, k in
                let z = Double(k) / 400
                return sum + Double.exp(-z * z / 2) / (2 * Double.pi).squareRoot() / 400
                    / (1 + Double.exp(-eta - sd * z))
            }
        }
        #expect(Self.isClose(try Self.level(model, "pass", "2018").value, 100 * mean(beta[0]), 1e-9))
        #expect(Self.isClose(try Self.level(model, "pass", "2019").value, 100 * mean(beta[0] + beta[1]), 1e-9))
        let typical = try Self.fit(yaml + "schools: typical\n", data: rows)
        #expect(Self.isClose(try Self.level(typical, "pass", "2018").value, 100 / (1 + Double.exp(-beta[0])), 1e-9))
        #expect(sd > 0.5)
    }

    @Test func eachRowMayHaveAnEffectOfItsOwn() throws {
        let model = try Self.fit(
            Self.counts.replacing("~ year + share", with: "~ year + (1 | school:year)"), data: Self.exams)
        #expect(model.fit.varianceComponents.map(\.group) == ["year:school"])
    }

    // MARK: Published figures

    private static let published = """
        outcome: retention
        better: lower
        margin: 0.25
        baseline: {cohorts: [2016/17, 2017/18, 2018/19], kind: mean}
        source: report
        rates:
          - {year: 2016/17, percent: 5.4, n: 940000, rounded_to: 0.01}
          - {year: 2017/18, percent: 5.71, n: 940000, rounded_to: 0.01}
          - {year: 2018/19, percent: 5.91, n: 940000, rounded_to: 0.01}
          - {year: 2019/20, percent: 3.29, n: 940000, rounded_to: 0.01}
          - {year: 2020/21, percent: 5.97, n: 940000, rounded_to: 0.01}

        """

    @Test func publishedFiguresComeBackWithBinomialAndRoundingErrors() throws {
        let model = try Self.fit(Self.published)
        for (year, percent) in [("2016/17", 5.4), ("2018/19", 5.91), ("2019/20", 3.29)] {
            let own = try Self.level(model, "retention", year)
            #expect(Self.isClose(own.value, percent, 1e-12))
            let variance = percent * (100 - percent) / 940_000 + 0.01 * 0.01 / 12
            #expect(Self.isClose(own.standardError, variance.squareRoot(), 1e-9))
        }
    }

    // MARK: States

    private static let placements = """
        year,placement,n
        2018/19,below,20
        2018/19,equal,60
        2018/19,above,20
        2019/20,below,30
        2019/20,equal,50
        2019/20,above,20

        """

    @Test func aSaturatedMultinomialGivesTheSharesBack() throws {
        let model = try Self.fit(
            "data: {file: d.csv}\noutcome: placement\nyear: year\nresponse: {states: placement, reference: equal, count: n}\n",
            data: Self.placements)
        #expect(model.fit.coefficients.labels.contains("below:year2019/20"))
        let names = try #require(model.fit.estimates).labels.map(\.outcome)
        #expect(Set(names) == ["placement.above", "placement.below", "placement.equal"])
        // sqrt(p (1 - p) / n), and covariances of minus p q / n between states of a year.
        for (year, below) in [("2018/19", 20.0), ("2019/20", 30)] {
            let own = try Self.level(model, "placement.below", year)
            #expect(Self.isClose(own.value, below, 1e-7))
            #expect(Self.isClose(own.standardError, (below * (100 - below) / 100).squareRoot(), 1e-6))
        }
        let estimates = try #require(model.fit.estimates)
        let cells = ["placement.above", "placement.below"].map {
            Cell(quantity: .level, outcome: $0, cohort: "2019/20")
        }
        let places = try cells.map { try #require(estimates.position(of: $0)) }
        #expect(Self.isClose(estimates.covariance[places[0], places[1]], -20 * 30 / 100, 1e-6))
    }

    @Test func orderedSharesAgreeWithPolr() throws {
        // R 4.2.2, MASS 7.3 polr and predict.polr.
        let model = try Self.fit(
            "data: {file: d.csv}\noutcome: placement\nyear: year\n"
                + "response: {ordered: [below, equal, above], column: placement, count: n}\n",
            data: Self.placements)
        let shares = [
            ("below", "2018/19", 22.2954008675109), ("below", "2019/20", 27.8692511520103),
            ("equal", "2018/19", 55.4091980694857), ("above", "2019/20", 17.5648585229933),
        ]
        for (state, year, share) in shares {
            // polr stops at the seventh digit.
            #expect(
                Self.isClose(try Self.level(model, "placement." + state, year).value, share, 1e-6), "\(state) \(year)")
        }
    }

    @Test func sharesOfStatesAddUpToAllWithAndWithoutSchoolEffects() throws {
        var rows = "school,year,placement,n\n"
        for (school, counts) in [(5, 20, 9), (9, 18, 3), (3, 15, 12), (7, 22, 8), (2, 25, 10), (11, 14, 4)].enumerated()
        {
            for (year, more) in [("2018", 0), ("2019", 3)] {
                rows += "s\(school),\(year),below,\(counts.0 + more)\ns\(school),\(year),equal,\(counts.1)\n"
                rows += "s\(school),\(year),above,\(counts.2)\n"
            }
        }
        for term in ["", " + (1 | school)"] {
            let model = try Self.fit(
                "data: {file: d.csv}\noutcome: placement\nyear: year\nformula: ~ year\(term)\n"
                    + "response: {states: placement, reference: equal, count: n}\n", data: rows)
            let estimates = try #require(model.fit.estimates)
            for year in ["2018", "2019"] {
                let weights = estimates.labels.map { $0.cohort == year ? 1.0 : 0 }
                let sum = estimates.functional(weights)
                #expect(Self.isClose(sum.value, 100, 1e-10) && sum.standardError < 1e-5, "\(term): \(sum)")
            }
            #expect(model.fit.varianceComponents.isEmpty == term.isEmpty)
            // More pupils below in 2019.
            let move =
                try Self.level(model, "placement.below", "2019").value
                - Self.level(model, "placement.below", "2018").value
            #expect(move > 3)
        }
    }

    // MARK: Policy

    private static let policy = """
        policy:
          years: {2019/20: {what: lenient rules, source: letter}}
          against: [mean, trend, mean_with_scatter]
          skill:
            - name: declared
              log_odds_per_sd: {estimate: -0.75, std_error: 0.3, source: a}
              deviation: {2019/20: {estimate: -0.15, std_error: 0.05, source: b}}
            - {name: next, from_years: [2020/21]}

        """

    private static func logit(_ percent: Double) -> Double { Double.log(percent / (100 - percent)) }

    private static func finding(
        _ model: FittedModel, _ kind: Counterfactual.Kind, _ name: String, _ year: String = "2019/20"
    ) throws -> PolicyFinding {
        try #require(
            model.transitions?.policy.first {
                $0.against == kind && $0.identification == name && $0.cell.cohort == year
            })
    }

    @Test func policyIsTheDeviationLessTheDeclaredSkill() throws {
        let model = try Self.fit(Self.published + Self.policy)
        let row = try Self.finding(model, .mean, "declared")
        let before = [5.4, 5.71, 5.91].map(Self.logit)
        let expected = before.reduce(0, +) / 3
        let deviation = Self.logit(3.29) - expected
        #expect(Self.isClose(row.deviation.logOdds.value, deviation))
        let skill = try #require(row.skill), policy = try #require(row.policy)
        #expect(Self.isClose(skill.logOdds.value, 0.1125) && skill.points.value > 0)
        // Products of independent numbers: 0.75^2 0.05^2 + 0.15^2 0.3^2.
        let declared = 0.75 * 0.75 * 0.0025 + 0.0225 * 0.09
        #expect(Self.isClose(skill.logOdds.standardError, declared.squareRoot()))
        #expect(Self.isClose(policy.logOdds.value, deviation - 0.1125))
        // Variance of a logit: that of the percentage over (100 p (1 - p))^2.
        func variance(_ p: Double) -> Double {
            let slope = 100 / (p * (100 - p))
            return slope * slope * (p * (100 - p) / 940_000 + 0.0001 / 12)
        }
        let sampling = variance(3.29) + [5.4, 5.71, 5.91].map(variance).reduce(0, +) / 9
        #expect(Self.isClose(policy.logOdds.standardError, (sampling + declared).squareRoot(), 1e-8))
        let without = 100 / (1 + Double.exp(-expected - 0.1125))
        #expect(Self.isClose(policy.points.value, 3.29 - without))
        #expect(Self.isClose(policy.points.value + skill.points.value, row.deviation.points.value))
        // The dip is policy, not skill.
        #expect(try #require(row.pointsInterval).upperBound < 0)
        #expect(
            row.assumption.hasPrefix(
                "2019/20 differs from what the baseline leads to expect (the mean of 2016/17 to 2018/19"))
        #expect(row.notIdentified.hasPrefix("Without this assumption only the sum of policy and skill is known"))
    }

    @Test func anotherYearIdentifiesSkill() throws {
        let model = try Self.fit(Self.published + Self.policy)
        let row = try Self.finding(model, .mean, "next")
        // With the mean as reference it cancels: the policy is one year less the other.
        #expect(Self.isClose(try #require(row.policy).logOdds.value, Self.logit(3.29) - Self.logit(5.97)))
        let trend = try Self.finding(model, .trend, "next")
        let line = { (weights: [Double]) in
            zip(weights, [5.4, 5.71, 5.91].map(Self.logit)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        // The least-squares line through three years, one and two years on.
        let one = line([-2.0 / 3, 1.0 / 3, 4.0 / 3]), two = line([-7.0 / 6, 1.0 / 3, 11.0 / 6])
        #expect(
            Self.isClose(try #require(trend.policy).logOdds.value, Self.logit(3.29) - one - (Self.logit(5.97) - two)))
        let reference = try Self.finding(model, .mean, "next", "2020/21")
        #expect(reference.policy == nil && reference.policyYear == nil)
        #expect(Self.isClose(try #require(reference.skill).logOdds.value, reference.deviation.logOdds.value))
    }

    @Test func scatterOfTheBaselineYearsIsCarriedAlong() throws {
        let model = try Self.fit(Self.published + Self.policy)
        let row = try Self.finding(model, .meanWithScatter, "declared")
        let plain = try Self.finding(model, .mean, "declared")
        #expect(row.deviation.logOdds.value == plain.deviation.logOdds.value)
        // Three years: 2 degrees of freedom. Their sampling errors are small, so the scatter is close to their variance.
        #expect(row.deviation.logOdds.degreesOfFreedom == 2)
        let logits = [5.4, 5.71, 5.91].map(Self.logit)
        let mean = logits.reduce(0, +) / 3
        let variance = logits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2
        #expect(Self.isClose(row.deviation.logOdds.standardError, (variance * 4 / 3).squareRoot(), 0.01))
    }

    @Test func aRateOfAllOrNoneHasNoLogOdds() throws {
        let estimates = Estimates(
            labels: ["2018", "2019", "2020"].map { Cell(quantity: .level, outcome: "o", cohort: $0) },
            values: [50, 60, 100],
            covariance: .identity(3))
        #expect(throws: ModelError.transitions(.noLogOdds(cell: "o:2020"))) {
            try LogOddsSeries(estimates, cells: estimates.labels, baseline: ["2018", "2019"], kind: .mean)
        }
    }

    // MARK: Publication

    @Test func smallGroupsAreSuppressedWithinTheirOutcome() throws {
        let rows =
            "year,ses,track,passed,n\n"
            + ["havo", "vwo"].flatMap { track in
                ["2018", "2019"].flatMap { year in
                    ["p", "t", "u"].map { ses in
                        let n = track == "havo" && year == "2019" && ses == "p" ? 6 : 40
                        return "\(year),\(ses),\(track),\(n / 2),\(n)\n"
                    }
                }
            }.joined()
        let model = try Self.fit(
            "data: {file: d.csv}\noutcome: pass\nyear: year\ngroup: ses\nper: track\n"
                + "response: {events: passed, trials: n}\ngroups: {low: p, high: t}\n", data: rows)
        let hidden = model.suppressed.map(\.cell)
        let groups = hidden.filter { !$0.group.isEmpty }
        #expect(groups.count == 2 && groups.allSatisfy { $0.outcome == "pass.havo" && $0.cohort == "2019" })
        // The rates of all, with weights that years share, would tell the hidden group's.
        #expect(Set(hidden).subtracting(groups).map(\.cohort).sorted() == ["2018", "2019"])
        #expect(hidden.allSatisfy { $0.outcome == "pass.havo" })
        #expect(model.fit.coefficients.count == 0)
        // The number of all less the published ones would be that of the hidden.
        #expect(
            Self.diagnostic(model, "trials")?.value == nil && Self.diagnostic(model, "overdispersion")?.value == nil)
        #expect(Self.diagnostic(model, "trials")?.note == "withheld: cells are suppressed")
    }

    @Test("A figure given twice, states without a direction and pupils as a group are refused")
    func refusals() throws {
        func message(_ yaml: String, data: String = "year,pupil,passed\n") throws -> String {
            let folder = try TemporaryFolder()
            _ = try folder.write(data, to: "d.csv")
            let path = try folder.write("kind: transitions\n" + yaml, to: "m.yaml")
            let error = #expect(throws: (any Error).self) { try ModelFile(path: path).fit() }
            return "\(try #require(error))".replacing(folder.path + "/", with: "")
        }
        #expect(
            try message(
                "outcome: o\nsource: s\nrates: [{year: 2019, percent: 5, n: 100}, {year: 2020, percent: 6, n: 100}, "
                    + "{year: 2019, percent: 5, n: 100}]\n"
            ).hasSuffix("'2019' is given twice. Give each figure once."))
        #expect(
            try message(
                "data: {file: d.csv}\noutcome: o\nyear: year\nbaseline: {cohorts: [2018]}\n"
                    + "response: {states: passed, reference: a}\n"
            ).contains("more of one state is less of another: say which way each gets better"))
        let pupils = (0..<2400).map { "\(2018 + $0 % 2),p\($0 / 2),\($0 * 7 / 3 % 2)\n" }.joined()
        #expect(
            try message(
                "data: {file: d.csv}\noutcome: o\nyear: year\ngroup: pupil\nresponse: {column: passed, event: ['1']}\n"
                    + "formula: '~ year + pupil'\n", data: "year,pupil,passed\n" + pupils
            ).hasPrefix("m.yaml: the formula has 1201 fixed effects; expected at most 1000."))
    }

    @Test("Odd answers and groups without a gap are told") func remarks() throws {
        let rows = (0..<120).map { "\(2018 + $0 % 2),\($0 % 3 == 0 ? "low" : "high"),\([1, 0, 0, 1, 999][$0 % 5])\n" }
        let model = try Self.fit(
            "data: {file: d.csv}\noutcome: o\nyear: year\ngroup: ses\nresponse: {column: passed, event: ['1']}\n",
            data: "year,ses,passed\n" + rows.joined())
        #expect(
            Self.diagnostic(model, "answers_of_no_event")?.note
                == "all count as if it did not happen: 0, 999. Declare codes that mean no answer under data, missing")
        #expect(
            Self.diagnostic(model, "no_gap")?.note
                == "no equity gap: the groups are not practical and theoretical. Name two of them: 'groups: {low: ..., high: ...}'"
        )
    }
}

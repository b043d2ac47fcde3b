import TestSupport
import Testing

@testable import Models

/// Every mistake that a user can make in rates of school careers, word by word.
@Suite struct TransitionMistakeTests {
    private static let rows = "outcome: pass\nyear: year\n"
    private static let counts = rows + "data: {file: d.csv}\nresponse: {events: passed, trials: n}\n"
    private static let individuals = rows + "data: {file: d.csv}\nresponse: {column: passed, event: [\"1\"]}\n"
    private static let states =
        rows + "data: {file: d.csv}\nresponse: {states: next, reference: promoted, count: n}\n"
    private static let ordered =
        rows + "data: {file: d.csv}\nresponse: {ordered: [below, equal, above], column: next}\n"
    private static let published = "outcome: retained\n"
    private static let baseline = "baseline: {cohorts: ['2018', '2019'], kind: mean}\n"
    private static let policy = "policy:\n  years: {2020: {what: no exam, source: letter}}\n"

    static let files: [(String, String)] = [
        (
            "",
            "m.yaml:1:1: missing key 'outcome' in transitions model.\nm.yaml:1:1: missing key 'year' in transitions model."
        ),
        (
            rows,
            "m.yaml:1:1: missing key 'response' in transitions model.\nm.yaml:1:1: missing key 'data' in transitions model."
        ),
        (
            counts + "fromula: ~ year\n",
            "m.yaml:6:1: unknown key 'fromula' in transitions model; did you mean 'formula'?"
        ),
        (
            counts + "rates: [{percent: 1, n: 10}]\n",
            "m.yaml:4:7: 'data' does not go with 'rates', published figures in the model file. Leave one of them out."
        ),
        (
            rows + "data: {file: d.csv}\nresponse: {column: passed}\n",
            "m.yaml:5:11: give one of: 'column' with 'event' (individuals), 'events' with 'trials' (counts), 'states', or 'ordered' with 'column'."
        ),
        (
            rows + "data: {file: d.csv}\nresponse: {events: passed, trials: passed}\n",
            "m.yaml:5:11: 'events' and 'trials' name the same column 'passed'. Give each its own."
        ),
        (
            rows + "data: {file: d.csv}\nresponse: {events: passed, trials: n, event: x}\n",
            "m.yaml:5:11: give one of: 'column' with 'event' (individuals), 'events' with 'trials' (counts), 'states', or 'ordered' with 'column'."
        ),
        (
            rows + "data: {file: d.csv}\nresponse: {events: passed, trials: n, reference: x}\n",
            "m.yaml:5:39: 'reference' does not go with 'events' in a response. Remove it."
        ),
        (
            counts + "formula: year\n",
            "m.yaml:6:10: expected '~' and the effects, as in '~ year * group + (1 | school)': the response stands under 'response'."
        ),
        (
            counts + "formula: ~ yaer\n",
            "m.yaml:6:10: 'year' is not among the fixed effects of the formula. Did you mean 'yaer'?"
        ),
        (
            counts + "formula: ~ year + (1 + year | school)\n",
            "m.yaml:6:10: the random effects of 'school' are slopes; rates have random intercepts only. Use '(1 | school)', and '(1 | school:x)' for what differs by x within it."
        ),
        (
            counts + "formula: ~ year + (1 | school) + (1 | track) + (1 | school)\n",
            "m.yaml:6:10: the random intercept '(1 | school)' stands in the formula twice, as itself or within '/'. Remove one: the data cannot tell their variances apart."
        ),
        (
            counts + "formula: ~ year + (1 | school/track) + (1 | track:school)\n",
            "m.yaml:6:10: the random intercept '(1 | school:track)' stands in the formula twice, as itself or within '/'. Remove one: the data cannot tell their variances apart."
        ),
        (
            counts + "formula: ~ year + offset(x)\n",
            "m.yaml:6:10: a formula of rates has no offset. Remove 'offset(...)'."
        ),
        (
            counts + "formula: ~ year +\n",
            "m.yaml:6:10: in the formula, at character 9: found the end of the formula; expected a column's name.\n    ~ year +\n            ^"
        ),
        (
            counts + "group: year\n",
            "m.yaml:1:1: 'year', 'group' and 'per' name the same column twice. Give each its own."
        ),
        (
            counts + "schools: all\n",
            "m.yaml:6:10: found 'all'; expected 'population' or 'typical'."
        ),
        (
            counts + "standard_errors: {clustr: school}\n",
            "m.yaml:6:18: missing key 'cluster' in standard_errors.\nm.yaml:6:19: unknown key 'clustr' in standard_errors; did you mean 'cluster'?"
        ),
        (
            counts + "formula: ~ year + (1 | school)\ndispersion: estimated\n",
            "m.yaml:7:13: 'dispersion' is for fits without random effects; here give rows a random effect of their own, such as '(1 | school:year)'. Remove one of them."
        ),
        (
            counts + "standard_errors: {cluster: s}\ndispersion: estimated\n",
            "m.yaml:7:13: errors clustered by rows that hang together hold with any dispersion. Remove 'dispersion' or 'standard_errors'."
        ),
        (
            published + "rates: [{year: 2018, percent: 140, n: 10, source: s}]\n",
            "m.yaml:3:31: found 140; expected a number from 0 to 100."
        ),
        (
            published + "rates: [{year: 2018, count: 12, n: 10, source: s}]\n",
            "m.yaml:3:29: found a count of 12 out of n = 10; a count is at most its base."
        ),
        (
            published + "rates: [{year: 2018, count: 1, percent: 4, n: 10, source: s}]\n",
            "m.yaml:3:9: give either 'percent' or 'count', with its base 'n'."
        ),
        (
            published + "rates: [{year: 2018, count: 1, n: 10}]\n",
            "m.yaml:3:9: missing key 'source' in rate."
        ),
        (
            published + "rates: [{count: 1, n: 10, source: s}]\n",
            "m.yaml:3:9: missing key 'year' in rate."
        ),
        (
            published + "rates: []\n",
            "m.yaml:3:8: found a list of 0; expected at least 1."
        ),
        (
            published + "rates: [{year: 2018, count: 1.5, n: 10, source: s}]\n",
            "m.yaml:3:29: found '1.5'; expected a whole number."
        ),
        (
            counts + "policy:\n  years: {2020: {what: no exam, source: letter}}\n",
            "m.yaml:7:3: policy years are set against a baseline. Add 'baseline: {cohorts: [...], kind: mean}'."
        ),
        (
            counts + baseline + "policy: {years: {}}\n",
            "m.yaml:7:17: no policy year is named. Add one, or remove 'policy'."
        ),
        (
            counts + baseline + "policy:\n  years: {2020: {what: no exam}}\n",
            "m.yaml:8:17: missing key 'source' in policy year '2020'."
        ),
        (
            counts + baseline + policy + "  against: [trendd]\n",
            "m.yaml:9:13: found 'trendd'; expected 'mean', 'mean_with_scatter', 'trend' or 'trend_with_scatter'. Did you mean 'trend'?"
        ),
        (
            counts + baseline + policy + "  skill: {name: x}\n",
            "m.yaml:9:10: give either 'log_odds_per_sd' with 'deviation' (a declared effect of skill), or 'from_years' (crisis years under the old rules)."
        ),
        (
            counts + baseline + policy
                + "  skill: {log_odds_per_sd: {estimate: 1, std_error: 0.2}, deviation: {2020: {estimate: -0.1, std_error: 0.1, source: s}}}\n",
            "m.yaml:9:28: missing key 'source' in log_odds_per_sd."
        ),
        (
            counts + baseline + policy
                + "  skill: {log_odds_per_sd: {estimate: 1, std_error: 0.2, source: s}, deviation: {2021: {estimate: -0.1, std_error: 0.1, source: s}}}\n",
            "m.yaml:9:81: no deviation of skill is declared for the policy year '2020'. Add it, with its source."
        ),
        (
            counts + baseline + policy + "  skill: {from_years: [2020]}\n",
            "m.yaml:9:23: '2020' is a policy year: its deviation is not that of skill alone. Name years under the old rules."
        ),
        (
            counts + baseline + policy
                + "  skill: {log_odds_per_sd: {estimate: 800, std_error: 0.2, source: s}, deviation: {2020: {estimate: -0.1, std_error: 0.1, source: s}}}\n",
            "m.yaml:9:39: found 800; expected a number from -50 to 50."
        ),
        (
            counts + baseline + policy
                + "  skill: {log_odds_per_sd: {estimate: 1, std_error: 1e300, source: s}, deviation: {2020: {estimate: -0.1, std_error: 0.1, source: s}}}\n",
            "m.yaml:9:53: found 1e300; expected a number from 0 to 50."
        ),
        (
            counts + baseline + policy
                + "  skill: {log_odds_per_sd: {estimate: -20, std_error: 1, source: s}, deviation: {2020: {estimate: 3, std_error: 0.1, source: s}}}\n",
            "m.yaml:9:81: skill would move the log-odds of '2020' by -60; expected at most 50 either way. Correct the deviation, or 'log_odds_per_sd'."
        ),
        (
            published + "group: ses\nrates: [{year: 2018, ses: '', count: 1, n: 10, source: s}]\n",
            "m.yaml:4:27: found an empty name; expected that of a 'ses'."
        ),
        (
            states + "formula: ~ year + (1 | school) + (1 | school:track)\n",
            "m.yaml:6:10: states have a single random intercept, such as '(1 | school)'; found 2. Remove the others."
        ),
        (
            states + "dispersion: estimated\n",
            "m.yaml:6:13: 'dispersion' is for events. Remove it."
        ),
        (
            counts + "margin: {pas: 1}\n",
            "m.yaml:6:10: found 'pas'; expected 'pass'. Did you mean 'pass'?"
        ),
    ]

    @Test("A mistake in the model file is named with its place", arguments: files)
    func modelFile(yaml: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("kind: transitions\n" + yaml, to: "m.yaml")
        let error = #expect(throws: (any Error).self) { try ModelFile(path: path) }
        #expect("\(try #require(error))".replacing(folder.path + "/", with: "") == message)
    }

    private static let table =
        "year,group,passed,n\n2018,a,40,50\n2019,a,42,50\n2020,a,45,50\n2018,b,30,50\n2019,b,35,50\n2020,b,44,50\n"

    /// Levels 'bc' of 'a' and 'c' of 'ab', whose columns would both be named 'abc'.
    private static func namesakes(_ column: String, _ values: [Any]) -> String {
        "year,a,ab,school,\(column),n\n"
            + values.enumerated().map {
                "\(2018 + $0 / 4),\($0 & 2 == 0 ? "aa" : "bc"),\($0 & 1 == 0 ? "a" : "c"),s\($0 % 3),\($1),\(10 + $0)\n"
            }.joined()
    }

    /// All combinations of values, each with a count of its own.
    private static func grid(_ columns: [String]...) -> String {
        let rows = columns.reduce([""]) { rows, values in rows.flatMap { row in values.map { row + $0 + "," } } }
        return rows.enumerated().map { "\($1)\(20 + $0 * 7 % 11)\n" }.joined()
    }

    static let data: [(yaml: String, data: String, message: String)] = [
        (
            counts,
            "year,group,pased,n\n2018,a,40,50\n2019,a,42,50\n2020,a,45,50\n2018,b,30,50\n2019,b,35,50\n2020,b,44,50\n",
            "d.csv:1: unknown column 'passed'. Did you mean 'pased'?"
        ),
        (
            counts,
            "year,group,passed,n\n",
            "m.yaml: the data have no rows."
        ),
        (
            counts,
            "year,group,passed,n\n2018,a,40,50\n2019,a,52,50\n2020,a,45,50\n2018,b,30,50\n2019,b,35,50\n2020,b,44,50\n",
            "m.yaml: d.csv:3: 52 events out of 50 trials; events are at most the trials. Check whether the columns are swapped."
        ),
        (
            counts,
            "year,group,passed,n\n2018,a,40,50\n2019,a,-2,50\n2020,a,45,50\n2018,b,30,50\n2019,b,35,50\n2020,b,44,50\n",
            "m.yaml: d.csv:3: column 'passed' is -2; expected a whole number from 0 to 1000000000000."
        ),
        (
            counts,
            "year,group,passed,n\n2018,a,40,50\n2019,a,4.5,50\n2020,a,45,50\n2018,b,30,50\n2019,b,35,50\n2020,b,44,50\n",
            "m.yaml: d.csv:3: column 'passed' is 4.5; expected a whole number from 0 to 1000000000000."
        ),
        (
            counts,
            "year,group,passed,n\n2018,a,40,50\n2019,a,many,50\n2020,a,45,50\n2018,b,30,50\n2019,b,35,50\n2020,b,44,50\n",
            "d.csv:3: column 'passed' has 'many'; expected a number. Correct it, or declare it as missing."
        ),
        (
            counts,
            "year,group,passed,n\n2020,a,40,50\n2020,a,42,50\n2020,a,45,50\n2020,b,30,50\n2020,b,35,50\n2020,b,44,50\n",
            "m.yaml: the year 'year' has one level only ('2020') in the rows used: nothing can be compared. Check the subset, or add rows of other levels."
        ),
        (
            counts + "group: group\n",
            "year,group,passed,n\n2018,a,40,50\n2019,a,42,50\n2020,a,45,50\n2018,a,30,50\n2019,a,35,50\n2020,a,44,50\n",
            "m.yaml: the group 'group' has one level only ('a') in the rows used: nothing can be compared. Check the subset, or add rows of other levels."
        ),
        (
            counts,
            "year,passed,n\n2018,NA,50\n2019,NA,50\n",
            "m.yaml: no row of 2 has a value in every column of the formula. Check the columns and the missing codes."
        ),
        (
            counts,
            "year,passed,n\n2018,0,50\n2019,0,50\n",
            "m.yaml: 'pass' never happens in 2 rows: there is nothing to explain. Check the response, or the subset."
        ),
        (
            counts,
            "year,passed,n\n2018,50,50\n2019,50,50\n",
            "m.yaml: 'pass' happens in all 2 rows: there is nothing to explain. Check the response, or the subset."
        ),
        (
            counts,
            "year,passed,n\n2018,50,50\n2019,45,50\n",
            "m.yaml: the outcomes are separated: the coefficients of 'year2019' grow without end, because some combination of them predicts outcomes perfectly. Merge factor levels, or drop a term."
        ),
        (
            individuals,
            "year,passed\n2018,yes\n2019,no\n",
            "m.yaml: no row has '1' in column 'passed', which 'event' names. Its values are: no, yes."
        ),
        (
            individuals,
            "year,passed\n2018,1\n2019,0\n2018,1\n2019,0\n",
            "m.yaml: the outcomes are separated: the coefficients of 'year2019' grow without end, because some combination of them predicts outcomes perfectly. Merge factor levels, or drop a term."
        ),
        (
            individuals + "subset: year == \"2018\"\n",
            "year,passed\n2018,1\n2018,0\n2019,0\n",
            "m.yaml: the year 'year' has one level only ('2018') in the rows used: nothing can be compared. Check the subset, or add rows of other levels."
        ),
        (
            states,
            "year,next,n\n2018,up,5\n2018,down,4\n2019,up,4\n2019,down,5\n",
            "m.yaml: the reference 'promoted' is no state of column 'next'. Its states are: down, up."
        ),
        (
            rows + "data: {file: d.csv}\nresponse: {states: next, reference: up, count: n}\n",
            "year,next,n\n2018,up,5\n2019,up,4\n",
            "m.yaml: column 'next' has the single state 'up': there is nothing to explain."
        ),
        (
            rows + "data: {file: d.csv}\nresponse: {states: next, reference: up, count: n}\n",
            "year,next,n\n2018,up,5\n2018,down,0\n2019,up,4\n2019,down,3\n",
            "m.yaml: the coefficient 'down:year2019' grows without end: some combination of covariates never, or always, leads to the state. Merge categories or states, or leave the term out."
        ),
        (
            ordered,
            "year,next\n2018,below\n2018,higher\n2019,equal\n2019,above\n",
            "m.yaml: column 'next' has the state 'higher', which is not in the declared order below, equal, above. Add it, or leave its rows out by 'subset'."
        ),
        (
            ordered,
            "year,next\n2018,below\n2018,above\n2019,above\n2019,above\n",
            "m.yaml: no row of column 'next' has the state 'equal'. Leave it out of the order, or check its spelling."
        ),
        (
            counts + "standard_errors: {cluster: group}\n",
            "year,group,passed,n\n2018,a,40,50\n2019,a,42,50\n2020,a,45,50\n2018,a,30,50\n2019,a,35,50\n2020,a,44,50\n",
            "m.yaml: standard errors clustered by 'group' need at least 2 clusters; found 1. Cluster by another column."
        ),
        (
            counts + "formula: ~ year\ndispersion: estimated\n",
            "year,passed,n\n2018,40,50\n2019,45,50\n",
            "m.yaml: 2 rows for 2 effects leave nothing to estimate the dispersion from. Use 'dispersion: none', or fewer effects."
        ),
        (
            counts + baseline + "policy:\n  years: {2021: {what: no exam, source: letter}}\n",
            table,
            "m.yaml: the policy year '2021' is not among the years with an estimate: 2018, 2019, 2020."
        ),
        (
            counts + baseline + "policy:\n  years: {2019: {what: no exam, source: letter}}\n",
            table,
            "m.yaml: the policy year '2019' is not after the baseline, which ends in '2019'. Take it out of the baseline, or out of the policy."
        ),
        (
            counts + baseline + policy + "  skill: {from_years: [2021]}\n",
            table,
            "m.yaml: the year of 'from_years' '2021' is not among the years with an estimate: 2018, 2019, 2020."
        ),
        (
            counts + baseline + policy + "  against: trend\n",
            table,
            "m.yaml: the series has 2 years for 2 coefficients; this needs at least 3 years. Use more years, or drop 'trend' from the policy's 'against'."
        ),
        (
            counts + "margin: {pas: 1}\nper: group\n",
            table,
            "m.yaml: 'margin' names the outcome 'pas', which the model does not have. Its outcomes are: pass.a, pass.b."
        ),
        (
            counts + "group: group\ngroups: {low: a, high: c}\n",
            table,
            "m.yaml: 'c' is not a level of factor 'groups'. Did you mean 'a'?"
        ),
        (
            counts + "formula: ~ year + (1 | year)\n",
            table,
            "m.yaml: the 6 complete rows have 3 different combinations of effects and groups, no more than the 3 fixed effects: nothing is left to tell random effects by. Use fewer effects, or group by another column."
        ),
        (
            counts + "formula: ~ year + a + ab\n",
            namesakes("passed", [5, 6, 7, 5, 6, 8, 7, 6]),
            "m.yaml: two fixed effects would both be named 'abc': a factor with the end of that name as a level, and a column of that name. Rename one of the columns."
        ),
        (
            counts + "formula: ~ year + a + ab + (1 | school)\n",
            namesakes("passed", [5, 6, 7, 5, 6, 8, 7, 6]),
            "m.yaml: two fixed effects would both be named 'abc': a factor with the end of that name as a level, and a column of that name. Rename one of the columns."
        ),
        (
            states + "formula: ~ year + a + ab\n",
            namesakes("next", ["up", "promoted", "up", "up", "promoted", "up", "promoted", "up"]),
            "m.yaml: two fixed effects would both be named 'abc': a factor with the end of that name as a level, and a column of that name. Rename one of the columns."
        ),
        (
            states + "per: track\n",
            "year,track,next,n\n" + grid(["2018", "2019"], ["x.a", "x"], ["a.up", "up", "promoted"]),
            "m.yaml: the outcome 'pass.x.a.up' would be that of 'x' with the state 'a.up', and that of 'x.a' with the state 'up'. Rename a level of 'track' or a state."
        ),
        (
            states + "formula: ~ year + b * x\n",
            "year,b,x,next,n\n" + grid(["2018", "2019"], ["0", "1"], ["0", "1"], ["up", "up:b", "promoted"]),
            "m.yaml: two coefficients would both be named 'up:b:x', put together from states and columns. Rename a state or a column."
        ),
        (
            rows
                + "data: {file: d.csv}\nresponse: {ordered: [a, \"b|c\", \"a|b\", c], column: next, count: n}\n",
            "year,next,n\n" + grid(["2018", "2019"], ["a", "b|c", "a|b", "c"]),
            "m.yaml: two coefficients would both be named 'a|b|c', put together from states and columns. Rename a state or a column."
        ),
        (
            counts + "formula: ~ year + (1 | group)\n",
            "year,group,passed,n\n2018,a,40,50\n2019,a,42,50\n",
            "m.yaml: the random effects of 'group' are not identified: it has 1 factor level in 2 rows. Use another grouping factor, or drop the term."
        ),
        (
            rows + "data: {file: d.csv, columns: {year: {type: int}}}\nresponse: {events: passed, trials: n}\n",
            table,
            "m.yaml: the year 'year' is declared as a number; rates are by its levels. Leave its type out under data, columns, or say 'factor'."
        ),
    ]

    @Test("A mistake in the data is named with its place", arguments: data)
    func dataFile(yaml: String, data: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("kind: transitions\n" + yaml, to: "m.yaml")
        try folder.write(data, to: "d.csv")
        let file = try ModelFile(path: path)
        let error = #expect(throws: (any Error).self) { try file.fit() }
        #expect("\(try #require(error))".replacing(folder.path + "/", with: "") == message)
    }
}

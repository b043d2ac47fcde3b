import TestSupport
import Testing

@testable import Models

@Suite("Mistakes in flows of school careers") struct FlowMistakeTests {
    /// A change of a model file or of its data, and what is said of it.
    struct Mistake: Sendable, CustomStringConvertible {
        /// What is changed.
        enum Part {
            case published, counted, table
            var text: String {
                switch self {
                case .published: FlowPublishedTests.text
                case .counted: FlowModelTests.counted
                case .table: FlowModelTests.table
                }
            }
        }

        let part: Part
        let from, to, message: String
        var description: String { to }

        init(_ part: Part = .published, from: String, to: String, message: String) {
            (self.part, self.from, self.to, self.message) = (part, from, to, message)
        }
    }

    private static func message(_ text: String, csv: String? = nil) throws -> String {
        let folder = try TemporaryFolder()
        if let csv { try folder.write(csv, to: "flows.csv") }
        do {
            _ = try ModelFile(path: folder.write(text, to: "careers.yaml")).fit()
            return ""
        } catch {
            return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(
            from: "grades: 3", to: "grades: 0",
            message: "careers.yaml:6:33: found 0; expected a whole number from 1 to 20."),
        Mistake(
            from: "ends: [left]", to: "ends: [havo_1]",
            message: "careers.yaml:6:3: two states are named 'havo_1'. Give each track and end a name of its own."),
        Mistake(
            from: "retained: 10}", to: "retaind: 10}",
            message:
                "careers.yaml:11:45: found 'retaind'; expected 'down', 'onward', 'retained', 'up', 'havo_1', 'havo_2', "
                + "'havo_3', 'diploma_havo' or 'left'. Did you mean 'retained'?"),
        Mistake(
            from: "retained: 10}, n: 900", to: "retained: 10}",
            message:
                "careers.yaml:11:55: the share has no uncertainty: give its base 'n' or a 'std_error', in percentage points."
        ),
        Mistake(
            from: "retained: 10}", to: "retained: 99}",
            message: "careers.yaml:13:7: the shares of 'havo_1' in 2018/19 add up to 101%; expected 100% or less."),
        Mistake(
            from: "retained: 10}", to: "havo_3: 10}",
            message:
                "careers.yaml:11:7: nobody can go from 'havo_1' to 'havo_3' in a year: pupils repeat a grade, go to the "
                + "next grade, change track at the same or the next grade, pass from the last grade, or leave. Correct the states."
        ),
        Mistake(
            from: "retained: 10}", to: "up: 10}",
            message: "careers.yaml:11:7: nobody can go from 'havo_1' 'up'. Leave it out of 'from'."),
        Mistake(
            from: "years: [2019/20], from", to: "years: [2018/19], from",
            message: "careers.yaml:12:7: the share from 'havo_1' to 'havo_1' in 2018/19 is given twice. Remove one."),
        Mistake(
            from: "years: [2019/20], from: grades", to: "years: [2019/20], from: hvo",
            message:
                "careers.yaml:12:32: found 'hvo'; expected 'grades', 'before_last', 'havo', 'havo_1', 'havo_2', 'havo_3' or "
                + "'diploma_havo'. Did you mean 'havo'?"),
        Mistake(
            from: "years: [2018/19]", to: "years: [2018/19, 2018/19]",
            message: "careers.yaml:11:15: entry 2 of the list repeats an earlier one. Name each once."),
        Mistake(
            from: "{from: grades", to: "{groups: ['', girls], from: grades",
            message:
                "careers.yaml:13:16: found an empty name; expected the names of years or groups. Leave the key out where the "
                + "figure holds for all."),
        Mistake(
            from: "{from: grades", to: "{groups: [girls, girls], from: grades",
            message: "careers.yaml:13:16: entry 2 of the list repeats an earlier one. Name each once."),
        Mistake(
            from: "{havo: 1, assumption: all}", to: "{'': {havo: 1}, assumption: all}",
            message: "careers.yaml:8:11: found an empty name; expected a track, or a group."),
        Mistake(
            from: "design_effect: 4", to: "design_effect: 1e-320",
            message: "careers.yaml:12:82: found 1e-320; expected a number from 0.01 to 10000."),
        Mistake(
            .counted, from: "count: pupils", to: "count: pupils\n  design_effect: 1e-320",
            message: "careers.yaml:11:18: found 1e-320; expected a number from 0.01 to 10000."),
        Mistake(
            from: "{name: havo,", to: "{name: '',",
            message: "careers.yaml:6:3: a track or end has an empty name. Give each a name of its own."),
        Mistake(
            from: "{name: havo, grades: 3}]", to: "{name: havo, grades: 3}, {name: havo_1, grades: 1}]",
            message:
                "careers.yaml:6:3: 'havo_1' is the name of a track, and of a grade, diploma or end. Rename the track or the end."
        ),
        Mistake(
            from: "few}", to: "few, source: a}",
            message: "careers.yaml:13:89: a figure has a 'source' or is an 'assumption', not both."),
        Mistake(
            from: "start: {havo: 1, assumption: all}", to: "start: {havo: 0.5, assumption: all}",
            message:
                "careers.yaml:8:10: the shares of first placements add up to 0.5; expected 1. Add the missing track."),
        Mistake(
            from: "start: {havo: 1, assumption: all}", to: "start: {havo: 1}",
            message:
                "careers.yaml:8:10: give the shares' 'source', or say what is assumed under 'assumption'."),
        Mistake(
            from: "left, without_delay_diploma]", to: "left, pass_rate.vwo]",
            message: "careers.yaml:9:51: found 'pass_rate.vwo'"),
        Mistake(
            from: "indicators: [retention,", to: "indicators: [stock_retention,",
            message: "careers.yaml:9:16: 'stock_retention' is weighted by counted pupils"),
        Mistake(
            from: "better: lower", to: "sector: vo",
            message: "careers.yaml:1:1: say which way 'retention' gets better: 'better: {retention: lower}'."),
        Mistake(
            from: "margin: 1", to: "formula: ~ x",
            message: "careers.yaml:3:1: 'formula' does not go with 'flows'. Leave one of them out."),
        Mistake(
            from: "cohorts: [2018/19]", to: "cohorts: [2015/16]",
            message:
                "careers.yaml:2:11: the baseline's '2015/16' is no year of the flows. Its years are: 2018/19, 2019/20."),
        Mistake(
            .table, from: "havo_1,left", to: "havo_1,lefft",
            message:
                "careers.yaml: flows.csv:4: column 'after' has 'lefft', which is no grade, diploma or end of 'tracks' and "
                + "'ends'. Did you mean 'left'?"),
        Mistake(
            .table, from: "havo_2,havo_2", to: "havo_2,havo_1",
            message: "careers.yaml: flows.csv:6: nobody can go from 'havo_2' to 'havo_1' in a year"),
        Mistake(
            .table, from: "left,10", to: "left,-1",
            message: "careers.yaml: flows.csv:4: column 'pupils' is -1; expected a whole number, 0 or more."),
        Mistake(
            .table, from: "left,10", to: "left,1.5",
            message: "careers.yaml: flows.csv:4: column 'pupils' is 1.5; expected a whole number, 0 or more."),
        Mistake(
            .table, from: "2018/19,havo_2,diploma_havo,150\n2018/19,havo_2,havo_2,30", to: "",
            message:
                "careers.yaml: in 2018/19: pupils come to 'havo_2', but nobody was seen to go on from there. Add its "
                + "transitions, or pool years or groups."),
        Mistake(
            .table, from: "2018/19,havo_2,diploma_havo,150\n", to: "",
            message: "careers.yaml: in 2018/19: pupils come to 'havo_2', but nobody was seen to go on"),
    ]

    @Test("A mistake of a model file or its data is told with its place and what to do", arguments: mistakes)
    func isSaid(mistake: Mistake) throws {
        let text = mistake.part.text.replacingOccurrences(of: mistake.from, with: mistake.to)
        #expect(text != mistake.part.text)
        let found =
            switch mistake.part {
            case .published: try Self.message(text)
            case .counted: try Self.message(text, csv: FlowModelTests.table)
            case .table: try Self.message(FlowModelTests.counted, csv: text)
            }
        #expect(found.hasPrefix(mistake.message), "\(found)")
    }

    @Test("Years and groups whose names run into each other are refused") func names() throws {
        let rows = FlowModelTests.table.split(separator: "\n").dropFirst().map { $0.drop { $0 != "," } }
        let table = [("2018", "a:b"), ("2018:a", "b")].map { year, group in
            rows.map { "\(year),\(group)\($0)\n" }.joined()
        }
        let found = try Self.message(
            FlowModelTests.counted.replacingOccurrences(of: "year: year", with: "year: year\ngroup: ses"),
            csv: "year,ses,before,after,pupils\n" + table.joined())
        #expect(
            found
                == "careers.yaml: two of the years and groups would both be named 'retention:2018:a:b': a ':' stands in one of "
                + "their names. Rename it.")
    }
}

import LinearAlgebra
import Surveys
import Tables
import TestSupport
import Testing

/// R survey on the same data in the same test run.
@Suite(.enabled(if: Rscript.hasPackages(["survey"]) && hasSharedData))
struct TabulationPeerTests {
    struct Case: Sendable, CustomStringConvertible {
        let file, design, split: String
        var description: String { "\(file) \(design) by \(split)" }
    }

    static let cases = [
        Case(file: "apistrat", design: "strata", split: "stype"),
        Case(file: "apistrat", design: "strata", split: "all"),
        Case(file: "apiclus1", design: "clusters", split: "stype"),
        Case(file: "apiclus1", design: "clusters", split: "all"),
        Case(file: "apiclus1", design: "respondents", split: "stype"),
    ]

    @Test(arguments: cases) func agreesWithSvyby(peer: Case) throws {
        let path = sharedData("api/\(peer.file).csv")
        let schools = try Schools(readCSV(path: path))
        let split = peer.split == "all" ? TableSplit.all(rowCount: schools.count) : schools.types
        let tables = try SurveySample(schools.design(peer.design)).tables(of: schools.items, by: [split])
        var ours: [String: Double] = [:]
        for (name, row) in zip(["item", "number", "options"], tables) { add(row[0], as: name, to: &ours) }
        var largest = (difference: 0.0, name: "")
        let lines = try Rscript.run("tabulation.R", [path, peer.design, peer.split]).filter { $0.count == 2 }
        for line in lines {
            let (name, theirs) = (line[0], try #require(Double(line[1])))
            let found = try #require(ours[name], "we have no '\(name)'")
            var scale = max(abs(theirs), 1e-300)
            let words = name.split(separator: " ").map(String.init)
            if words[1] == "covariance", let one = ours["\(words[0]) scale \(words[2])"],
                let other = ours["\(words[0]) scale \(words[3])"]
            {
                scale = one * other
            }
            if abs(found - theirs) / scale > largest.difference { largest = (abs(found - theirs) / scale, name) }
        }
        // R prints 17 digits; sums of 200 rows in another order.
        #expect(largest.difference < 1e-11, "\(largest.name)")
        #expect(lines.count == ours.count - ours.keys.count { $0.contains("scale") })
        print("largest difference \(largest.difference) (\(largest.name)) of \(lines.count) for \(peer)")
    }

    private func add(_ table: DomainTable, as name: String, to ours: inout [String: Double]) {
        for group in 0..<table.groupCount {
            ours["\(name) n \(group + 1)"] = Double(table.respondents[group])
            for cell in 0..<table.cellCount {
                let place = "\(group + 1) \(cell + 1)"
                ours["\(name) value \(place)"] = table.value(group: group, cell: cell)
                ours["\(name) se \(place)"] = table.standardError(group: group, cell: cell)
                ours["\(name) deff \(place)"] = table.designEffect(group: group, cell: cell)
            }
        }
        for row in 0..<table.estimates.values.count {
            ours["\(name) scale \(row + 1)"] = table.estimates.standardErrors[row]
            for column in 0...row {
                ours["\(name) covariance \(row + 1) \(column + 1)"] = table.estimates.covariance[row, column]
            }
        }
    }
}

/// The columns of an api file that the tables need, and the same missing answers as in tabulation.R.
private struct Schools {
    let types: TableSplit
    let items: [TableItem]
    private let weights, populations, districts: [Double]

    init(_ table: Table) throws {
        func numbers(_ name: String) throws -> [Double] { try #require(try table.column(name).doubles()) }
        func codes(_ name: String, _ levels: [String]) throws -> [Int32] {
            let column = try table.column(name)
            return (0..<table.rowCount).map { row in
                column.text(at: row).flatMap { levels.firstIndex(of: $0) }.map { Int32($0) } ?? -1
            }
        }
        types = TableSplit(groups: try codes("stype", ["E", "H", "M"]), groupCount: 3)
        (weights, populations, districts) = (try numbers("pw"), try numbers("fpc"), try numbers("dnum"))
        let scores = try numbers("api00")
        let item = scores.enumerated().map { ($0 + 1) % 7 == 0 ? -1 : Int32($1 / 50) % 4 }
        let meals = try numbers("meals").enumerated().map { ($0 + 1) % 11 == 0 ? Double.nan : $1 }
        let options = try ["both", "awards"].map { name in
            try codes(name, ["No", "Yes"]).enumerated().map { ($0 + 1) % 13 == 0 ? -1 : $1 }
        }
        items = [.categories(item, count: 4), .number(meals), .options(options)]
    }

    var count: Int { weights.count }

    func design(_ name: String) throws -> SurveyDesign {
        let rows = weights.indices.map { Int32($0) }
        let stage =
            switch name {
            case "strata": try SurveyDesign.Stage(strata: types.groups, clusters: rows, populationSizes: populations)
            case "clusters":
                try SurveyDesign.Stage(clusters: districts.map { Int32($0) }, populationSizes: populations)
            default: try SurveyDesign.Stage(clusters: rows)
            }
        return try SurveyDesign(weights: weights, stages: [stage])
    }
}

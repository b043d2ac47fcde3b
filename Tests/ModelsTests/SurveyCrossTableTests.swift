import Surveys
import TestSupport
import Testing

@testable import Models

/// What follows from a cross-table against tables made for the purpose, and what a cell of the rule of disclosure is.
@Suite struct SurveyCrossTableTests {
    private static let model = """
        kind: survey
        data: {file: d.csv}
        design: {weights: w, strata: st, clusters: cl}
        disclosure: none
        items: [{item: q, categories: [never, some, often, always], top: [often, always]}]
        by: [{column: g, order: [a, b, c, d]}]

        """

    /// Clusters of about ten in four strata, with missing answers and groups and weights of 0.
    private static func respondents() throws -> SurveyRespondents {
        var random = SeededGenerator(seed: 20)
        var data = "w,st,cl,q,g\n"
        for _ in 0..<600 {
            let cluster = Int.random(in: 0..<60, using: &random)
            let answer = ["never", "some", "often", "always", ""].randomElement(using: &random) ?? ""
            let group = ["a", "b", "c", "d", cluster % 2 == 0 ? "a" : ""].randomElement(using: &random) ?? ""
            data += "\(Int.random(in: 0...4, using: &random)),\(cluster % 4),\(cluster),\(answer),\(group)\n"
        }
        let folder = try TemporaryFolder()
        _ = try folder.write(data, to: "d.csv")
        let file = try ModelFile(path: try folder.write(model, to: "m.yaml"))
        guard case .survey(let specification) = file.kind, let table = try specification.table() else {
            throw SurveyError.noWeight
        }
        return try SurveyRespondents(specification, table: table)
    }

    @Test("Differences, tops and degrees of freedom of the cross-table are those of tables of their own")
    func sharedWalks() throws {
        let respondents = try Self.respondents()
        let (sample, groups) = (respondents.sample, respondents.splits[0])
        let item = SurveyItem(
            name: "q", label: "", battery: "",
            measure: .categories(column: "q", levels: nil, top: ["often", "always"]), optionLabels: [:])
        let variables = SurveyTabulation.variables(item, try respondents.answers(to: item))
        let members = MemberGroups(groups, weights: sample.weights) { _ in true }
        let tables = try sample.tables(of: variables, by: [members]).map { try #require($0[0]) }
        let top = try #require(variables.last)
        let codes = TableItem.categories(top.codes, count: 2)
        let direct = try sample.tables(of: [codes], by: [members.split])[0][0]
        let collapsed = tables[1].grouped
        // Both are sums of the same few hundred numbers in other orders: some units in the last place.
        for (found, expected) in zip(collapsed.estimates.values, direct.estimates.values) {
            #expect(relativeDifference(found, expected) < 1e-13)
        }
        for cell in 0..<8 {
            let (group, category) = (cell / 2, cell % 2)
            let error = try #require(direct.standardError(group: group, cell: category))
            #expect(relativeDifference(collapsed.variance(group, category).squareRoot(), error) < 1e-12)
            let effect = try #require(direct.designEffect(group: group, cell: category))
            #expect(relativeDifference(try #require(collapsed.designEffects[cell]), effect) < 1e-12)
        }
        let halves = try sample.differences(collapsed, codes, members)
        let crossed = try #require(tables[1].cross).differences(try #require(top.boxes)[1])
        #expect(halves.count == 4 && crossed.count == 4)
        for (half, cross) in zip(halves, crossed) {
            let (expected, found) = (try #require(half[1]), try #require(cross))
            #expect(abs(found.statistic - expected.statistic) < 1e-11)
            #expect(
                relativeDifference(
                    try #require(found.estimate).standardError, try #require(expected.estimate).standardError) < 1e-12)
            #expect(found.degreesOfFreedom == expected.degreesOfFreedom)
        }
        let present = top.codes.indices.map { row in
            top.codes[row] >= 0 && sample.weights[row] > 0 ? groups.codes[row] : -1
        }
        let alone = sample.degreesOfFreedom(in: DomainCodes(codes: present, names: groups.names))
        let together = sample.degreesOfFreedom(in: DomainCodes(codes: present.map { min($0, 0) }, names: [""]))
        #expect(collapsed.degreesOfFreedom == alone)
        #expect(collapsed.jointDegreesOfFreedom == together[0])
    }

    @Test("A top of all answers is 1 without error, and nothing is tested about it")
    func everything() throws {
        let findings = try surveyFindings(
            "data: {file: d.csv}\nitems: [{item: q, categories: [x, y, z], top: [x, y, z]}]\nby: [{column: g}]\n",
            data: "q,g\nx,a\ny,a\nz,a\nx,b\ny,b\nx,b\nz,b\n")
        let tops = findings.shares.filter { $0.kind == .top }
        #expect(tops.map(\.estimate.value) == [1, 1, 1])
        #expect(tops.map(\.estimate.standardError) == [0, 0, 0])
        #expect(tops.allSatisfy { $0.estimate.designEffect == nil })
        #expect(findings.tests.map(\.kind) == [.association])
    }

    /// Twelve in a who all say yes, thirteen in b of whom one does.
    private static let answers =
        "q,g\n" + String(repeating: "y,a\n", count: 12) + String(repeating: "n,b\n", count: 12) + "y,b\n"

    private static func suppressed(_ rule: String, _ more: String = "") throws -> [String] {
        try surveyFindings(
            "data: {file: d.csv}\nitems: [{item: q, categories: [y, n]}]\nby: [{column: g}]\ndisclosure: \(rule)\n",
            data: answers + more
        ).shares.map { "\($0.cell.group)\($0.cell.category) \($0.suppressed)" }
    }

    @Test("Answers are cells unless the file says that bases are")
    func cells() throws {
        let published = ["y ", "n ", "ay ", "an ", "by ", "bn "]
        #expect(try Self.suppressed("{minimum_count: 10, cells: bases}") == published)
        let byAnswer = try Self.suppressed("{minimum_count: 10, cells: answers}")
        #expect(byAnswer.contains("by count"))
        #expect(try Self.suppressed("{minimum_count: 10}") == byAnswer)
    }

    @Test("A group of too few is withheld with all its answers, and a group or the whole with it")
    func smallBase() throws {
        let found = try Self.suppressed("{minimum_count: 10, cells: bases}", "y,c\nn,c\ny,c\n")
        #expect(found.filter { $0.hasPrefix("c") } == ["cy count", "cn count"])
        #expect(found.filter { $0.hasSuffix("complementary") }.count == 2)
    }

    @Test(
        "Mistakes about cells say what to do",
        arguments: [
            (
                "kind: survey\ndata: {file: d.csv}\nitems: [{item: q}]\ndisclosure: {cells: base}\n",
                "m.yaml:4:21: found 'base'; expected 'answers' or 'bases'. Did you mean 'bases'?"
            ),
            (
                "kind: growth\ndata: {file: d.csv}\nformula: y ~ x + (1 | s)\ndisclosure: {cells: bases}\n",
                "m.yaml:4:13: 'cells' in disclosure is for kind survey only: elsewhere a cell is what an estimate rests on. "
                    + "Remove it."
            ),
        ])
    func mistakes(text: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "m.yaml")
        let error = #expect(throws: (any Error).self) { try ModelFile(path: path) }
        #expect("\(try #require(error))".contains(message))
    }
}

import TestSupport
import Testing

@testable import Models

/// Every mistake that a user can make in a survey, word by word.
@Suite struct SurveyMistakeTests {
    private static let items = "data: {file: d.csv}\nitems: [{item: q, categories: [y, n]}]\n"
    private static let counts = "data: {file: d.csv}\ncounts: {item: i, count: c, base: b, percent: p}\n"

    static let files: [(String, String)] = [
        ("", "m.yaml:1:1: give 'data', or published counts as 'tables'."),
        (
            "data: {file: d.csv}\n",
            "m.yaml:1:1: give either 'items', what respondents were asked, or 'counts', the columns of published counts."
        ),
        (items + "itms: []\n", "m.yaml:4:1: unknown key 'itms' in survey model; did you mean 'items'?"),
        (
            items + "tables: [{item: a, count: 1, base: 2}]\n",
            "m.yaml:2:7: 'data' does not go with 'tables', published counts in the model file. Leave one of them out."
        ),
        (
            counts + "design: {weights: w}\n", "m.yaml:4:9: published counts have no design. Leave 'design' out."
        ),
        (
            "data: {file: d.csv}\nitems: [{name: q}]\n",
            "m.yaml:3:9: an item has one of the keys 'item', 'items', 'multiple', 'mean' or 'scale'."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q, top: [y]}]\n",
            "m.yaml:3:24: 'top' needs 'categories': the answers in order."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q, categories: [often, never], top: [ofte]}]\n",
            "m.yaml:3:52: 'ofte' is not among the categories. Did you mean 'often'?"
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q, categories: [y, y]}]\n",
            "m.yaml:3:31: a category is named twice: 'y'."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q}, {mean: q}]\n",
            "m.yaml:3:8: two items are named 'q'. Give each its own 'name'."
        ),
        (
            "data: {file: d.csv}\nitems: [{multiple: [a, b]}]\n", "m.yaml:3:9: missing key 'name' in item."
        ),
        (
            "data: {file: d.csv}\nitems: [{multiple: [a, b], name: m, base: answred}]\n",
            "m.yaml:3:43: found 'answred'; expected 'answered' or 'all'. Did you mean 'answered'?"
        ),
        (
            "data: {file: d.csv}\nitems: [{scale: [a, b], name: s, at_least: 3}]\n",
            "m.yaml:3:44: found 3; expected a whole number from 1 to 2."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q, name: a, categories: [y, n]}, {item: q, name: b, categories: [n, y]}]\n",
            "m.yaml:3:8: column 'q' is given two orders of categories. Give it one."
        ),
        (
            items + "by: [{column: g, ordered: true}]\n",
            "m.yaml:4:6: 'ordered: true' needs 'order': the groups from first to last."
        ),
        (
            items + "by: [{column: g}, {column: h, name: g}]\n",
            "m.yaml:4:5: two splits are named 'g'. Give each its own 'name'."
        ),
        (
            items + "sector: {column: s, order: [po, vo]}\nby: [{column: s, order: [vo, po]}]\n",
            "m.yaml:1:1: column 's' is given two orders. Give it one."
        ),
        (
            items + "tests: {correction: bonferroni}\n",
            "m.yaml:4:21: found 'bonferroni'; expected 'holm', 'benjamini_hochberg' or 'none'."
        ),
        (
            items + "interval: {method: wald}\n",
            "m.yaml:4:20: found 'wald'; expected 'logit', 'normal', 'beta' or 'wilson'."
        ),
        (items + "interval: {coverage: 1}\n", "m.yaml:4:22: found 1.0; expected a share between 0 and 1."),
        (
            items + "disclosure: {minimum_count: -1}\n",
            "m.yaml:4:29: found -1; expected a whole number from 1 to 1000000."
        ),
        (
            items + "wave: {column: w, overlap: some}\n",
            "m.yaml:4:28: found 'some'; expected 'independent' or 'design'."
        ),
        (
            items + "wave: {column: w, overlap: {share: 60}}\n",
            "m.yaml:4:36: found 60; expected a share from 0 to 1."
        ),
        (
            "tables: [{item: a, count: 1, base: 0}]\n",
            "m.yaml:2:36: found 0; expected a whole number from 1 to 1000000000."
        ),
        (
            "tables: [{item: a, count: 1, base: 2, percent: 150}]\n",
            "m.yaml:2:48: found '150'; expected a number from 0 to 100, as printed."
        ),
        (
            "tables: [{item: a, count: 1, base: 2, split: g}]\n",
            "m.yaml:2:10: 'split' and 'group' come together. Give both, or neither."
        ),
        (
            "data: {file: d.csv}\ncounts: {item: i, count: c, base: b, population: inf}\n",
            "m.yaml:3:50: found 'inf'; expected a column, or a number of 1 or more."
        ),
        (
            "tables: [{item: a, count: 1, base: 2}]\nwave: {column: w}\n",
            "m.yaml:3:7: published counts in the model file name their wave in each row. Leave 'column' out."
        ),
        (items + "sector: {order: [po, vo]}\n", "m.yaml:4:9: missing key 'column' in sector."),
        (
            "response: {accounting: [{frame: 2, net: 1}]}\nby: [{column: g}]\n",
            "m.yaml:3:5: 'by' needs respondents or published counts, and the file has neither. Leave it out."
        ),
        (
            "response: {}\n", "m.yaml:2:11: 'response' has nothing. Give 'categories', 'data' or 'accounting'."
        ),
        (
            "response: {data: {file: d.csv}, categories: [{stratifier: a, category: b, response_n: 1, population_n: 2}]}\n",
            "m.yaml:2:18: give either 'data' or 'categories', not both."
        ),
    ]

    @Test("A mistake in the model file is named with its place", arguments: files)
    func modelFile(yaml: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("kind: survey\n" + yaml, to: "m.yaml")
        let error = #expect(throws: (any Error).self) { try ModelFile(path: path) }
        #expect("\(try #require(error))".replacing(folder.path + "/", with: "").hasPrefix(message), "\(error as Any)")
    }

    static let data: [(yaml: String, data: String, message: String)] = [
        (
            items, "answer\ny\n",
            "d.csv:1: unknown column 'q'."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: quesion}]\n", "question\ny\n",
            "d.csv:1: unknown column 'quesion'. Did you mean 'question'?"
        ),
        (
            items + "subset: sectr == \"po\"\n", "q,sector\ny,po\n",
            "m.yaml: in the subset, at character 1: unknown column 'sectr'. Did you mean 'sector'?\n    sectr == \"po\"\n    ^"
        ),
        (
            items, "q\ny\nn\nyy\n",
            "d.csv:4: column 'q' has 'yy', which is not among its declared levels. Did you mean 'y'?"
        ),
        (items, "q\n", "m.yaml: d.csv has no respondents. Check the file."),
        (
            items, "q\nNA\nNA\n",
            "m.yaml: nobody answered item 'q': it is missing for all 2 respondents. Check its column and the missing codes, or drop the item."
        ),
        (
            items + "sector: {column: s}\n", "q,s\ny,\nn,NA\n",
            "m.yaml: column 's' is missing for all 2 respondents. Check the column and the missing codes."
        ),
        (
            "data: {file: d.csv}\nitems: [{mean: q}]\n", "q\n1\nfew\n",
            "d.csv:3: column 'q' has 'few'; expected a number. Correct it, or declare it as missing."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q, categories: ['1', few]}, {mean: q, name: m}]\n", "q\n1\nfew\n",
            "m.yaml: d.csv:3: column 'q' has 'few'; a mean or scale needs numbers. Correct it, or declare it as missing."
        ),
        (
            counts, "i,c,b,p\na,5,4,\n",
            "m.yaml: d.csv:2: the count 5 is larger than its base 4. Correct one of them."
        ),
        (
            counts, "i,c,b,p\na,1,4,\nb,1,0,\n",
            "m.yaml: d.csv:3: the base is 0; a share needs a base of 1 or more. Correct it, or leave the row out."
        ),
        (
            counts, "i,c,b,p\na,-1,4,\n",
            "m.yaml: d.csv:2: 'c' is -1; expected a whole number from 0 to 1000000000000."
        ),
        (
            counts, "i,c,b,p\na,NA,4,\n",
            "m.yaml: d.csv:2: 'c' is missing; expected a whole number from 0 to 1000000000000."
        ),
        (
            counts, "i,c,b,p\na,1,4.5,\n",
            "m.yaml: d.csv:2: 'b' is 4.5; expected a whole number from 0 to 1000000000000."
        ),
        (
            counts, "i,c,b,p\na,1,4,250\n",
            "m.yaml: d.csv:2: the percent is '250'; expected a number from 0 to 100, as printed."
        ),
        (
            counts + "by: [{column: g}, {column: h}]\n", "i,c,b,p,g,h\na,1,4,25,x,\na,1,4,25,x,z\n",
            "m.yaml: d.csv:3: the row names a group in 'g' and 'h'; a published count belongs to one split. Leave the other columns empty."
        ),
        (
            "tables: [{item: a, count: 1, base: 20, population: 10}]\n", "",
            "m.yaml: tables, row 1: the population 10 is smaller than the base 20. Correct one of them."
        ),
        (
            "data: {file: d.csv}\nitems: [{item: q}]\n", "q\n" + (0...200).map { "\($0)\n" }.joined(),
            "m.yaml: column 'q' has 201 different values; a table has at most 200. Take the mean of a number, or group the values."
        ),
        (
            counts, "i,c,b,p\na,1,4,25\nb,1,4,25\na,2,4,50\n",
            "m.yaml: d.csv:4: 'a' is also in d.csv:2, in the same table, sector, wave and group. Keep one of them, or name the tables."
        ),
        (
            counts, "i,c,b,p\na,1e18,1e19,\n",
            "m.yaml: d.csv:2: 'c' is 1e+18; expected a whole number from 0 to 1000000000000."
        ),
        (
            "response:\n  categories:\n    - {stratifier: s, category: a, response_n: 1, population_n: 4}\n"
                + "    - {stratifier: s, category: a, response_n: 1, population_n: 4}\n", "",
            "m.yaml: response, row 2: 'a' is also in response, row 1, in the same table, sector, wave and group. Keep one of them, or name the tables."
        ),
        (counts, "i,c,b,p\n", "m.yaml: d.csv has no respondents. Check the file."),
        (
            "response:\n  categories:\n    - {stratifier: s, category: a, response_n: 5, population_n: 4}\n"
                + "    - {stratifier: s, category: b, response_n: 1, population_n: 4}\n", "",
            "m.yaml: response, row 1: the response of 'a', 5, is larger than its population, 4. Correct one of them."
        ),
        (
            "response: {categories: [{stratifier: s, category: a, sector: po, response_n: 1, population_n: 4}]}\n", "",
            "m.yaml: stratifier 's' has a single category in po; a comparison needs two or more. Add the others."
        ),
        (
            "response: {accounting: [{frame: 10, gross: 5, net: 6}]}\n", "",
            "m.yaml: accounting, row 1: the net response 6 is larger than the gross response 5. Correct one of them."
        ),
        (
            "response: {accounting: [{frame: 10, gross: 12, net: 6}]}\n", "",
            "m.yaml: accounting, row 1: the gross response 12 is larger than the frame 10. Correct one of them."
        ),
        (
            "response: {data: {file: d.csv}}\n",
            "stratifier,category,response_n,population_n\ns,a,1,0\n",
            "m.yaml: d.csv:2: the base is 0; a share needs a base of 1 or more. Correct it, or leave the row out."
        ),
    ]

    @Test("A mistake in the data is named with its line", arguments: data)
    func dataFile(yaml: String, data: String, message: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(data, to: "d.csv")
        let path = try folder.write("kind: survey\n" + yaml, to: "m.yaml")
        let file = try ModelFile(path: path)
        let error = #expect(throws: (any Error).self) { try file.fit() }
        #expect("\(try #require(error))".replacing(folder.path + "/", with: "") == message)
    }

    static let designs: [(design: String, data: String, message: String)] = [
        (
            "{weights: w}", "q,w\ny,1\nn,-2\n",
            "m.yaml: d.csv:3: the design weight in column 'w' is -2; expected a number of 0 or more. Correct it, or leave the row out with 'subset'."
        ),
        (
            "{weights: w}", "q,w\ny,1\nn,NA\n",
            "m.yaml: d.csv:3: the design weight in column 'w' is missing; expected a number of 0 or more. Correct it, or leave the row out with 'subset'."
        ),
        (
            "{strata: s, clusters: c}", "q,s,c\ny,a,1\nn,a,2\ny,north,3\n",
            "m.yaml: stratum 'north' of column 's' (d.csv:4) has a single cluster, so its variance cannot be told. Join it with a stratum like it, or say under 'design' what it adds: 'lonely_clusters: certainty' (nothing), 'centre' or 'average'."
        ),
        (
            "{clusters: c}", "q,c\ny,1\nn,NA\n",
            "m.yaml: d.csv:3: column 'c' of the design has no value. Every row needs its stratum, clusters and calibration variables."
        ),
        ("{weights: w}", "q,w\ny,0\nn,0\n", "m.yaml: no row has a design weight above 0 in column 'w'."),
    ]

    @Test("A mistake in the design is named with its line, or its stratum", arguments: designs)
    func design(design: String, data: String, message: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(data, to: "d.csv")
        let path = try folder.write("kind: survey\n" + Self.items + "design: \(design)\n", to: "m.yaml")
        let file = try ModelFile(path: path)
        let error = #expect(throws: (any Error).self) { try file.fit() }
        #expect("\(try #require(error))".replacing(folder.path + "/", with: "") == message)
    }

    static let trendDesigns: [(design: String, waves: String, message: String)] = [
        (
            "{strata: reg, clusters: sch, lonely_clusters: certainty}", "same_clusters",
            "m.yaml: every stratum has a single cluster, and 'lonely_clusters: certainty' says that these have no error: none could be told at all. Use 'centre', or join strata."
        ),
        (
            "{strata: reg, clusters: sch, lonely_clusters: certainty}", "independent",
            "m.yaml: every stratum of 2018 has a single cluster, and 'lonely_clusters: certainty' says that these have no error: none could be told at all. Use 'centre', or join strata."
        ),
        (
            "{calibrate: {margins: [{column: q, totals: {yes: 5, no: 7}}]}}", "independent",
            "m.yaml: d.csv:5: column 'q' of the design has no value. Every row needs its stratum, clusters and calibration variables."
        ),
        (
            "{weights: w, replicates: {columns: [r1, r2], kind: bootstrap}}", "independent",
            "m.yaml: d.csv:3: the design weight in column 'r2' is missing; expected a number of 0 or more. Correct it, or leave the row out with 'subset'."
        ),
    ]

    @Test("A design without degrees of freedom, or with gaps, is refused by a trend", arguments: trendDesigns)
    func trendDesign(design: String, waves: String, message: String) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            "year,reg,sch,w,y,q,r1,r2\n2018,n,1,1,1,yes,1,2\n2018,s,2,1,2,no,2,NA\n2022,n,1,1,2,yes,1,2\n"
                + "2022,s,2,1,4,NA,2,1\n", to: "d.csv")
        let path = try folder.write(
            "kind: trend\ndata: {file: d.csv}\nyear: year\ndisclosure: none\noutcomes: [{column: y}]\n"
                + "waves: \(waves)\ndesign: \(design)\n", to: "m.yaml")
        let file = try ModelFile(path: path)
        let error = #expect(throws: (any Error).self) { try file.fit() }
        #expect("\(try #require(error))".replacing(folder.path + "/", with: "") == message)
    }

    @Test("A jackknife of waves drawn apart takes each wave as a stratum")
    func jackknifeByWave() throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("year,y\n2018,1\n2018,2\n2018,6\n2022,2\n2022,4\n", to: "d.csv")
        func errors(_ design: String, _ name: String) throws -> [Double] {
            let path = try folder.write(
                "kind: trend\ndata: {file: d.csv}\nyear: year\ndisclosure: none\noutcomes: [{column: y}]\n"
                    + design, to: name)
            return try #require(try ModelFile(path: path).fit().fit.estimates).standardErrors
        }
        // s / sqrt(n) of each year's values, by hand: sqrt(7 / 3) and 1.
        for (found, expected) in zip(
            try errors("design: {replicates: {make: jackknife}}\n", "j.yaml"), [(7.0 / 3).squareRoot(), 1])
        { #expect(abs(found - expected) < 1e-12) }
    }

    @Test("A file with every key is read and fitted")
    func everyKey() throws {
        var data = "sector,wave,quintile,region,w,school,execution,b1,b2,m1,m2,load,s1,s2,s3,complete\n"
        for row in 0..<240 {
            let answers = [["not", "partly", "fully"][row % 3], "\(1 + row % 4)", "\(1 + row * 7 % 4)"]
            data += "\(row < 160 ? "po" : "vo"),\(4 + row % 2),\(1 + row % 5),\(["north", "south"][row * 3 % 7 % 2]),"
            data += "\(1 + row % 3),\(row / 4),\(answers.joined(separator: ",")),\(row % 2),\(row * 5 % 3 % 2),"
            data += "\(row % 11),\(row % 5),\(row * 3 % 5),\(row % 9 == 0 ? "NA" : "2"),yes\n"
        }
        let fit = try surveyFit(Self.everyKey, data: data)
        let findings = try #require(fit.survey)
        #expect(Set(findings.shares.map(\.cell.sector)) == ["po", "vo"])
        #expect(Set(findings.shares.map(\.kind)) == [.category, .top, .option])
        #expect(Set(findings.tests.map(\.kind)) == [.association, .trend, .difference])
        #expect(findings.means.contains { $0.cell.item == "satisfaction" })
        #expect(findings.changes.allSatisfy { $0.fromWave == "4" && $0.cell.wave == "5" })
        #expect(findings.changes.count > 10)
        #expect(findings.ranks.count == 8)
        #expect(findings.representativeness.count == 1 && findings.response.count == 1)
        #expect(fit.fit.diagnostics.first { $0.name == "respondents" }?.value == 240)
        #expect(fit.fit.estimates == nil)
    }

    @Test("A file of published counts with every key is read and fitted")
    func everyKeyOfCounts() throws {
        var data = "sector,wave,quintile,question,answer,words,count,base,percent,many,schools\n"
        for wave in [4, 5] {
            for (group, count) in [("NA", 30), ("1", 10), ("2", 20)] {
                data += "po,\(wave),\(group),t1,plans,Plans made,\(count + wave),\(group == "NA" ? 80 : 40),,yes,400\n"
                data += "po,\(wave),\(group),t1,money,Money spent,\(count),\(group == "NA" ? 80 : 40),,yes,400\n"
            }
        }
        let findings = try surveyFindings(Self.everyKeyOfCounts, data: data)
        #expect(findings.shares.count == 12)
        #expect(findings.shares.allSatisfy { $0.kind == .published && !$0.cell.label.isEmpty })
        #expect(findings.tests.count == 8)
        #expect(findings.changes.count == 6)
        #expect(findings.ranks.count == 12)
        #expect(findings.coverage == 0.9)
    }

    /// Every key of kind `survey` with published counts.
    private static let everyKeyOfCounts = """
        data: {file: d.csv}
        counts:
          {item: answer, count: count, base: base, percent: percent, table: question, label: words, multiple: many, population: schools}
        subset: sector == "po"
        sector: {column: sector}
        wave: {column: wave, order: ['4', '5'], overlap: {share: 0.5}}
        by: [{column: quintile, order: ['1', '2'], ordered: true}]
        tests: {correction: holm, level: 0.05}
        interval: {method: wilson, coverage: 0.9}
        disclosure: {minimum_count: 10}

        """

    /// Every key of kind `survey` with respondents.
    private static let everyKey = """
        title: School leaders, autumn 2023
        source: made for this test
        note: what a reader must know
        data:
          file: d.csv
          columns: {school: {type: string}}
        subset: complete == "yes"
        design: {weights: w, clusters: school}
        sector: {column: sector, order: [po, vo]}
        wave: {column: wave, order: ['4', '5'], overlap: {share: 0.6, correlation: 0.5}}
        items:
          - {item: execution, label: Are plans carried out?, categories: [not, partly, fully], top: [partly, fully]}
          - {items: [b1, b2], name: bottlenecks, labels: {b1: Staff, b2: Time}, categories: ['1', '2', '3', '4'], top: ['4']}
          - {multiple: [m1, m2], name: measures, labels: {m1: Small groups, m2: Tutoring}, selected: ['1'], base: answered}
          - {mean: load, name: work_load, label: Hours}
          - {scale: [s1, s2, s3], name: satisfaction, at_least: 2}
        by:
          - {column: quintile, name: disadvantage, order: ['1', '2', '3', '4', '5'], ordered: true}
          - {column: region}
        tests: {correction: benjamini_hochberg, level: 0.05}
        interval: {method: logit, coverage: 0.95}
        disclosure: {minimum_count: 10, minimum_clusters: 3}
        response:
          categories:
            - {stratifier: region, category: north, sector: po, wave: 5, response_n: 40, population_n: 90}
            - {stratifier: region, category: south, sector: po, wave: 5, response_n: 40, population_n: 70}
          accounting: [{sector: po, wave: 5, frame: 160, gross: 90, net: 80}]

        """
}

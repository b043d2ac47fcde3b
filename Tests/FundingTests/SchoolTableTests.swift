import Specifications
import Tables
import TestSupport
import Testing

@testable import Funding

/// A school table and its declaration in a folder of their own.
private struct TableCase {
    var declaration = "{file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector: po}"
    var schools = "id,pupils,score,low\na,100,10,20\n"
    var municipalities = "name,inhabitants\nUrk,21000\n"
    var sectors: [String]? = ["po", "vo"]

    func read() throws -> (population: SchoolPopulation, rowsLeftOut: Int) {
        let folder = try TemporaryFolder()
        try folder.write(schools, to: "schools.csv")
        try folder.write(municipalities, to: "towns.csv")
        let file = try SpecificationFile(bytes: Array(declaration.utf8), path: "s.yaml")
        return try file.decoded { SchoolTable($0, folder: folder.path, sectors: sectors) }.read()
    }

    /// The message, without the folder.
    func message() -> String {
        do {
            _ = try read()
            return ""
        } catch {
            return "\(error)".replacing(#/\S*herstel-test-[^\/]*\//#, with: "")
        }
    }
}

@Suite struct SchoolTableTests {
    @Test func readsEveryColumn() throws {
        var table = TableCase()
        table.declaration = """
            file: schools.csv
            id: code
            score: after
            score_before_threshold: before
            sector_column: kind
            sector_values: {Bo: po, Sbo: po, Vo: vo, Mbo: none}
            school_type: kind
            type_values: {Bo: bo, Sbo: sbo}
            region: province
            urbanity: urbanity
            municipality: town
            board: board
            newcomers: new
            grades: {"1": {low: l1, high: h1}, "2": {low: l2, high: h2}}
            municipalities: {file: towns.csv, name: name, inhabitants: inhabitants}
            """
        table.schools = """
            code;kind;after;before;province;urbanity;town;board;new;l1;h1;l2;h2
            a;Bo;1,5;10,25;Flevoland;4;Urk;12;3;1;2;3;4
            b;Sbo;;;Flevoland;;;;;;5;;
            c;Mbo;;;;;;;;1;1;1;1
            d;Bo;;;;;;;;;;;
            ;Bo;;;;;;;;1;1;1;1
            e;Vo;0;0;;;;;;0;0;0;7
            """
        let (population, rowsLeftOut) = try table.read()
        #expect(rowsLeftOut == 3)
        #expect(population.sectors == ["po", "vo"])
        #expect(population.municipalities == [Municipality(name: "Urk", inhabitants: 21000)])
        let a = School(
            id: "a", sector: "po",
            traits: School.Traits(type: "bo", region: "Flevoland", urbanity: "4", municipality: "Urk", board: "12"),
            lowPupils: 4, highPupils: 6,
            grades: [.init(grade: "1", low: 1, high: 2), .init(grade: "2", low: 3, high: 4)], newcomers: 3,
            disadvantageScore: 1.5, scoreBeforeThreshold: 10.25)
        #expect(population.schools[0] == a)
        #expect(population.schools[1].traits == School.Traits(type: "sbo", region: "Flevoland"))
        #expect(population.schools[1].pupils == 5 && population.schools[1].grades[1].high == 0)
        #expect(population.schools.map(\.id) == ["a", "b", "e"] && population.quintiles == [1, 0, 1])
        #expect(population.schools[2].traits.type == "Vo")
    }

    @Test("Grades in all are divided over the groups so that both add up", arguments: 1...50)
    func gradesAddUp(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let rows = (0..<20).map { index -> String in
            let grades = (0..<3).map { _ in Int.random(in: 0...40, using: &random) }
            let score = Int.random(in: 0...50, using: &random)
            return (["s\(index)"] + (grades + [score]).map(String.init)).joined(separator: ",")
        }
        var table = TableCase()
        table.declaration =
            "{file: schools.csv, id: id, grades: {one: a, two: b, three: c}, score: score, share_low: 0.3, sector: po}"
        table.schools = (["id,a,b,c,score", "full,1,1,1,1"] + rows).joined(separator: "\n") + "\n"
        // A school's grades are checked against its groups where the population is made.
        for school in try table.read().population.schools {
            #expect(school.grades.map(\.low).reduce(0, +) == school.lowPupils)
            #expect(school.grades.map(\.high).reduce(0, +) == school.highPupils)
            for grade in school.grades where school.pupils > 0 {
                let share = Double(school.lowPupils) / Double(school.pupils)
                #expect(abs(Double(grade.low) - share * Double(grade.low + grade.high)) <= 1)
            }
        }
    }

    @Test func everyBadRowIsToldWithItsLine() {
        var table = TableCase()
        table.declaration =
            "{file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector, newcomers: new}"
        table.schools = """
            id,pupils,score,low,sector,new
            a,100,10,20,po,1
            b,-5,10,0,po,
            c,100,-3,20,po,
            d,20,1,30,po,
            a,10,1,1,po,
            e,10,1,1,pp,
            f,10,1,1,,
            g,10,1,,po,
            h,10,1,1,po,11
            i,2000000,1,1,po,
            """
        #expect(
            table.message() == """
                schools.csv:3: school 'b': -5 pupils; expected 0 to 1000000.
                schools.csv:4: school 'c': a disadvantage score of -3.0; expected a number from 0 to 1e9.
                schools.csv:5: school 'd': 30 low-SES pupils among 20 pupils; expected 0 to 20.
                schools.csv:6: school 'a' appears twice, first on line 2. Each school needs one row.
                schools.csv:7: school 'e': unknown sector 'pp'; expected one of 'po', 'vo'. Did you mean 'po'?
                schools.csv:8: school 'f': no sector. Give it, or leave the row out.
                schools.csv:9: school 'g': no number of low-SES pupils. Give it, or leave the row out.
                schools.csv:10: school 'h': 11 newcomers among 10 pupils; expected 0 to 10.
                schools.csv:11: school 'i': 2000000 pupils; expected 0 to 1000000.
                """)
    }

    @Test(
        "A cell that is no number is told with its line",
        arguments: [
            ("a,NaN,1,1", "schools.csv:2: column 'pupils' has 'NaN'; expected a whole number."),
            ("a,10.5,1,1", "schools.csv:2: column 'pupils' has '10.5'; expected a whole number."),
            ("a,10,nan,1", "schools.csv:2: column 'score' has 'nan'; expected a number."),
            ("a,10,inf,1", "schools.csv:2: column 'score' has 'inf'; expected a number."),
        ])
    func cellsThatAreNoNumbers(row: String, expected: String) {
        var table = TableCase()
        table.schools = "id,pupils,score,low\n" + row + "\n"
        #expect(table.message() == expected + " Correct it, or declare it as missing.")
    }

    @Test func gradesThatDoNotAddUpAreTold() {
        var table = TableCase()
        table.declaration =
            "{file: schools.csv, id: id, pupils: pupils, grades: {one: a, two: b}, share_low: 0.1, sector: po}"
        table.schools = "id,pupils,a,b\nx,10,5,5\n\ny,10,5,4\nz,3,-1,4\nu,7,,\n"
        #expect(
            table.message() == """
                schools.csv:4: school 'y': 9 pupils in its grades, but 10 in all.
                schools.csv:5: school 'z': grade 'one' has a negative or impossible number of pupils; expected 0 or more.
                """)
    }

    @Test func municipalitiesAreChecked() {
        var table = TableCase()
        table.declaration = """
            {file: schools.csv, id: id, pupils: pupils, share_low: 0.1, sector: po, municipality: town,
             municipalities: {file: towns.csv, name: name, inhabitants: inhabitants}}
            """
        table.schools = "id,pupils,town\na,10,Urk\nb,10,Urkk\nc,10,\n"
        #expect(
            table.message()
                == "schools.csv:3: school 'b': its municipality 'Urkk' is not in towns.csv. Add it, or correct the name."
        )
        table.municipalities = "name,inhabitants\nUrk,21000\nEde,-1\nUrk,3\nEpe,\n"
        #expect(
            table.message() == """
                towns.csv:3: municipality 'Ede': -1 inhabitants; expected 0 to 1000000000.
                towns.csv:4: municipality 'Urk' appears twice, first on line 2. Each municipality needs one row.
                towns.csv:5: municipality 'Epe' has no number of inhabitants. Give it, or leave the row out.
                """)
    }

    @Test(
        "A declaration that does not fit is refused",
        arguments: [
            (
                "{file: f, id: id, pupils: n, share_low: 0.1}",
                "give either 'sector' (one for all schools) or 'sector_column'."
            ),
            (
                "{file: f, id: id, share_low: 0.1, sector: po}",
                "missing key 'pupils' in schools: give a column of pupils, or columns of 'grades'."
            ),
            (
                "{file: f, id: id, pupils: n, sector: po}",
                "give one of 'low_pupils' (a column), 'share_low' (the share of pupils of the low group) and 'grades' with a low and a high column."
            ),
            (
                "{file: f, id: id, pupils: n, sector: po, share_low: 0.1, region: n}",
                "column 'n' is declared both as text and as a number. Correct one of them."
            ),
            (
                "{file: f, id: id, sector: po, grades: {a: x, b: {low: y, high: z}}, share_low: 0.1}",
                "some grades have one column and others a low and a high one; expected the same for all."
            ),
            (
                "{file: f, id: id, pupils: n, share_low: 0.1, sector: op}",
                "found 'op'; expected 'po' or 'vo'. Did you mean 'po'?"
            ),
            (
                "{file: f, id: id, pupils: n, share_low: 0.1, sector_column: s, sector_values: {Bo: bo}}",
                "found 'bo'; expected 'po', 'vo' or 'none'. Did you mean 'po'?"
            ),
        ])
    func declarations(text: String, expected: String) {
        var table = TableCase()
        table.declaration = text
        #expect(table.message().hasSuffix(": " + expected), "\(table.message())")
    }

    @Test func bothFilesAreInputs() throws {
        let text = """
            {file: a.csv, id: id, pupils: n, share_low: 0.1, sector: po, municipality: t,
             municipalities: {file: /b/c.csv, name: name, inhabitants: inhabitants}}
            """
        let file = try SpecificationFile(bytes: Array(text.utf8), path: "s.yaml")
        #expect(try file.decoded { SchoolTable($0, folder: "folder") }.inputPaths == ["folder/a.csv", "/b/c.csv"])
    }

    @Test func aMissingColumnIsTold() {
        var table = TableCase()
        table.declaration = "{file: schools.csv, id: id, pupils: pupil, score: score, low_pupils: low, sector: po}"
        #expect(table.message() == "schools.csv:1: unknown column 'pupil'. Did you mean 'pupils'?")
    }

    @Test func moreThanTwentyBadRowsAreCounted() {
        var table = TableCase()
        table.schools = "id,pupils,score,low\n" + (1...25).map { "s\($0),-1,1,0\n" }.joined()
        #expect(table.message().split(separator: "\n").count == 21)
        #expect(table.message().hasSuffix("schools.csv: and 5 more."))
    }

    @Test(.enabled(if: hasSharedData)) func realPrimarySchools() throws {
        let text = """
            file: nl_primary_schools_2019/primary_schools.csv
            id: brin6
            pupils: funded_pupils_2019
            score: disadv_score_2019
            score_before_threshold: disadv_score_nothresh
            sector: po
            share_low: 0.09
            school_type: school_type
            type_values: {Bo: bo, Sbo: sbo}
            region: province
            municipality: municipality
            board: board_id
            """
        let file = try SpecificationFile(bytes: Array(text.utf8), path: "s.yaml")
        let table = try file.decoded { SchoolTable($0, folder: sharedData(""), sectors: ["po"]) }
        let (population, rowsLeftOut) = try table.read()
        #expect(population.schools.count == 6295 && rowsLeftOut == 338)
        #expect(population.schools.count { $0.traits.type == "bo" } == 6241)
        #expect(Set(population.schools.compactMap(\.traits.region)).count == 12)
        for quintile in 1...5 { #expect(population.quintiles.count { $0 == quintile } == 1259) }
    }
}

import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite(.enabled(if: hasSharedData)) struct RealFileTests {
    private func sum(_ table: Table, _ name: String) throws -> Double {
        try table.column(name).doubles()?.filter { !$0.isNaN }.reduce(0, +) ?? .nan
    }

    @Test func readsTheSchools() throws {
        let table = try readCSV(path: sharedData("nl_primary_schools_2019/primary_schools.csv"))
        #expect(table.rowCount == 6633)
        // The totals that the data set's README states.
        #expect(try sum(table, "funded_pupils_2019") == 1_396_457)
        #expect(abs(try sum(table, "disadv_score_2019") - 561_736.12) < 0.005)
    }

    @Test func readsSleepstudy() throws {
        let table = try readCSV(path: sharedData("sleepstudy/sleepstudy.csv"))
        #expect(table.columnNames == ["Reaction", "Days", "Subject"])
        #expect(table.rowCount == 180)
        // The mean of lme4's sleepstudy$Reaction in R is 298.5079.
        #expect(abs(try sum(table, "Reaction") / 180 - 298.5079) < 5e-5)
        #expect(try table.column("Subject").asFactor().levels.count == 18)
        #expect(table.lines?.last == 181)
    }

    @Test func readsBdf() throws {
        let path = sharedData("bdf/bdf.csv")
        let table = try readCSV(path: path)
        // nlme's bdf: 2287 pupils in 131 schools, 28 columns.
        #expect(table.rowCount == 2287 && table.columnNames.count == 28)
        #expect(try table.column("schoolNR").asFactor().levels.count == 131)
        #expect(try table.column("pupilNR").text(at: 0) == "17001")
    }

    @Test func readsEveryFileOfTheProgramme() throws {
        let folder = sharedData("nponderwijs")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv") }
        #expect(!names.isEmpty)
        for name in names {
            let table = try readCSV(path: folder + "/" + name)
            #expect(table.rowCount > 0, "\(name)")
            // CRLF leaves no carriage return behind, and every record begins on a later line.
            #expect(table.columnNames.allSatisfy { !$0.contains("\r") }, "\(name)")
            let last = try table.column(try #require(table.columnNames.last))
            let ends = (0..<table.rowCount).compactMap { last.text(at: $0)?.last }
            #expect(!ends.contains { $0 == "\r" || $0 == "\r\n" }, "\(name)")
            let lines = try #require(table.lines)
            #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 }, "\(name)")
        }
    }
}

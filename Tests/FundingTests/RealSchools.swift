import Tables
import TestSupport

@testable import Funding

/// The real schools of the shared data sets, as far as these tell.
enum RealSchools {
    /// The class of urbanity of each four-digit postcode.
    private static func urbanityByPostcode() throws -> [String: String] {
        var options = CSVOptions()
        options.columns = ["pc4", "urbanity_class"]
        options.types = ["pc4": .text, "urbanity_class": .text]
        let table = try readCSV(path: sharedData("nl_pc4_2023/pc4_2023.csv"), options: options)
        let (codes, classes) = (try table.column("pc4"), try table.column("urbanity_class"))
        var result: [String: String] = [:]
        for row in 0..<table.rowCount { result[codes.text(at: row) ?? ""] = classes.text(at: row) }
        return result
    }

    /// The 6,295 primary schools with funded pupils of 2019, with the urbanity of their postcode.
    static func primary() throws -> SchoolPopulation {
        let urbanity = try urbanityByPostcode()
        var options = CSVOptions()
        let numbers = ["funded_pupils_2019", "disadv_score_2019", "disadv_score_nothresh"]
        let texts = ["brin6", "postcode", "province"]
        options.columns = texts + numbers
        for name in texts { options.types[name] = .text }
        for name in numbers { options.types[name] = .double }
        let table = try readCSV(path: sharedData("nl_primary_schools_2019/primary_schools.csv"), options: options)
        let columns = try texts.map { try table.column($0) }
        let values = try numbers.map { try table.column($0).doubles() ?? [] }
        let schools = (0..<table.rowCount).compactMap { row -> School? in
            guard let id = columns[0].text(at: row), let pupils = Int(exactly: values[0][row]) else { return nil }
            let postcode = columns[1].text(at: row).map { String($0.prefix(4)) }
            return School(
                id: id, sector: "po",
                traits: School.Traits(
                    type: "bo", region: columns[2].text(at: row), urbanity: postcode.flatMap { urbanity[$0] }),
                lowPupils: 0, highPupils: pupils, disadvantageScore: values[1][row],
                scoreBeforeThreshold: values[2][row])
        }
        return try SchoolPopulation(schools: schools, sectors: ["po"], source: "primary schools 2019")
    }

    /// The 1,139 secondary sites with tracks and candidates in 2019; pupils are candidates times the years of their track.
    static func secondary() throws -> SchoolPopulation {
        let pupils = try pupilsBySite()
        var options = CSVOptions()
        let texts = ["brin6", "province", "structure", "urbanity_class"]
        options.columns = texts
        for name in texts { options.types[name] = .text }
        let table = try readCSV(path: sharedData("nl_secondary_exam_passrates/schools.csv"), options: options)
        let columns = try texts.map { try table.column($0) }
        let schools = (0..<table.rowCount).compactMap { row -> School? in
            guard let id = columns[0].text(at: row), let count = pupils[id], count > 0,
                let type = columns[2].text(at: row).flatMap(type)
            else { return nil }
            let traits = School.Traits(
                type: type, region: columns[1].text(at: row), urbanity: columns[3].text(at: row))
            return School(
                id: id, sector: "vo", traits: traits, lowPupils: 0, highPupils: count, disadvantageScore: nil,
                scoreBeforeThreshold: nil)
        }
        return try SchoolPopulation(schools: schools, sectors: ["vo"], source: "secondary sites 2019")
    }

    private static func pupilsBySite() throws -> [String: Int] {
        var options = CSVOptions()
        options.columns = ["brin6", "track", "year", "candidates"]
        options.types = ["brin6": .text, "track": .text, "year": .int, "candidates": .int]
        let table = try readCSV(
            path: sharedData("nl_secondary_exam_passrates/exam_passrates_school_track_year.csv"), options: options)
        let (ids, tracks) = (try table.column("brin6"), try table.column("track"))
        let (years, candidates) = (try table.column("year").wholes, try table.column("candidates").wholes)
        var result: [String: Int] = [:]
        for row in 0..<table.rowCount where years[row] == 2019 && candidates[row] > 0 {
            let length = ["HAVO": 5, "VWO": 6][tracks.text(at: row) ?? ""] ?? 4
            result[ids.text(at: row) ?? "", default: 0] += candidates[row] * length
        }
        return result
    }

    /// The type of a site by its tracks, as netherlands.yaml has it.
    static func type(structure: String) -> String? {
        let tracks = Set(structure.split(separator: "/").map(String.init)).subtracting(["PRO", "BRUGJAAR"])
        let isHigher = tracks.contains("HAVO") || tracks.contains("VWO")
        if tracks.isEmpty { return nil }
        if tracks.contains("VBO"), isHigher { return "broad" }
        if tracks == ["VBO"] { return "vbo" }
        if !isHigher { return "vbo_mavo" }
        return tracks.contains("MAVO") ? "mavo_havo_vwo" : "havo_vwo"
    }
}

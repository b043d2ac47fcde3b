import Foundation
import TestSupport
import Testing

@testable import Funding

/// The embedded population beside the real schools, figure by figure. The tables are printed: they are the record.
@Suite(.enabled(if: hasSharedData)) struct PopulationDeviationTests {
    /// What is compared of the schools of one quintile.
    private struct QuintileFigures {
        let schools: Double
        let pupils: Double
        let meanSize: Double
        let medianSize: Double
        let meanScore: Double
        let scoreAfter: Double
        let zeroShare: Double
        let urbanity: [Double]

        init(_ population: SchoolPopulation, _ quintile: Int) {
            let members = zip(population.schools, population.quintiles).filter {
                $0.0.sector == "po" && $0.1 == quintile
            }.map(\.0)
            let count = Double(members.count)
            let sizes = members.map(\.pupils).sorted()
            schools = count
            pupils = Double(sizes.reduce(0, +))
            meanSize = pupils / count
            medianSize = Double(sizes[sizes.count / 2] + sizes[(sizes.count - 1) / 2]) / 2
            meanScore = members.reduce(0) { $0 + ($1.scorePerPupil ?? .nan) } / count
            scoreAfter = members.reduce(0) { $0 + ($1.disadvantageScore ?? .nan) }
            zeroShare = Double(members.count { $0.disadvantageScore == 0 }) / count
            urbanity = shares(members, of: \.urbanity, ["1", "2", "3", "4", "5"])
        }
    }

    // The bounds, set after seeing the deviations: they guard what is reproduced, and validate nothing.
    // The population has 6,164 regular schools (2023) where the table has 6,295 (2019), and the same pupils: 2.1%
    // fewer schools and 2.1% larger ones are meant; they get 0.9 points for the rest, the median 3 points more since whole
    // pupils and a linear quantile function move it by a few pupils. Pupils and scores have the same totals. The score after
    // the threshold of the fourth quintile is a difference of nearly equal numbers: 1% of its score is 3.5% of it, and that
    // of the third is 54 points on 37 schools, not compared.
    @Test("Primary schools, quintile by quintile", arguments: 1...5) func primarySchools(seed: Int) throws {
        let real = try RealSchools.primary()
        let synthetic = try PopulationMarginals.netherlands().synthesise(seed: UInt64(seed))
        #expect(real.schools.count == 6295)
        var record = DeviationRecord("primary schools, seed \(seed)")
        for quintile in 1...5 {
            let (x, y) = (QuintileFigures(real, quintile), QuintileFigures(synthetic, quintile))
            func compare(_ name: String, _ value: KeyPath<QuintileFigures, Double>, within bound: Double?) {
                let (a, b) = (x[keyPath: value], y[keyPath: value])
                let deviation = a == b ? 0 : b / a - 1
                record.add("Q\(quintile) \(name)", a, b, deviation, unit: "%")
                if let bound { #expect(abs(deviation) <= bound, "quintile \(quintile): \(name) \(a) and \(b)") }
            }
            compare("schools", \.schools, within: 0.022)
            compare("pupils", \.pupils, within: 0.015)
            compare("mean size", \.meanSize, within: 0.03)
            compare("median size", \.medianSize, within: 0.06)
            compare("mean score per pupil", \.meanScore, within: 0.01)
            compare("score after threshold", \.scoreAfter, within: quintile < 4 ? nil : quintile == 4 ? 0.05 : 0.02)
            compare("share without score", \.zeroShare, within: 0.01)
            for (index, (a, b)) in zip(x.urbanity, y.urbanity).enumerated() {
                record.add("Q\(quintile) urbanity \(index + 1)", a, b, b - a, unit: "pp")
                #expect(abs(a - b) <= 0.002, "quintile \(quintile): urbanity \(index + 1)")
            }
        }
        let totals = [real, synthetic].map { population in
            population.schools.reduce(0) { $0 + ($1.sector == "po" ? $1.disadvantageScore ?? 0 : 0) }
        }
        record.add("all score after threshold", totals[0], totals[1], totals[1] / totals[0] - 1, unit: "%")
        #expect(abs(totals[1] / totals[0] - 1) <= 0.02)
        if seed == 1 { record.print() }
    }

    // Provinces are counted off by fifth of the scores and urbanity; within a fifth a province's scores are the fifth's, and
    // the highest fifth runs from 1.4 to 5.3 points a pupil.
    @Test func primarySchoolsByProvince() throws {
        let real = try RealSchools.primary().schools
        let synthetic = try PopulationMarginals.netherlands().synthesise(seed: 1).schools.filter {
            $0.traits.type == "bo"
        }
        var record = DeviationRecord("primary schools by province")
        let provinces = Set(real.compactMap(\.traits.region)).sorted()
        let (x, y) = (shares(real, of: \.region, provinces), shares(synthetic, of: \.region, provinces))
        for (index, province) in provinces.enumerated() {
            record.add("province \(province)", x[index], y[index], y[index] - x[index], unit: "pp")
            #expect(abs(x[index] - y[index]) <= 0.002, "\(province)")
        }
        for province in provinces {
            func meanScore(_ schools: [School]) -> Double {
                let scores = schools.filter { $0.traits.region == province }.compactMap(\.scorePerPupil)
                return scores.reduce(0, +) / Double(scores.count)
            }
            let (a, b) = (meanScore(real), meanScore(synthetic))
            record.add("mean score \(province)", a, b, b / a - 1, unit: "%")
            #expect(abs(b / a - 1) <= 0.1, "\(province)")
        }
        record.print()
    }

    // Urbanity and province are counted off the same 1,139 sites by type and by urbanity, so they differ by rounding to whole
    // schools, and by the type of unknown place. Province moves with the mix of urbanity by type: half a point.
    @Test func secondarySchoolsByTypeSizeAndPlace() throws {
        let real = try RealSchools.secondary().schools
        let synthetic = try PopulationMarginals.netherlands().synthesise(seed: 1).schools.filter {
            $0.sector == "vo" && $0.traits.type != "pro"
        }
        #expect(real.count == 1139)
        var record = DeviationRecord("secondary schools with exams")
        func compare(_ name: String, _ value: KeyPath<School.Traits, String?>, _ classes: [String], within: Double) {
            let (x, y) = (shares(real, of: value, classes), shares(synthetic, of: value, classes))
            for (index, label) in classes.enumerated() {
                let deviation = y[index] - x[index]
                record.add("\(name) \(label)", x[index], y[index], deviation, unit: "pp")
                #expect(abs(deviation) <= within, "\(name) \(label)")
            }
        }
        compare("type", \.type, ["vbo", "vbo_mavo", "broad", "mavo_havo_vwo", "havo_vwo"], within: 0.001)
        compare("urbanity", \.urbanity, ["1", "2", "3", "4", "5"], within: 0.005)
        compare("province", \.region, Set(real.compactMap(\.traits.region)).sorted(), within: 0.005)
        let (x, y) = (scaledSizes(real), scaledSizes(synthetic))
        for p in [0.1, 0.25, 0.5, 0.75, 0.9, 0.95] {
            let (a, b) = (quantile(x, p), quantile(y, p))
            record.add("size over mean at \(p)", a, b, b / a - 1, unit: "%")
            // In units of the mean size; eight linear pieces a type.
            #expect(abs(b - a) <= 0.06, "size at \(p)")
        }
        record.print()
    }
}

/// The shares of classes among the schools whose class is known.
private func shares(_ schools: [School], of trait: KeyPath<School.Traits, String?>, _ classes: [String]) -> [Double] {
    let known = schools.compactMap { $0.traits[keyPath: trait] }
    return classes.map { name in Double(known.count { $0 == name }) / Double(known.count) }
}

/// Rising sizes in units of their mean.
private func scaledSizes(_ schools: [School]) -> [Double] {
    let mean = Double(schools.reduce(0) { $0 + $1.pupils }) / Double(schools.count)
    return schools.map { Double($0.pupils) / mean }.sorted()
}

private func quantile(_ sorted: [Double], _ p: Double) -> Double { sorted[Int(p * Double(sorted.count - 1))] }

/// A table of real and synthetic figures, printed as the record of a test run.
private struct DeviationRecord {
    private var lines: [String]

    init(_ title: String) { lines = [title, Self.line("figure", "real", "synthetic", "deviation")] }

    mutating func add(_ name: String, _ real: Double, _ synthetic: Double, _ deviation: Double, unit: String) {
        let difference = String(format: "%+.2f", deviation * 100) + " " + unit
        lines.append(Self.line(name, Self.text(real), Self.text(synthetic), difference))
    }

    func print() { Swift.print(lines.joined(separator: "\n")) }

    private static func text(_ number: Double) -> String {
        String(format: abs(number) < 10 ? "%.4f" : abs(number) < 1000 ? "%.1f" : "%.0f", number)
    }

    private static func line(_ cells: String...) -> String {
        zip(cells, [30, 12, 12, 12]).map { cell, width in
            let pad = String(repeating: " ", count: max(0, width - cell.count))
            return width == 30 ? cell + pad : pad + cell
        }.joined(separator: " ")
    }
}

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

    @Test func primarySchoolsQuintileByQuintile() throws {
        let (real, synthetic) = (try RealSchools.primary(), try PopulationMarginals.netherlands().synthesise(seed: 1))
        #expect(real.schools.count == 6295)
        var lines = ["quintile figure real synthetic deviation"]
        for quintile in 1...5 {
            let (x, y) = (QuintileFigures(real, quintile), QuintileFigures(synthetic, quintile))
            func compare(_ name: String, _ value: KeyPath<QuintileFigures, Double>, within bound: Double?) {
                let (a, b) = (x[keyPath: value], y[keyPath: value])
                let deviation = a == b ? 0 : b / a - 1
                lines.append("\(quintile) \(name) \(text(a)) \(text(b)) \(text(deviation * 100))%")
                if let bound { #expect(abs(deviation) <= bound, "quintile \(quintile): \(name) \(a) and \(b)") }
            }
            compare("schools", \.schools, within: 0.03)
            compare("pupils", \.pupils, within: 0.02)
            compare("mean_size", \.meanSize, within: 0.04)
            compare("median_size", \.medianSize, within: 0.06)
            compare("mean_score_per_pupil", \.meanScore, within: 0.02)
            compare("score_after_threshold", \.scoreAfter, within: quintile < 4 ? nil : 0.03)
            compare("share_without_score", \.zeroShare, within: 0.02)
            let worst = zip(x.urbanity, y.urbanity).map { abs($0 - $1) }.max() ?? 1
            lines.append(
                "\(quintile) urbanity \(x.urbanity.map(text).joined(separator: "/")) "
                    + "\(y.urbanity.map(text).joined(separator: "/")) \(text(worst * 100))pp")
            #expect(worst <= 0.005)
        }
        print(lines.joined(separator: "\n"))
    }

    @Test func secondarySchoolsByTypeSizeAndPlace() throws {
        let real = try RealSchools.secondary().schools
        let synthetic = try PopulationMarginals.netherlands().synthesise(seed: 1).schools.filter {
            $0.sector == "vo" && $0.traits.type != "pro"
        }
        #expect(real.count == 1139)
        var lines = ["figure real synthetic deviation"]
        func compare(_ name: String, _ value: KeyPath<School.Traits, String?>, _ classes: [String], within: Double) {
            let (x, y) = (shares(real, of: value, classes), shares(synthetic, of: value, classes))
            for (index, label) in classes.enumerated() {
                let deviation = y[index] - x[index]
                lines.append("\(name)_\(label) \(text(x[index])) \(text(y[index])) \(text(deviation * 100))pp")
                #expect(abs(deviation) <= within, "\(name) \(label)")
            }
        }
        compare("type", \.type, ["vbo", "vbo_mavo", "broad", "mavo_havo_vwo", "havo_vwo"], within: 0.001)
        compare("urbanity", \.urbanity, ["1", "2", "3", "4", "5"], within: 0.005)
        compare("province", \.region, Set(real.compactMap(\.traits.region)).sorted(), within: 0.005)
        let (x, y) = (scaledSizes(real), scaledSizes(synthetic))
        for p in [0.1, 0.25, 0.5, 0.75, 0.9, 0.95] {
            let (a, b) = (quantile(x, p), quantile(y, p))
            lines.append("size_over_mean_\(p) \(text(a)) \(text(b)) \(text((b / a - 1) * 100))%")
            #expect(abs(b - a) <= 0.06, "size at \(p)")
        }
        print(lines.joined(separator: "\n"))
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

private func text(_ number: Double) -> String { String(format: abs(number) < 10 ? "%.3f" : "%.1f", number) }

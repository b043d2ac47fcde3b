import Foundation
import Probability
import Testing

@Suite struct SensitivityTests {
    /// What the variance of a function is made of, known in closed form.
    struct Known: Sendable, CustomStringConvertible {
        let description: String
        let inputs: Int
        let groups: [[Int]]
        let variance: Double
        let first: [Double]
        let total: [Double]
        let function: @Sendable ([Double]) -> Double
    }

    /// Ishigami and Homma (1990) with a = 7, b = 0.1; closed forms as in Saltelli and others (2000), Sensitivity Analysis, 2.9.
    static var ishigami: Known {
        let (a, b, pi4) = (7.0, 0.1, pow(Double.pi, 4))
        let (v1, v2, v13) = (pow(1 + b * pi4 / 5, 2) / 2, a * a / 8, 8 * b * b * pi4 * pi4 / 225)
        let v = v1 + v2 + v13
        return Known(
            description: "Ishigami", inputs: 3, groups: [[0], [1], [2], [0, 2], [0, 1], [1, 2], [0, 1, 2]], variance: v,
            first: [v1 / v, v2 / v, 0, (v1 + v13) / v, (v1 + v2) / v, v2 / v, 1],
            total: [(v1 + v13) / v, v2 / v, v13 / v, (v1 + v13) / v, 1, (v2 + v13) / v, 1]
        ) { u in
            let x = u.map { (2 * $0 - 1) * Double.pi }
            return sin(x[0]) + a * sin(x[1]) * sin(x[1]) + b * pow(x[2], 4) * sin(x[0])
        }
    }

    /// Sobol's g function (Saltelli and Sobol' 1995): a product of `(|4 x - 2| + a_i) / (1 + a_i)`, whose factors have mean 1 and
    /// variance 1 / 3 / (1 + a_i)^2.
    static func g(_ a: [Double], groups: [[Int]]) -> Known {
        let factors = a.map { 1 + 1 / (3 * (1 + $0) * (1 + $0)) }
        let all = factors.reduce(1, *)
        func closed(_ group: [Int]) -> Double { group.reduce(1) { $0 * factors[$1] } - 1 }
        func total(_ group: [Int]) -> Double { closed(group) * all / (closed(group) + 1) }
        return Known(
            description: "g \(a)", inputs: a.count, groups: groups, variance: all - 1,
            first: groups.map { closed($0) / (all - 1) }, total: groups.map { total($0) / (all - 1) }
        ) { u in zip(u, a).reduce(1) { $0 * (abs(4 * $1.0 - 2) + $1.1) / (1 + $1.1) } }
    }

    static let functions = [
        ishigami,
        g([0, 1, 4.5, 9, 99, 99], groups: [[0], [1], [2], [3], [4], [5], [0, 1], [2, 3, 4, 5]]),
        g([9, 9, 9, 9], groups: [[0], [3], [0, 3], [1, 2]]),
        g([0, 0.5, 3, 9, 99], groups: [[0], [1], [2], [3], [4], [1, 2, 3]]),
    ]

    static func indices(of known: Known, baseSamples: Int, seed: UInt64) -> OutputSensitivity {
        let design = SensitivityDesign(
            inputs: known.inputs, groups: known.groups, baseSamples: baseSamples, seed: seed)
        return design.indices(of: (0..<design.rowCount).map { known.function(design.row($0)) })[0]
    }

    /// 8,192 base samples, so 8,192 (groups + 2) evaluations: every index within 0.01, the variance within 1%.
    @Test(arguments: functions)
    func agreesWithClosedForms(known: Known) throws {
        let found = Self.indices(of: known, baseSamples: 8192, seed: 2021)
        #expect(abs(found.variance / known.variance - 1) < 0.01)
        for (index, value) in zip(try #require(found.first), known.first) {
            #expect(abs(index.estimate - value) < 0.01, "first \(index) \(value)")
            #expect(index.standardError < 0.015)
        }
        for (index, value) in zip(try #require(found.total), known.total) {
            #expect(abs(index.estimate - value) < 0.01, "total \(index) \(value)")
            #expect(index.standardError < 0.015)
        }
    }

    /// Over 100 seeds at 512 base samples: 95% intervals hold the index in 95% of the cases, within 5%: with 100 seeds and
    /// indices that depend on each other the standard error of a share is 2%. A function with a kink is no smooth best case.
    @Test func intervalsCover() throws {
        let known = Self.g([0, 1, 4.5], groups: [[0], [1], [2], [0, 1]])
        var (hits, all) = (0, 0)
        for seed in 1...100 as ClosedRange<UInt64> {
            let found = Self.indices(of: known, baseSamples: 512, seed: seed)
            let indices = zip(try #require(found.first), known.first) + zip(try #require(found.total), known.total)
            all += indices.count
            hits += indices.count { $0.0.lower <= $0.1 && $0.1 <= $0.0.upper }
        }
        #expect(abs(Double(hits) / Double(all) - 0.95) < 0.05, "\(hits) of \(all)")
    }

    /// Without interactions first and total are the same shares of variance, c_i^2 / sum c^2; an input without effect has
    /// exactly none. 2,048 base samples: within 0.005, some two standard errors of what is left of the largest.
    @Test func additiveFunctionsSplitBySquares() throws {
        let c = [1.0, -2, 0, 3, 0.5]
        let known = Known(
            description: "linear", inputs: 5, groups: [[0], [1], [2], [3], [4], [0, 3]], variance: 14.25 / 12,
            first: [1, 4, 0, 9, 0.25, 10].map { $0 / 14.25 }, total: [1, 4, 0, 9, 0.25, 10].map { $0 / 14.25 }
        ) { u in 1000 + zip(u, c).reduce(0) { $0 + $1.0 * $1.1 } }
        let found = Self.indices(of: known, baseSamples: 2048, seed: 4)
        let (first, total) = (try #require(found.first), try #require(found.total))
        for group in known.groups.indices {
            #expect(abs(first[group].estimate - known.first[group]) < 5e-3)
            #expect(abs(total[group].estimate - known.total[group]) < 5e-3)
        }
        #expect(first[2].estimate == 0 && total[2].estimate == 0 && total[2].upper == 0)
        #expect(abs(found.mean - 1001.25) < 1e-3 && abs(found.variance - 14.25 / 12) < 5e-3)
    }

    @Test func outputsAreTakenApartInTheirOrder() {
        let known = Self.ishigami
        let design = SensitivityDesign(inputs: 3, groups: known.groups, baseSamples: 256, seed: 9)
        let values = (0..<design.rowCount).map { known.function(design.row($0)) }
        let together = design.indices(of: values.flatMap { [$0, 4.25, $0 * $0] })
        #expect(together[0] == design.indices(of: values)[0])
        #expect(together[2] == design.indices(of: values.map { $0 * $0 })[0])
    }

    /// Constant, constant but for rounding, not finite, or alive in a single replicate: no indices rather than NaN.
    @Test func withoutVarianceThereAreNoIndices() {
        let design = SensitivityDesign(inputs: 2, groups: [[0], [1]], baseSamples: 64, seed: 1)
        let rows = design.rowCount
        let outputs: [[Double]] = [
            .init(repeating: 0.1, count: rows), (0..<rows).map { $0 % 2 == 0 ? 0.1 : 0.1.nextUp },
            (0..<rows).map { $0 == 7 ? .nan : Double($0) }, (0..<rows).map { $0 == 5 ? .infinity : Double($0) },
            (0..<rows).map { $0 == 0 ? 1 : 0 },
        ]
        for values in outputs {
            let found = design.indices(of: values)[0]
            #expect(found.first == nil && found.total == nil)
        }
        #expect(design.indices(of: outputs[0])[0].mean == 0.1)
    }

    @Test func rowsAreThoseOfSaltelli() {
        let design = SensitivityDesign(inputs: 4, groups: [[2], [0, 3]], baseSamples: 100, replicates: 5, seed: 3)
        #expect(design.samplesPerReplicate == 32 && design.rowCount == 5 * 32 * 4)
        for sample in [0, 31, 32, 159] {
            let (a, b) = (design.row(4 * sample), design.row(4 * sample + 1))
            #expect(Set(a + b).count == 8)
            #expect(design.row(4 * sample + 2) == [a[0], a[1], b[2], a[3]])
            #expect(design.row(4 * sample + 3) == [b[0], a[1], a[2], b[3]])
        }
    }

    @Test func oneAtATime() {
        let design = OneAtATimeDesign(inputs: 3, groups: [[0], [1, 2]])
        let rows = (0..<design.rowCount).map(design.row)
        #expect(
            rows == [[0.5, 0.5, 0.5], [0.05, 0.5, 0.5], [0.95, 0.5, 0.5], [0.5, 0.05, 0.05], [0.5, 0.95, 0.95]])
        let swings = design.swings(of: rows.flatMap { [10 * $0[0] - $0[1], $0[1] * $0[2]] })
        #expect(swings.map { $0.map(\.group) } == [[0, 1], [0, 1]])
        // 10 * 0.9, -0.9; 0 and 0.95^2 - 0.05^2 = 0.9, to rounding.
        for (swing, change) in zip(swings.joined(), [9, -0.9, 0, 0.9]) { #expect(abs(swing.change - change) < 1e-14) }
    }
}

private func + <A, B>(_ first: Zip2Sequence<A, B>, _ second: Zip2Sequence<A, B>) -> [(A.Element, B.Element)] {
    Array(first) + Array(second)
}

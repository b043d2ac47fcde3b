import Foundation
import Surveys

/// How a monitor's respondents are drawn; all in 50 strata.
enum Drawing: String {
    /// In 1,000 schools.
    case schools
    /// In households of one to five.
    case households
    /// Each by himself.
    case respondents
}

/// What a monitor asks.
enum Kind: String {
    /// Questions with five categories.
    case categories
    /// Numbers.
    case numbers
}

/// A made-up monitor: items of five categories, splits of 5 to 12 groups, unequal weights, a tenth missing.
struct Monitor {
    let items: [TableItem]
    let splits: [TableSplit]
    private let codes: [[Int32]]
    private let weights: [Double]
    private let strata: [Int32]
    private let clusters: [Int32]

    init(_ drawing: Drawing, rows: Int, items: Int, splits: Int, kind: Kind) {
        var random = Noise(state: 20_261_121)
        let clusters = Self.clusters(drawing, rows: rows, &random)
        self.clusters = clusters
        strata = clusters.map { $0 % 50 }
        weights = (0..<rows).map { _ in 0.25 + 4 * random.uniform() }
        let codes = (0..<items).map { item in
            clusters.map { cluster -> Int32 in
                guard random.uniform() >= 0.1 else { return -1 }
                // Schools differ: the answer leans to one that the cluster's number picks.
                return random.uniform() < 0.1 ? (cluster &+ Int32(item)) % 5 : Int32(random.uniform() * 5)
            }
        }
        self.codes = codes
        self.items = codes.map { codes in
            kind == .categories
                ? .categories(codes, count: 5)
                : .number(codes.map { $0 < 0 ? .nan : 500 + 10 * Double($0) + random.uniform() })
        }
        self.splits = (0..<splits).map { split in
            let count = [5, 12, 8, 6, 10][split % 5]
            // One in two splits is of schools, the others of pupils.
            let groups = clusters.map { cluster -> Int32 in
                split % 2 == 0
                    ? (random.uniform() < 0.02 ? -1 : Int32(random.uniform() * Double(count)))
                    : (cluster / 50) % Int32(count)
            }
            return TableSplit(groups: groups, groupCount: count)
        }
    }

    private static func clusters(_ drawing: Drawing, rows: Int, _ random: inout Noise) -> [Int32] {
        switch drawing {
        case .schools: return (0..<rows).map { _ in Int32(random.uniform() * 1_000) }
        case .respondents: return (0..<rows).map { Int32($0) }
        case .households:
            var (clusters, number) = ([Int32](), Int32(0))
            while clusters.count < rows {
                for _ in 0...Int(random.uniform() * 5) { clusters.append(number) }
                number += 1
            }
            return Array(clusters.prefix(rows))
        }
    }

    func design() throws -> SurveyDesign {
        try SurveyDesign(
            weights: weights, stages: [SurveyDesign.Stage(strata: strata, clusters: clusters)],
            lonelyClusters: .certainty)
    }

    /// Writes the first item and split with the design for the peers, and our table of them beside it as `.ours`.
    func write(to path: String, table: DomainTable) throws {
        var text = "stratum,cluster,weight,item,split\n"
        for row in weights.indices {
            let (item, group) = (codes[0][row], splits[0].groups[row])
            text += "\(strata[row]),\(clusters[row]),\(weights[row]),\(item < 0 ? "" : "\(item)"),"
            text += group < 0 ? "\n" : "\(group)\n"
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let lines = zip(table.estimates.values, table.estimates.standardErrors).map { "\($0),\($1)\n" }
        try lines.joined().write(toFile: path + ".ours", atomically: true, encoding: .utf8)
    }
}

/// Uniform numbers (xorshift64*), good enough to fill a benchmark.
struct Noise {
    var state: UInt64

    mutating func uniform() -> Double {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Double((state &* 0x2545_F491_4F6C_DD1D) >> 11) * 0x1p-53
    }
}

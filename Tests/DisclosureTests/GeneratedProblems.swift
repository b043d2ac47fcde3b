import TestSupport

@testable import Disclosure

/// Small problems of all shapes, from a seed.
enum GeneratedProblems {
    static func labels(_ prefix: String, _ count: Int) -> [String] { (0..<count).map { "\(prefix)\($0)" } }

    /// A table of rows by columns with margins.
    static func twoWay(seed: Int, largest: Int = 6) throws -> SuppressionProblem {
        var random = SeededGenerator(seed: seed)
        let (r, c) = (Int.random(in: 2...3, using: &random), Int.random(in: 2...3, using: &random))
        let counts = (0..<r).map { _ in (0..<c).map { _ in Int.random(in: 0...largest, using: &random) } }
        return try .table(rows: labels("r", r), columns: labels("c", c), counts: counts)
    }

    /// A table of 2 x 2 x 2 with all margins: every cell, also a margin, is the sum over either label of any place.
    static func threeWay(seed: Int, largest: Int = 6) throws -> SuppressionProblem {
        var random = SeededGenerator(seed: seed)
        var counts: [[String]: Int] = [:]
        for a in ["0", "1"] {
            for b in ["0", "1"] {
                for c in ["0", "1"] { counts[[a, b, c]] = Int.random(in: 0...largest, using: &random) }
            }
        }
        var relations: [SuppressionRelation] = []
        for place in 0..<3 {
            for labels in counts.keys.filter({ $0[place] == "0" }) {
                let (total, other) = (labels.replacing(place, "*"), labels.replacing(place, "1"))
                counts[total] = (counts[labels] ?? 0) + (counts[other] ?? 0)
                relations.append(
                    SuppressionRelation(total: CellName(total), parts: [CellName(labels), CellName(other)]))
            }
        }
        return try SuppressionProblem(
            cells: counts.map { SuppressionCell(CellName($0.key), count: $0.value) }, relations: relations)
    }

    /// Three splits of one total, by sex, by SES group and by both, and a hierarchy of schools below one of them.
    static func linked(seed: Int, largest: Int = 6) throws -> SuppressionProblem {
        var random = SeededGenerator(seed: seed)
        let counts = (0..<2).map { _ in (0..<2).map { _ in Int.random(in: 0...largest, using: &random) } }
        let table = try SuppressionProblem.table(rows: ["girl", "boy"], columns: ["low", "high"], counts: counts)
        let low = counts[0][0] + counts[1][0]
        let first = Int.random(in: 0...low, using: &random)
        let schools = try SuppressionProblem.split(
            SuppressionCell(CellName("total", "low"), count: low),
            into: [
                SuppressionCell(CellName("school 1", "low"), count: first),
                SuppressionCell(CellName("school 2", "low"), count: low - first),
            ])
        return try SuppressionProblem(joining: [table, schools])
    }

    /// Items of five categories by ten groups with margins, as a monitor publishes them.
    ///
    /// - Parameter isShared: Whether the groups' sizes are the same cells for all items.
    static func monitor(seed: Int, isShared: Bool, items: Int = 20) throws -> SuppressionProblem {
        var random = SeededGenerator(seed: seed)
        let sizes = [12, 25, 40, 60, 90, 120, 150, 200, 300, 500]
        let tables = try (0..<items).map { item in
            let counts = sizes.map { size in
                var counts = [Int](repeating: 0, count: 5)
                for _ in 0..<size { counts[Int.random(in: 0..<5, using: &random)] += 1 }
                return counts
            }
            return try SuppressionProblem.table(
                ["item \(item)"], rows: labels("group ", 10), columns: labels("", 5), counts: counts)
        }
        guard isShared else { return try SuppressionProblem(joining: tables) }
        return try SuppressionProblem(joining: tables).renamed {
            $0.labels[2] == "total" ? CellName("size", $0.labels[1]) : $0
        }
    }
}

extension SuppressionProblem {
    /// The problem with other names.
    func renamed(_ name: (CellName) -> CellName) throws -> SuppressionProblem {
        try SuppressionProblem(
            cells: cells.map { SuppressionCell(name($0.name), count: $0.count, clusters: $0.clusters) },
            relations: relations.map { SuppressionRelation(total: name($0.total), parts: $0.parts.map(name)) })
    }
}

extension [String] {
    fileprivate func replacing(_ place: Int, _ label: String) -> [String] {
        var copy = self
        copy[place] = label
        return copy
    }
}

extension Suppression {
    /// The cells that are not published.
    var hidden: Set<CellName> { Set(statuses.filter { $0.value != .published }.keys) }
    /// The cells suppressed to protect others.
    var complementary: Set<CellName> { Set(statuses.filter { $0.value == .complementary }.keys) }
}

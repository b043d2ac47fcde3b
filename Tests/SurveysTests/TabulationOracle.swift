import LinearAlgebra
import TestSupport

@testable import Surveys

/// The means of a variable's columns in groups, written plainly: the oracle of the tables.
struct PlainMeans: SurveyStatistic {
    /// One column a cell; missing rows are not in the base.
    let columns: [[Double]]
    let isAnswered: [Bool]
    let split: TableSplit
    /// The groups to estimate.
    let groups: [Int]

    private func isIn(_ group: Int, _ row: Int) -> Bool { isAnswered[row] && split.groups[row] == Int32(group) }

    private func base(_ group: Int, _ weights: [Double]) -> Double {
        weights.indices.reduce(0) { isIn(group, $1) ? $0 + weights[$1] : $0 }
    }

    func values(weights: [Double]) -> [Double] {
        groups.flatMap { group in
            columns.map { column in
                weights.indices.reduce(0) { isIn(group, $1) ? $0 + weights[$1] * column[$1] : $0 }
                    / base(group, weights)
            }
        }
    }

    func influence(weights: [Double]) -> Matrix {
        let means = values(weights: weights)
        var result = Matrix(rows: weights.count, columns: means.count)
        for (position, group) in groups.enumerated() {
            let base = base(group, weights)
            for row in weights.indices where isIn(group, row) {
                for (cell, column) in columns.enumerated() {
                    let index = position * columns.count + cell
                    result[row, index] = (column[row] - means[index]) / base
                }
            }
        }
        return result
    }
}

/// A random survey: strata and clusters of many sizes, rows without weight, items with missing answers.
struct RandomSurvey {
    enum Kind: String, CaseIterable, Sendable { case categories, options, number }
    /// How rows were drawn.
    enum Drawing: String, CaseIterable, Sendable {
        /// Clusters of one to six rows.
        case clusters
        /// Clusters of eight rows on average, half of them too large for sums of pairs.
        case schools
        /// Every row its own cluster.
        case respondents
        /// Clusters of one to six rows of finite populations, some of which are drawn as a whole.
        case finite
        /// The same, of which rows were drawn at a second stage.
        case twoStages
    }

    let weights: [Double]
    let strata: [Int32]
    let clusters: [Int32]
    let codes: [Int32]
    let options: [[Int32]]
    let numbers: [Double]
    let split: TableSplit
    private let drawing: Drawing

    /// Group 3 of 5 is left without respondents.
    init(seed: Int, rows: Int = 150, drawing: Drawing) {
        var random = SeededGenerator(seed: seed)
        self.drawing = drawing
        weights = (0..<rows).map { _ in
            Double.random(in: 0..<1, using: &random) < 0.05 ? 0 : Double.random(in: 0.1..<9, using: &random)
        }
        let clusters = (0..<rows).map { row in
            drawing == .respondents
                ? Int32(row) : Int32.random(in: 0..<Int32(rows / (drawing == .schools ? 8 : 3)), using: &random)
        }
        // Stratum 0 has a single cluster, and so is a lonely one.
        strata = clusters.map { $0 == 7 ? 0 : 1 + $0 % 6 }
        self.clusters = clusters
        codes = (0..<rows).map { _ in Int32.random(in: -1..<4, using: &random) }
        options = (0..<3).map { _ in (0..<rows).map { _ in Int32.random(in: -1..<2, using: &random) } }
        numbers = (0..<rows).map { _ in
            Double.random(in: 0..<1, using: &random) < 0.1 ? .nan : Double.random(in: 500..<540, using: &random)
        }
        let groups = clusters.map { cluster -> Int32 in
            let group = Bool.random(using: &random) ? Int32.random(in: -1..<5, using: &random) : cluster % 5
            return group == 3 ? -1 : group
        }
        split = TableSplit(groups: groups, groupCount: 5)
    }

    func design(_ lonely: SurveyDesign.LonelyClusters) throws -> SurveyDesign {
        let isFinite = drawing == .finite || drawing == .twoStages
        var drawn: [Int32: Set<Int32>] = [:]
        for (stratum, cluster) in zip(strata, clusters) { drawn[stratum, default: []].insert(cluster) }
        // Every cluster of stratum 3 was drawn, of the others a part.
        let sizes = strata.map { stratum in
            Double(drawn[stratum]?.count ?? 0) + (stratum == 3 ? 0 : Double(stratum) * 5 + 4)
        }
        var stages = [
            try SurveyDesign.Stage(strata: strata, clusters: clusters, populationSizes: isFinite ? sizes : nil)
        ]
        if drawing == .twoStages {
            stages.append(
                try SurveyDesign.Stage(
                    strata: clusters, clusters: clusters.indices.map { Int32($0) },
                    populationSizes: clusters.map { _ in 40 }))
        }
        return try SurveyDesign(weights: weights, stages: stages, lonelyClusters: lonely)
    }

    func item(_ kind: Kind) -> TableItem {
        switch kind {
        case .categories: .categories(codes, count: 4)
        case .options: .options(options)
        case .number: .number(numbers)
        }
    }

    /// The oracle of an item.
    func plain(_ kind: Kind, split: TableSplit, groups: [Int]) -> PlainMeans {
        switch kind {
        case .categories:
            PlainMeans(
                columns: (0..<4).map { category in codes.map { $0 == Int32(category) ? 1 : 0 } },
                isAnswered: codes.map { $0 >= 0 }, split: split, groups: groups)
        case .options:
            PlainMeans(
                columns: options.map { $0.map { $0 > 0 ? 1 : 0 } },
                isAnswered: weights.indices.map { row in options.contains { $0[row] >= 0 } }, split: split,
                groups: groups)
        case .number:
            PlainMeans(
                columns: [numbers.map { $0.isNaN ? 0 : $0 }], isAnswered: numbers.map { !$0.isNaN }, split: split,
                groups: groups)
        }
    }
}

extension MixedModelRows {
    /// The rows in sets that share no random effect: V is block diagonal over them.
    ///
    /// The connected components of the graph in which a row ties its levels of all grouping factors together; schools
    /// with all their pupils, where pupils do not change school. In the order of their first rows, rows ascending.
    func independentSets() -> [[Int]] {
        var firstNode: [Int] = []
        var nodeCount = 0
        for block in blocks {
            firstNode.append(nodeCount)
            nodeCount += block.levelCount
        }
        var forest = DisjointSets(count: nodeCount)
        for row in 0..<rowCount {
            let anchor = Int(blocks[0].codes[row])
            for (index, block) in blocks.enumerated().dropFirst() {
                forest.unite(anchor, firstNode[index] + Int(block.codes[row]))
            }
        }
        return Self.grouped((0..<rowCount).map { forest.root(of: Int(blocks[0].codes[$0])) }, count: nodeCount)
    }

    /// The rows of each cluster, a level of a grouping factor within which all other factors are nested.
    ///
    /// - Throws: ``ModelError/unknownGroupingFactor(_:known:)``, ``ModelError/crossesClusters(factor:clusters:)``.
    func clusters(by factor: String) throws(ModelError) -> [[Int]] {
        guard let clusters = blocks.first(where: { $0.factor == factor }) else {
            throw .unknownGroupingFactor(factor, known: blocks.map(\.factor))
        }
        for block in blocks where block.factor != factor {
            var home = [Int32](repeating: -1, count: block.levelCount)
            for row in 0..<rowCount {
                let level = Int(block.codes[row])
                if home[level] < 0 { home[level] = clusters.codes[row] }
                guard home[level] == clusters.codes[row] else {
                    throw .crossesClusters(factor: block.factor, clusters: factor)
                }
            }
        }
        return Self.grouped(clusters.codes.map { Int($0) }, count: clusters.levelCount)
    }

    private static func grouped(_ codes: [Int], count: Int) -> [[Int]] {
        var position = [Int](repeating: -1, count: count)
        var sets: [[Int]] = []
        for (row, code) in codes.enumerated() {
            if position[code] < 0 {
                position[code] = sets.count
                sets.append([])
            }
            sets[position[code]].append(row)
        }
        return sets
    }
}

/// Sets that are united again and again: union-find with path halving.
private struct DisjointSets {
    private var parent: [Int]

    init(count: Int) { parent = Array(0..<count) }

    mutating func root(of member: Int) -> Int {
        var current = member
        while parent[current] != current {
            parent[current] = parent[parent[current]]
            current = parent[current]
        }
        return current
    }

    mutating func unite(_ first: Int, _ second: Int) {
        let (one, other) = (root(of: first), root(of: second))
        parent[max(one, other)] = min(one, other)
    }
}

/// The order of the other factors' random effects in the equations: levels that share pupils, directly or through
/// others, form a cluster, and clusters do not touch.
struct TailLayout: Sendable {
    /// A cluster's place.
    struct Cluster: Sendable {
        /// Its first column.
        let start: Int
        /// Its number of columns.
        let size: Int
        /// Where its elements begin among those of all clusters.
        let offset: Int
    }

    /// The first column of each other level.
    let position: [Int]
    /// The cluster of each other level.
    let clusterOf: [Int32]
    let clusters: [Cluster]

    /// The number of columns.
    var columnCount: Int { clusters.last.map { $0.start + $0.size } ?? 0 }
    /// The number of elements of all clusters' square matrices.
    var elementCount: Int { clusters.last.map { $0.offset + $0.size * $0.size } ?? 0 }
    /// The size of the largest cluster.
    var largestCluster: Int { clusters.map(\.size).max() ?? 0 }

    /// The clusters that the links between levels make.
    ///
    /// - Parameters:
    ///   - grouping: The links.
    ///   - widths: The number of effects of a level of each other factor.
    ///   - cap: The largest cluster in columns; nil for no limit. Levels that share most pupils come together first, and
    ///     links that would make a cluster too large are left between clusters.
    init(_ grouping: LevelGrouping, widths: [Int], groupCounts: [Double], cap: Int? = nil) {
        let count = grouping.otherLevelCount
        var sizes = [Int](repeating: 0, count: count)
        for factor in widths.indices {
            for level in grouping.factorStart[factor]..<grouping.factorStart[factor + 1] {
                sizes[level] = widths[factor]
            }
        }
        var sets = DisjointSets(sizes: sizes)
        if let cap {
            for edge in Self.edges(grouping, groupCounts) { sets.join(edge.first, edge.second, cap: cap) }
        } else {
            Self.forEachEdge(grouping) { sets.join($0, $1, cap: .max) }
        }
        var clusterOfRoot = [Int32](repeating: -1, count: count)
        var clusterOf = [Int32](repeating: 0, count: count)
        var members: [[Int]] = []
        for level in 0..<count {
            let root = sets.root(level)
            if clusterOfRoot[root] < 0 {
                clusterOfRoot[root] = Int32(members.count)
                members.append([])
            }
            clusterOf[level] = clusterOfRoot[root]
            members[Int(clusterOf[level])].append(level)
        }
        var position = [Int](repeating: 0, count: count)
        var clusters: [Cluster] = []
        var (start, offset) = (0, 0)
        for levels in members {
            let first = start
            for level in levels {
                position[level] = start
                start += sizes[level]
            }
            clusters.append(Cluster(start: first, size: start - first, offset: offset))
            offset += (start - first) * (start - first)
        }
        self.position = position
        self.clusterOf = clusterOf
        self.clusters = clusters
    }

    /// For each group whether all its links lie within one cluster.
    func isWithinCluster(_ grouping: LevelGrouping) -> [Bool] {
        (0..<grouping.groupCount).map { group in
            let links = grouping.links[grouping.linkStart[group]..<grouping.linkStart[group + 1]]
            return links.dropFirst().allSatisfy { clusterOf[Int($0)] == clusterOf[Int(links[links.startIndex])] }
        }
    }

    private static func forEachEdge(_ grouping: LevelGrouping, _ body: (Int, Int) -> Void) {
        for group in 0..<grouping.groupCount {
            let links = grouping.linkStart[group]..<grouping.linkStart[group + 1]
            for link in links.dropFirst() { body(Int(grouping.links[links.lowerBound]), Int(grouping.links[link])) }
        }
    }

    /// Pairs of levels that share pupils, those with most first.
    private static func edges(_ grouping: LevelGrouping, _ groupCounts: [Double]) -> [(first: Int, second: Int)] {
        var coder = KeyCoder()
        var weights: [Double] = []
        for group in 0..<grouping.groupCount where groupCounts[group] > 0 {
            let links = grouping.linkStart[group]..<grouping.linkStart[group + 1]
            for left in links {
                for right in links where right > left {
                    let (a, b) = (UInt32(grouping.links[left]), UInt32(grouping.links[right]))
                    let code = [min(a, b), max(a, b)].withUnsafeBufferPointer { coder.code($0) }
                    if code == weights.count { weights.append(0) }
                    weights[code] += groupCounts[group]
                }
            }
        }
        // Stable: pairs that share as many pupils come in the order of the data.
        let order = weights.indices.sorted { (-weights[$0], $0) < (-weights[$1], $1) }
        return order.map { code in
            let key = coder.key(code)
            return (Int(key[key.startIndex]), Int(key[key.startIndex + 1]))
        }
    }
}

/// Sets of levels that grow together.
private struct DisjointSets {
    private var parent: [Int]
    private var sizes: [Int]

    init(sizes: [Int]) {
        parent = Array(sizes.indices)
        self.sizes = sizes
    }

    mutating func root(_ level: Int) -> Int {
        var current = level
        while parent[current] != current {
            parent[current] = parent[parent[current]]
            current = parent[current]
        }
        return current
    }

    mutating func join(_ left: Int, _ right: Int, cap: Int) {
        let (a, b) = (root(left), root(right))
        guard a != b, sizes[a] + sizes[b] <= cap else { return }
        parent[max(a, b)] = min(a, b)
        sizes[min(a, b)] += sizes[max(a, b)]
    }
}

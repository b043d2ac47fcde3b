import LinearAlgebra

/// The levels of the first grouping factor, gathered by equal design.
///
/// Pupils measured at the same moments have the same Z'Z (a *pattern*), and those of them with the same links to other
/// factors (the same schools) form a *group*. Their systems have the same factor, so that one evaluation of the criterion
/// costs one factorisation a pattern and one small product a group, however many pupils there are. Sums of the pupils'
/// products with the fixed effects and the response are all that is needed of them. With continuous test dates every
/// pupil is a pattern, and the cost is that of the pupils one by one.
struct LevelPatterns: Sendable {
    /// Levels with the same Z'Z.
    struct Pattern: Sendable {
        /// A level that stands for all.
        let representative: Int
        /// The number of levels.
        var count: Double
        /// The positions of its groups.
        var groups: [Int]
        /// The sums over levels of products of the fixed columns.
        var moments: FixedMoments
    }

    /// Levels of one pattern with the same links.
    struct Group: Sendable {
        /// A level that stands for all.
        let representative: Int
        /// The number of levels.
        var count: Double
    }

    let patterns: [Pattern]
    let groups: [Group]
    /// The sum of Z'[X y] over each group's levels, K x (p + 1) each.
    let sums: [Double]

    init(_ products: CrossProducts) {
        let (patternOf, groupOf, patternCount, groupRepresentatives) = Self.classify(products)
        let size = products.width * (products.fixedCount + 1)
        var groups = groupRepresentatives.map { Group(representative: $0, count: 0) }
        var sums = [Double](repeating: 0, count: groups.count * size)
        var members = [[Int]](repeating: [], count: patternCount)
        for level in 0..<products.levelCount {
            let group = groupOf[level]
            groups[group].count += 1
            for index in 0..<size { sums[group * size + index] += products.fixed[level * size + index] }
            members[patternOf[level]].append(level)
        }
        var groupsOfPattern = [[Int]](repeating: [], count: patternCount)
        for (group, representative) in groupRepresentatives.enumerated() {
            groupsOfPattern[patternOf[representative]].append(group)
        }
        self.groups = groups
        self.sums = sums
        patterns = members.indices.map { pattern in
            Pattern(
                representative: members[pattern][0], count: Double(members[pattern].count),
                groups: groupsOfPattern[pattern], moments: FixedMoments(members[pattern], products))
        }
    }

    /// The pattern and the group of every level, numbered in order of first appearance.
    private static func classify(_ products: CrossProducts) -> ([Int], [Int], Int, [Int]) {
        var patterns: [[UInt64]: Int] = [:]
        var groups: [[UInt64]: Int] = [:]
        var representatives: [Int] = []
        var (patternOf, groupOf) = ([Int](), [Int]())
        let square = products.width * products.width
        for level in 0..<products.levelCount {
            let gram = products.gram[level * square..<(level + 1) * square]
            let key = gram.map(\.bitPattern)
            let pattern = patterns[key] ?? patterns.count
            patterns[key] = pattern
            var linkKey = [UInt64(pattern)]
            for link in products.links[products.linkStart[level]..<products.linkStart[level + 1]] {
                let size = products.width * products.tailBlocks[link.block].width
                linkKey.append(UInt64(link.column))
                linkKey += products.linkValues[link.offset..<link.offset + size].map(\.bitPattern)
            }
            let group = groups[linkKey] ?? groups.count
            if group == groups.count {
                groups[linkKey] = group
                representatives.append(level)
            }
            patternOf.append(pattern)
            groupOf.append(group)
        }
        return (patternOf, groupOf, patterns.count, representatives)
    }
}

/// Sums over levels of `c_a c_b'`, with c_a the row of effect a in a level's Z'[X y]: K (K + 1) / 2 symmetric matrices of
/// order p + 1.
///
/// Few levels are kept one by one instead: their sums would be larger than they are.
enum FixedMoments: Sendable {
    /// The symmetric parts of the sums for a >= b, one after another.
    case summed([Double])
    /// The levels themselves.
    case listed([Int])

    init(_ levels: [Int], _ products: CrossProducts) {
        let (k, width) = (products.width, products.fixedCount + 1)
        guard levels.count * 2 > width else {
            self = .listed(levels)
            return
        }
        var sums = [Double](repeating: 0, count: k * (k + 1) / 2 * width * width)
        for level in levels {
            var offset = 0
            for a in 0..<k {
                for b in 0...a {
                    for v in 0..<width {
                        let (av, bv) = (
                            products.fixed[(level * width + v) * k + a], products.fixed[(level * width + v) * k + b]
                        )
                        if av == 0 && bv == 0 { continue }
                        for u in 0..<width {
                            let au = products.fixed[(level * width + u) * k + a]
                            let bu = products.fixed[(level * width + u) * k + b]
                            sums[offset + v * width + u] += 0.5 * (au * bv + bu * av)
                        }
                    }
                    offset += width * width
                }
            }
        }
        self = .summed(sums)
    }

    /// Adds `sum over a, b of weights_ab c_a c_b'`, summed over levels, to a matrix of order p + 1 (all of it).
    ///
    /// - Parameter weights: Symmetric, K x K.
    func addWeighted(_ weights: Matrix, to target: inout [Double], _ products: CrossProducts) {
        let (k, width) = (products.width, products.fixedCount + 1)
        switch self {
        case .summed(let sums):
            var offset = 0
            for a in 0..<k {
                for b in 0...a {
                    let weight = a == b ? weights[a, a] : 2 * weights[a, b]
                    for index in 0..<(width * width) { target[index] += weight * sums[offset + index] }
                    offset += width * width
                }
            }
        case .listed(let levels):
            var weighted = [Double](repeating: 0, count: k)
            for level in levels {
                for v in 0..<width {
                    let column = (level * width + v) * k
                    for a in 0..<k {
                        weighted[a] = 0
                        for b in 0..<k { weighted[a] += weights[a, b] * products.fixed[column + b] }
                    }
                    for u in 0..<width {
                        var sum = 0.0
                        for a in 0..<k { sum += products.fixed[(level * width + u) * k + a] * weighted[a] }
                        target[v * width + u] += sum
                    }
                }
            }
        }
    }

    /// The K x K matrix of `sum over levels of c_a' form c_b`, for a symmetric form of order p + 1.
    func quadratic(_ form: [Double], _ products: CrossProducts) -> Matrix {
        let (k, width) = (products.width, products.fixedCount + 1)
        var result = Matrix(rows: k, columns: k)
        switch self {
        case .summed(let sums):
            var offset = 0
            for a in 0..<k {
                for b in 0...a {
                    var sum = 0.0
                    for index in 0..<(width * width) { sum += form[index] * sums[offset + index] }
                    result[a, b] = sum
                    result[b, a] = sum
                    offset += width * width
                }
            }
        case .listed(let levels):
            for level in levels {
                for b in 0..<k {
                    var image = [Double](repeating: 0, count: width)
                    for v in 0..<width {
                        let value = products.fixed[(level * width + v) * k + b]
                        if value == 0 { continue }
                        for u in 0..<width { image[u] += form[v * width + u] * value }
                    }
                    for a in 0..<k {
                        for u in 0..<width { result[a, b] += products.fixed[(level * width + u) * k + a] * image[u] }
                    }
                }
            }
        }
        return result
    }
}

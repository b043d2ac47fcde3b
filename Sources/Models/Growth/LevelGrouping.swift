/// The levels of the first grouping factor (pupils), gathered by equal design. It depends on the design, not on scores.
///
/// Pupils whose rows lie in the same cells have the same Z'Z and Z'X: they form a *pattern*. Those of a pattern whose
/// rows are linked to the same levels of the other factors (the same schools) form a *group*. Their systems have the same
/// factor, so that one evaluation of the criterion costs one factorisation a pattern and one small product a group,
/// however many pupils there are. With continuous test dates every pupil is a pattern.
struct LevelGrouping: Sendable {
    /// What the levels of one pattern have in common.
    struct Pattern: Sendable {
        /// The cells of the rows, in order.
        let cells: [Int32]
        /// For each row, and within it for each other factor, the slot of the level it is linked to.
        let slots: [Int32]
        /// For each slot the other factor that its level belongs to, counted from 0.
        let slotFactors: [Int]
    }

    let patterns: [Pattern]
    /// The groups of pattern i are `groupStart[i]..<groupStart[i + 1]`.
    let groupStart: [Int]
    /// The links of group g begin here, one for each slot of its pattern.
    let linkStart: [Int]
    /// The levels of other factors that groups are linked to, numbered through all other factors.
    let links: [Int32]
    /// The group of each level of the first factor.
    let groupOfLevel: [Int32]
    /// The rows in the order of the levels; nil when they are in that order already.
    let order: [Int32]?
    /// The rows of level j are, in that order, `rowStart[j]..<rowStart[j + 1]`.
    let rowStart: [Int]
    /// The first number of each other factor's levels, and last the number of all.
    let factorStart: [Int]

    /// The number of groups.
    var groupCount: Int { linkStart.count - 1 }
    /// The number of levels of all other factors.
    var otherLevelCount: Int { factorStart[factorStart.count - 1] }

    init(blocks: [RandomEffectsBlock], cellOfRow: [Int32]) {
        let first = blocks[0]
        let others = Array(blocks.dropFirst())
        factorStart = others.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.levelCount) }
        (rowStart, order) = Self.rowsByLevel(first)
        var gathering = Gathering(others: others.map(\.codes), starts: factorStart, cellOfRow: cellOfRow)
        var groupOfLevel = [Int32](repeating: 0, count: first.levelCount)
        for level in 0..<first.levelCount {
            groupOfLevel[level] = Int32(gathering.group(rows: rowStart[level]..<rowStart[level + 1], order: order))
        }
        let patterns = gathering.patterns
        let (position, start) = Self.sorted(gathering.patternOfGroup, patternCount: patterns.count)
        var group = [Int](repeating: 0, count: position.count)
        for (old, new) in position.enumerated() { group[Int(new)] = old }
        self.patterns = patterns
        groupStart = start
        var (linkStart, links) = ([0], [Int32]())
        for old in group {
            for word in gathering.groups.key(old).dropFirst() { links.append(Int32(bitPattern: word)) }
            linkStart.append(links.count)
        }
        self.linkStart = linkStart
        self.links = links
        self.groupOfLevel = groupOfLevel.map { position[Int($0)] }
    }

    /// The pattern of each group.
    var patternOfGroup: [Int32] {
        var result = [Int32](repeating: 0, count: groupCount)
        for pattern in patterns.indices {
            for group in groupStart[pattern]..<groupStart[pattern + 1] { result[group] = Int32(pattern) }
        }
        return result
    }

    /// The new position of each group when groups are put in the order of their patterns, and where each pattern begins.
    private static func sorted(_ patternOfGroup: [Int32], patternCount: Int) -> (position: [Int32], start: [Int]) {
        var start = [Int](repeating: 0, count: patternCount + 1)
        for pattern in patternOfGroup { start[Int(pattern) + 1] += 1 }
        for pattern in 0..<patternCount { start[pattern + 1] += start[pattern] }
        var next = start
        var position = [Int32](repeating: 0, count: patternOfGroup.count)
        for (group, pattern) in patternOfGroup.enumerated() {
            position[group] = Int32(next[Int(pattern)])
            next[Int(pattern)] += 1
        }
        return (position, start)
    }

    /// The rows of each factor level, in the order of the data: a counting sort, unless they are sorted.
    private static func rowsByLevel(_ block: RandomEffectsBlock) -> (start: [Int], order: [Int32]?) {
        var start = [Int](repeating: 0, count: block.levelCount + 1)
        var (isSorted, last) = (true, Int32(0))
        for code in block.codes {
            start[Int(code) + 1] += 1
            if code < last { isSorted = false }
            last = code
        }
        for level in 0..<block.levelCount { start[level + 1] += start[level] }
        guard !isSorted else { return (start, nil) }
        var next = start
        var rows = [Int32](repeating: 0, count: block.codes.count)
        for (row, code) in block.codes.enumerated() {
            rows[next[Int(code)]] = Int32(row)
            next[Int(code)] += 1
        }
        return (start, rows)
    }
}

/// Finds the pattern and the group of one level after another.
private struct Gathering {
    let others: [[Int32]]
    let starts: [Int]
    let cellOfRow: [Int32]
    var patternKeys = KeyCoder()
    var groups = KeyCoder()
    var patterns: [LevelGrouping.Pattern] = []
    var patternOfGroup: [Int32] = []
    // Scratch of one level: a row's cell and links after another's, the key, the links.
    private var entries: [UInt32] = []
    private var key: [UInt32] = []
    private var links: [UInt32] = []
    private var linkFactors: [Int] = []

    init(others: [[Int32]], starts: [Int], cellOfRow: [Int32]) {
        self.others = others
        self.starts = starts
        self.cellOfRow = cellOfRow
    }

    mutating func group(rows: Range<Int>, order: [Int32]?) -> Int {
        loadEntries(rows, order)
        sortEntries(rows.count)
        let stride = others.count + 1
        key.removeAll(keepingCapacity: true)
        links.removeAll(keepingCapacity: true)
        linkFactors.removeAll(keepingCapacity: true)
        links.append(0)
        for row in 0..<rows.count {
            key.append(entries[row * stride])
            for factor in others.indices { key.append(slot(entries[row * stride + 1 + factor], factor)) }
        }
        let pattern = key.withUnsafeBufferPointer { patternKeys.code($0) }
        if pattern == patterns.count { appendPattern(rowCount: rows.count) }
        links[0] = UInt32(pattern)
        let group = links.withUnsafeBufferPointer { groups.code($0) }
        if group == patternOfGroup.count { patternOfGroup.append(Int32(pattern)) }
        return group
    }

    private mutating func loadEntries(_ rows: Range<Int>, _ order: [Int32]?) {
        entries.removeAll(keepingCapacity: true)
        for position in rows {
            let row = order.map { Int($0[position]) } ?? position
            entries.append(UInt32(bitPattern: cellOfRow[row]))
            for factor in others.indices { entries.append(UInt32(starts[factor] + Int(others[factor][row]))) }
        }
    }

    /// Sorts the rows by cell, then links: the order of the data must not tell pupils apart.
    private mutating func sortEntries(_ count: Int) {
        let stride = others.count + 1
        var isSorted = true
        for row in 1..<max(count, 1) where precedes(row, row - 1, stride) {
            isSorted = false
            break
        }
        guard !isSorted else { return }
        let order = (0..<count).sorted { precedes($0, $1, stride) }
        entries = order.flatMap { entries[$0 * stride..<($0 + 1) * stride] }
    }

    private func precedes(_ left: Int, _ right: Int, _ stride: Int) -> Bool {
        for index in 0..<stride {
            let (a, b) = (entries[left * stride + index], entries[right * stride + index])
            if a != b { return a < b }
        }
        return false
    }

    private mutating func slot(_ link: UInt32, _ factor: Int) -> UInt32 {
        for index in 1..<links.count where links[index] == link { return UInt32(index - 1) }
        links.append(link)
        linkFactors.append(factor)
        return UInt32(links.count - 2)
    }

    private mutating func appendPattern(rowCount: Int) {
        let stride = others.count + 1
        var (cells, slots) = ([Int32](), [Int32]())
        for row in 0..<rowCount {
            cells.append(Int32(bitPattern: key[row * stride]))
            for factor in others.indices { slots.append(Int32(bitPattern: key[row * stride + 1 + factor])) }
        }
        patterns.append(LevelGrouping.Pattern(cells: cells, slots: slots, slotFactors: linkFactors))
    }
}

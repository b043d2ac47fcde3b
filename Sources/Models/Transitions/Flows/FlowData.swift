import LinearAlgebra
import Tables
import Transitions

/// The counted flows of a data file, by year and group.
struct FlowData {
    /// A year's and group's pupils; the group is nil for those whose group is unknown.
    struct Stratum {
        let year: String
        let group: String?
        var counts: FlowCounts
    }

    let ladder: CareerLadder
    /// In the order of years, then groups, those of unknown group last.
    let strata: [Stratum]
    let years: [String]
    let groups: [String]
    let rows: (read: Int, incomplete: Int, withoutGroup: Int)

    init(_ file: FlowSpecification.FlowFile, ladder: CareerLadder, table: Table) throws(ModelError) {
        let reader = try FlowRows(file, ladder: ladder, table: table)
        let groups = reader.group?.levels ?? []
        let slots = groups.count + 1
        var counts = [FlowCounts?](repeating: nil, count: reader.year.levels.count * slots)
        var (incomplete, withoutGroup) = (0, 0)
        for row in 0..<table.rowCount {
            guard let flow = try reader.flow(row) else {
                incomplete += 1
                continue
            }
            let group = reader.group.map { Int($0.codes[row]) } ?? -1
            if group < 0, !groups.isEmpty { withoutGroup += 1 }
            let slot = Int(reader.year.codes[row]) * slots + (group < 0 ? groups.count : group)
            var own = counts[slot] ?? FlowCounts(ladder: ladder)
            counts[slot] = nil
            do {
                try own.add(from: flow.from, to: flow.to, count: flow.count)
            } catch {
                throw FlowProblem.impossibleMove(
                    from: ladder.states[flow.from], to: ladder.states[flow.to], place: reader.place(row)
                ).asModelError
            }
            counts[slot] = own
        }
        var strata: [Stratum] = []
        for (slot, own) in counts.enumerated() {
            guard let own, own.bases.contains(where: { $0 > 0 }) else { continue }
            let group = slot % slots
            strata.append(
                Stratum(
                    year: reader.year.levels[slot / slots], group: group < groups.count ? groups[group] : nil,
                    counts: own))
        }
        guard !strata.isEmpty else { throw FlowProblem.noRows(read: table.rowCount).asModelError }
        self.ladder = ladder
        self.strata = strata
        years = reader.year.levels.filter { year in strata.contains { $0.year == year } }
        self.groups = groups.filter { group in strata.contains { $0.group == group } }
        rows = (table.rowCount, incomplete, withoutGroup)
    }

    /// The strata of a group in some years; an empty name for all pupils.
    func strata(_ group: String, in years: [String]) -> [(part: Int, stratum: Stratum)] {
        strata.enumerated().filter { years.contains($1.year) && (group.isEmpty || $1.group == group) }
            .map { ($0, $1) }
    }

    /// All pupils of some strata.
    func sum(_ strata: [Stratum]) -> FlowCounts {
        var all = FlowCounts(ladder: ladder)
        for stratum in strata { all.add(stratum.counts) }
        return all
    }
}

/// The columns of a file of flows.
private struct FlowRows {
    let year: Factor
    let group: Factor?
    private let from, to: Factor
    private let counts: [Double]?
    private let states: (from: [Int?], to: [Int?])
    private let file: FlowSpecification.FlowFile
    private let table: Table

    init(_ file: FlowSpecification.FlowFile, ladder: CareerLadder, table: Table) throws(ModelError) {
        func column(_ name: String) throws(ModelError) -> Column {
            guard let column = table[name] else {
                throw .unknownColumn(name, nearest: nearest(to: name, among: table.columnNames))
            }
            return column
        }
        (self.file, self.table) = (file, table)
        (from, to) = (try column(file.from).asFactor(), try column(file.to).asFactor())
        year = try column(file.year).asFactor()
        if let name = file.group { group = try column(name).asFactor() } else { group = nil }
        if let name = file.count {
            guard let numbers = try column(name).doubles() else {
                throw FlowProblem.badCount("text", column: name, place: table.source ?? "the data").asModelError
            }
            counts = numbers
        } else {
            counts = nil
        }
        states = (from.levels.map { ladder.position(of: $0) }, to.levels.map { ladder.position(of: $0) })
        for (factor, found, name) in [(from, states.from, file.from), (to, states.to, file.to)] {
            guard let row = factor.codes.firstIndex(where: { $0 >= 0 && found[Int($0)] == nil }) else { continue }
            let level = factor.levels[Int(factor.codes[row])]
            throw FlowProblem.unknownState(
                level, column: name, place: place(row), nearest: nearest(to: level, among: ladder.states)
            ).asModelError
        }
    }

    /// Where a row stands.
    func place(_ row: Int) -> String {
        let source = table.source ?? "the data"
        return table.lines.map { "\(source):\($0[row])" } ?? "\(source), row \(row + 1)"
    }

    /// A row's flow; nil when something is missing.
    func flow(_ row: Int) throws(ModelError) -> (from: Int, to: Int, count: Double)? {
        guard year.codes[row] >= 0, from.codes[row] >= 0, to.codes[row] >= 0,
            let start = states.from[Int(from.codes[row])], let end = states.to[Int(to.codes[row])]
        else { return nil }
        guard let counts, let name = file.count else { return (start, end, 1) }
        let count = counts[row]
        guard !count.isNaN else { return nil }
        guard count >= 0, count <= 1e12, count.rounded() == count else {
            throw FlowProblem.badCount(shortestText(count), column: name, place: place(row)).asModelError
        }
        return (start, end, count)
    }
}

extension FlowProblem {
    /// As an error of the module.
    var asModelError: ModelError { .report(description) }
}

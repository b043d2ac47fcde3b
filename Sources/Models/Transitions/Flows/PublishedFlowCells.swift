import Disclosure
import OrderedCollections
import Transitions

/// Which transitions and indicators may be published, by how many pupils they rest on.
///
/// The pupils of a state are the sum of where they went; all pupils are the sum of the groups and of those of unknown
/// group. An indicator is published when its year and group have enough pupils and it does not hang on how hidden pupils
/// of a state are divided: with whole counts, its many digits would give them away.
struct PublishedFlowCells {
    let suppressed: [SuppressedCell]
    /// How many of them rest on enough pupils, but would tell hidden numbers.
    let dependentCount: Int
    private let hidden: HiddenFlows

    init(
        _ data: FlowData, _ flows: FlowCells, _ figures: [FlowFigure], rule: DisclosureRule, areBasesCells: Bool
    ) throws(ModelError) {
        var problem = FlowSums(areBasesCells: areBasesCells)
        for year in data.years { problem.add(year, data) }
        do {
            let found = try SuppressionProblem(cells: problem.cells, relations: problem.relations)
                .suppressed(under: rule)
            var reasons: [CellName: String] = [:]
            for cell in problem.cells { reasons[cell.name] = found.reason(cell.name) }
            hidden = HiddenFlows(reasons: reasons, states: data.ladder.states)
        } catch {
            throw FlowProblem.disclosure("\(error)").asModelError
        }
        var counts: OrderedDictionary<Cell, CellCount> = [:]
        for figure in figures {
            guard let all = flows.cells[figure.cell].counts else { continue }
            counts[figure.label] = CellCount(individuals: Int(all.bases.reduce(0, +)))
        }
        let whole = try PublishedCells(counts, rule: rule).suppressed
        let (wholly, flowsHidden) = (Set(whole.map(\.cell)), hidden)
        let dependent = figures.filter { !wholly.contains($0.label) && flowsHidden.tells($0, flows.cells[$0.cell]) }.map
        {
            SuppressedCell(cell: $0.label, reason: Suppression.Status.complementary.rawValue)
        }
        suppressed = whole + dependent
        dependentCount = dependent.count
    }

    /// The rows without what may not be published.
    func masked(_ rows: [FlowRow]) -> [FlowRow] {
        let places = Set(suppressed.filter { $0.reason != "complementary" }.map { [$0.cell.cohort, $0.cell.group] })
        return rows.map { row in
            let own = hidden.reason(row.year, row.group, row.from, row.to)
            let base = hidden.reason(row.year, row.group, row.from, nil)
            guard own != nil || base != nil || places.contains([row.year, row.group]) else { return row }
            var masked = row
            masked.suppressed = own ?? "complementary"
            (masked.count, masked.share, masked.interval) = (nil, nil, nil)
            if base != nil { masked.base = nil }
            return masked
        }
    }
}

/// Which counts are hidden, and why.
private struct HiddenFlows {
    let reasons: [CellName: String]
    let states: [String]

    /// Why the count of a transition, or of a state's pupils, is hidden; nil when it is not.
    func reason(_ year: String, _ group: String, _ from: Int, _ to: Int?) -> String? {
        reasons[FlowSums.name(year, group, states[from], to.map { states[$0] })]
    }

    /// Whether a figure hangs on how the hidden pupils of a state, or of grade 1, are divided.
    func tells(_ figure: FlowFigure, _ cell: FlowCell) -> Bool {
        func isHidden(_ from: Int, _ to: Int?) -> Bool {
            reason(cell.year, cell.group, from, to) != nil
        }
        // Derivatives that cancel leave rounding behind.
        let noise = 1e-12 * (figure.gradient.elements.map(abs).max() ?? 0)
        for from in states.indices {
            let slopes = states.indices.filter {
                cell.matrix.probabilities[from, $0] > 0 && (isHidden(from, $0) || isHidden(from, nil))
            }.map { figure.gradient[from, $0] }
            if let first = slopes.first, slopes.contains(where: { abs($0 - first) > noise }) {
                return true
            }
        }
        guard !figure.isStartDeclared, let ladder = cell.counts?.ladder else { return false }
        return figure.placements.enumerated().contains { track, slope in
            abs(slope) > noise && isHidden(ladder.state(track: track, grade: 1), nil)
        }
    }
}

/// The counts and their sums.
private struct FlowSums {
    let areBasesCells: Bool
    var cells: [SuppressionCell] = []
    var relations: [SuppressionRelation] = []

    /// A transition's count; the pupils of the state without a destination.
    static func name(_ year: String, _ group: String, _ from: String, _ to: String?) -> CellName {
        CellName(year, group.isEmpty ? "all" : "group \(group)", from, to.map { "to \($0)" } ?? "all")
    }

    mutating func add(_ year: String, _ data: FlowData) {
        let ladder = data.ladder
        let all = data.sum(data.strata("", in: [year]).map(\.stratum))
        var parts = data.groups.map { group in
            (group, data.sum(data.strata(group, in: [year]).map(\.stratum)))
        }
        let unknown = data.strata.filter { $0.year == year && $0.group == nil }
        if !data.groups.isEmpty { parts.append(("(unknown)", data.sum(unknown))) }
        for (group, counts) in [("", all)] + parts { add(year, group, counts) }
        guard !data.groups.isEmpty else { return }
        for from in ladder.states.indices {
            for to in [nil] + (areBasesCells ? [] : ladder.states.indices.map { Int?($0) }) {
                join(year, parts, all, ladder, from, to)
            }
        }
    }

    private func count(_ counts: FlowCounts, _ from: Int, _ to: Int?) -> Int {
        Int(to.map { counts.counts[from, $0] } ?? counts.bases[from])
    }

    private mutating func join(
        _ year: String, _ parts: [(String, FlowCounts)], _ all: FlowCounts, _ ladder: CareerLadder, _ from: Int,
        _ to: Int?
    ) {
        let (state, next) = (ladder.states[from], to.map { ladder.states[$0] })
        guard count(all, from, to) > 0 else { return }
        let names = parts.filter { count($0.1, from, to) > 0 }.map { Self.name(year, $0.0, state, next) }
        relations.append(SuppressionRelation(total: Self.name(year, "", state, next), parts: names))
    }

    private mutating func add(_ year: String, _ group: String, _ counts: FlowCounts) {
        let states = counts.ladder.states
        for from in states.indices where count(counts, from, nil) > 0 {
            let total = Self.name(year, group, states[from], nil)
            cells.append(
                SuppressionCell(total, count: count(counts, from, nil), clusters: count(counts, from, nil)))
            guard !areBasesCells else { continue }
            var names: [CellName] = []
            for to in states.indices where count(counts, from, to) > 0 {
                names.append(Self.name(year, group, states[from], states[to]))
                cells.append(
                    SuppressionCell(
                        Self.name(year, group, states[from], states[to]), count: count(counts, from, to),
                        clusters: count(counts, from, to)))
            }
            relations.append(SuppressionRelation(total: total, parts: names))
        }
    }
}

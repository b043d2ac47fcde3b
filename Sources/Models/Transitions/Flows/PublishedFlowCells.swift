import Disclosure
import OrderedCollections
import Transitions

/// Which transitions and indicators may be published, by how many pupils they rest on.
///
/// The pupils of a state are the sum of where they went; all pupils are the sum of the groups and of those of unknown
/// group; the pupils who made a move are the sum over the states, where the model asks for that share. Indicators of a
/// year and group rest on all its pupils; the share of a single transition is published only with its count.
struct PublishedFlowCells {
    let suppressed: [SuppressedCell]
    private let reasons: [CellName: String]
    private let states: [String]

    init(
        _ specification: FlowSpecification, _ data: FlowData, _ flows: FlowCells, _ labels: [Cell],
        rule: DisclosureRule
    ) throws(ModelError) {
        states = specification.ladder.states
        var problem = Problem()
        for year in data.years { problem.add(year, data, specification) }
        do {
            let found = try SuppressionProblem(cells: problem.cells, relations: problem.relations)
                .suppressed(under: rule)
            var reasons: [CellName: String] = [:]
            for cell in problem.cells { reasons[cell.name] = found.reason(cell.name) }
            self.reasons = reasons
        } catch {
            throw FlowProblem.disclosure("\(error)").asModelError
        }
        var counts: OrderedDictionary<Cell, CellCount> = [:]
        for label in labels {
            guard let cell = flows.cells.first(where: { $0.year == label.cohort && $0.group == label.group }),
                let all = cell.counts
            else { continue }
            counts[label] = CellCount(individuals: Int(all.bases.reduce(0, +)))
        }
        let whole = try PublishedCells(counts, rule: rule).suppressed
        let hidden = Set(whole.map(\.cell))
        let measures = Dictionary(specification.indicators.map { ($0.name, $0.measure) }) { first, _ in first }
        var single: [SuppressedCell] = []
        for label in labels where !hidden.contains(label) {
            guard let move = measures[label.outcome]?.transition(specification.ladder) else { continue }
            let name = Problem.name(label.cohort, label.group, states[move.from], states[move.to])
            if let reason = reasons[name] { single.append(SuppressedCell(cell: label, reason: reason)) }
        }
        suppressed = whole + single
    }

    /// The rows without what may not be published.
    func masked(_ rows: [FlowRow]) -> [FlowRow] {
        let places = Set(suppressed.filter { $0.reason != "complementary" }.map { [$0.cell.cohort, $0.cell.group] })
        return rows.map { row in
            let own = reasons[Problem.name(row.year, row.group, states[row.from], states[row.to])]
            let base = reasons[Problem.name(row.year, row.group, states[row.from], nil)]
            guard own != nil || base != nil || places.contains([row.year, row.group]) else { return row }
            var masked = row
            masked.suppressed = own ?? "complementary"
            (masked.count, masked.share, masked.interval) = (nil, nil, nil)
            if base != nil { masked.base = nil }
            return masked
        }
    }

    /// The counts and their sums.
    private struct Problem {
        var cells: [SuppressionCell] = []
        var relations: [SuppressionRelation] = []

        /// A transition's count; the pupils of the state without a destination.
        static func name(_ year: String, _ group: String, _ from: String, _ to: String?) -> CellName {
            CellName(year, group.isEmpty ? "all" : "group \(group)", from, to.map { "to \($0)" } ?? "all")
        }

        mutating func add(_ year: String, _ data: FlowData, _ specification: FlowSpecification) {
            let ladder = data.ladder
            let all = data.sum(data.strata("", in: [year]).map(\.stratum))
            var parts = data.groups.map { group in
                (group, data.sum(data.strata(group, in: [year]).map(\.stratum)))
            }
            let unknown = data.strata.filter { $0.year == year && $0.group == nil }
            if !data.groups.isEmpty { parts.append(("(unknown)", data.sum(unknown))) }
            for (group, counts) in [("", all)] + parts { add(year, group, counts) }
            guard !data.groups.isEmpty else {
                addMoves(year, "", all, specification)
                return
            }
            for from in ladder.states.indices {
                for to in [nil] + ladder.states.indices.map({ Int?($0) }) {
                    join(year, parts, all, ladder, from, to)
                }
            }
            for (group, counts) in [("", all)] + parts.dropLast() { addMoves(year, group, counts, specification) }
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

        /// The pupils who made a move, of which the share is published.
        private mutating func addMoves(
            _ year: String, _ group: String, _ counts: FlowCounts, _ specification: FlowSpecification
        ) {
            let ladder = counts.ladder
            for indicator in specification.indicators {
                guard case .stock(let move) = indicator.measure else { continue }
                var (names, sum) = ([CellName](), 0)
                for from in 0..<ladder.gradeStateCount {
                    for to in ladder.states.indices
                    where counts.counts[from, to] > 0 && ladder.move(from: from, to: to) == move {
                        names.append(Self.name(year, group, ladder.states[from], ladder.states[to]))
                        sum += count(counts, from, to)
                    }
                }
                guard !names.isEmpty else { continue }
                let total = CellName(year, group.isEmpty ? "all" : "group \(group)", "moves", move.rawValue)
                cells.append(SuppressionCell(total, count: sum, clusters: sum))
                relations.append(SuppressionRelation(total: total, parts: names))
            }
        }
    }
}

extension FlowIndicator.Measure {
    /// The single transition whose share it is; nil for figures that many make up.
    fileprivate func transition(_ ladder: CareerLadder) -> (from: Int, to: Int)? {
        switch self {
        case .cohort(.passRate(let track)):
            guard let track else { return nil }
            return (ladder.state(track: track, grade: ladder.tracks[track].grades), ladder.diploma(track: track))
        case .cohort(.movedOn(let end, let track)):
            guard let track else { return nil }
            return (ladder.diploma(track: track), ladder.end(end))
        default: return nil
        }
    }
}

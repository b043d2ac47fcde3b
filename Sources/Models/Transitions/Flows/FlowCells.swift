import LinearAlgebra
import Transitions

/// All years and groups of a model's flows.
struct FlowCells {
    let cells: [FlowCell]
    let uncertainty: FlowUncertainty

    /// The flows of counts: every year, all pupils and each group.
    init(_ data: FlowData, _ specification: FlowSpecification, designEffect: Double) throws(ModelError) {
        var uncertainty = FlowUncertainty(
            strata: data.strata.map { $0.counts.estimated(designEffect: designEffect) })
        let entries = data.strata.map { FlowCells.entries($0.counts) }
        if case .declared(_, let covariance, _) = specification.start {
            uncertainty.starts = [covariance]
        } else {
            uncertainty.starts = entries.map { FlowCells.multinomial($0, designEffect: designEffect) }
        }
        var cells: [FlowCell] = []
        for year in data.years {
            for group in data.groups.isEmpty ? [""] : [""] + data.groups {
                let own = data.strata(group, in: [year])
                guard !own.isEmpty else { continue }
                cells.append(try Self.cell(year, group, own, entries, data, specification.start))
            }
        }
        (self.cells, self.uncertainty) = (cells, uncertainty)
    }

    /// The flows of published figures.
    init(_ flows: PublishedFlows, _ start: FlowStart) {
        var uncertainty = FlowUncertainty(figures: flows.covariance)
        var groups: [(group: String, shares: [Double])] = []
        if case .declared(let declared, let covariance, _) = start {
            (groups, uncertainty.starts) = (declared, [covariance])
        }
        cells = flows.cells.map { cell in
            let position = groups.firstIndex { $0.group.isEmpty || $0.group == cell.group } ?? 0
            let shares = groups[position].shares
            return FlowCell(
                year: cell.year, group: cell.group, matrix: cell.matrix, placements: shares,
                starts: [(0, position * shares.count, 1)], origin: .figures(cell.slopes), counts: nil)
        }
        self.uncertainty = uncertainty
    }

    private static func cell(
        _ year: String, _ group: String, _ own: [(part: Int, stratum: FlowData.Stratum)], _ entries: [[Double]],
        _ data: FlowData, _ start: FlowStart
    ) throws(ModelError) -> FlowCell {
        let name = group.isEmpty ? year : "\(year), group \(group)"
        let counts = data.sum(own.map(\.stratum))
        let bases = counts.bases
        let all = own.reduce(0.0) { $0 + entries[$1.part].reduce(0, +) }
        guard all > 0 else { throw FlowProblem.noStarters(cell: name).asModelError }
        let weights = own.map { entries[$0.part].reduce(0, +) / all }
        var placements = [Double](repeating: 0, count: data.ladder.tracks.count)
        var starts: [(start: Int, first: Int, weight: Double)] = []
        for (position, part) in own.enumerated() where weights[position] > 0 {
            let shares: [Double]
            if case .declared(let groups, _, _) = start {
                guard let found = groups.firstIndex(where: { $0.group.isEmpty || $0.group == part.stratum.group })
                else {
                    throw .report(
                        "the start has no shares for the pupils of \(name) whose group is '\(part.stratum.group ?? "")'."
                    )
                }
                shares = groups[found].shares
                starts.append((0, found * shares.count, weights[position]))
            } else {
                let sum = entries[part.part].reduce(0, +)
                shares = entries[part.part].map { $0 / sum }
                starts.append((part.part, 0, weights[position]))
            }
            for track in shares.indices { placements[track] += weights[position] * shares[track] }
        }
        let strata = own.map { part in
            let parts = part.stratum.counts.bases
            return (part.part, bases.indices.map { bases[$0] > 0 ? parts[$0] / bases[$0] : 0 }, 1.0)
        }
        do {
            return FlowCell(
                year: year, group: group, matrix: try counts.estimated().matrix(), placements: placements,
                starts: merged(starts), origin: .strata(strata), counts: counts)
        } catch {
            throw FlowProblem.probabilities(error, cell: name).asModelError
        }
    }

    /// Strata with the same declared start count once, with their weights together.
    private static func merged(
        _ starts: [(start: Int, first: Int, weight: Double)]
    ) -> [(start: Int, first: Int, weight: Double)] {
        var result: [(start: Int, first: Int, weight: Double)] = []
        for part in starts {
            if let known = result.firstIndex(where: { $0.start == part.start && $0.first == part.first }) {
                result[known].weight += part.weight
            } else {
                result.append(part)
            }
        }
        return result
    }

    /// The pupils in grade 1, by track.
    private static func entries(_ counts: FlowCounts) -> [Double] {
        let bases = counts.bases
        return counts.ladder.tracks.indices.map { bases[counts.ladder.state(track: $0, grade: 1)] }
    }

    private static func multinomial(_ entries: [Double], designEffect: Double) -> Matrix {
        let sum = entries.reduce(0, +)
        guard sum > 0 else { return Matrix(rows: entries.count, columns: entries.count) }
        let flows = OriginFlows(
            destinations: Array(entries.indices), shares: entries.map { $0 / sum }, base: sum,
            designEffect: designEffect)
        return flows.covariance
    }
}

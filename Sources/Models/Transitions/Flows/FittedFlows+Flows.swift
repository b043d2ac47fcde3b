import LinearAlgebra
import RealModule
import Transitions

extension FittedFlows {
    /// The flows of some years together: counts added up, published probabilities averaged.
    ///
    /// The reference of a grade is going onward, the next grade or the diploma; of a diploma, and of a grade where in some
    /// group nobody does, the destination that is most common in the group where it is least so. Log-odds have the delta
    /// method's covariance, which for counts is `1 / n_j + 1 / n_r` on the diagonal.
    init?(_ specification: FlowSpecification, data: FlowData?, years: [String]) {
        let ladder = specification.ladder
        var groups: [FlowPool] = []
        switch specification.source {
        case .file(let file):
            guard let data else { return nil }
            for group in data.groups.isEmpty ? [""] : data.groups {
                let counts = data.sum(data.strata(group, in: years).map(\.stratum))
                groups.append(FlowPool(group, counts.estimated(designEffect: file.designEffect)))
            }
        case .published(let flows):
            for group in flows.groups {
                groups.append(FlowPool(group, flows.cells.filter { $0.group == group && years.contains($0.year) }))
            }
        }
        guard let references = Self.references(ladder, groups) else { return nil }
        var labels: [(label: FlowLabel, value: Double)] = []
        var unseen: Set<FlowOrigin> = []
        for pool in groups {
            for (from, reference) in references.enumerated() {
                guard let reference else { continue }
                guard pool.shares[from, reference] > 0 else {
                    unseen.insert(FlowOrigin(group: pool.group, state: from))
                    continue
                }
                let base = pool.shares[from, reference]
                for to in ladder.states.indices where to != reference && pool.shares[from, to] > 0 {
                    labels.append(
                        (FlowLabel(group: pool.group, from: from, to: to), Double.log(pool.shares[from, to] / base)))
                }
            }
        }
        let figures: Matrix
        if case .published(let flows) = specification.source {
            figures = flows.covariance
        } else {
            figures = Matrix(rows: 0, columns: 0)
        }
        let covariance = Self.covariance(labels.map(\.label), groups, references, figures)
        self.init(
            ladder: ladder, groups: groups.map(\.group), references: references,
            logOdds: EstimateVector(labels: labels.map(\.label), values: labels.map(\.value), covariance: covariance),
            baselineYears: years, unseen: unseen)
    }

    /// The reference of each state; nil as a whole when the groups of a state share no destination.
    private static func references(_ ladder: CareerLadder, _ groups: [FlowPool]) -> [Int?]? {
        var references: [Int?] = []
        for from in ladder.states.indices {
            let present = groups.filter { pool in
                ladder.states.indices.contains { $0 != from && pool.shares[from, $0] > 0 }
                    || (pool.shares[from, from] > 0 && ladder.move(from: from, to: from) != nil)
            }
            guard !present.isEmpty else {
                references.append(nil)
                continue
            }
            func least(_ to: Int) -> Double { present.map { $0.shares[from, to] }.min() ?? 0 }
            if let onward = FlowWord.onward.state(from: from, ladder), least(onward) > 0 {
                references.append(onward)
                continue
            }
            guard let best = ladder.states.indices.max(by: { least($0) < least($1) }), least(best) > 0 else {
                return nil
            }
            references.append(best)
        }
        return references
    }

    private static func covariance(
        _ labels: [FlowLabel], _ groups: [FlowPool], _ references: [Int?], _ figures: Matrix
    ) -> Matrix {
        var result = Matrix(rows: labels.count, columns: labels.count)
        let pools = Dictionary(groups.map { ($0.group, $0) }) { first, _ in first }
        let slopes = labels.map { label -> [Double] in
            guard let pool = pools[label.group], let reference = references[label.from] else { return [] }
            return pool.slopes(label, reference: reference, figures: figures.rows)
        }
        for row in labels.indices {
            let left = figures.rows > 0 ? figures * slopes[row] : []
            for column in 0...row {
                var value = 0.0
                if figures.rows > 0 {
                    value = dot(slopes[column], left)
                } else if labels[row].group == labels[column].group, labels[row].from == labels[column].from,
                    let pool = pools[labels[row].group], let reference = references[labels[row].from]
                {
                    value = pool.covariance(labels[row], labels[column], reference: reference)
                }
                result[row, column] = value
                result[column, row] = value
            }
        }
        return result
    }
}

/// The flows of a group in some years together.
private struct FlowPool {
    let group: String
    /// n x n.
    private(set) var shares: Matrix
    private var origins: [OriginFlows?] = []
    private var slopes: [PublishedFlows.Slope] = []
    private var years = 1.0

    init(_ group: String, _ flows: EstimatedFlows) {
        self.group = group
        shares = Matrix(rows: flows.origins.count, columns: flows.origins.count)
        origins = flows.origins
        for (from, own) in flows.origins.enumerated() {
            guard let own else { continue }
            for (to, share) in zip(own.destinations, own.shares) { shares[from, to] = share }
        }
    }

    init(_ group: String, _ cells: [PublishedFlows.Cell]) {
        self.group = group
        let n = cells.first?.matrix.states.count ?? 0
        let weight = 1 / Double(max(1, cells.count))
        shares = cells.reduce(Matrix(rows: n, columns: n)) { $0 + weight * $1.matrix.probabilities }
        years = 1 / weight
        slopes = cells.flatMap(\.slopes)
    }

    /// The derivatives of a log-odds in the figures: those of each year count for its share of the mean.
    func slopes(_ label: FlowLabel, reference: Int, figures: Int) -> [Double] {
        var result = [Double](repeating: 0, count: figures)
        for slope in slopes where slope.from == label.from {
            if slope.to == label.to { result[slope.figure] += slope.factor / years / shares[label.from, label.to] }
            if slope.to == reference { result[slope.figure] -= slope.factor / years / shares[label.from, reference] }
        }
        return result
    }

    /// The covariance of two log-odds of a state.
    func covariance(_ one: FlowLabel, _ other: FlowLabel, reference: Int) -> Double {
        guard let flows = origins[one.from] else { return 0 }
        func slope(_ label: FlowLabel) -> [Double] {
            zip(flows.destinations, flows.shares).map { to, share in
                (to == label.to ? 1 / share : 0) - (to == reference ? 1 / share : 0)
            }
        }
        return dot(slope(one), flows.covariance * slope(other))
    }
}

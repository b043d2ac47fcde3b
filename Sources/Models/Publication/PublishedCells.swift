import Disclosure
import LinearAlgebra
import OrderedCollections

/// A cell of which nothing is published, and why.
public struct SuppressedCell: Sendable, Equatable {
    /// The cell.
    public let cell: Cell
    /// `count`, `clusters` or `complementary`.
    public let reason: String
}

/// Which of a model's cells may be published, by how many individuals they rest on.
///
/// The groups of a year and an outcome add up to all its individuals, with those of unknown group as one more part: a small
/// group takes a second cell with it, or all would give it away by subtraction.
struct PublishedCells {
    let suppressed: [SuppressedCell]

    init(_ counts: OrderedDictionary<Cell, CellCount>, rule: DisclosureRule) throws(ModelError) {
        do {
            let suppression = try SuppressionProblem(joining: Self.problems(counts)).suppressed(under: rule)
            let hidden = counts.keys.compactMap { cell in
                suppression.reason(Self.name(cell)).map { SuppressedCell(cell: cell, reason: $0) }
            }
            // The same individuals answer several outcomes: what is hidden of one would be had from another.
            let places = Set(hidden.map { Place($0.cell) })
            let own = Set(hidden.map(\.cell))
            suppressed =
                hidden
                + counts.keys.filter { places.contains(Place($0)) && !own.contains($0) }.map {
                    SuppressedCell(cell: $0, reason: Suppression.Status.complementary.rawValue)
                }
        } catch {
            throw .report("cells cannot be protected: \(error)")
        }
    }

    /// A cell without its outcome.
    private struct Place: Hashable {
        let sector, cohort, group: String
        init(_ cell: Cell) { (sector, cohort, group) = (cell.sector, cell.cohort, cell.group) }
    }

    private static func name(_ cell: Cell) -> CellName {
        CellName(cell.outcome, cell.sector, cell.cohort, cell.group.isEmpty ? "all" : "group \(cell.group)")
    }

    /// A split of all individuals into groups for each outcome and cohort; cells that belong to no split by themselves.
    private static func problems(
        _ counts: OrderedDictionary<Cell, CellCount>
    ) throws(DisclosureError) -> [SuppressionProblem] {
        let families = OrderedDictionary(grouping: counts) { [$0.key.outcome, $0.key.sector, $0.key.cohort] }
        var problems: [SuppressionProblem] = []
        for members in families.values {
            let groups = members.filter { !$0.key.group.isEmpty }
            guard let all = members.first(where: { $0.key.group.isEmpty }), !groups.isEmpty else {
                problems.append(try SuppressionProblem(cells: members.map { cell($0.key, $0.value) }, relations: []))
                continue
            }
            var parts = groups.map { cell($0.key, $0.value) }
            let rest = all.value.individuals - groups.reduce(0) { $0 + $1.value.individuals }
            if rest > 0 {
                let name = CellName(all.key.outcome, all.key.sector, all.key.cohort, "unknown")
                parts.append(SuppressionCell(name, count: rest, clusters: rest))
            }
            let total = cell(all.key, all.value)
            problems.append(
                try SuppressionProblem(
                    cells: [total] + parts,
                    relations: [SuppressionRelation(total: total.name, parts: parts.map(\.name))]))
        }
        return problems
    }

    private static func cell(_ cell: Cell, _ count: CellCount) -> SuppressionCell {
        SuppressionCell(name(cell), count: count.individuals, clusters: count.clusters ?? count.individuals)
    }
}

extension EstimateVector {
    /// The estimates without some: their values, errors and covariances are gone.
    func without(_ labels: Set<Label>) -> EstimateVector {
        guard !labels.isEmpty else { return self }
        let kept = self.labels.indices.filter { !labels.contains(self.labels[$0]) }
        var choice = Matrix(rows: kept.count, columns: count)
        for (row, column) in kept.enumerated() { choice[row, column] = 1 }
        return transformed(choice, labels: kept.map { self.labels[$0] })
    }
}

extension Coefficients {
    /// No coefficients.
    static var none: Coefficients { Coefficients(labels: [], values: [], covariance: Matrix(rows: 0, columns: 0)) }
}

extension EstimateVector {
    /// The estimates with degrees of freedom in whole tens: exact ones would tell how many rows were used, the hidden ones included.
    var withCoarseDegreesOfFreedom: EstimateVector {
        let exact = self
        return EstimateVector(
            labels: labels, values: values, covariance: covariance,
            degreesOfFreedom: { weights in
                let df = exact.functional(weights).degreesOfFreedom
                return df.isFinite && df > 10 ? (df / 10).rounded(.down) * 10 : df
            })
    }
}

extension ModelFit {
    /// Remarks that count rows.
    private static let counting: Set = [
        "rows", "rows_without_year", "rows_without_group", "missing_values", "clusters", "degrees_of_freedom",
        "rows_left_out", "rows_outside_subset", "factor_levels", "aic", "bic", "reml_criterion", "deviance",
        "log_likelihood", "observations", "pupils", "trials", "rows_without_trials", "overdispersion",
    ]

    /// The fit without what gives suppressed cells away.
    ///
    /// - Parameters:
    ///   - coefficients: Those that may be published.
    ///   - spreadYears: The years on which standard deviations rest; empty for all.
    func without(
        _ suppressed: [SuppressedCell], coefficients: Coefficients, rule: DisclosureRule, spreadYears: [String] = []
    ) -> ModelFit {
        guard !suppressed.isEmpty else { return self }
        let clusters = rule.minimumClusters > 0 ? " in \(rule.minimumClusters) clusters" : ""
        let note =
            "suppressed: fewer than \(rule.minimumCount) individuals\(clusters), or what would give such a cell away: "
            + suppressed.map(\.cell.name).joined(separator: ", ")
        // The spread of all pupils rests on their cells; counts of rows less the published counts are the hidden ones.
        let spreads = Set(
            suppressed.map(\.cell).filter {
                $0.group.isEmpty && (spreadYears.isEmpty || spreadYears.contains($0.cohort))
            }.map(\.outcome))
        let remarks = diagnostics.map { remark in
            Self.counting.contains(remark.name)
                ? Diagnostic(remark.name, note: "withheld: cells are suppressed") : remark
        }
        return ModelFit(
            model: model, coefficients: coefficients.withCoarseDegreesOfFreedom, varianceComponents: [],
            estimates: estimates?.without(Set(suppressed.map(\.cell))).withCoarseDegreesOfFreedom,
            standardDeviations: standardDeviations.filter { !spreads.contains($0.key) },
            diagnostics: remarks + [
                Diagnostic("suppressed_cells", Double(suppressed.count), note: note, isWarning: true)
            ])
    }
}

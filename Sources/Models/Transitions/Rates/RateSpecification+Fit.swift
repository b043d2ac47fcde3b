import OrderedCollections
import Tables

extension RateSpecification {
    /// More fixed effects than this are a mistake, such as pupils taken as a group.
    private static let mostEffects = 1000

    /// The data; nil where the figures stand in the model file.
    func table() throws -> Table? { try dataPath.map { try readCSV(path: $0, options: csv) } }

    /// Fits the model, and standardises its rates.
    ///
    /// - Parameter baseline: The pre-crisis reference of the policy years.
    /// - Throws: ``ModelError``.
    func fit(name: String, table: Table?, baseline: BaselineDeclaration?) throws(ModelError) -> TransitionsResult {
        let rows = try RateRows(self, table: table)
        let effects = PredictorDesign(
            rows.frame.formula.fixed, variables: rows.frame.variables, codings: rows.frame.codings
        )
        .columnNames.count
        guard effects <= Self.mostEffects else { throw .transitions(.tooManyEffects(effects)) }
        if let states = rows.states {
            let fit = try StateFit(rows, states: states, self)
            return try published(
                try fit.result(name: name, baseline: baseline), fit.counts, method: fit.method, baseline: baseline)
        }
        let fit =
            formula.random.isEmpty
            ? try RateFit(withoutRandomEffects: rows, self) : try RateFit(withRandomEffects: rows)
        let rates = try StandardisedRates(self, rows, fit)
        let result = ModelFit(
            model: name, coefficients: fit.coefficients, varianceComponents: fit.varianceComponents,
            estimates: rates.estimates, standardDeviations: rates.estimates.spreads(in: baseline?.cohorts ?? []),
            diagnostics: fit.diagnostics + [population(fit)].compactMap { $0 } + rates.remarks)
        return try published(result, rates.counts, method: fit.method, baseline: baseline)
    }

    private func population(_ fit: RateFit) -> Diagnostic? {
        guard !fit.deviations.isEmpty else { return nil }
        return Diagnostic(
            "probabilities",
            note: schools == .population
                ? "integrated over the random effects: the mean over all schools"
                : "of a school whose random effects are 0")
    }

    /// The result without what may not be published, and with the split of the policy years.
    func published(
        _ result: ModelFit, _ counts: OrderedDictionary<Cell, CellCount>, method: String, baseline: BaselineDeclaration?
    ) throws(ModelError) -> TransitionsResult {
        let suppressed = Self.withTotals(try suppressed(counts), counts)
        let hidden = Set(suppressed.map(\.cell))
        // Sums of coefficients are cells: with one cell hidden none of them can be shown.
        let shown =
            disclosure.rule.map {
                result.without(suppressed, coefficients: .none, rule: $0, spreadYears: baseline?.cohorts ?? [])
            } ?? result
        var findings = TransitionsFindings(method: method)
        if let policy, let baseline, let estimates = shown.estimates {
            findings.policy = try PolicySplit(policy, baseline: baseline).findings(estimates)
        }
        var kept: [Cell: CellCount] = [:]
        for (cell, count) in counts where !hidden.contains(cell) { kept[cell] = count }
        return TransitionsResult(fit: shown, counts: kept, suppressed: suppressed, findings: findings)
    }

    /// The suppressed cells with the rates of all individuals wherever a group's is hidden.
    ///
    /// A year's rate of all is the sum of its groups' rates with weights that all years share: years without a gap tell the weights,
    /// and these the group that is hidden in another.
    private static func withTotals(
        _ suppressed: [SuppressedCell], _ counts: OrderedDictionary<Cell, CellCount>
    ) -> [SuppressedCell] {
        let outcomes = Set(suppressed.map(\.cell).filter { !$0.group.isEmpty }.map(\.outcome))
        let known = Set(suppressed.map(\.cell))
        return suppressed
            + counts.keys.filter { $0.group.isEmpty && outcomes.contains($0.outcome) && !known.contains($0) }.map {
                SuppressedCell(cell: $0, reason: "complementary")
            }
    }

    /// The cells below the least number; those of each outcome by themselves, because the pupils of two tracks are others.
    private func suppressed(_ counts: OrderedDictionary<Cell, CellCount>) throws(ModelError) -> [SuppressedCell] {
        guard let rule = disclosure.rule else { return [] }
        guard per != nil else { return try PublishedCells(counts, rule: rule).suppressed }
        var list: [SuppressedCell] = []
        for (_, members) in OrderedDictionary(grouping: counts, by: { $0.key.outcome }) {
            let own = OrderedDictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
            list += try PublishedCells(own, rule: rule).suppressed
        }
        return list
    }
}

extension StandardisedRates {
    /// Cells that are not reported.
    var remarks: [Diagnostic] { Diagnostic.emptyCells(empty) }
}

extension Diagnostic {
    /// Cells that are not reported.
    static func emptyCells(_ cells: [Cell]) -> [Diagnostic] {
        cells.map {
            Diagnostic("empty_cell", note: "no row, or nothing that determines it, in '\($0.name)'", isWarning: true)
        }
    }
}

extension Estimates {
    /// The standard deviation between individuals of each outcome, `100 sqrt(p (1 - p))` of all individuals, the baseline's years
    /// pooled: an individual has a rate of 0 or 100%.
    func spreads(in years: [String]) -> [String: Double] {
        var variances: [String: [Double]] = [:]
        for (cell, rate) in zip(labels, values)
        where cell.group.isEmpty && (years.isEmpty || years.contains(cell.cohort)) {
            variances[cell.outcome, default: []].append(rate * (100 - rate))
        }
        return variances.mapValues { ($0.reduce(0, +) / Double($0.count)).squareRoot() }
    }
}

import Disclosure
import LinearAlgebra
import Tables
import Transitions

extension FlowSpecification {
    /// Puts the yearly probabilities together and computes every indicator of every year and group.
    func fit(name: String, table: Table?, baseline: BaselineDeclaration?) throws(ModelError) -> TransitionsResult {
        var remarks: [Diagnostic] = []
        let (flows, years, data) = try self.flows(table, &remarks)
        for year in baseline?.cohorts ?? [] where !years.contains(year) {
            throw FlowProblem.unknownBaseline(year, known: years).asModelError
        }
        let (estimates, all) = try estimates(flows)
        guard estimates.isFinite else { throw .numericalBreakdown }
        var names: Set<String> = []
        for label in estimates.labels where !names.insert(label.name).inserted {
            throw FlowProblem.sameCell(label.name).asModelError
        }
        let pooled = baseline.map { own in years.filter { own.cohorts.contains($0) } } ?? years
        var fitted = FittedFlows(self, data: data, years: pooled)
        fitted?.baselineYears = baseline == nil ? [] : pooled
        if fitted == nil {
            remarks.append(
                Diagnostic(
                    "no_simulation",
                    note:
                        "the groups of a state have no destination in common: these flows cannot be simulated by group",
                    isWarning: true))
        }
        let fit = ModelFit(
            model: name,
            coefficients: Coefficients(
                labels: estimates.labels.map(\.name), values: estimates.values, covariance: estimates.covariance),
            varianceComponents: [], estimates: estimates, standardDeviations: [:], diagnostics: remarks)
        var findings = TransitionsFindings(method: method)
        let found = FlowFindings(
            ladder: ladder, fitted: fitted, fittedYears: pooled, rows: FlowRow.all(flows, self), figures: figures,
            moves: FlowMoves.all(flows, ladder))
        findings.flows = found
        let counts = Self.counts(estimates.labels, flows)
        guard let data, let rule = disclosure.rule else {
            return TransitionsResult(fit: fit.adding(Self.certainties(estimates)), counts: counts, findings: findings)
        }
        let published = try PublishedFlowCells(
            data, flows, all, rule: rule, areBasesCells: disclosure.cells == .bases)
        return masked(TransitionsResult(fit: fit, counts: counts, findings: findings), published, rule)
    }

    /// What may be published.
    private func masked(
        _ result: TransitionsResult, _ published: PublishedFlowCells, _ rule: DisclosureRule
    ) -> TransitionsResult {
        var findings = result.findings
        if var found = findings.flows {
            found.rows = published.masked(found.rows)
            found.fitted?.areWithheld = found.rows.contains { $0.suppressed != nil }
            let withheld = Set(found.rows.filter { $0.suppressed != nil }.map { [$0.year, $0.group] })
            found.moves = found.moves.filter { !withheld.contains([$0.year, $0.group]) }
            findings.flows = found
        }
        let suppressed = withTotals(published, findings.flows?.rows ?? [], result.counts.keys.map { $0 })
        let hidden = Set(suppressed.map(\.cell))
        let fit = result.fit.without(
            suppressed, coefficients: result.fit.coefficients.without(Set(hidden.map(\.name))), rule: rule)
        return TransitionsResult(
            fit: fit.adding(Self.remarks(published, disclosure) + (fit.estimates.map { Self.certainties($0) } ?? [])),
            counts: result.counts.filter { !hidden.contains($0.key) }, suppressed: suppressed,
            findings: findings)
    }

    /// The suppressed cells with those of all pupils in years in which a group's flows are hidden: their errors come from the groups'
    /// own shares, and would tell how a hidden number of pupils is divided.
    private func withTotals(
        _ published: PublishedFlowCells, _ rows: [FlowRow], _ labels: [Cell]
    ) -> [SuppressedCell] {
        let known = Set(published.suppressed.map(\.cell))
        let years = Set(rows.filter { $0.suppressed != nil && !$0.group.isEmpty }.map(\.year))
            .union(known.filter { !$0.group.isEmpty }.map(\.cohort))
        let totals = labels.filter { $0.group.isEmpty && years.contains($0.cohort) && !known.contains($0) }
            .sorted { ($0.cohort, $0.outcome) < ($1.cohort, $1.outcome) }
        return published.suppressed + totals.map { SuppressedCell(cell: $0, reason: "complementary") }
    }

    private func flows(
        _ table: Table?, _ remarks: inout [Diagnostic]
    ) throws(ModelError) -> (flows: FlowCells, years: [String], data: FlowData?) {
        switch source {
        case .file(let file):
            guard let table, table.rowCount > 0 else { throw .noCompleteRows(read: 0) }
            let data = try FlowData(file, ladder: ladder, table: table)
            remarks += Self.remarks(data, file)
            return (try FlowCells(data, self, designEffect: file.designEffect), data.years, data)
        case .published(let published):
            remarks += Self.remarks(figures)
            return (FlowCells(published, start), published.years, nil)
        }
    }

    /// The level of every indicator, year and group with the joint covariance by the delta method.
    private func estimates(_ flows: FlowCells) throws(ModelError) -> (estimates: Estimates, figures: [FlowFigure]) {
        var (figures, values, slopes): ([FlowFigure], [Double], [FlowSensitivity]) = ([], [], [])
        for (position, cell) in flows.cells.enumerated() {
            do {
                let cohort = try SyntheticCohort(ladder: ladder, years: [cell.matrix], placements: cell.placements)
                for indicator in indicators {
                    let found = try indicator.value(of: cell, cohort)
                    let label = Cell(
                        quantity: .level, outcome: indicator.name, sector: sector, cohort: cell.year, group: cell.group)
                    figures.append(
                        FlowFigure(
                            label: label, cell: position, gradient: found.gradient, placements: found.placements,
                            isStartDeclared: start.isDeclared))
                    values.append(indicator.scale * found.value)
                    slopes.append(
                        cell.sensitivity(
                            indicator.scale * found.gradient, placements: found.placements.map { indicator.scale * $0 })
                    )
                }
            } catch {
                throw FlowProblem.chain(error, cell: cell.name).asModelError
            }
        }
        var covariance = Matrix(rows: figures.count, columns: figures.count)
        for row in figures.indices {
            for column in 0...row {
                let value = flows.uncertainty.covariance(slopes[row], slopes[column])
                covariance[row, column] = value
                covariance[column, row] = value
            }
        }
        return (Self.ordered(figures.map(\.label), values, covariance, outcomes: outcomes), figures)
    }

    /// By outcome, then year and group: as readers look for them.
    private static func ordered(
        _ labels: [Cell], _ values: [Double], _ covariance: Matrix, outcomes: [String]
    ) -> Estimates {
        let order = outcomes.flatMap { outcome in labels.indices.filter { labels[$0].outcome == outcome } }
        var sorted = Matrix(rows: order.count, columns: order.count)
        for (row, from) in order.enumerated() {
            for (column, to) in order.enumerated() { sorted[row, column] = covariance[from, to] }
        }
        return Estimates(labels: order.map { labels[$0] }, values: order.map { values[$0] }, covariance: sorted)
    }

    /// How to have more published, where small moves keep indicators back.
    private static func remarks(_ published: PublishedFlowCells, _ disclosure: DisclosureDeclaration) -> [Diagnostic] {
        guard published.dependentCount > 0, disclosure.cells == .answers else { return [] }
        return [
            Diagnostic(
                "withheld_indicators", Double(published.dependentCount),
                note:
                    "they would tell the hidden numbers of pupils of small moves. 'disclosure: {cells: bases}' asks for enough "
                    + "pupils in the state that they left only; or pool groups or years",
                isWarning: true)
        ]
    }

    private static func counts(_ labels: [Cell], _ flows: FlowCells) -> [Cell: CellCount] {
        var result: [Cell: CellCount] = [:]
        for label in labels {
            guard
                let counts = flows.cells.first(where: { $0.year == label.cohort && $0.group == label.group })?.counts
            else { continue }
            result[label] = CellCount(individuals: Int(counts.bases.reduce(0, +)))
        }
        return result
    }

    // MARK: Words

    private var figures: [PublishedFlows.Figure] {
        guard case .published(let flows) = source else { return start.figures(ladder) }
        return flows.figures + start.figures(ladder)
    }

    private var method: String {
        let tail =
            "indicators of a synthetic cohort that goes through the rates of one school year, with errors by the delta method"
        switch source {
        case .file: return "Shares of counted pupils by state, multinomial; \(tail)."
        case .published(let flows):
            let all = flows.figures + start.figures(ladder)
            let assumed = all.count(where: \.isAssumed)
            return
                "\(all.count - assumed) published and \(assumed) assumed figures, each with its error; \(tail)."
        }
    }

    /// Figures on which every pupil agrees: counts show no error, which does not mean that there is none.
    private static func certainties(_ estimates: Estimates) -> [Diagnostic] {
        let names = estimates.labels.indices.filter { estimates.covariance[$0, $0] <= 0 }
            .map { estimates.labels[$0].name }
        guard !names.isEmpty else { return [] }
        return [
            Diagnostic(
                "no_variation", Double(names.count),
                note:
                    "nobody, or everybody, made the moves of \(names.joined(separator: ", ")): the standard error of 0 is that "
                    + "of the counts, not of what might have been",
                isWarning: true)
        ]
    }

    private static func remarks(_ data: FlowData, _ file: FlowFile) -> [Diagnostic] {
        let effect = file.designEffect == 1 ? "" : ", variances times \(shortestText(file.designEffect))"
        var list = [
            Diagnostic(
                "rows", Double(data.rows.read - data.rows.incomplete), note: "rows used, of \(data.rows.read) read"),
            Diagnostic(
                "standard_errors",
                note: "multinomial given the pupils of each state, years and groups independent\(effect); delta method"),
            Diagnostic("degrees_of_freedom", note: "infinite"),
        ]
        if data.rows.incomplete > 0 {
            list.append(
                Diagnostic(
                    "rows_left_out", Double(data.rows.incomplete), note: "a year, a state or a count is missing",
                    isWarning: true))
        }
        if data.rows.withoutGroup > 0 {
            list.append(
                Diagnostic(
                    "rows_without_group", Double(data.rows.withoutGroup), note: "in all, in no group",
                    isWarning: data.rows.withoutGroup * 20 > data.rows.read))
        }
        return list
    }

    private static func remarks(_ figures: [PublishedFlows.Figure]) -> [Diagnostic] {
        let assumed = figures.filter(\.isAssumed)
        var list = [
            Diagnostic("published_figures", Double(figures.count - assumed.count)),
            Diagnostic(
                "standard_errors", note: "of published and assumed figures, shared wherever one holds; delta method"),
            Diagnostic("degrees_of_freedom", note: "infinite"),
        ]
        if !assumed.isEmpty {
            list.append(
                Diagnostic(
                    "assumed_figures", Double(assumed.count),
                    note: "not published: \(assumed.map(\.words).joined(separator: "; "))", isWarning: true))
        }
        return list
    }
}

/// An indicator of a year and group with its derivatives.
struct FlowFigure {
    let label: Cell
    /// The position among the flows' cells.
    let cell: Int
    let gradient: Matrix
    let placements: [Double]
    /// Whether the shares of first placements are declared rather than counted.
    let isStartDeclared: Bool
}

extension FlowIndicator {
    /// Its figure in a year and group, with the derivatives.
    func value(
        of cell: FlowCell, _ cohort: SyntheticCohort
    ) throws(ChainError) -> (value: Double, gradient: Matrix, placements: [Double]) {
        switch measure {
        case .cohort(let indicator):
            let found = try cohort.value(of: indicator)
            return (found.value, found.gradients[0], found.placements)
        case .stock(let move):
            var gradient = Matrix(rows: cohort.ladder.states.count, columns: cohort.ladder.states.count)
            let none = cohort.placements.map { _ in 0.0 }
            guard let counts = cell.counts, let share = counts.share(of: move) else { throw .nobody(indicator: name) }
            let bases = counts.bases
            let all = (0..<cohort.ladder.gradeStateCount).reduce(0) { $0 + bases[$1] }
            for from in 0..<cohort.ladder.gradeStateCount {
                for to in cohort.ladder.states.indices where cohort.ladder.move(from: from, to: to) == move {
                    gradient[from, to] = bases[from] / all
                }
            }
            return (share, gradient, none)
        }
    }
}

import Tables

/// A reported cell with its weights on all columns of the design, the dropped ones included.
struct ReportedCell {
    let cell: Cell
    let row: [Double]
}

/// The reference grid of a report: for each cohort and group the rows of the design to average.
struct ReferenceGrid {
    let fit: GrowthFit
    let report: GrowthSpecification.Report

    /// The cells, cohort by cohort.
    ///
    /// - Throws: ``ModelError/report(_:)`` when a reported column is not of the kind it must be.
    func cells() throws(ModelError) -> [ReportedCell] {
        let cohorts = try levels(of: report.cohort, use: "the cohort")
        let groups = try levels(of: report.group, use: "the group")
        var cells: [ReportedCell] = []
        for cohort in cohorts.isEmpty ? [nil] : cohorts.map(Optional.some) {
            for group in groups.isEmpty ? [nil] : groups.map(Optional.some) {
                var fixed: [String: VariableValue] = [:]
                if let cohort, let name = report.cohort { fixed[name] = .level(cohort.position) }
                if let group, let name = report.group { fixed[name] = .level(group.position) }
                let cell = Cell(
                    quantity: report.time == nil ? .level : .growth, outcome: report.outcome,
                    sector: report.sector, cohort: cohort?.name ?? "", group: group?.name ?? "")
                cells.append(ReportedCell(cell: cell, row: try weights(fixed)))
            }
        }
        return cells
    }

    private func weights(_ fixed: [String: VariableValue]) throws(ModelError) -> [Double] {
        guard let time = report.time else { return meanRow(fixed) }
        guard case .numeric = fit.frame.variables[time] else {
            throw .report("the report's time '\(time)' is a factor; growth needs a numeric time in school years.")
        }
        var (start, end) = (fixed, fixed)
        start[time] = .number(report.interval.lowerBound)
        end[time] = .number(report.interval.upperBound)
        return zip(meanRow(end), meanRow(start)).map { $0 - $1 }
    }

    /// The mean of the model matrix's rows over all combinations of the factors that are not fixed.
    private func meanRow(_ fixed: [String: VariableValue]) -> [Double] {
        let design = fit.design
        var combinations: [[VariableValue]] = [[]]
        for name in design.variableNames {
            let values: [VariableValue]
            switch (fixed[name], fit.frame.variables[name]) {
            case (let value?, _): values = [value]
            case (nil, .factor(let levels, _)): values = levels.indices.map { .level($0) }
            case (nil, .numeric(let numbers)): values = [.number(numbers.reduce(0, +) / Double(numbers.count))]
            case (nil, .names), (nil, nil): values = [.number(0)]
            }
            combinations = combinations.flatMap { head in values.map { head + [$0] } }
        }
        var sum = [Double](repeating: 0, count: design.columnCount)
        for combination in combinations {
            for (column, value) in design.row(combination).enumerated() { sum[column] += value }
        }
        return sum.map { $0 / Double(combinations.count) }
    }

    private func levels(of name: String?, use: String) throws(ModelError) -> [(position: Int, name: String)] {
        guard let name else { return [] }
        guard case .factor(let levels, _) = fit.frame.variables[name] else {
            throw .report("\(use) '\(name)' is a number. Declare it as a factor under data, columns.")
        }
        return levels.enumerated().map { ($0.offset, $0.element) }
    }
}

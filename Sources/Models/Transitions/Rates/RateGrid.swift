import Tables

/// Where the standardised rates are read: cells, and for each the rows of the design to average.
struct RateGrid {
    /// A cell and the values that make it.
    struct Place {
        let cell: Cell
        let year: Int
        let group: Int?
        let per: Int?
        let count: CellCount
    }

    /// A row of the design with its share.
    struct Point {
        let row: [Double]
        let weight: Double
    }

    /// The cells: outcome by year, all pupils before the groups.
    let places: [Place]
    private let design: PredictorDesign
    private let names: (year: String, group: String?)
    /// For each level of the outcomes' factor the covariates that occur, with their shares of the trials.
    private let patterns: [[(values: [VariableValue], weight: Double)]]

    init(_ specification: RateSpecification, _ rows: RateRows, _ design: PredictorDesign) {
        self.design = design
        names = (specification.year, specification.group)
        let counts = RateCounts(specification, rows)
        patterns = Self.patterns(specification, rows, design, per: counts.per)
        places = counts.places
    }

    /// The points of a cell: its own year, group and outcome, and the covariates as they are in all rows of the outcome.
    func points(_ place: Place) -> [Point] {
        patterns[place.per ?? 0].map { pattern in
            var values = pattern.values
            for (position, name) in design.variableNames.enumerated() {
                if name == names.year { values[position] = .level(place.year) }
                if let group = place.group, name == names.group { values[position] = .level(group) }
            }
            return Point(row: design.row(values), weight: pattern.weight)
        }
    }

    /// The distinct covariates but the year, in order of appearance.
    private static func patterns(
        _ specification: RateSpecification, _ rows: RateRows, _ design: PredictorDesign, per: RateFactor
    ) -> [[(values: [VariableValue], weight: Double)]] {
        let cells = DesignCells(rows.frame, effects: design.variableNames.filter { $0 != specification.year })
        var weights = [Double](repeating: 0, count: cells.count)
        for (row, cell) in cells.cellOfRow.enumerated() { weights[Int(cell)] += rows.trials[row] }
        var patterns = [[(values: [VariableValue], weight: Double)]](repeating: [], count: max(per.levels.count, 1))
        for (cell, row) in cells.representatives.enumerated() {
            let values = design.variableNames.map { name -> VariableValue in
                switch rows.frame.variables[name] {
                case .numeric(let numbers): .number(numbers[row])
                case .factor(_, let codes): .level(Int(codes[row]))
                case .names, nil: .number(0)
                }
            }
            patterns[max(per.code(row), 0)].append((values, weights[cell]))
        }
        return patterns.map { list in
            let total = list.reduce(0) { $0 + $1.weight }
            return list.map { ($0.values, $0.weight / total) }
        }
    }
}

/// A factor's levels and codes, or none: every row in the one place that has no name.
struct RateFactor {
    let levels: [String]
    private let codes: [Int32]?

    init(_ name: String?, _ frame: ModelFrame) {
        guard let name, case .factor(let levels, let codes) = frame.variables[name] else {
            (self.levels, codes) = ([], nil)
            return
        }
        (self.levels, self.codes) = (levels, codes)
    }

    /// The position of a row's level; -1 without a factor.
    func code(_ row: Int) -> Int { codes.map { Int($0[row]) } ?? -1 }
}

/// How many individuals, and clusters where they are asked for, are in each cell.
private struct RateCounts {
    let per: RateFactor
    let places: [RateGrid.Place]

    init(_ specification: RateSpecification, _ rows: RateRows) {
        let frame = rows.frame
        let (year, group) = (RateFactor(specification.year, frame), RateFactor(specification.group, frame))
        let per = RateFactor(specification.per, frame)
        let clusters = Self.clusters(specification, rows)
        let (years, groups) = (year.levels.count, group.levels.count + 1)
        var trials = [Double](repeating: 0, count: max(per.levels.count, 1) * years * groups)
        var members = [Set<Int32>](repeating: [], count: clusters == nil ? 0 : trials.count)
        for row in 0..<frame.rowCount {
            let start = (max(per.code(row), 0) * years + year.code(row)) * groups
            for place in Set([start, start + group.code(row) + 1]) {
                trials[place] += rows.trials[row]
                if let clusters { members[place].insert(clusters[row]) }
            }
        }
        var places: [RateGrid.Place] = []
        for outcome in 0..<max(per.levels.count, 1) {
            for time in 0..<years {
                for part in 0..<groups {
                    let place = (outcome * years + time) * groups + part
                    let cell = Cell(
                        quantity: .level,
                        outcome: specification.outcome + (per.levels.isEmpty ? "" : ".\(per.levels[outcome])"),
                        sector: specification.sector, cohort: year.levels[time],
                        group: part == 0 ? "" : group.levels[part - 1])
                    places.append(
                        RateGrid.Place(
                            cell: cell, year: time, group: part == 0 ? nil : part - 1,
                            per: per.levels.isEmpty ? nil : outcome,
                            count: CellCount(
                                individuals: Int(trials[place]), clusters: clusters == nil ? nil : members[place].count)
                        ))
                }
            }
        }
        (self.per, self.places) = (per, places)
    }

    /// The cluster of each row, where the file asks for a least number of them.
    private static func clusters(_ specification: RateSpecification, _ rows: RateRows) -> [Int32]? {
        guard (specification.disclosure.rule?.minimumClusters ?? 0) > 0 else { return nil }
        if let clusters = rows.clusters { return clusters.codes }
        guard let name = specification.formula.groupingVariables.first else { return nil }
        switch rows.frame.variables[name] {
        case .names(_, let codes), .factor(_, let codes): return codes
        case .numeric(let values): return Column.double(values).asFactor().codes
        case nil: return nil
        }
    }
}

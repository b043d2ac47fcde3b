import OrderedCollections

extension GrowthFit {
    /// How many individuals each reported cell rests on: pupils where scores are repeated, rows where they are not.
    ///
    /// Pupils are the levels of the finest grouping factor, when the report has a time.
    func counts(of cells: [Cell], report: GrowthSpecification.Report) -> OrderedDictionary<Cell, CellCount> {
        let (cohorts, groups) = (FactorCodes(report.cohort, frame), FactorCodes(report.group, frame))
        let individuals = report.time == nil ? nil : finestGrouping
        let width = (cohorts.levels.count + 1) * (groups.levels.count + 1)
        var (tallies, seen) = ([Int](repeating: 0, count: width), Set<Int64>())
        for row in 0..<frame.rowCount {
            let place = (cohorts.code(row) + 1) * (groups.levels.count + 1) + groups.code(row) + 1
            if let individuals, !seen.insert(Int64(individuals[row]) * Int64(width) + Int64(place)).inserted {
                continue
            }
            tallies[place] += 1
        }
        var counts: OrderedDictionary<Cell, CellCount> = [:]
        for cell in cells {
            let place =
                ((cohorts.levels.firstIndex(of: cell.cohort) ?? -1) + 1) * (groups.levels.count + 1)
                + (groups.levels.firstIndex(of: cell.group) ?? -1) + 1
            counts[cell] = CellCount(individuals: tallies[place])
        }
        return counts
    }

    /// The codes of the grouping factor with the most levels.
    private var finestGrouping: [Int32]? {
        var finest: (levels: Int, codes: [Int32])?
        for name in frame.formula.groupingVariables {
            let found: (Int, [Int32])? =
                switch frame.variables[name] {
                case .names(let names, let codes): (names.count, codes)
                case .factor(let levels, let codes): (levels.count, codes)
                default: nil
                }
            if let found, found.0 > (finest?.levels ?? 0) { finest = found }
        }
        return finest?.codes
    }
}

/// A factor's codes, or none: every row in the one place that has no name.
private struct FactorCodes {
    let levels: [String]
    private let codes: [Int32]?

    init(_ name: String?, _ frame: ModelFrame) {
        guard let name, case .factor(let levels, let codes) = frame.variables[name] else {
            (self.levels, codes) = ([], nil)
            return
        }
        (self.levels, self.codes) = (levels, codes)
    }

    func code(_ row: Int) -> Int { codes.map { Int($0[row]) } ?? -1 }
}

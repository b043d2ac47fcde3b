import Surveys
import Tables

extension SampleDeclaration {
    /// The sample that the columns describe.
    ///
    /// - Parameters:
    ///   - table: The data; every row is part of the design.
    ///   - isInside: Whether each row is in the subset; rows outside keep their place in the design, so that a subset's errors are
    ///     right, but may lack a weight.
    ///   - waves: The wave of each row when waves were drawn independently: their strata and clusters are then different ones.
    /// - Throws: ``ModelError``.
    func sample(of table: Table, isInside: [Bool]? = nil, waves: [Int32]? = nil) throws(ModelError) -> SurveySample {
        let sample = try weighted(table, isInside: isInside, waves: waves)
        guard let calibration else { return sample }
        let totals = try calibration.totals(table)
        do {
            return try sample.calibrated(to: totals, method: calibration.method)
        } catch {
            throw located(error, in: table)
        }
    }

    private func weighted(_ table: Table, isInside: [Bool]?, waves: [Int32]?) throws(ModelError) -> SurveySample {
        guard let replicates else { return SurveySample(try design(of: table, isInside: isInside, waves: waves)) }
        switch replicates.origin {
        case .made(let method):
            let design = try design(of: table, isInside: isInside, waves: waves)
            // Waves that are drawn apart are strata that nobody declared.
            let isByWave = method == .jackknife && stages[0].strata == nil && design.stages[0].stratumCount > 1
            do {
                let weights = try ReplicateWeights(
                    design, by: isByWave ? .stratifiedJackknife : method, centre: replicates.centre)
                return SurveySample(weights)
            } catch {
                throw .sample(.survey("\(error)"))
            }
        case .columns(let names, let kind, let form, let scale):
            let weights = try designWeights(table, isInside: isInside)
            var columns: [[Double]] = []
            for name in names {
                guard let values = try column(name, of: table).doubles() else {
                    throw .notNumeric(column: name, use: "a replicate weight")
                }
                columns.append(values)
            }
            do {
                return SurveySample(
                    try ReplicateWeights(
                        weights: weights, replicates: columns, form: form, kind: kind, scale: scale,
                        centre: replicates.centre))
            } catch {
                throw located(error, columns: names, in: table)
            }
        }
    }

    private func design(of table: Table, isInside: [Bool]?, waves: [Int32]?) throws(ModelError) -> SurveyDesign {
        let weights = try designWeights(table, isInside: isInside)
        var built: [SurveyDesign.Stage] = []
        for (number, stage) in stages.enumerated() {
            built.append(try self.stage(stage, number: number, of: table, waves: waves))
        }
        do {
            return try SurveyDesign(weights: weights, stages: built, lonelyClusters: lonelyClusters)
        } catch {
            throw named(error, stages: built, table: table)
        }
    }

    private func designWeights(_ table: Table, isInside: [Bool]?) throws(ModelError) -> [Double] {
        guard let name = weights else { return [Double](repeating: 1, count: table.rowCount) }
        let column = try self.column(name, of: table)
        guard let values = column.doubles() else { throw .notNumeric(column: name, use: "a design weight") }
        var result = values
        for (row, value) in values.enumerated() where !(value >= 0 && value.isFinite) {
            guard isInside.map({ !$0[row] }) ?? false else {
                let found = column.text(at: row) ?? "missing"
                throw .sample(.badWeight(column: name, place: place(of: row, in: table), found: found))
            }
            result[row] = 0
        }
        return result
    }

    private func stage(
        _ stage: Stage, number: Int, of table: Table, waves: [Int32]?
    ) throws(ModelError) -> SurveyDesign.Stage {
        var strata = try stage.strata.map { name throws(ModelError) in try codes(name, of: table) }
        var clusters: [Int32]
        if let name = stage.clusters {
            clusters = try codes(name, of: table)
        } else {
            clusters = (0..<table.rowCount).map { Int32($0) }
        }
        if number > 0 {
            // A stage's strata lie within the clusters of the stage before; equal names elsewhere are other strata.
            let outer = try codesOfStage(number - 1, of: table)
            strata = combined(outer, strata)
        }
        if let waves {
            // At every stage: a school in two waves has two samples of pupils, each with its own population.
            strata = combined(waves, strata)
            if stage.clusters != nil { clusters = combined(waves, clusters) }
        }
        let sizes = try populationSizes(stage, of: table)
        do {
            return try SurveyDesign.Stage(strata: strata, clusters: clusters, populationSizes: sizes)
        } catch {
            throw named(error, stage: stage, strata: strata, table: table)
        }
    }

    /// The clusters of a stage together with those of the stages before it.
    private func codesOfStage(_ number: Int, of table: Table) throws(ModelError) -> [Int32] {
        var codes: [Int32]?
        for stage in stages[...number] {
            guard let name = stage.clusters else { continue }
            codes = combined(try self.codes(name, of: table), codes)
        }
        return codes ?? (0..<table.rowCount).map { Int32($0) }
    }

    private func populationSizes(_ stage: Stage, of table: Table) throws(ModelError) -> [Double]? {
        switch stage.population {
        case nil: return nil
        case .number(let number): return [Double](repeating: number, count: table.rowCount)
        case .column(let name):
            guard let values = try column(name, of: table).doubles() else {
                throw .notNumeric(column: name, use: "a population size")
            }
            return values
        }
    }

    private func codes(_ name: String, of table: Table) throws(ModelError) -> [Int32] {
        let factor = try column(name, of: table).asFactor()
        if let row = factor.codes.firstIndex(of: -1) {
            throw .sample(.missingValue(column: name, place: place(of: row, in: table)))
        }
        return factor.codes
    }

    private func column(_ name: String, of table: Table) throws(ModelError) -> Column {
        guard let column = table[name] else {
            throw .unknownColumn(name, nearest: nearest(to: name, among: table.columnNames))
        }
        return column
    }
}

/// Codes that tell rows apart which either of two codes tells apart.
func combined(_ first: [Int32], _ second: [Int32]?) -> [Int32] {
    guard let second else { return first }
    var numbers: [Int64: Int32] = [:]
    return zip(first, second).map { pair in
        let key = Int64(pair.0) << 32 | Int64(UInt32(bitPattern: pair.1))
        if let known = numbers[key] { return known }
        let number = Int32(numbers.count)
        numbers[key] = number
        return number
    }
}

/// Where a row stands: `data.csv:17`, or `row 16` of a table that no file holds.
func place(of row: Int, in table: Table) -> String {
    guard let source = table.source, let lines = table.lines else { return "row \(row + 1)" }
    return "\(source):\(lines[row])"
}

// MARK: Names for numbers

extension SampleDeclaration {
    /// An error of calibration or replicate weights with the line and column of the value at fault.
    private func located(_ error: SurveyError, columns: [String] = [], in table: Table) -> ModelError {
        switch error {
        case .calibration(.missingValue(let variable, let row)):
            .sample(.missingValue(column: variable, place: place(of: row, in: table)))
        case .replicates(.badWeight(let replicate, let row, _)) where columns.indices.contains(replicate):
            .sample(
                .badWeight(
                    column: columns[replicate], place: place(of: row, in: table),
                    found: table[columns[replicate]]?.text(at: row) ?? "missing"))
        default: .sample(.survey("\(error)"))
        }
    }
}

extension SampleDeclaration {
    /// A design's error with the names of its columns and values.
    private func named(_ error: SurveyError, stages built: [SurveyDesign.Stage], table: Table) -> ModelError {
        switch error {
        case .noWeight: .sample(.noWeight(column: weights ?? ""))
        case .lonelyCluster(let number, let stratum):
            .sample(.lonelyCluster(stratum: stratumName(stages[number], built[number].strata, stratum, table)))
        default: .sample(.survey("\(error)"))
        }
    }

    private func named(_ error: SurveyError, stage: Stage, strata: [Int32]?, table: Table) -> ModelError {
        let column = stage.population?.columnName ?? ""
        switch error {
        case .populationVaries(_, let row):
            return .sample(
                .populationVaries(
                    column: column, stratum: stratumName(stage, row: row, table: table),
                    place: place(of: row, in: table)))
        case .populationTooSmall(let stratum, let population, let drawn):
            // Strata are numbered in order of first appearance.
            let row = firstRows(strata ?? [])[safely: stratum] ?? 0
            return .sample(
                .populationTooSmall(
                    stratum: stratumName(stage, row: row, table: table), population: population, drawn: drawn))
        default: return .sample(.survey("\(error)"))
        }
    }

    private func stratumName(_ stage: Stage, _ strata: [Int32], _ stratum: Int, _ table: Table) -> String {
        stratumName(stage, row: strata.firstIndex(of: Int32(stratum)) ?? 0, table: table)
    }

    /// `stratum 'north' of column 'region' (data.csv:2)`.
    private func stratumName(_ stage: Stage, row: Int, table: Table) -> String {
        guard let name = stage.strata, let text = table[name]?.text(at: row) else {
            return "the stratum of \(place(of: row, in: table))"
        }
        return "stratum '\(text)' of column '\(name)' (\(place(of: row, in: table)))"
    }

    /// The first row of each code, in order of first appearance.
    private func firstRows(_ codes: [Int32]) -> [Int] {
        var seen: Set<Int32> = []
        return codes.indices.filter { seen.insert(codes[$0]).inserted }
    }
}

extension SampleDeclaration.Population {
    var columnName: String? {
        if case .column(let name) = self { return name }
        return nil
    }
}

extension Array {
    /// The element at a position, or nil outside.
    fileprivate subscript(safely position: Int) -> Element? { indices.contains(position) ? self[position] : nil }
}

// MARK: Words

extension SampleDeclaration {
    /// How errors are found, in words.
    var words: String {
        let errors =
            switch replicates?.origin {
            case nil: "by Taylor linearisation of the survey's design"
            case .columns(let names, let kind, _, _): "from \(names.count) \(kind) replicate weights"
            case .made(let method): "from replicate weights made of the design (\(method.words))"
            }
        return errors + (calibration == nil ? "" : ", weights calibrated to population totals")
    }

    /// What calibration did to the weights.
    static func diagnostics(_ sample: SurveySample) -> [Diagnostic] {
        guard let report = sample.calibrations.last?.report else { return [] }
        var list = [
            Diagnostic("calibration_smallest_ratio", report.smallestRatio, note: "of a calibrated to a design weight"),
            Diagnostic("calibration_largest_ratio", report.largestRatio, note: "of a calibrated to a design weight"),
            Diagnostic("weighting_effect", report.weightingEffect, note: "Kish's 1 + cv^2 of the calibrated weights"),
        ]
        if report.negativeWeights > 0 {
            list.append(
                Diagnostic(
                    "negative_weights", Double(report.negativeWeights),
                    note: "weights below 0 after linear calibration: use raking, or bounds", isWarning: true))
        }
        return list
    }
}

extension ReplicateMethod {
    fileprivate var words: String {
        switch self {
        case .jackknife: "jackknife"
        case .stratifiedJackknife: "stratified jackknife"
        case .balanced: "balanced half samples"
        case .fay(let rho): "Fay's half samples, rho \(rho)"
        case .bootstrap(_, let count, let seed): "bootstrap, \(count) replicates, seed \(seed)"
        }
    }
}

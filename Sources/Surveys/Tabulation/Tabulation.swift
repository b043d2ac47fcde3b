import LinearAlgebra
import Parallelism

extension SurveySample {
    /// The tables of many items by many splits, with standard errors and the covariance within each table.
    ///
    /// With linearised errors of one stage, without calibration, each table takes two walks over the rows. Other samples take plain
    /// roads: replicate weights tabulate once more for each replicate; calibrated weights and finite populations of more stages need a
    /// matrix of rows by cells, one table at a time. Results have the same bits for any number of threads.
    ///
    /// - Parameters:
    ///   - items: Each with as many rows as the sample.
    ///   - splits: Each with as many rows as the sample; ``TableSplit/all(rowCount:)`` for the whole sample.
    /// - Returns: By item, then by split. Groups without respondents have no shares; that is not an error.
    /// - Throws: ``SurveyError`` of the sample's errors; none of its own.
    /// - Complexity: O(rows) for each table, and k^2 for each cluster with k the cells of the groups that its respondents are in. A table
    ///   keeps its covariance: 8 k^2 bytes with k all its cells.
    public func tables(of items: [TableItem], by splits: [TableSplit]) throws(SurveyError) -> [[DomainTable]] {
        let tabulation = Tabulation(self, items: items, splits: splits)
        let tables = try tabulation.tables()
        return items.indices.map { Array(tables[$0 * splits.count..<($0 + 1) * splits.count]) }
    }
}

/// The roads from a sample to its tables.
private struct Tabulation {
    let sample: SurveySample
    let items: [TableItem]
    let splits: [TableSplit]

    init(_ sample: SurveySample, items: [TableItem], splits: [TableSplit]) {
        (self.sample, self.items, self.splits) = (sample, items, splits)
    }

    func tables() throws(SurveyError) -> [DomainTable] {
        switch sample.errors {
        case .linearisation(let design): linearisedTables(design)
        case .replication(let replicates): try replicatedTables(replicates)
        }
    }

    private func linearisedTables(_ design: SurveyDesign) -> [DomainTable] {
        let order = RowOrder(design.stages[0], weights: sample.weights)
        let isIdentity = order.isIdentity && order.rows.count == sample.rowCount
        let rows = isIdentity ? [] : order.rows
        let ordered = concurrentMap(items.count) { isIdentity ? items[$0] : items[$0].ordered(by: rows) }
        let groups = concurrentMap(splits.count) { isIdentity ? splits[$0] : splits[$0].ordered(by: rows) }
        let weights = isIdentity ? sample.weights : rows.map { sample.weights[Int($0)] }
        let isOneStage = sample.calibrations.isEmpty && !design.correctsLaterStages
        let table = { (index: Int) in
            let (item, split) = (index / splits.count, index % splits.count)
            return ordered[item].table(
                by: groups[split], weights: weights, design: design, order: order,
                degreesOfFreedom: sample.degreesOfFreedom,
                covariance: isOneStage ? nil : { items[item].covariance(sample, splits[split]) })
        }
        let count = items.count * splits.count
        // Matrices of rows by cells are large: one at a time.
        return isOneStage ? concurrentMap(count, table) : (0..<count).map(table)
    }

    private func replicatedTables(_ replicates: ReplicateWeights) throws(SurveyError) -> [DomainTable] {
        let results = concurrentMap(items.count * splits.count) { index in
            let split = splits[index % splits.count]
            return Result { () throws(SurveyError) in
                try items[index / splits.count].table(by: split, replicates: replicates)
            }
        }
        return try results.map { result throws(SurveyError) in try result.get() }
    }
}

extension SurveyDesign {
    /// Whether clusters are a sample of a finite population of which later stages drew samples again.
    fileprivate var correctsLaterStages: Bool {
        stages.count > 1 && (0..<stages[0].stratumCount).contains { stages[0].samplingFraction(of: $0) > 0 }
    }
}

extension TableSplit {
    fileprivate func ordered(by order: [Int32]) -> TableSplit {
        TableSplit(groups: order.map { groups[Int($0)] }, groupCount: groupCount)
    }
}

/// The values of a function of indices, found on all threads.
private func concurrentMap<Value>(_ count: Int, _ value: (Int) -> Value) -> [Value] {
    var results = [Value?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
        nonisolated(unsafe) let results = results
        Threads.forEach(count) { results[$0] = value($0) }
    }
    return results.compactMap { $0 }
}

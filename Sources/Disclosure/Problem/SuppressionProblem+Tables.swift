extension SuppressionProblem {
    /// A total and its parts, such as all pupils of a school year and its SES groups; a part may be split in turn.
    ///
    /// Several splits of one total, the levels of a hierarchy, and all years of a publication are joined by
    /// ``init(joining:)``.
    ///
    /// - Throws: ``DisclosureError`` as of ``init(cells:relations:)``.
    public static func split(_ total: SuppressionCell, into parts: [SuppressionCell]) throws(DisclosureError)
        -> SuppressionProblem
    {
        try SuppressionProblem(
            cells: [total] + parts, relations: [SuppressionRelation(total: total.name, parts: parts.map(\.name))])
    }

    /// A table of rows by columns with both margins and the grand total, all published.
    ///
    /// A cell is named by the table's name, its row and its column; a margin has `total` in place of the label summed
    /// over. Clusters do not add up, so the margins have those given, or none.
    ///
    /// - Parameters:
    ///   - name: Labels before row and column, such as the item; empty for none.
    ///   - rows: The rows' labels, r of them, all different.
    ///   - columns: The columns' labels, k of them, all different.
    ///   - counts: r x k counts, row by row.
    ///   - clusters: r x k numbers of clusters, where cells have them.
    ///   - marginClusters: The clusters of the margins, by name.
    ///   - total: The label of a margin, different from those of rows and columns.
    /// - Throws: ``DisclosureError/tableShape(_:)`` when the arrays do not fit or labels repeat, and as of
    ///   ``init(cells:relations:)``.
    public static func table(
        _ name: [String] = [], rows: [String], columns: [String], counts: [[Int]], clusters: [[Int]]? = nil,
        marginClusters: [CellName: Int] = [:], total: String = "total"
    ) throws(DisclosureError) -> SuppressionProblem {
        try checkShape(rows, columns, total, counts)
        if let clusters { try checkShape(rows, columns, total, clusters) }
        func cellName(_ row: String, _ column: String) -> CellName { CellName(name + [row, column]) }
        func margin(_ row: String, _ column: String, _ counts: [Int]) -> SuppressionCell {
            let margin = cellName(row, column)
            return SuppressionCell(margin, count: clampedSum(counts), clusters: marginClusters[margin])
        }
        var cells: [SuppressionCell] = []
        for (r, row) in rows.enumerated() {
            for (c, column) in columns.enumerated() {
                cells.append(
                    SuppressionCell(cellName(row, column), count: counts[r][c], clusters: clusters?[r][c]))
            }
            cells.append(margin(row, total, counts[r]))
        }
        for (c, column) in columns.enumerated() { cells.append(margin(total, column, counts.map { $0[c] })) }
        cells.append(margin(total, total, counts.flatMap { $0 }))
        var relations = (rows + [total]).map { row in
            SuppressionRelation(total: cellName(row, total), parts: columns.map { cellName(row, $0) })
        }
        relations += (columns + [total]).map { column in
            SuppressionRelation(total: cellName(total, column), parts: rows.map { cellName($0, column) })
        }
        return try SuppressionProblem(cells: cells, relations: relations)
    }

    private static func checkShape(
        _ rows: [String], _ columns: [String], _ total: String, _ values: [[Int]]
    ) throws(DisclosureError) {
        guard !rows.isEmpty, !columns.isEmpty else {
            throw .tableShape("found \(rows.count) rows and \(columns.count) columns; expected at least one of each")
        }
        for labels in [rows, columns] where Set(labels + [total]).count != labels.count + 1 {
            throw .tableShape("found labels that repeat or equal the margin's '\(total)'; expected different ones")
        }
        guard values.count == rows.count, values.allSatisfy({ $0.count == columns.count }) else {
            throw .tableShape(
                "found \(values.count) rows of \(values.map(\.count).min() ?? 0) to \(values.map(\.count).max() ?? 0) "
                    + "numbers; expected \(rows.count) rows of \(columns.count)")
        }
    }

    /// The sum, out of range rather than overflowing where a count is out of range.
    private static func clampedSum(_ counts: [Int]) -> Int {
        counts.contains { !(0...largestCount).contains($0) } ? -1 : counts.reduce(0) { min($0, largestCount) + $1 }
    }
}

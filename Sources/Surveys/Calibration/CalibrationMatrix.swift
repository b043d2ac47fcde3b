import LinearAlgebra

/// The calibration variables of every row: a matrix X, n x p, with a column for each number and each category.
///
/// Categories are kept as codes, so a row costs as much as it has variables, however many categories they have. Columns may
/// depend on each other, as the categories of two factors do.
struct CalibrationMatrix: Sendable {
    private enum Block: Sendable {
        case number([Double], column: Int)
        /// Codes of columns; -1 for none.
        case factor([Int32], columns: Range<Int>)
    }

    private let blocks: [Block]
    /// The number of rows.
    let rowCount: Int
    /// The population total of each column.
    let totals: [Double]
    /// What each column is.
    let labels: [(variable: String, category: String?)]

    /// The number of columns.
    var columnCount: Int { totals.count }

    /// The columns of the first factor, if any: every row with a weight is in one of them.
    var firstFactor: Range<Int>? {
        for case .factor(_, let columns) in blocks { return columns }
        return nil
    }

    /// The matrix of some variables.
    ///
    /// - Parameter isUsed: Whether a row has a weight; others may lack values and have no part in anything.
    init(_ totals: CalibrationTotals, isUsed: [Bool]) throws(CalibrationProblem) {
        rowCount = isUsed.count
        var blocks: [Block] = []
        var (wanted, labels): ([Double], [(variable: String, category: String?)]) = ([], [])
        for variable in totals.variables {
            let start = wanted.count
            switch variable.values {
            case .number(let values, let total):
                blocks.append(.number(try variable.checked(values, isUsed, totals.populationSize), column: start))
                wanted.append(total)
                labels.append((variable.name, nil))
            case .factor(let codes, let categories, let populations):
                let new = try variable.renumbered(codes, categories, populations, isUsed)
                blocks.append(.factor(new.codes, columns: start..<(start + new.kept.count)))
                wanted += new.kept.map { populations[$0] ?? 0 }
                labels += new.kept.map { (variable.name, categories[$0]) }
            }
        }
        (self.blocks, self.totals, self.labels) = (blocks, wanted, labels)
    }

    /// `X lambda`, n values.
    func predictor(_ lambda: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: rowCount)
        for block in blocks {
            switch block {
            case .number(let values, let column):
                let factor = lambda[column]
                for row in result.indices { result[row] += factor * values[row] }
            case .factor(let codes, let columns):
                for row in result.indices where codes[row] >= 0 {
                    result[row] += lambda[columns.lowerBound + Int(codes[row])]
                }
            }
        }
        return result
    }

    /// `X' v`, p values.
    func totals(of vector: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: columnCount)
        for block in blocks {
            switch block {
            case .number(let values, let column):
                var sum = 0.0
                for row in vector.indices { sum += vector[row] * values[row] }
                result[column] = sum
            case .factor(let codes, let columns):
                for row in vector.indices where codes[row] >= 0 {
                    result[columns.lowerBound + Int(codes[row])] += vector[row]
                }
            }
        }
        return result
    }

    /// `|X|' v`: the size that rounding in ``totals(of:)`` is relative to.
    func magnitudes(of vector: [Double]) -> [Double] {
        let absolute = blocks.map { block -> Block in
            guard case .number(let values, let column) = block else { return block }
            return .number(values.map(abs), column: column)
        }
        return CalibrationMatrix(blocks: absolute, like: self).totals(of: vector.map(abs))
    }

    private init(blocks: [Block], like other: CalibrationMatrix) {
        (self.blocks, rowCount, totals, labels) = (blocks, other.rowCount, other.totals, other.labels)
    }

    /// `X' diag(v) X`, p x p.
    ///
    /// - Complexity: O(n) times the square of the number of variables, not of columns.
    func gram(_ vector: [Double]) -> Matrix {
        var result = Matrix(rows: columnCount, columns: columnCount)
        for (position, block) in blocks.enumerated() {
            for other in blocks[position...] { Self.add(block, other, vector, into: &result) }
        }
        for column in 0..<columnCount { for row in 0..<column { result[column, row] = result[row, column] } }
        return result
    }

    /// The block of the products of two variables, in the upper triangle.
    private static func add(_ left: Block, _ right: Block, _ vector: [Double], into gram: inout Matrix) {
        switch (left, right) {
        case (.number(let x, let row), .number(let y, let column)):
            var sum = 0.0
            for index in vector.indices { sum += vector[index] * x[index] * y[index] }
            gram[row, column] = sum
        case (.number(let x, let number), .factor(let codes, let columns)),
            (.factor(let codes, let columns), .number(let x, let number)):
            for index in vector.indices where codes[index] >= 0 {
                let column = columns.lowerBound + Int(codes[index])
                gram[min(number, column), max(number, column)] += vector[index] * x[index]
            }
        case (.factor(let first, let rows), .factor(let second, let columns)):
            for index in vector.indices where first[index] >= 0 && second[index] >= 0 {
                gram[rows.lowerBound + Int(first[index]), columns.lowerBound + Int(second[index])] += vector[index]
            }
        }
    }
}

extension CalibrationVariable {
    /// Values with 0 where a row is not used.
    fileprivate func checked(
        _ values: [Double], _ isUsed: [Bool], _ populationSize: Double?
    ) throws(CalibrationProblem) -> [Double] {
        guard values.count == isUsed.count else {
            throw .rowCount(variable: name, found: values.count, expected: isUsed.count)
        }
        for row in values.indices where isUsed[row] && !values[row].isFinite {
            throw .missingValue(variable: name, row: row)
        }
        return zip(values, isUsed).map { $1 ? $0 : 0 }
    }

    /// Codes among the categories that have respondents.
    fileprivate func renumbered(
        _ codes: [Int32], _ categories: [String], _ totals: [Double?], _ isUsed: [Bool]
    ) throws(CalibrationProblem) -> (codes: [Int32], kept: [Int]) {
        guard codes.count == isUsed.count else {
            throw .rowCount(variable: name, found: codes.count, expected: isUsed.count)
        }
        var respondents = [Int](repeating: 0, count: categories.count)
        for row in codes.indices where isUsed[row] {
            guard categories.indices.contains(Int(codes[row])) else { throw .missingValue(variable: name, row: row) }
            respondents[Int(codes[row])] += 1
        }
        for (position, category) in categories.enumerated() {
            let hasPopulation = (totals[position] ?? 0) > 0
            if respondents[position] > 0, !hasPopulation { throw .noPopulation(variable: name, category: category) }
            if respondents[position] == 0, hasPopulation { throw .noRespondents(variable: name, category: category) }
        }
        let kept = categories.indices.filter { respondents[$0] > 0 }
        var numbers = [Int32](repeating: -1, count: categories.count)
        for (number, category) in kept.enumerated() { numbers[category] = Int32(number) }
        return (codes.indices.map { isUsed[$0] ? numbers[Int(codes[$0])] : -1 }, kept)
    }
}

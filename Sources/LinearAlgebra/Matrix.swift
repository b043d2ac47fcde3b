/// A dense matrix of doubles, stored column by column as BLAS and LAPACK expect it.
public struct Matrix: Sendable, Equatable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The elements, column by column: element (i, j) is at `i + j * rows`.
    public var elements: [Double]

    /// A matrix filled with one value.
    public init(rows: Int, columns: Int, repeating value: Double = 0) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative dimension")
        self.rows = rows
        self.columns = columns
        elements = Array(repeating: value, count: rows * columns)
    }

    /// A matrix from its elements, column by column.
    public init(rows: Int, columns: Int, elements: [Double]) {
        precondition(elements.count == rows * columns, "a matrix needs rows times columns elements")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// A matrix from its rows, all of the same length; handy for small matrices written out.
    public init(rowVectors: [[Double]]) {
        let width = rowVectors.first?.count ?? 0
        precondition(rowVectors.allSatisfy { $0.count == width }, "all rows need the same length")
        self.init(rows: rowVectors.count, columns: width)
        for (row, vector) in rowVectors.enumerated() {
            for (column, value) in vector.enumerated() { self[row, column] = value }
        }
    }

    /// The identity matrix of a size.
    public static func identity(_ size: Int) -> Matrix {
        var result = Matrix(rows: size, columns: size)
        for index in 0..<size { result[index, index] = 1 }
        return result
    }

    /// A diagonal matrix.
    public static func diagonal(_ values: [Double]) -> Matrix {
        var result = Matrix(rows: values.count, columns: values.count)
        for (index, value) in values.enumerated() { result[index, index] = value }
        return result
    }

    /// The element in a row and a column, both from 0.
    @inlinable
    public subscript(row: Int, column: Int) -> Double {
        get { elements[row + column * rows] }
        set { elements[row + column * rows] = newValue }
    }

    /// The diagonal of a square matrix.
    public var diagonal: [Double] {
        (0..<min(rows, columns)).map { self[$0, $0] }
    }

    /// The transpose.
    public var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for column in 0..<columns {
            for row in 0..<rows { result[column, row] = self[row, column] }
        }
        return result
    }

    /// The mean of the matrix and its transpose: removes the rounding that made a symmetric matrix lopsided.
    public var symmetrised: Matrix {
        precondition(rows == columns, "only a square matrix can be symmetric")
        var result = self
        for column in 0..<columns {
            for row in (column + 1)..<max(rows, column + 1) {
                let mean = (self[row, column] + self[column, row]) / 2
                result[row, column] = mean
                result[column, row] = mean
            }
        }
        return result
    }
}

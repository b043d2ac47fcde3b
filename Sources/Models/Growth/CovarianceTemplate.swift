import LinearAlgebra

/// The structure of one grouping factor's relative covariance factor: which elements of the lower triangle are free.
///
/// The effects of one level fall into groups, one for each term: effects are correlated within a group and independent
/// between groups.
struct CovarianceTemplate: Sendable, Equatable {
    /// A free element of the lower triangle.
    struct Element: Sendable, Equatable {
        let row: Int
        let column: Int
        var isDiagonal: Bool { row == column }
    }

    /// The number of effects of one level.
    let width: Int
    /// The free elements, group by group and column by column within a group: the order of theta.
    let parameters: [Element]

    init(groupSizes: [Int]) {
        var elements: [Element] = []
        var start = 0
        for size in groupSizes {
            for column in start..<(start + size) {
                for row in column..<(start + size) { elements.append(Element(row: row, column: column)) }
            }
            start += size
        }
        width = start
        parameters = elements
    }

    var parameterCount: Int { parameters.count }

    /// The relative covariance factor Lambda, lower triangular.
    func factor(_ theta: ArraySlice<Double>) -> Matrix {
        precondition(theta.count == parameterCount, "one parameter per free element")
        var lambda = Matrix(rows: width, columns: width)
        for (element, value) in zip(parameters, theta) { lambda[element.row, element.column] = value }
        return lambda
    }
}

import LinearAlgebra
import Testing

@Suite struct SymmetricEigenTests {
    @Test func closedFormOfTwoByTwo() throws {
        // [[2, 1], [1, 2]]: eigenvalues 1 and 3, eigenvectors along the diagonals.
        let eigen = try #require(SymmetricEigen(Matrix(rowVectors: [[2, 1], [1, 2]])))
        #expect(abs(eigen.values[0] - 1) < 1e-15 && abs(eigen.values[1] - 3) < 1e-15)
        #expect(abs(abs(eigen.vectors[0, 1]) - 0.5.squareRoot()) < 1e-15)
    }

    @Test func vectorsTimesValuesGiveTheMatrixBack() throws {
        let size = 40
        var matrix = Matrix(rows: size, columns: size)
        for column in 0..<size {
            for row in 0..<size { matrix[row, column] = Double((row * row + column * column + row * column) % 17) - 8 }
        }
        let eigen = try #require(SymmetricEigen(matrix))
        let again = (eigen.vectors * Matrix.diagonal(eigen.values)).timesTransposed(eigen.vectors)
        for (x, y) in zip(again.elements, matrix.elements) { #expect(abs(x - y) < 1e-12) }
        #expect(eigen.values == eigen.values.sorted())
    }

    @Test func numbersThatAreNotFiniteHaveNoEigenvalues() {
        #expect(SymmetricEigen(Matrix(rowVectors: [[1, .nan], [.nan, 1]])) == nil)
        #expect(SymmetricEigen(Matrix(rows: 0, columns: 0))?.values == [])
    }
}

import Testing

@testable import LinearAlgebra

@Suite struct CholeskyTests {
    // A = L L' with L = [2 0 0; 1 3 0; -1 2 1], so det A = (2 * 3 * 1)^2 = 36.
    let matrix = Matrix(rowVectors: [[4, 2, -2], [2, 10, 5], [-2, 5, 6]])

    @Test func factorIsTheHandMadeOne() throws {
        let factor = try Cholesky(matrix)
        #expect(factor.lower == Matrix(rowVectors: [[2, 0, 0], [1, 3, 0], [-1, 2, 1]]))
        #expect(abs(factor.logDeterminant - 3.58351893845611) < 1e-14)  // log 36
    }

    @Test func solvesAndInverts() throws {
        let factor = try Cholesky(matrix)
        let right = matrix * [1.0, -2, 3]
        for (found, expected) in zip(factor.solve(right), [1.0, -2, 3]) { #expect(abs(found - expected) < 1e-12) }
        let product = matrix * factor.inverse
        for row in 0..<3 {
            for column in 0..<3 { #expect(abs(product[row, column] - (row == column ? 1 : 0)) < 1e-12) }
        }
    }

    @Test func refusesAMatrixThatIsNotPositiveDefiniteAndNamesThePivot() {
        #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 1)) {
            try Cholesky(Matrix(rowVectors: [[1, 2], [2, 1]]))
        }
        #expect(throws: LinearAlgebraError.self) { try Cholesky(Matrix(rowVectors: [[.nan, 0], [0, 1]])) }
    }

    @Test func semidefiniteFactorReproducesASingularCovariance() throws {
        // Rank 2: the third variable is the sum of the first two.
        let covariance = Matrix(rowVectors: [[1, 0.5, 1.5], [0.5, 2, 2.5], [1.5, 2.5, 4]])
        let lower = try SemidefiniteFactor(covariance).lower
        let product = lower.timesTransposed(lower)
        for (found, expected) in zip(product.elements, covariance.elements) { #expect(abs(found - expected) < 1e-12) }
        #expect(lower[2, 2] == 0)
    }

    @Test func semidefiniteFactorRefusesANegativeVariance() {
        #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 1)) {
            try SemidefiniteFactor(Matrix(rowVectors: [[1, 2], [2, 1]]))
        }
    }
}

@Suite struct MatrixTests {
    @Test func productsAgreeWithTheDefinition() {
        let a = Matrix(rowVectors: [[1, 2, 3], [4, 5, 6]])
        let b = Matrix(rowVectors: [[1, 0], [2, -1], [0, 3]])
        #expect(a * b == Matrix(rowVectors: [[5, 7], [14, 13]]))
        #expect(a.transposed.transposedTimes(b) == a * b)
        #expect(a.timesTransposed(b.transposed) == a * b)
    }
}

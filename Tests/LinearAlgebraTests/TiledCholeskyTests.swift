import Parallelism
import Testing

@testable import LinearAlgebra

@Suite struct TiledCholeskyTests {
    /// A symmetric, diagonally dominant matrix without structure.
    private func matrix(_ size: Int) -> Matrix {
        var result = Matrix(rows: size, columns: size)
        for column in 0..<size {
            for row in column..<size {
                let value = Double((row * 7919 + column * 104_729) % 1000) / 1000 - 0.5
                result[row, column] = row == column ? Double(size) : value
                result[column, row] = result[row, column]
            }
        }
        return result
    }

    /// Factor and inverse by tiles; the upper triangle is filled from the lower one.
    private func inverse(_ matrix: Matrix) throws -> (factor: Matrix, inverse: Matrix) {
        var work = matrix
        let size = matrix.rows
        var factor = matrix
        try work.elements.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            let tiled = TiledCholesky(base, size: size)
            try tiled.factorise()
            factor = Matrix(rows: size, columns: size, elements: Array(buffer))
            tiled.invert()
        }
        for column in 0..<size { for row in 0..<column { work[row, column] = work[column, row] } }
        return (factor, work)
    }

    @Test(arguments: [1, 5, 384, 385, 512, 700])
    func invertsWhatItFactorised(size: Int) throws {
        let original = matrix(size)
        let product = original * (try inverse(original).inverse)
        // Diagonally dominant, so the condition number is near one: rounding of size * 1e-16.
        for column in 0..<size {
            for row in 0..<size { #expect(abs(product[row, column] - (row == column ? 1 : 0)) < 1e-12) }
        }
    }

    @Test func agreesWithTheUntiledFactor() throws {
        let original = matrix(600)
        let (factor, plain) = (try inverse(original).factor, try Cholesky(original).lower)
        for column in 0..<600 {
            for row in column..<600 { #expect(abs(factor[row, column] - plain[row, column]) < 1e-12) }
        }
    }

    @Test func hasTheSameBitsOnOneThread() throws {
        let original = matrix(900)
        let many = try inverse(original).inverse
        Threads.use(1)
        defer { Threads.use(0) }
        #expect(try inverse(original).inverse.elements.map(\.bitPattern) == many.elements.map(\.bitPattern))
    }

    @Test func namesThePivotThatIsNotPositive() {
        var broken = matrix(500)
        broken[450, 450] = -1
        #expect(throws: LinearAlgebraError.notPositiveDefinite(pivot: 450)) { try inverse(broken) }
    }
}

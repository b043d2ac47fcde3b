import Probability

/// What is kept of pairs of standard normal numbers that should be independent.
public struct NormalPairs: Sendable {
    private var count = 0
    private var products = CompensatedSum()
    private var squares = CompensatedSum()
    private var cells = [Int](repeating: 0, count: side * side)
    /// Cells of equal probability along each axis.
    private static let side = 32
    private static let borders = (1..<side).map { standardNormalQuantile(Double($0) / Double(side)) }

    /// No pairs.
    public init() {}

    /// Adds pairs.
    public mutating func add(_ x: UnsafeBufferPointer<Double>, _ y: UnsafeBufferPointer<Double>) {
        precondition(x.count == y.count, "pairs need as many second numbers as first ones")
        var (xy, x2y2) = (0.0, 0.0)
        Self.borders.withUnsafeBufferPointer { borders in
            cells.withUnsafeMutableBufferPointer { cells in
                for i in 0..<x.count {
                    xy += x[i] * y[i]
                    x2y2 += (x[i] * x[i] - 1) * (y[i] * y[i] - 1)
                    cells[Self.cell(x[i], borders) &* Self.side &+ Self.cell(y[i], borders)] &+= 1
                }
            }
        }
        products.add(xy)
        squares.add(x2y2)
        count += x.count
    }

    /// How many borders are at or below x.
    @inline(__always)
    private static func cell(_ x: Double, _ borders: UnsafeBufferPointer<Double>) -> Int {
        var place = 0
        var step = side / 2
        while step > 0 {
            place &+= x >= borders[place &+ step &- 1] ? step : 0
            step /= 2
        }
        return place
    }

    /// The correlation in standard errors: a standard normal number under independence.
    public var correlation: Double { products.value / Double(count).squareRoot() }

    /// The correlation of squares in standard errors, the same.
    public var correlationOfSquares: Double { squares.value / (2 * Double(count).squareRoot()) }

    /// Pearson's statistic of the counts in cells of equal probability, with 1,023 degrees of freedom.
    public var chiSquared: (statistic: Double, degreesOfFreedom: Int) {
        let expected = Double(count) / Double(cells.count)
        let terms = cells.map { (Double($0) - expected) * (Double($0) - expected) / expected }
        return (CompensatedSum(terms).value, cells.count - 1)
    }
}

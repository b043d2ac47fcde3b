import Probability

/// What is kept of a sample of standard normal numbers, however large: sums of powers, and counts in narrow cells.
public struct NormalSample: Sendable {
    /// The size of the sample.
    public private(set) var count = 0
    private var sums = [CompensatedSum](repeating: CompensatedSum(), count: 7)
    private var cells: [Int]
    /// Cells to a unit.
    private let resolution: Double
    /// The outer cells are open and start here.
    private static let range = 8

    /// An empty sample.
    ///
    /// - Parameter resolution: Cells to a unit.
    public init(resolution: Int) {
        self.resolution = Double(resolution)
        cells = [Int](repeating: 0, count: 2 * Self.range * resolution)
    }

    /// Adds some numbers.
    public mutating func add(_ numbers: UnsafeBufferPointer<Double>) {
        var (s1, s2, s3, s4, s6) = (0.0, 0.0, 0.0, 0.0, 0.0)
        let (last, middle) = (cells.count - 1, Double(cells.count / 2))
        let resolution = resolution
        cells.withUnsafeMutableBufferPointer { cells in
            for x in numbers {
                let x2 = x * x
                s1 += x
                s2 += x2
                s3 += x2 * x
                s4 += x2 * x2
                s6 += x2 * x2 * x2
                cells[min(max(Int(x * resolution + middle), 0), last)] &+= 1
            }
        }
        for (power, sum) in [(1, s1), (2, s2), (3, s3), (4, s4), (6, s6)] { sums[power].add(sum) }
        count += numbers.count
    }

    /// Adds another sample of the same resolution.
    public mutating func add(_ other: NormalSample) {
        for power in sums.indices { sums[power].add(other.sums[power].value) }
        for cell in cells.indices { cells[cell] += other.cells[cell] }
        count += other.count
    }

    /// A mean of powers, and how many standard errors it is from its expectation.
    ///
    /// - Parameter power: 1, 2, 3, 4 or 6.
    public func moment(_ power: Int) -> (mean: Double, standardError: Double, deviation: Double) {
        let mean = sums[power].value / Double(count)
        let expected = Self.moment(power)
        let standardError = ((Self.moment(2 * power) - expected * expected) / Double(count)).squareRoot()
        return (mean, standardError, (mean - expected) / standardError)
    }

    /// 1 * 3 * 5 * ... of even powers, 0 of odd ones.
    private static func moment(_ power: Int) -> Double {
        power % 2 == 1 ? 0 : stride(from: 1, to: power, by: 2).reduce(1) { $0 * Double($1) }
    }

    /// The Anderson-Darling statistic of the counts.
    public var andersonDarling: Double {
        let borders = (1..<cells.count).map { border($0) }
        // Cells that are far out are empty, and their probability is lost in the sum of the others.
        let inner = borders.indices.filter { abs(borders[$0]) < 7 }
        let first = inner.first ?? 0
        let joined = [cells[...first].reduce(0, +)] + inner.dropFirst().map { cells[$0] }
        let rest = cells[(first + joined.count)...].reduce(0, +)
        return AndersonDarling.statistic(
            counts: joined + [rest], below: inner.map { standardNormalCDF(borders[$0]) },
            above: inner.map { standardNormalUpperTail(borders[$0]) })
    }

    /// Pearson's statistic of the counts and its degrees of freedom; neighbours are joined until each expects `least` numbers.
    public func chiSquared(least: Double = 50) -> (statistic: Double, degreesOfFreedom: Int) {
        var expected: [(count: Int, expectation: Double)] = []
        var (seen, below) = (0, 0.0)
        let n = Double(count)
        for cell in cells.indices {
            seen += cells[cell]
            // The lower half from below and the upper half from above, so that no small probability is a difference of large ones.
            let upper = border(cell + 1)
            let probability =
                upper <= 0
                ? standardNormalCDF(upper) - standardNormalCDF(border(cell))
                : standardNormalUpperTail(border(cell)) - standardNormalUpperTail(upper)
            below += n * probability
            if below >= least {
                expected.append((seen, below))
                (seen, below) = (0, 0)
            }
        }
        if let last = expected.popLast() { expected.append((last.count + seen, last.expectation + below)) }
        let terms = expected.map {
            ($0.expectation - Double($0.count)) * ($0.expectation - Double($0.count)) / $0.expectation
        }
        return (CompensatedSum(terms).value, expected.count - 1)
    }

    /// How many numbers are at least `size` away from zero, and how many are expected.
    public func beyond(_ size: Int) -> (count: Int, expected: Double) {
        let edge = Self.range - size
        let width = Int(resolution) * edge
        let count = cells[..<width].reduce(0, +) + cells[(cells.count - width)...].reduce(0, +)
        return (count, 2 * standardNormalUpperTail(Double(size)) * Double(self.count))
    }

    /// The lower border of a cell; the outer ones are infinite.
    private func border(_ cell: Int) -> Double {
        cell == 0 ? -.infinity : cell == cells.count ? .infinity : Double(cell - cells.count / 2) / resolution
    }
}

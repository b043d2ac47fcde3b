/// Sums over schools, in four lanes: school i is in lane i modulo 4.
struct CellSums {
    /// Of levels, in this draw.
    var sum = SIMD4<Double>()
    /// Of squared levels, in all draws.
    var squares = SIMD4<Double>()
    /// Of levels at or above zero, in all draws; counted downwards.
    var notBelow = SIMD4<Int64>()

    /// The sum over the schools of this draw; the next draw starts at zero.
    mutating func takeSum() -> Double {
        defer { sum = SIMD4() }
        return (sum[0] + sum[1]) + (sum[2] + sum[3])
    }

    @inline(__always)
    mutating func add(_ level: SIMD4<Double>) {
        sum += level
        squares += level * level
        // A mask is -1 where it is true.
        notBelow &+= unsafeBitCast(level .>= 0, to: SIMD4<Int64>.self)
    }

    /// Adds the first lanes only.
    @inline(__always)
    mutating func add(_ level: SIMD4<Double>, firstLanes count: Int) {
        for lane in 0..<count {
            sum[lane] += level[lane]
            squares[lane] += level[lane] * level[lane]
            notBelow[lane] &-= level[lane] >= 0 ? 1 : 0
        }
    }
}

/// What is the same for all schools in a year of one outcome.
struct YearFactors {
    let persistence, trend, effect: Double
}

/// Where the numbers of one year of one group and outcome are.
struct YearRows {
    /// Levels before: scenario (`scenarioStride` apart), school.
    let level: UnsafePointer<Double>
    let scenarioStride: Int
    /// Levels after: scenario (`width` apart), school.
    let next: UnsafeMutablePointer<Double>
    /// Numbers a row, a multiple of four, and schools among them.
    let width, count: Int
    /// Responses: scenario (`responseStride` apart), school.
    let response: UnsafePointer<Double>
    let responseStride: Int
    /// Standard normal noise of the schools.
    let noise: UnsafePointer<Double>
}

/// One year of the four scenarios, and the sums over schools.
///
/// Four sums and their squares and counts are twelve vectors, which leaves four registers of an AVX2 processor to compute with.
///
/// - Parameters:
///   - sums: The sums of the first scenario; those of the others are `sumStride` apart.
func advance(
    _ rows: YearRows, _ factors: YearFactors, _ sums: UnsafeMutablePointer<CellSums>, _ sumStride: Int
) {
    var sums0 = sums[0]
    var sums1 = sums[sumStride]
    var sums2 = sums[2 * sumStride]
    var sums3 = sums[3 * sumStride]
    let whole = rows.count / 4 * 4
    var column = 0
    while column < whole {
        let (x0, x1, x2, x3) = next(rows, factors, column)
        sums0.add(x0)
        sums1.add(x1)
        sums2.add(x2)
        sums3.add(x3)
        column += 4
    }
    if column < rows.count {
        let rest = rows.count - column
        let (x0, x1, x2, x3) = next(rows, factors, column)
        sums0.add(x0, firstLanes: rest)
        sums1.add(x1, firstLanes: rest)
        sums2.add(x2, firstLanes: rest)
        sums3.add(x3, firstLanes: rest)
    }
    sums[0] = sums0
    sums[sumStride] = sums1
    sums[2 * sumStride] = sums2
    sums[3 * sumStride] = sums3
}

/// The next levels of four schools in each scenario.
@inline(__always)
private func next(
    _ rows: YearRows, _ factors: YearFactors, _ column: Int
) -> (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>) {
    let common = factors.trend + Scenario.noiseSD * four(rows.noise + column)
    @inline(__always)
    func next(_ scenario: Int) -> SIMD4<Double> {
        let before = four(rows.level + (scenario * rows.scenarioStride + column))
        let gain = factors.effect * four(rows.response + (scenario * rows.responseStride + column))
        let after = factors.persistence * before + (gain + common)
        UnsafeMutableRawPointer(rows.next + (scenario * rows.width + column)).storeBytes(
            of: after, as: SIMD4<Double>.self)
        return after
    }
    return (next(0), next(1), next(2), next(3))
}

@inline(__always)
private func four(_ pointer: UnsafePointer<Double>) -> SIMD4<Double> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Double>.self)
}

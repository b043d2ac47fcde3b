import Probability
import Quality
import Testing

/// Two million normal numbers of fixed keys, so that nothing here fails by chance from run to run. A new generator or key would fail
/// each bound, if all is well, with probability 1e-6 (p-values) or 1e-6 (4.9 standard errors): 3e-5 for all of them together.
@Suite struct NormalQualityTests {
    private static let leastP = 1e-6
    private static let mostErrors = 4.9

    @Test func momentsAndDistributionAreNormal() {
        var sample = NormalSample(resolution: 256)
        var numbers = [Double](repeating: 0, count: 20_000)
        var key = StreamKey()
        for draw in 0..<100 as Range<UInt32> {
            key.draw = draw
            numbers.withUnsafeMutableBufferPointer { key.fill($0) }
            numbers.withUnsafeBufferPointer { sample.add($0) }
        }
        #expect(sample.count == 2_000_000)
        for power in [1, 2, 3, 4, 6] {
            #expect(abs(sample.moment(power).deviation) < Self.mostErrors, "x^\(power)")
        }
        #expect(AndersonDarling.upperTail(sample.andersonDarling) > Self.leastP)
        let (statistic, degreesOfFreedom) = sample.chiSquared()
        #expect(degreesOfFreedom > 1_000)
        #expect(ChiSquared(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(statistic) > Self.leastP)
    }

    @Test func neighbouringKeysAreIndependent() {
        var (x, y) = ([Double](repeating: 0, count: 40_000), [Double](repeating: 0, count: 40_000))
        x.withUnsafeMutableBufferPointer { StreamKey().fill($0) }
        for (name, change) in StreamKey.neighbours() {
            var key = StreamKey()
            change(&key)
            y.withUnsafeMutableBufferPointer { key.fill($0) }
            var pairs = NormalPairs()
            x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { y in pairs.add(x, y) } }
            expectIndependent(pairs, name)
        }
        var pairs = NormalPairs()
        x.withUnsafeBufferPointer {
            pairs.add(UnsafeBufferPointer(rebasing: $0[..<20_000]), UnsafeBufferPointer(rebasing: $0[20_000...]))
        }
        expectIndependent(pairs, "two of a block")
    }

    private func expectIndependent(_ pairs: NormalPairs, _ name: String) {
        #expect(abs(pairs.correlation) < Self.mostErrors, "\(name)")
        #expect(abs(pairs.correlationOfSquares) < Self.mostErrors, "\(name)")
        let (statistic, degreesOfFreedom) = pairs.chiSquared
        #expect(ChiSquared(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(statistic) > Self.leastP, "\(name)")
    }

    /// What the tests above must find: a mean of 0.005, tails cut off at 4, and numbers that are nearly the same.
    @Test func faultsAreFound() {
        var (shifted, cut, pairs) = (NormalSample(resolution: 256), NormalSample(resolution: 256), NormalPairs())
        var (numbers, key) = ([Double](repeating: 0, count: 20_000), StreamKey())
        for draw in 0..<100 as Range<UInt32> {
            key.draw = draw
            numbers.withUnsafeMutableBufferPointer { key.fill($0) }
            let moved = numbers.map { $0 + 0.005 }
            moved.withUnsafeBufferPointer { shifted.add($0) }
            let short = numbers.map { min(max($0, -3.5), 3.5) }
            short.withUnsafeBufferPointer { cut.add($0) }
            if draw == 0 {
                numbers.withUnsafeBufferPointer { x in
                    let other = x.indices.map { x[$0] * 0.05 + x[($0 + 1) % x.count] }
                    other.withUnsafeBufferPointer { pairs.add(x, $0) }
                }
            }
        }
        #expect(abs(shifted.moment(1).deviation) > Self.mostErrors)
        #expect(AndersonDarling.upperTail(shifted.andersonDarling) < Self.leastP)
        #expect(abs(cut.moment(6).deviation) > Self.mostErrors)
        let (statistic, degreesOfFreedom) = cut.chiSquared()
        #expect(ChiSquared(degreesOfFreedom: Double(degreesOfFreedom)).upperTail(statistic) < Self.leastP)
        #expect(abs(pairs.correlation) > Self.mostErrors)
    }
}

@Suite struct AndersonDarlingTests {
    // The characteristic function of the limit (Anderson and Darling 1952) inverted with numpy 2.4.6, 500 factors and the rest to first
    // order, by the trapezoidal rule to t = 150: good to 1e-6. The three critical values are those of Marsaglia and Marsaglia.
    static let tails: [(Double, Double)] = [
        (0.3, 0.938157), (0.6, 0.647996), (1, 0.357267), (1.9329578, 0.1), (1.99999, 0.091838), (2.1, 0.080977),
        (2.4923671, 0.05), (3, 0.027365), (3.8781250, 0.01),
    ]
    @Test(arguments: tails) func tailsAgreeWithTheInvertedCharacteristicFunction(statistic: Double, p: Double) {
        #expect(abs(AndersonDarling.upperTail(statistic) - p) < 2.5e-5)
    }

    /// Anderson and Darling (1952): expectation 1, variance 2 (pi^2 - 9) / 3. Both are integrals of the upper tail; the fit's errors
    /// of 2e-5 change sign, and leave less than the bounds.
    @Test func tailsHaveTheMomentsOfTheStatistic() {
        let step = 0.001
        let points = (0..<20_000).map { (Double($0) + 0.5) * step }
        let mean = points.map { AndersonDarling.upperTail($0) * step }.reduce(0, +)
        let square = points.map { 2 * $0 * AndersonDarling.upperTail($0) * step }.reduce(0, +)
        #expect(abs(mean - 1) < 5e-5)
        #expect(abs(square - mean * mean - 2 * (Double.pi * Double.pi - 9) / 3) < 5e-4)
    }

    /// One number at the median: A^2 = -1 - 2 ln(1/2); two at the quartiles: -2 - (ln(1/4) + 3 ln(3/4)), from the definition.
    @Test func statisticsOfTinySamples() {
        #expect(abs(AndersonDarling.statistic(sortedUniforms: [0.5]) - 0.3862943611198906) < 1e-15)
        #expect(abs(AndersonDarling.statistic(sortedUniforms: [0.25, 0.75]) - 0.24934057847523317) < 1e-9)
        let normals = [standardNormalQuantile(0.25), standardNormalQuantile(0.75)]
        #expect(abs(AndersonDarling.statistic(sortedNormals: normals) - 0.24934057847523317) < 1e-9)
    }
}

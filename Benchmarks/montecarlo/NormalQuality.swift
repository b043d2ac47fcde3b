import Foundation
import Parallelism
import Probability
import Quality

/// The tests of many normal numbers, each with a probability under the hypothesis that they are independent standard normal.
struct NormalQuality {
    private var lines: [String] = []
    private var smallest = 1.0
    private var tests = 0

    /// Numbers that are sorted together, each block in streams of its own: 5,000 entities, 100 blocks, two numbers.
    private static let block = 1_000_000
    private static let entities = 5_000

    /// Whether some p-value is below 1e-6: by chance in fewer than one of 10,000 seeds, with some 80 tests.
    var fails: Bool { smallest < 1e-6 }

    var report: String {
        lines.joined(separator: "\n") + "\n\(tests) tests, smallest p \(String(format: "%.3g", smallest))"
    }

    /// Tests `count` numbers, rounded up to whole blocks of a million.
    ///
    /// Memory does not grow with the count: sums of powers; counts in cells of 1/4096, which give Pearson's statistic and the
    /// Anderson-Darling statistic of all numbers; and the exact Anderson-Darling statistic of each block, whose p-values are tested for
    /// uniformity by the same test once more. Then independence of neighbouring keys, in pairs.
    init(count: Int) {
        testDistribution(blocks: (count + Self.block - 1) / Self.block)
        testIndependence()
    }

    private mutating func testDistribution(blocks: Int) {
        var results = [(sample: NormalSample, statistic: Double, digest: UInt64)?](repeating: nil, count: blocks)
        results.withUnsafeMutableBufferPointer { results in
            nonisolated(unsafe) let results = results
            Threads.forEach(blocks) { results[$0] = Self.testBlock($0) }
        }
        var sample = NormalSample(resolution: 4_096)
        var (statistics, digest) = ([Double](), UInt64(0xCBF2_9CE4_8422_2325))
        for case let result? in results {
            sample.add(result.sample)
            statistics.append(result.statistic)
            digest = (digest ^ result.digest) &* 0x0000_0100_0000_01B3
        }
        lines.append("\(sample.count) normal numbers, digest \(String(digest, radix: 16))")
        for power in [1, 2, 3, 4, 6] {
            let (mean, error, deviation) = sample.moment(power)
            add(
                String(
                    format: "mean of x^%d %.7f, standard error %.2g, deviation %+.2f errors", power, mean, error,
                    deviation),
                2 * standardNormalUpperTail(abs(deviation)))
        }
        for size in 3...6 {
            let (count, expected) = sample.beyond(size)
            let deviation = (Double(count) - expected) / expected.squareRoot()
            // Counts of few are not normal; they are for the reader.
            let text = String(format: "beyond %d: %d, expected %.1f", size, count, expected)
            if expected > 1_000 { add(text, 2 * standardNormalUpperTail(abs(deviation))) } else { lines.append(text) }
        }
        let (chiSquared, freedom) = sample.chiSquared()
        add(
            String(format: "chi-squared of narrow cells %.1f, %d degrees of freedom", chiSquared, freedom),
            ChiSquared(degreesOfFreedom: Double(freedom)).upperTail(chiSquared))
        let all = sample.andersonDarling
        add(String(format: "Anderson-Darling of all, from narrow cells %.4f", all), AndersonDarling.upperTail(all))
        let tails = statistics.map(AndersonDarling.upperTail)
        let second = AndersonDarling.statistic(sortedUniforms: tails.sorted())
        add(
            String(
                format: "Anderson-Darling of %d blocks of 1e6: mean %.3f, largest %.3f; A^2 of their p-values %.4f",
                blocks,
                statistics.reduce(0, +) / Double(blocks), statistics.max() ?? 0, second),
            AndersonDarling.upperTail(second))
    }

    private static func testBlock(_ index: Int) -> (NormalSample, Double, UInt64) {
        var numbers = [Double](repeating: 0, count: block)
        var key = StreamKey()
        key.draw = UInt32(index)
        numbers.withUnsafeMutableBufferPointer { numbers in
            for start in stride(from: 0, to: block, by: 2 * entities) {
                key.block = UInt16(start / (2 * entities))
                key.fill(UnsafeMutableBufferPointer(rebasing: numbers[start..<(start + 2 * entities)]))
            }
        }
        var sample = NormalSample(resolution: 4_096)
        numbers.withUnsafeBufferPointer { sample.add($0) }
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for x in numbers { digest = (digest ^ x.bitPattern) &* 0x0000_0100_0000_01B3 }
        return (sample, AndersonDarling.statistic(sortedNormals: numbers.sorted()), digest)
    }

    /// A million pairs for every way in which two keys can be neighbours.
    private mutating func testIndependence() {
        let neighbours = StreamKey.neighbours()
        var results = [NormalPairs](repeating: NormalPairs(), count: neighbours.count + 1)
        results.withUnsafeMutableBufferPointer { results in
            nonisolated(unsafe) let results = results
            Threads.forEach(neighbours.count + 1) { index in
                guard index < neighbours.count else { return results[index] = Self.pairs(nil) }
                results[index] = Self.pairs(neighbours[index].change)
            }
        }
        for (name, pairs) in zip(neighbours.map { $0.name } + ["two of a block"], results) {
            let (chiSquared, freedom) = pairs.chiSquared
            lines.append("pairs, \(name):")
            add(
                String(format: "  correlation %+.2f errors", pairs.correlation),
                2 * standardNormalUpperTail(abs(pairs.correlation)))
            add(
                String(format: "  correlation of squares %+.2f errors", pairs.correlationOfSquares),
                2 * standardNormalUpperTail(abs(pairs.correlationOfSquares)))
            add(
                String(format: "  chi-squared of 32 by 32 cells %.1f", chiSquared),
                ChiSquared(degreesOfFreedom: Double(freedom)).upperTail(chiSquared))
        }
    }

    private static func pairs(_ change: (@Sendable (inout StreamKey) -> Void)?) -> NormalPairs {
        var pairs = NormalPairs()
        var (x, y) = ([Double](repeating: 0, count: 20_000), [Double](repeating: 0, count: 20_000))
        for draw in 0..<(change == nil ? 100 : 50) as Range<UInt32> {
            var key = StreamKey()
            // Even draws, as even entities; large ones, so that other numbers are met than in the other tests.
            key.draw = 1_000_000 + 2 * draw
            x.withUnsafeMutableBufferPointer { key.fill($0) }
            guard let change else {
                x.withUnsafeBufferPointer { x in
                    pairs.add(UnsafeBufferPointer(rebasing: x[..<10_000]), UnsafeBufferPointer(rebasing: x[10_000...]))
                }
                continue
            }
            change(&key)
            y.withUnsafeMutableBufferPointer { key.fill($0) }
            x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { y in pairs.add(x, y) } }
        }
        return pairs
    }

    private mutating func add(_ text: String, _ p: Double) {
        lines.append(text + String(format: ", p %.4f", p))
        tests += 1
        smallest = min(smallest, p)
    }
}

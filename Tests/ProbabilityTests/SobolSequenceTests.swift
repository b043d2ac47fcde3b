import TestSupport
import Testing

@testable import Probability

@Suite struct SobolSequenceTests {
    /// The first points of the example in Joe and Kuo's notes (0-9, three dimensions, `new-joe-kuo-6.21201`).
    @Test func firstPointsAreThePublishedOnes() {
        let published: [[Double]] = [
            [0, 0, 0], [0.5, 0.5, 0.5], [0.75, 0.25, 0.25], [0.25, 0.75, 0.75], [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125], [0.625, 0.125, 0.875], [0.125, 0.625, 0.375], [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ]
        let sequence = SobolSequence(unscrambledDimensions: 3)
        for (point, expected) in published.enumerated() {
            let values = (0..<3).map { sequence.value(point: UInt32(point), dimension: $0) - 0x1p-33 }
            #expect(values == expected)
        }
    }

    /// SciPy 1.17.1, `scipy.stats.qmc.Sobol(512, scramble=False, bits=32).random(1024)`, dimensions 0, 1, 2, 10, 99, 399 and 511.
    /// Binary fractions of ten digits: exact.
    @Test(
        arguments: [
            (1, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
            (2, [0.75, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75]),
            (3, [0.25, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25]),
            (5, [0.875, 0.875, 0.125, 0.375, 0.375, 0.875, 0.875]),
            (100, [0.4140625, 0.2578125, 0.7734375, 0.4609375, 0.8828125, 0.1484375, 0.5234375]),
            (777, [0.6923828125, 0.9365234375, 0.1630859375, 0.7451171875, 0.5107421875, 0.9267578125, 0.7978515625]),
            (1023, [0.0009765625, 0.7529296875, 0.6123046875, 0.6787109375, 0.5302734375, 0.0087890625, 0.6142578125]),
        ] as [(UInt32, [Double])])
    func agreesWithSciPy(point: UInt32, values: [Double]) {
        let sequence = SobolSequence(unscrambledDimensions: 512)
        let computed = [0, 1, 2, 10, 99, 399, 511].map { sequence.value(point: point, dimension: $0) - 0x1p-33 }
        #expect(computed == values)
    }

    /// All primitive polynomials up to degree 12, and those of degree 13 in order: x has the order 2^degree - 1 modulo each.
    @Test func polynomialsArePrimitiveAndInOrder() {
        var (polynomials, place) = ([Int](), 0)
        while place < JoeKuoNumbers.table.count {
            let polynomial = Int(JoeKuoNumbers.table[place])
            let degree = Int.bitWidth - 1 - polynomial.leadingZeroBitCount
            for (index, initial) in JoeKuoNumbers.table[(place + 1)...(place + degree)].enumerated() {
                #expect(initial % 2 == 1 && Int(initial) < 2 << index)
            }
            polynomials.append(polynomial)
            place += degree + 1
        }
        #expect(polynomials.count == SobolSequence.maximumDimensions - 1)
        let last = polynomials.last ?? 0
        #expect(polynomials == stride(from: 3, through: last, by: 2).filter(Self.isPrimitive))
    }

    private static func isPrimitive(_ polynomial: Int) -> Bool {
        let top = 1 << (Int.bitWidth - 1 - polynomial.leadingZeroBitCount)
        var (power, order) = (1, 0)
        repeat {
            power <<= 1
            if power & top != 0 { power ^= polynomial }
            order += 1
        } while power != 1 && order < top
        return order == top - 1
    }

    static let sequences = [
        SobolSequence(unscrambledDimensions: 512), SobolSequence(dimensions: 512, seed: 7, replicate: 0),
        SobolSequence(dimensions: 512, seed: 1 << 40 + 3, replicate: 9),
    ]

    @Test("Each of 2^k intervals is hit once, in every dimension", arguments: sequences)
    func everyAxisIsStratified(sequence: SobolSequence) {
        for dimension in 0..<sequence.dimensions {
            for k in [1, 4, 8] {
                let size = 1 << k
                // Any aligned run of 2^k points, not only the first.
                for start in [0, 5 * size] {
                    let cells = (start..<(start + size)).map {
                        Int(sequence.value(point: UInt32($0), dimension: dimension) * Double(size))
                    }
                    #expect(Set(cells).count == size)
                }
            }
        }
    }

    /// The first two dimensions are a (0, 2)-sequence: every elementary interval of 2^10 points holds one.
    @Test(arguments: sequences)
    func theFirstPairIsANet(sequence: SobolSequence) {
        for rows in 0...10 {
            let cells = (0..<1024 as Range<UInt32>).map { point in
                let x = Int(sequence.value(point: point, dimension: 0) * Double(1 << rows))
                let y = Int(sequence.value(point: point, dimension: 1) * Double(1 << (10 - rows)))
                return x << (10 - rows) | y
            }
            #expect(Set(cells).count == 1024)
        }
    }

    /// Scrambling permutes the tree of digits: two numbers agree in as many leading digits after it as before.
    @Test func scramblingKeepsCommonDigits() {
        var random = SeededGenerator(seed: 5)
        for trial in 0..<20_000 as Range<UInt32> {
            let scramble = NestedScramble(seed: 11, replicate: trial % 100, dimension: trial / 100)
            let common = UInt32.random(in: 0..<32, using: &random)
            let x = UInt32.random(in: 0 ... .max, using: &random)
            let tail = UInt32.random(in: 0 ... .max, using: &random)
            // Reversed words: the first digits are the lowest bits.
            let y = x ^ (1 << common) ^ (common == 31 ? 0 : tail << (common + 1))
            let difference = scramble(reversed: x) ^ scramble(reversed: y)
            #expect(difference.trailingZeroBitCount == Int(common))
        }
    }

    /// Owen's conditions, over 20,000 keys: every digit is a fair coin; so is, for two numbers that part at digit c, whether
    /// they agree in each digit after it; and the two are independent. The bounds are 4.9 standard errors of a fair coin: with
    /// 26,000 comparisons the largest is expected below, and the keys are fixed.
    @Test func digitsAreFairAndIndependentOverKeys() {
        let keys = (0..<20_000 as Range<UInt32>).map { NestedScramble(seed: 3, replicate: $0, dimension: $0 % 7) }
        let bound = 4.9 * (Double(keys.count) / 4).squareRoot()
        var random = SeededGenerator(seed: 8)
        for trial in 0..<24 as Range<UInt32> {
            // Small indices, as first points have, and any.
            let x = trial < 4 ? trial : UInt32.random(in: 0 ... .max, using: &random)
            let common = trial % 8
            let y = x ^ (1 << common)
            var (ones, differences, both) = (zeros, zeros, zeros)
            for key in keys {
                let (first, second) = (key(reversed: x), key(reversed: y))
                for digit in 0..<32 {
                    let isOne = Int(first >> UInt32(digit) & 1)
                    let differs = Int((first ^ second) >> UInt32(digit) & 1)
                    ones[digit] += isOne
                    differences[digit] += differs
                    both[digit] += isOne ^ differs
                }
            }
            let half = Double(keys.count) / 2
            for digit in 0..<32 {
                #expect(abs(Double(ones[digit]) - half) < bound)
                guard digit > common else { continue }
                #expect(abs(Double(differences[digit]) - half) < bound, "\(trial) \(digit)")
                #expect(abs(Double(both[digit]) - half) < bound, "\(trial) \(digit)")
            }
        }
    }

    private var zeros: [Int] { [Int](repeating: 0, count: 32) }

    /// Kolmogorov's statistic of one point over 4,000 replicates: 1.95 / sqrt(n) is passed with probability 0.001 (fixed keys).
    @Test(arguments: [0, 1, 2, 1000] as [UInt32], [0, 1, 17, 300])
    func everyPointIsUniformOverReplicates(point: UInt32, dimension: Int) {
        let values = (0..<4_000 as Range<UInt32>).map { replicate in
            SobolSequence(dimensions: dimension + 1, seed: 21, replicate: replicate)
                .value(point: point, dimension: dimension)
        }.sorted()
        let distances = values.enumerated().map { index, value in
            max(abs(value - Double(index) / 4_000), abs(value - Double(index + 1) / 4_000))
        }
        #expect((distances.max() ?? 1) < 1.95 / 4_000.0.squareRoot())
    }

    /// The root mean squared error over 64 replicates of the mean of a smooth function falls nearly as n^-3/2 (Owen 1997), of
    /// 4 dimensions here at least as n^-1.2 from 64 to 4096 points, where n^-1/2 is what random points give.
    @Test func errorsOfSmoothMeansFallFasterThanRandom() {
        func error(points: UInt32) -> Double {
            let errors = (0..<64 as Range<UInt32>).map { replicate in
                let sequence = SobolSequence(dimensions: 4, seed: 5, replicate: replicate)
                let values = (0..<points).map { point in
                    // The mean of each factor is 1.
                    (0..<4).reduce(1.0) {
                        $0 * Elementary.exp(sequence.value(point: point, dimension: $1)) / 1.718281828459045
                    }
                }
                return CompensatedSum(values).value / Double(points) - 1
            }
            return (CompensatedSum(errors.map { $0 * $0 }).value / 64).squareRoot()
        }
        let (few, many) = (error(points: 64), error(points: 4096))
        // The variance of the product is (E f^2)^4 - 1 = 0.3705, with E f^2 = (e^2 - 1) / 2 / (e - 1)^2 = 1.0819767.
        #expect(few < (0.3705 / 64).squareRoot() / 4)
        #expect(many / few < Elementary.exp(-1.2 * Elementary.log(64)), "\(few) \(many)")
    }

    @Test func valuesAreInsideTheUnitInterval() {
        #expect(SobolSequence(unscrambledDimensions: 1).value(point: 0, dimension: 0) == 0x1p-33)
        let last = (0..<32).map { UInt32(1) << $0 }.reduce(0, |)
        // The point whose Gray code is all ones has every digit one in the first dimension.
        var index = last
        for shift in [1, 2, 4, 8, 16] as [UInt32] { index ^= index >> shift }
        #expect(SobolSequence(unscrambledDimensions: 1).value(point: index, dimension: 0) == 1 - 0x1p-33)
    }

    @Test func everyPartOfTheKeyMakesOtherPoints() {
        let first = SobolSequence(dimensions: 2, seed: 1, replicate: 0)
        let others = [
            SobolSequence(dimensions: 2, seed: 2, replicate: 0), SobolSequence(dimensions: 2, seed: 1, replicate: 1),
            SobolSequence(dimensions: 2, seed: 1 | 1 << 35, replicate: 0),
        ]
        let values = ([first] + others).map { $0.value(point: 3, dimension: 1) } + [first.value(point: 3, dimension: 0)]
        #expect(Set(values).count == 5)
        // More dimensions leave the first ones as they are.
        let wider = SobolSequence(dimensions: 40, seed: 1, replicate: 0)
        #expect(wider.value(point: 3, dimension: 1) == first.value(point: 3, dimension: 1))
    }

    @Test func purposesDoNotMeetThoseOfStreams() {
        #expect(
            Set(StreamPurpose.allCases.map(\.rawValue)).isDisjoint(with: QuasiRandomPurpose.allCases.map(\.rawValue)))
    }
}

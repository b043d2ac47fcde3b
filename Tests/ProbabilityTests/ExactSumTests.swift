import TestSupport
import Testing

@testable import Probability

@Suite struct ExactSumTests {
    /// Python 3.11 `fractions.Fraction` on the same numbers: 5,000 random bit patterns of all exponents, and the opposites of those
    /// above 1e-100. Plain addition gives infinity. Equal bits: both are correctly rounded.
    @Test(
        arguments: [
            (1, 8.479057284328741e-101), (2, 1.475432362862529e-100), (3, 1.683204364447881e-100),
            (4, -1.3677364642551232e-100),
        ])
    func cancellationOfAllExponents(seed: Int, expected: Double) {
        var random = SeededGenerator(seed: seed)
        let terms = Self.finiteNumbers(5_000, using: &random)
        let opposites = terms.filter { abs($0) > 1e-100 }.map { -$0 }
        #expect(ExactSum(terms + opposites).value == expected)
    }

    /// Subnormal numbers and those just above: the same source.
    @Test(
        arguments: [
            (1, 4.9734514361868735e-307), (2, -1.6017920942041882e-306), (3, -1.1687523491159484e-306),
            (4, -1.2748808443274435e-306),
        ])
    func subnormalNumbers(seed: Int, expected: Double) {
        var random = SeededGenerator(seed: seed)
        _ = Self.finiteNumbers(5_000, using: &random)
        let terms = (0..<1_000).map { _ in
            let bits = random.next()
            return Double(bitPattern: bits & 0x800F_FFFF_FFFF_FFFF | (bits >> 52 & 3) << 52)
        }
        #expect(ExactSum(terms).value == expected)
    }

    /// Integers that Double holds exactly, summed as Int.
    @Test func integersAddUp() {
        var random = SeededGenerator(seed: 3)
        let terms = (0..<10_000).map { _ in Int.random(in: -1 << 40...1 << 40, using: &random) }
        #expect(ExactSum(terms.map(Double.init)).value == Double(terms.reduce(0, +)))
    }

    @Test func roundsTiesToEven() {
        #expect(ExactSum([1, 0x1p-53]).value == 1)
        #expect(ExactSum([1, 0x1p-53, 0x1p-1074]).value == 1 + 0x1p-52)
        #expect(ExactSum([1 + 0x1p-52, 0x1p-53]).value == 1 + 0x1p-51)
        #expect(ExactSum([-1, -0x1p-53, -0x1p-600]).value == -1 - 0x1p-52)
        #expect(ExactSum([2 - 0x1p-52, 0x1p-53]).value == 2)
        #expect(ExactSum([0x1p-1074, 0x1p-1074]).value == 0x1p-1073)
        #expect(ExactSum([0x1.fffffffffffffp-1022, 0x1p-1074]).value == 0x1p-1021)
    }

    @Test func rangeAndSpecialValues() {
        let largest = Double.greatestFiniteMagnitude
        #expect(ExactSum([largest, largest]).value == .infinity)
        #expect(ExactSum([largest, largest, -largest, -largest, -2]).value == -2)
        #expect(ExactSum([-largest, -0x1p970]).value == -.infinity)
        #expect(ExactSum([largest, 0x1p969]).value == largest)
        #expect(ExactSum([1, .infinity]).value == .infinity && ExactSum([1, -.infinity]).value == -.infinity)
        #expect(ExactSum([.infinity, 1, -.infinity]).value.isNaN && ExactSum([.nan, 1]).value.isNaN)
        #expect(ExactSum().value.bitPattern == 0 && ExactSum([5, -5]).value.bitPattern == 0)
    }

    @Test("Parts merge in any order and grouping to the same bits", arguments: 1...50)
    func mergesInAnyOrder(seed: Int) {
        var random = SeededGenerator(seed: seed)
        let terms = Self.finiteNumbers(300, using: &random).map { $0 * 0x1p-20 }
        let whole = ExactSum(terms)
        let shuffled = terms.shuffled(using: &random)
        var parts = stride(from: 0, to: 300, by: 30).map { ExactSum(shuffled[$0..<($0 + 30)]) }
        while parts.count > 1 {
            parts.shuffle(using: &random)
            let last = parts.removeLast()
            parts[0].merge(last)
        }
        #expect(parts[0] == whole && parts[0].value.bitPattern == whole.value.bitPattern)
        #expect(parts[0] != ExactSum(terms + [0x1p-1074]))
    }

    /// The numbers of the expansion add up to the sum, each at most half a unit in the last place of the one before.
    @Test func expansionIsExact() {
        var random = SeededGenerator(seed: 12)
        let sum = ExactSum(Self.finiteNumbers(200, using: &random))
        let terms = sum.expansion
        #expect(ExactSum(terms) == sum && terms.count > 10)
        for (term, next) in zip(terms, terms.dropFirst()) { #expect(abs(next) <= term.ulp / 2) }
    }

    private static func finiteNumbers(_ count: Int, using random: inout SeededGenerator) -> [Double] {
        var numbers: [Double] = []
        while numbers.count < count {
            let number = Double(bitPattern: random.next())
            if number.isFinite { numbers.append(number) }
        }
        return numbers
    }
}

@Suite struct ExactMomentsTests {
    /// Python 3.11 `fractions.Fraction` on the same numbers, square roots with 60 digits. A relative 1e-15 is a few roundings;
    /// the MCSE has moments around the rounded mean, which moves the fourth by 4 m3 times the rounding, 1e-10 here.
    @Test func agreesWithRationalArithmetic() {
        var random = SeededGenerator(seed: 9)
        let offset = (0..<20_000).map { _ in 1e6 + Double(random.next() >> 40) * 0x1p-20 }
        let small = (0..<1_000).map { _ in Double(random.next() >> 11) * 0x1p-53 * 3e-5 - 1e-5 }
        let cases = [
            (offset, 1000008.0248718788, 21.42151072145309, 0.01464008536222838),
            (small, 5.402221351669694e-06, 7.552445537853601e-11, 1.195368072032784e-07),
        ]
        for (draws, mean, variance, mcse) in cases {
            let moments = ExactMoments(draws)
            #expect(relativeDifference(moments.mean ?? .nan, mean) < 1e-15)
            #expect(relativeDifference(moments.variance ?? .nan, variance) < 1e-15)
            #expect(relativeDifference(moments.mcseOfStandardDeviation ?? .nan, mcse) < 1e-12)
        }
    }

    @Test func fewDrawsAndSpecialOnes() {
        #expect(ExactMoments().mean == nil && ExactMoments([3]).variance == nil)
        let constant = ExactMoments([0.1, 0.1, 0.1])
        #expect(constant.mean == 0.1 && constant.variance == 0 && constant.mcseOfStandardDeviation == 0)
        for draws in [[1, .infinity], [1, .nan], [-.infinity, .infinity]] as [[Double]] {
            #expect(ExactMoments(draws).variance?.isNaN == true)
            #expect(ExactMoments(draws).mcseOfStandardDeviation?.isNaN == true)
        }
        #expect(ExactMoments([1, .infinity]).mean == .infinity)
    }

    @Test func productsAreExact() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<2_000 {
            // Integers of 53 and 40 bits: their product is below 2^93, compared in 128 bits.
            let (x, y) = (Int64(random.next() >> 11), -Int64(random.next() >> 24))
            let (high, low) = exactProduct(Double(x), Double(y))
            #expect(Int128(high) + Int128(low) == Int128(x) * Int128(y))
        }
    }
}

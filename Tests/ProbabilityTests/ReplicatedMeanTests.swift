import Probability
import Testing

@Suite struct ReplicatedMeanTests {
    private func uniforms(_ count: Int, entity: UInt64) -> [Double] {
        let stream = RandomStream(seed: 17, purpose: .test, draw: 0, entity: entity, period: 0)
        return (0..<UInt32(count)).map { stream.uniform(at: $0) }
    }

    private func pairs(_ count: Int, entity: UInt64 = 1) -> [Double] {
        uniforms(count, entity: entity).flatMap { [$0, 1 - $0] }
    }

    /// u + (1 - u) is constant: an antithetic mean of a linear function has no error but rounding.
    @Test func linearFunctionsHaveNoAntitheticError() throws {
        // Multiples of 2^-10 make even the rounding vanish.
        let coarse = pairs(500).map { ($0 * 1024).rounded() / 1024 }
        let mean = ReplicatedMean(coarse.map { 3 * $0 - 1 }, dependence: .antitheticPairs)
        #expect(mean.mean == 0.5 && mean.mcse == 0 && mean.varianceReduction == .infinity && mean.groups == 500)
        let independent = try #require(mean.mcseOfIndependentDraws)
        // The standard deviation of 3 u is sqrt(3) / 2; of 1,000 draws its error is 1.4% with antithetic pairs of 500.
        let expected = (0.75 / 1000).squareRoot()
        #expect(abs(independent / expected - 1) < 0.06)
        let fine = try #require(ReplicatedMean(pairs(500), dependence: .antitheticPairs).mcse)
        #expect(fine < 1e-17)
    }

    /// For u^2 the pair mean `(u^2 + (1 - u)^2) / 2` has variance 1/180 and a draw 4/45: the reduction is (4/45 / 2) / (1/180) = 8.
    /// For (u - 1/2)^2 both of a pair are equal, so that the reduction is 1/2. With 20,000 pairs both are within 5%.
    @Test func antitheticReductionsAreThoseOfClosedForms() throws {
        let draws = pairs(20_000)
        let square = ReplicatedMean(draws.map { $0 * $0 }, dependence: .antitheticPairs)
        let (reduction, told) = (try #require(square.varianceReduction), try #require(square.mcse))
        let mcse = (1.0 / 180 / 20_000).squareRoot()
        #expect(abs(reduction / 8 - 1) < 0.05)
        #expect(abs(told / mcse - 1) < 0.05)
        #expect(abs(square.mean - 1.0 / 3) < 4 * mcse)
        let even = ReplicatedMean(draws.map { ($0 - 0.5) * ($0 - 0.5) }, dependence: .antitheticPairs)
        let evenReduction = try #require(even.varianceReduction)
        #expect(abs(evenReduction - 0.5) < 0.001)
    }

    @Test func independentDrawsAreOrdinary() throws {
        let draws = uniforms(5_000, entity: 3)
        let (mean, summary) = (ReplicatedMean(draws, dependence: .independent), DrawSummary(draws))
        #expect(mean.mean == summary.mean && mean.groups == 5_000)
        let (mcse, reduction) = (try #require(mean.mcse), try #require(mean.varianceReduction))
        #expect(abs(mcse / (summary.mcseOfMean ?? 0) - 1) < 1e-14)
        #expect(abs(reduction - 1) < 1e-13)
        // In 50 replicates of independent draws the reduction is 1 but for the error of 50 means: sqrt(2 / 49) = 0.2.
        let grouped = ReplicatedMean(draws, dependence: .replicates(50))
        let groupedReduction = try #require(grouped.varianceReduction)
        #expect(grouped.groups == 50 && abs(1 / groupedReduction - 1) < 0.6)
    }

    /// The mean of exp(u1 + u2) by 16 scrambled sequences of 256 points: the truth is (e - 1)^2, the error told covers it, and
    /// independent draws would need many times as many.
    @Test func scrambledSequencesAreMoreExact() throws {
        let sequences = (0..<16 as Range<UInt32>).map { SobolSequence(dimensions: 2, seed: 8, replicate: $0) }
        let draws = (0..<(16 * 256)).map { draw in
            let (point, sequence) = (UInt32(draw / 16), sequences[draw % 16])
            return Elementary.exp(
                sequence.value(point: point, dimension: 0) + sequence.value(point: point, dimension: 1))
        }
        let mean = ReplicatedMean(draws, dependence: .replicates(16))
        let (truth, mcse) = (1.718281828459045 * 1.718281828459045, try #require(mean.mcse))
        #expect(abs(mean.mean - truth) < 4 * mcse && mcse > 0)
        let reduction = try #require(mean.varianceReduction)
        #expect(reduction > 1_000)
        // The variance of a draw is ((e^2 - 1) / 2)^2 - (e - 1)^4 = 1.4878.
        let (independent, expected) = (try #require(mean.mcseOfIndependentDraws), (1.4878 / 4096).squareRoot())
        #expect(abs(independent / expected - 1) < 0.05)
    }

    /// The errors told are those the means have, over 300 repetitions of 20 pairs and of 8 replicates: the root mean square has
    /// an error of 4% itself.
    @Test func errorsToldAreThoseOfTheMeans() throws {
        let truth = 1.718281828459045
        let pairsOnce = (0..<300).map { trial in
            ReplicatedMean(pairs(20, entity: UInt64(trial)).map { Elementary.exp($0) }, dependence: .antitheticPairs)
        }
        let replicatesOnce = (0..<300).map { trial in
            let draws = (0..<(8 * 16)).map { draw in
                let sequence = SobolSequence(dimensions: 1, seed: UInt64(trial), replicate: UInt32(draw % 8))
                return Elementary.exp(sequence.value(point: UInt32(draw / 8), dimension: 0))
            }
            return ReplicatedMean(draws, dependence: .replicates(8))
        }
        for means in [pairsOnce, replicatesOnce] {
            let told = CompensatedSum(means.compactMap(\.mcse).map { $0 * $0 }).value
            let real = CompensatedSum(means.map { ($0.mean - truth) * ($0.mean - truth) }).value
            #expect(abs((told / real).squareRoot() - 1) < 0.15)
        }
    }

    @Test func fewOrConstantDraws() {
        #expect(ReplicatedMean([1, 2], dependence: .antitheticPairs).mcse == nil)
        #expect(ReplicatedMean([4], dependence: .independent).varianceReduction == nil)
        let constant = ReplicatedMean([2, 2, 2, 2], dependence: .replicates(2))
        #expect(constant.mcse == 0 && constant.varianceReduction == nil)
    }
}

import LinearAlgebra
import Parallelism
import TestSupport
import Testing

@testable import Surveys

@Suite("Replicate weights")
struct ReplicateWeightsTests {
    struct Total: SurveyStatistic {
        let values: [Double]
        func values(weights: [Double]) -> [Double] { [dot(weights, values)] }
        func influence(weights: [Double]) -> Matrix { Matrix(rows: values.count, columns: 1, elements: values) }
    }

    struct Mean: SurveyStatistic {
        let values: [Double]
        func values(weights: [Double]) throws(SurveyError) -> [Double] {
            let sum = weights.reduce(0, +)
            guard sum > 0 else { throw .emptyDomain("all") }
            return [dot(weights, values) / sum]
        }
        func influence(weights: [Double]) -> Matrix { Matrix(rows: values.count, columns: 1) }
    }

    static let values = (0..<48).map { (row: Int) -> Double in
        let base = (row * 37 + 11) % 50
        return Double(row < 24 ? base + 20 : base)
    }
    static let weights = (0..<48).map { Double(10 + $0 % 3) }

    /// Six strata of four clusters of two rows.
    static func design(
        populationSize: Double? = nil, lonely: SurveyDesign.LonelyClusters = .refuse
    ) throws(SurveyError) -> SurveyDesign {
        let rows = (0..<48).map { Int32($0) }
        return try SurveyDesign(
            weights: weights,
            stages: [
                .init(
                    strata: rows.map { $0 / 8 }, clusters: rows.map { $0 / 2 },
                    populationSizes: populationSize.map { Array(repeating: $0, count: 48) })
            ], lonelyClusters: lonely)
    }

    /// Twelve strata of two clusters of two rows.
    static func pairs() throws(SurveyError) -> SurveyDesign {
        let rows = (0..<48).map { Int32($0) }
        return try SurveyDesign(
            weights: weights, stages: [.init(strata: rows.map { $0 / 4 }, clusters: rows.map { $0 / 2 })])
    }

    @Test("The jackknife of a mean is s^2 / n, the closed form")
    func jackknifeOfMean() throws {
        let values = [3.0, 1, 4, 1, 5, 9, 2, 6]
        let design = try SurveyDesign(weights: Array(repeating: 5, count: 8))
        let estimates = try SurveySample(ReplicateWeights(design, by: .jackknife)).estimates(of: Mean(values: values))
        let mean = values.reduce(0, +) / 8
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
        #expect(relativeDifference(estimates.covariance[0, 0], variance / 8) < 1e-14)
        #expect(estimates.degreesOfFreedom == 7)
    }

    @Test("Jackknives and balanced half samples of a total have the variance by linearisation")
    func totalsAgreeWithLinearisation() throws {
        let cases: [(SurveyDesign, ReplicateMethod)] = [
            (try Self.design(), .stratifiedJackknife), (try Self.design(populationSize: 9), .stratifiedJackknife),
            (try Self.pairs(), .stratifiedJackknife), (try Self.pairs(), .balanced), (try Self.pairs(), .fay(rho: 0.4)),
        ]
        for (design, method) in cases {
            let total = Total(values: Self.values)
            let expected = try SurveySample(design).estimates(of: total)
            let sample = SurveySample(try ReplicateWeights(design, by: method))
            let estimates = try sample.estimates(of: total)
            #expect(relativeDifference(estimates.covariance[0, 0], expected.covariance[0, 0]) < 1e-12, "\(method)")
            let linear = sample.covariance(ofInfluence: total.influence(weights: design.weights))
            #expect(relativeDifference(linear[0, 0], expected.covariance[0, 0]) < 1e-12, "\(method)")
            #expect(estimates.degreesOfFreedom == expected.degreesOfFreedom, "\(method)")
        }
    }

    // 2,000 replicates: the variance has a relative standard error of about sqrt(2 / 2000) = 3.2%; 13% is four of them.
    @Test("Bootstraps of a total have the variance by linearisation, up to chance", arguments: [nil, 9.0])
    func bootstrapsAgreeWithLinearisation(populationSize: Double?) throws {
        let design = try Self.design(populationSize: populationSize)
        let expected = try SurveySample(design).estimates(of: Total(values: Self.values)).covariance[0, 0]
        for scheme in [BootstrapScheme.raoWu, .cantyDavison] {
            let replicates = try ReplicateWeights(design, by: .bootstrap(scheme, replicates: 2000, seed: 3))
            let found = try SurveySample(replicates).estimates(of: Total(values: Self.values)).covariance[0, 0]
            // Drawn without replacement from N = 9 copies, n = 4 vary by (N - n) / (N - 1) instead of (N - n) / N.
            let known = scheme == .cantyDavison ? populationSize.map { $0 / ($0 - 1) } ?? 1 : 1
            #expect(abs(found / (known * expected) - 1) < 0.13, "\(scheme)")
        }
    }

    @Test("Bootstrap factors are never negative and add up to the stratum's clusters")
    func bootstrapFactorsAddUp() throws {
        for size: Double? in [nil, 4.5, 9] {
            let design = try Self.design(populationSize: size)
            for scheme in [BootstrapScheme.raoWu, .cantyDavison] {
                let factors = try ReplicateFactors(design, .bootstrap(scheme, replicates: 50, seed: 1)).clusters
                #expect(Set(factors).count > 40)
                for replicate in factors {
                    for stratum in design.clustersByStratum {
                        #expect(abs(stratum.reduce(0) { $0 + replicate[$1] } - 4) < 1e-12)
                        #expect(stratum.allSatisfy { replicate[$0] >= 0 })
                    }
                }
            }
        }
    }

    @Test("The same bits for any number of threads, and others for another seed")
    func threadsDoNotMatter() throws {
        let method = ReplicateMethod.bootstrap(.raoWu, replicates: 40, seed: 9)
        defer { Threads.use(0) }
        let results = try [1, 2, 0].map { threads in
            Threads.use(threads)
            let replicates = try ReplicateWeights(Self.design(), by: method)
            return try SurveySample(replicates).estimates(of: Mean(values: Self.values)).covariance
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        let other = try ReplicateWeights(Self.design(), by: .bootstrap(.raoWu, replicates: 40, seed: 10))
        #expect(try SurveySample(other).estimates(of: Mean(values: Self.values)).covariance != results[0])
    }

    @Test("Hadamard matrices are orthogonal, start with ones and are small enough")
    func hadamard() {
        for smallest in [1, 2] + Array(stride(from: 3, through: 240, by: 4)) {
            let matrix = HadamardMatrix(atLeast: smallest)
            let order = matrix.order
            #expect(order >= smallest && order <= smallest + 13)
            #expect(matrix.rows[0].allSatisfy { $0 == 1 })
            let elements = Matrix(rows: order, columns: order, elements: matrix.rows.flatMap { $0.map(Double.init) })
            #expect(elements.elements.allSatisfy { abs($0) == 1 })
            #expect(elements.transposedTimes(elements) == Double(order) * Matrix.identity(order), "order \(order)")
        }
        #expect(HadamardMatrix(atLeast: 80).order == 80)
    }

    @Test("The rank of many rows is that of the clusters behind them")
    func rankOfManyRows() {
        var generator = SeededGenerator(seed: 4)
        let clusters = (0..<30).map { _ in (0..<40).map { _ in Double.random(in: 0...2, using: &generator) } }
        let weights = (0..<6000).map { _ in Double.random(in: 1...9, using: &generator) }
        let replicates = (0..<40).map { replicate in weights.indices.map { weights[$0] * clusters[$0 % 30][replicate] }
        }
        #expect(rank(ofReplicates: replicates) == 30)
        #expect(rank(ofReplicates: Array(replicates[..<12])) == 12)
        #expect(rank(ofReplicates: replicates.map { Array($0[..<90]) }) == 30)
    }

    @Test("A stratum of which every cluster was drawn varies in no replicate")
    func certaintyStratum() throws {
        let rows = (0..<12).map { Int32($0) }
        let sizes = rows.map { $0 < 6 ? 6.0 : 60 }
        let design = try SurveyDesign(
            weights: Array(repeating: 2, count: 12),
            stages: [.init(strata: rows.map { $0 / 6 }, clusters: rows, populationSizes: sizes)])
        let methods: [ReplicateMethod] = [
            .stratifiedJackknife, .bootstrap(.raoWu, replicates: 20, seed: 1),
            .bootstrap(.cantyDavison, replicates: 20, seed: 1),
        ]
        for method in methods {
            let replicates = try ReplicateWeights(design, by: method)
            #expect(replicates.replicates.allSatisfy { Array($0[..<6]) == Array(repeating: 2, count: 6) })
            let inside = try SurveySample(replicates).estimates(of: Total(values: rows.map { $0 < 6 ? 1 : 0 }))
            #expect(inside.covariance[0, 0] == 0)
        }
    }

    @Test("Around the replicates' mean the variance is never larger than around the full sample's estimate")
    func centres() throws {
        let design = try Self.design()
        struct Squared: SurveyStatistic {
            func values(weights: [Double]) -> [Double] {
                let mean = dot(weights, ReplicateWeightsTests.values) / weights.reduce(0, +)
                return [mean * mean]
            }
            func influence(weights: [Double]) -> Matrix { Matrix(rows: 48, columns: 1) }
        }
        let variances = try [ReplicateWeights.Centre.fullSample, .replicateMean].map { centre in
            let replicates = try ReplicateWeights(
                design, by: .bootstrap(.raoWu, replicates: 30, seed: 2), centre: centre)
            return try SurveySample(replicates).estimates(of: Squared()).covariance[0, 0]
        }
        #expect(variances[1] < variances[0])
    }

    // MARK: Mistakes

    static func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SurveyError)?.description ?? "\(error)"
        }
    }

    static func given(
        _ replicates: [[Double]], _ kind: ReplicateKind = .balanced, scale: Double? = nil, scales: [Double]? = nil,
        degreesOfFreedom: Double? = nil
    ) -> String? {
        message {
            _ = try ReplicateWeights(
                weights: [1, 2, 3], replicates: replicates, kind: kind, scale: scale, replicateScales: scales,
                degreesOfFreedom: degreesOfFreedom)
        }
    }

    @Test("Mistakes in replicates of a file are told") func mistakesInFiles() {
        let good = [[1.0, 2, 3], [2, 1, 0]]
        #expect(Self.given(good) == nil)
        #expect(Self.given([[1, 2, 3]]) == "found 1 replicates; a variance needs two or more.")
        #expect(Self.given([[1, 2, 3], [1, 2]]) == "replicate 2 has 2 weights where the survey has 3 rows.")
        #expect(
            Self.given([[1, 2, 3], [1, -2, 3]])
                == "replicate 2 has weight -2.0 in row 2. A replicate weight must be 0 or more: correct it, or leave the row "
                + "out of the file.")
        #expect(Self.given([[1, 2, .nan], [1, 2, 3]])?.hasPrefix("replicate 1 has weight missing in row 3.") == true)
        #expect(
            Self.given([[1, 2, 3], [0, 0, 0]])
                == "replicate 2 has no weight above 0. Check that its column is a replicate weight.")
        #expect(
            Self.given(good, .other)
                == "other replicates do not tell how their squares add up. Give their scale, and a scale for each replicate "
                + "where these differ, from the survey's documentation.")
        #expect(
            Self.given(good, .stratifiedJackknife)?.hasPrefix("stratified jackknife replicates do not tell") == true)
        #expect(
            Self.given(good, .balanced, scale: 1)
                == "balanced replicates set their own scale, and another is given. Leave it out, or call the replicates "
                + "'other'.")
        #expect(
            Self.given(good, .other, scale: -1)
                == "a scale of replicates is -1.0. Scales must be 0 or more, and not all 0.")
        #expect(Self.given(good, .other, scale: 1, scales: [0, 0])?.hasPrefix("a scale of replicates is 0.0.") == true)
        #expect(
            Self.given(good, .other, scale: 1, scales: [1])
                == "found 1 replicate scales for 2 replicates. Give one for each, or leave them out.")
        #expect(
            Self.given(good, .fay(rho: 1)) == "Fay's factor is 1.0. It must be 0 or more and less than 1; PISA has 0.5."
        )
        #expect(
            Self.given(good, degreesOfFreedom: 0) == "the degrees of freedom are 0.0. They must be above 0.")
    }

    static func made(_ design: SurveyDesign, _ method: ReplicateMethod) -> String? {
        message { _ = try ReplicateWeights(design, by: method) }
    }

    @Test("Designs that do not suit a method are told") func mistakesInDesigns() throws {
        let design = try Self.design()
        #expect(
            Self.made(design, .jackknife)
                == "the design has 6 strata, and the jackknife of one stratum was asked for. Use the stratified jackknife."
        )
        #expect(
            Self.made(design, .balanced)
                == "stratum 1 has 4 clusters; balanced replication needs two in every stratum. Split or join strata, or use the "
                + "stratified jackknife or a bootstrap.")
        #expect(Self.made(try Self.pairs(), .fay(rho: .nan))?.hasPrefix("Fay's factor is nan.") == true)
        #expect(Self.made(design, .bootstrap(.raoWu, replicates: 1, seed: 1))?.hasPrefix("found 1 replicates") == true)
        #expect(
            Self.made(design, .bootstrap(.raoWu, replicates: -3, seed: 1))?.hasPrefix("found -3 replicates") == true)
        #expect(
            Self.made(design, .bootstrap(.raoWu, replicates: 10_000_000, seed: 1))
                == "10000000 replicates of 48 rows are more than 250000000 weights. Use linearisation, or a bootstrap with "
                + "fewer replicates.")
        let whole = try Self.design(populationSize: 4)
        for method in [ReplicateMethod.stratifiedJackknife, .bootstrap(.raoWu, replicates: 9, seed: 1)] {
            #expect(
                Self.made(whole, method)
                    == "every cluster of the population was drawn, so that replicates have nothing to vary. Use linearisation."
            )
        }
    }

    @Test("A statistic without value in a replicate names the replicate") func notDefinedInReplicate() throws {
        let design = try SurveyDesign(weights: [1, 1, 1])
        struct Domain: SurveyStatistic {
            func values(weights: [Double]) throws(SurveyError) -> [Double] {
                guard weights[1] > 0 else { throw .emptyDomain("the north") }
                return [weights[1]]
            }
            func influence(weights: [Double]) -> Matrix { Matrix(rows: 3, columns: 1) }
        }
        let sample = SurveySample(try ReplicateWeights(design, by: .jackknife))
        #expect(
            Self.message { _ = try sample.estimates(of: Domain()) }
                == "replicate 2 has no estimate: no row with a weight and a value is in the north. Leave it out, or join it "
                + "with another. Or use linearisation.")
    }
}

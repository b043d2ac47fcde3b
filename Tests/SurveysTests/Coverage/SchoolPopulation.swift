import Probability

/// A finite population of pupils in schools in strata, tested in two waves, of which everything is known.
///
/// 560 schools in four strata, 20 to 50 pupils a school and wave. Of the scores' variance within a stratum about a fifth lies
/// between schools; gaps between groups differ by school too, so that the same schools make the gaps of two waves correlated.
struct SchoolPopulation: Sendable {
    /// A pupil of one wave.
    struct Pupil: Sendable {
        let school: Int
        let wave: Int
        let isLow: Bool
        let score: Double
        /// A common answer, of almost half of the pupils.
        let worries: Bool
        /// A rare answer, of about 8% of the pupils.
        let isAbsent: Bool
    }

    /// A school with its pupils by wave.
    struct School: Sendable {
        let stratum: Int
        /// The school's expected share of pupils of the low SES group.
        let disadvantage: Double
        let pupils: [[Pupil]]
    }

    /// The number of schools by stratum.
    static let schoolCounts = [80, 120, 160, 200]
    let schools: [School]

    init(seed: UInt64) {
        let strata = Self.schoolCounts.indices.flatMap { Array(repeating: $0, count: Self.schoolCounts[$0]) }
        schools = strata.indices.map { school in
            var numbers = NumberSource(seed: seed, draw: 0, entity: UInt64(school))
            return Self.school(school, stratum: strata[school], &numbers)
        }
    }

    /// All pupils.
    var pupils: [Pupil] { schools.flatMap { $0.pupils.joined() } }

    private static func school(_ number: Int, stratum: Int, _ numbers: inout NumberSource) -> School {
        let disadvantage = 0.2 + 0.4 * numbers.uniform()
        let effect = [-0.2, 0, 0.1, 0.3][stratum] - 0.6 * (disadvantage - 0.4) + 0.42 * numbers.normal()
        let (lowEffect, absence) = (-0.4 + 0.25 * numbers.normal(), 0.5 * numbers.normal())
        let pupils = (0..<2).map { wave in
            let waveEffect = effect - 0.1 * Double(wave) + 0.1 * numbers.normal()
            return (0..<numbers.integer(20...50)).map { _ in
                let isLow = numbers.uniform() < disadvantage
                let gap = isLow ? lowEffect - 0.1 * Double(wave) : 0
                let level = waveEffect + gap
                return Pupil(
                    school: number, wave: wave, isLow: isLow, score: 500 + 50 * (level + 0.9 * numbers.normal()),
                    worries: numbers.logistic() < -0.6 * level - 0.2,
                    isAbsent: numbers.logistic() < -2.7 + absence + (isLow ? 0.3 : 0))
            }
        }
        return School(stratum: stratum, disadvantage: disadvantage, pupils: pupils)
    }
}

/// Random numbers one after another from a keyed stream.
struct NumberSource {
    private let stream: RandomStream
    private var position: UInt32 = 0

    init(seed: UInt64, draw: UInt32, entity: UInt64) {
        stream = RandomStream(seed: seed, purpose: .test, draw: draw, entity: entity, period: 0)
    }

    mutating func uniform() -> Double {
        defer { position += 1 }
        return stream.uniform(at: position)
    }

    mutating func normal() -> Double {
        defer { position += 1 }
        return stream.normal(at: position)
    }

    mutating func logistic() -> Double {
        let uniform = uniform()
        return Elementary.log(uniform / (1 - uniform))
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(uniform() * Double(range.count))
    }

    /// Some of the first numbers from 0, drawn without replacement, all sets equally probable.
    mutating func chosen(_ count: Int, of total: Int) -> [Int] {
        var all = Array(0..<total)
        for position in 0..<count { all.swapAt(position, integer(position...total - 1)) }
        return Array(all.prefix(count))
    }
}

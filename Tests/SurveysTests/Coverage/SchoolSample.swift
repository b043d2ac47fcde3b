import Surveys

/// A sample of a school population in two stages: schools in strata, then pupils of each wave in the drawn schools.
///
/// 24 schools are drawn from each stratum of 80 to 200, and 6 pupils from the 20 to 50 of a school and wave, both without
/// replacement: fractions of 12% to 30% and of 12% to 30%, and design weights that differ by a factor of six.
struct SchoolSample {
    static let schoolsPerStratum = 24
    static let pupilsPerWave = 6

    private(set) var pupils: [SchoolPopulation.Pupil] = []
    private(set) var disadvantage: [Double] = []
    private(set) var weights: [Double] = []
    private var strata: [Int32] = []
    private var schoolsInStratum: [Double] = []
    private var pupilsInWave: [Double] = []

    /// A sample, always the same one for the same draw.
    init(_ population: SchoolPopulation, waves: [Int] = [0, 1], draw: Int, seed: UInt64) {
        var numbers = NumberSource(seed: seed, draw: UInt32(draw), entity: 1 << 32)
        var firstSchool = 0
        for (stratum, count) in SchoolPopulation.schoolCounts.enumerated() {
            for number in numbers.chosen(Self.schoolsPerStratum, of: count) {
                let school = population.schools[firstSchool + number]
                for wave in waves {
                    let all = school.pupils[wave]
                    let drawn = numbers.chosen(Self.pupilsPerWave, of: all.count)
                    pupils += drawn.map { all[$0] }
                    append(Self.pupilsPerWave, stratum, schools: Double(count), pupils: Double(all.count))
                    disadvantage += drawn.map { _ in school.disadvantage }
                }
            }
            firstSchool += count
        }
    }

    private mutating func append(_ rows: Int, _ stratum: Int, schools: Double, pupils: Double) {
        let weight = schools / Double(Self.schoolsPerStratum) * pupils / Double(Self.pupilsPerWave)
        weights += Array(repeating: weight, count: rows)
        strata += Array(repeating: Int32(stratum), count: rows)
        schoolsInStratum += Array(repeating: schools, count: rows)
        pupilsInWave += Array(repeating: pupils, count: rows)
    }

    /// The sample with its design: both stages with their finite populations.
    func sample() throws -> SurveySample {
        let first = try SurveyDesign.Stage(
            strata: strata, clusters: pupils.map { Int32($0.school) }, populationSizes: schoolsInStratum)
        let second = try SurveyDesign.Stage(
            strata: pupils.map { Int32(2 * $0.school + $0.wave) }, clusters: pupils.indices.map { Int32($0) },
            populationSizes: pupilsInWave, within: first)
        return SurveySample(try SurveyDesign(weights: weights, stages: [first, second]))
    }

    /// The same rows and weights taken for a simple random sample: what one gets who forgets schools and strata.
    func withoutClusters() throws -> SurveySample { SurveySample(try SurveyDesign(weights: weights)) }

    var scores: [Double] { pupils.map(\.score) }
    var groups: DomainCodes {
        DomainCodes(
            codes: pupils.map { Int32(2 * $0.wave + ($0.isLow ? 1 : 0)) },
            names: ["high in wave 1", "low in wave 1", "high in wave 2", "low in wave 2"])
    }
}

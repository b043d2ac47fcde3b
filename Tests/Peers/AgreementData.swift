/// Scores of pupils, drawn here so that R reads the same file: by xorshift, with errors that are nearly normal.
struct AgreementData {
    private var state: UInt64
    private(set) var rows: [String]

    private init(seed: UInt64, header: String) {
        (state, rows) = (seed, [header])
    }

    private var csv: String { rows.joined(separator: "\n") + "\n" }

    /// Uniform between 0 and 1.
    private mutating func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) * 0x1p-53
    }

    /// Mean 0, standard deviation 1: a sum of twelve uniform numbers.
    private mutating func noise() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }

    private mutating func noises(_ count: Int, sd: Double) -> [Double] { (0..<count).map { _ in sd * noise() } }

    /// Pupils tested five times in 25 schools; a third moves school on the way. Schools differ in level and growth.
    static var movers: String {
        var data = AgreementData(seed: 2_463_534_242, header: "pupil,school,time,ses,score")
        let (levels, slopes) = (data.noises(25, sd: 4), data.noises(25, sd: 1.5))
        for pupil in 0..<250 {
            let (level, slope, ses) = (50 + 8 * data.noise(), 6 + 2 * data.noise(), pupil % 3)
            var school = pupil % 25
            for test in 0..<5 {
                if test == 2, pupil % 3 == 1 { school = Int(25 * data.uniform()) }
                let time = Double(test) / 2
                let score =
                    level + levels[school] + (slope + slopes[school] - 0.5 * Double(ses)) * time + 5 * data.noise()
                data.rows.append("p\(pupil),s\(school),\(time),\("abc".map(String.init)[ses]),\(score)")
            }
        }
        return data.csv
    }

    /// Pupils in classes in schools, class numbers repeating between schools.
    static var classes: String {
        var data = AgreementData(seed: 88_172_645_463_325_252, header: "school,class,pupil,time,score")
        var pupil = 0
        for school in 0..<30 {
            let ofSchool = 5 * data.noise()
            for number in 1...(2 + school % 3) {
                let ofClass = 3 * data.noise()
                for _ in 0..<8 {
                    pupil += 1
                    let level = 60 + ofSchool + ofClass + 7 * data.noise()
                    for time in 0..<3 {
                        data.rows.append(
                            "s\(school),\(number),\(pupil),\(time),\(level + 4 * Double(time) + 4 * data.noise())")
                    }
                }
            }
        }
        return data.csv
    }

    /// Schools of 1 to 200 pupils with 1 to 6 tests at dates of their own; a score, covariate or group is often missing.
    static var unbalanced: String {
        var data = AgreementData(seed: 362_436_069, header: "pupil,school,time,ses,prior,score")
        var pupil = 0
        for school in 0..<24 {
            let (level, slope) = (6 * data.noise(), data.noise())
            for _ in 0..<(school < 12 ? 1 + school / 4 : school < 22 ? 10 + school : 200) {
                pupil += 1
                let (own, ownSlope, prior) = (9 * data.noise(), 1.5 * data.noise(), data.noise())
                let ses = pupil % 11 == 0 ? "" : data.uniform() < 0.15 ? "practical" : "theoretical"
                let tests = 1 + Int(6 * data.uniform() * data.uniform())
                for test in 0..<tests {
                    let time = Double(test) * 0.5 + 0.3 * data.uniform()
                    let score = 2000 + level + own + 5 * prior + (7 + slope + ownSlope) * time + 4 * data.noise()
                    let cells = [data.uniform() < 0.1 ? "" : "\(prior)", data.uniform() < 0.2 ? "NA" : "\(score)"]
                    data.rows.append("p\(pupil),s\(school),\(time),\(ses),\(cells[0]),\(cells[1])")
                }
            }
        }
        return data.csv
    }

    /// Mean scores of groups of 1 to 40 pupils: the number is the weight.
    static var weighted: String {
        var data = AgreementData(seed: 521_288_629, header: "school,time,pupils,score")
        for school in 0..<60 {
            let (level, slope) = (5 * data.noise(), 1.5 * data.noise())
            for time in 0..<4 {
                let pupils = 1 + Int(40 * data.uniform() * data.uniform())
                let error = 12 * data.noise() / Double(pupils).squareRoot()
                data.rows.append("s\(school),\(time),\(pupils),\(70 + level + (5 + slope) * Double(time) + error)")
            }
        }
        return data.csv
    }

    /// Four cohorts in two SES groups, the last hit by a crisis; two tests are missing more in one group.
    static var cohorts: String {
        var data = AgreementData(seed: 1_181_783_497_276_652_981, header: "pupil,school,cohort,ses,sex,time,score")
        let schools = data.noises(15, sd: 3)
        for pupil in 0..<480 {
            let (school, cohort, isLow) = (pupil % 15, pupil / 120, data.uniform() < 0.3)
            let sex = data.uniform() < 0.5 ? "girl" : "boy"
            let level = 50 + schools[school] + 8 * data.noise() - (isLow ? 5 : 0) + (sex == "girl" ? 1 : 0)
            let slope = 6 + 1.5 * data.noise() - (isLow ? 0.4 : 0) - (cohort == 3 ? (isLow ? 1.2 : 0.8) : 0)
            for time in 0..<4 where data.uniform() > (isLow ? 0.25 : 0.1) {
                let score = level + slope * Double(time) + 4 * data.noise()
                let ses = isLow ? "practical" : "theoretical"
                data.rows.append("p\(pupil),s\(school),\(2016 + cohort)/\(17 + cohort),\(ses),\(sex),\(time),\(score)")
            }
        }
        return data.csv
    }

    /// The same without the pupils of one group in the last cohort.
    static var cohortsWithoutAGroup: String { rowsOfCohorts { !$0.contains("2019/20,practical") } }

    /// The same with a single test moment of the second cohort.
    static var cohortTestedOnce: String { rowsOfCohorts { !$0.contains("2017/18") || $0.contains(",2,") } }

    private static func rowsOfCohorts(where isKept: (Substring) -> Bool) -> String {
        cohorts.split(separator: "\n").filter(isKept).joined(separator: "\n") + "\n"
    }
}

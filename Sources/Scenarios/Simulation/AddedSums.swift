/// What one scenario adds to the pupil-weighted sums over schools of one outcome.
final class AddedSums {
    private let moments: Int
    private let grades: Int
    private let values: UnsafeMutablePointer<Double>
    private let count: Int
    /// Sums by SES group, quintile and moment.
    let level: UnsafeMutablePointer<Double>
    let growth: UnsafeMutablePointer<Double>
    /// Sums by SES group, grade and moment.
    let byGrade: UnsafeMutablePointer<Double>

    init(_ kernel: SectorKernel) {
        moments = kernel.moments
        grades = kernel.grades
        let quintiles = RecordLayout.groups * RecordLayout.quintiles * moments
        count = 2 * quintiles + RecordLayout.groups * grades * moments
        values = .allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
        (level, growth, byGrade) = (values, values + quintiles, values + 2 * quintiles)
    }

    deinit { values.deallocate() }

    func clear() { values.update(repeating: 0, count: count) }

    func place(group: Int, quintile: Int) -> Int { (group * RecordLayout.quintiles + quintile) * moments }
    func place(group: Int, grade: Int) -> Int { (group * grades + grade) * moments }

    /// Adds what the money of a year does; the gains are times pupils.
    func add(
        _ response: GainResponse, _ gain: Double, _ wellbeing: Double, _ group: Int, _ quintile: Int, year: Int,
        hasFlow: Bool
    ) {
        let place = place(group: group, quintile: quintile)
        let perGrade = 1 / Double(grades)
        for moment in (year + 1)..<moments {
            let age = moment - 1 - year
            if hasFlow, age >= grades { break }
            level[place + moment] += response.meanLevel(age, gain, wellbeing)
            growth[place + moment] += response.meanChange(age, gain, wellbeing)
            let part = perGrade * response.level(age, gain, wellbeing)
            for grade in (hasFlow ? age : 0)..<grades {
                byGrade[self.place(group: group, grade: grade) + moment] += part
            }
        }
    }

    /// Adds what entering pupils bring.
    func add(_ paths: EnteredPaths, _ group: Int, _ schools: SectorSchools) {
        let (mean, change) = (paths.mean[group], paths.change[group])
        for quintile in 0..<RecordLayout.quintiles {
            let pupils = schools.pupilsByQuintile[group][quintile]
            let place = place(group: group, quintile: quintile)
            for moment in 1..<moments {
                level[place + moment] += pupils * mean[moment]
                growth[place + moment] += pupils * change[moment]
            }
        }
        let pupils = schools.allPupils[group] / Double(grades)
        for grade in 0..<grades {
            let path = paths.byGrade[group][grade]
            let place = place(group: group, grade: grade)
            for moment in 1..<moments { byGrade[place + moment] += pupils * path[moment] }
        }
    }
}

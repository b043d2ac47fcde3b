/// Where the figures of a sector's careers stand in a draw's record: counts of pupils by world, SES group, school year and track,
/// and what a synthetic cohort would come to.
///
/// Worlds are the scenarios in their order and, last, the baseline: no crisis and no policy.
struct CareerLayout: Sendable, Equatable {
    /// Counts by track.
    enum Count: Int, CaseIterable {
        /// Those who enter at the beginning of the year.
        case entering
        /// Pupils at the beginning of the year, those who enter included.
        case pupils
        /// In the same grade of the same track a year later, the last grade included.
        case retained
        case up
        case down
        case left
        case passed
        /// In the last grade once more.
        case failed
        /// Those of ``passed`` without delay.
        case passedPromptly
        /// Pupils of grade 3; of them without delay, and above and below the track in which they began.
        case inGrade3
        case promptInGrade3
        case aboveInGrade3
        case belowInGrade3
    }

    /// Figures of a synthetic cohort, for low, high and both groups.
    enum Cohort: Int, CaseIterable {
        case diplomaShare
        case yearsToDiploma
    }

    let worlds: Int
    let years: Int
    let tracks: Int

    private var countLength: Int { worlds * RecordLayout.groups * years * tracks * Count.allCases.count }

    /// Doubles in a record.
    var length: Int { countLength + worlds * (RecordLayout.groups + 1) * years * Cohort.allCases.count }

    func place(_ count: Count, world: Int, group: Int, year: Int, track: Int) -> Int {
        (((world * RecordLayout.groups + group) * years + year) * tracks + track) * Count.allCases.count
            + count.rawValue
    }

    /// - Parameter group: Low, high, or 2 for both.
    func place(_ cohort: Cohort, world: Int, group: Int, year: Int) -> Int {
        countLength
            + ((world * (RecordLayout.groups + 1) + group) * years + year) * Cohort.allCases.count + cohort.rawValue
    }
}

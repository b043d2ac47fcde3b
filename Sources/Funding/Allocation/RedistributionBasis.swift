/// What the same money is divided by instead.
public enum RedistributionBasis: String, Sendable, CaseIterable {
    /// The number of pupils.
    case perPupil = "per_pupil"
    /// The disadvantage score after the threshold.
    case perScorePoint = "per_score_point"

    /// What a school counts for; nil when it is unknown.
    func weight(of school: School) -> Double? {
        switch self {
        case .perPupil: Double(school.pupils)
        case .perScorePoint: school.disadvantageScore
        }
    }

    /// For names of rules: `per pupil`.
    var words: String {
        switch self {
        case .perPupil: "per pupil"
        case .perScorePoint: "by disadvantage score"
        }
    }
}

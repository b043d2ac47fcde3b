/// What a rule gives money for. Each formula has a file of its own.
public enum FundingFormula: Sendable, Equatable {
    /// Per pupil.
    case perPupil(PerPupil)
    /// Per point of disadvantage score.
    case perScorePoint(PerScorePoint)
    /// Per newcomer pupil above a number.
    case newcomers(NewcomerSupplement)
    /// For the schools with the highest scores.
    case topShare(TopShareSupplement)
    /// For schools that apply.
    case application(ApplicationSubsidy)
    /// The same for every school.
    case lumpSum(LumpSum)
    /// What makes the share of the money by score the declared one.
    case targetShare(TargetShare)
    /// To municipalities.
    case municipal(MunicipalPart)

    /// The word for a formula in scenario files.
    public enum Kind: String, Sendable, CaseIterable {
        /// ``FundingFormula/perPupil(_:)``
        case perPupil = "per_pupil"
        /// ``FundingFormula/perScorePoint(_:)``
        case perScorePoint = "per_score_point"
        /// ``FundingFormula/newcomers(_:)``
        case newcomers = "per_newcomer"
        /// ``FundingFormula/topShare(_:)``
        case topShare = "top_share"
        /// ``FundingFormula/application(_:)``
        case application
        /// ``FundingFormula/lumpSum(_:)``
        case lumpSum = "lump_sum"
        /// ``FundingFormula/targetShare(_:)``
        case targetShare = "target_share"
        /// ``FundingFormula/municipal(_:)``
        case municipal
    }

    /// Its word.
    public var kind: Kind {
        switch self {
        case .perPupil: .perPupil
        case .perScorePoint: .perScorePoint
        case .newcomers: .newcomers
        case .topShare: .topShare
        case .application: .application
        case .lumpSum: .lumpSum
        case .targetShare: .targetShare
        case .municipal: .municipal
        }
    }

    /// What each school counts for: pupils, points of score, newcomers; nil for a school without a claim.
    ///
    /// The municipal formula has no count of its own: it pays municipalities.
    ///
    /// - Parameters:
    ///   - schools: The reached schools.
    ///   - seed: Decides which schools apply for a subsidy.
    func counts(of schools: ReachedSchools, seed: UInt64) -> [Double?] {
        switch self {
        case .perPupil(let formula): schools.map { formula.count(of: $0) }
        case .perScorePoint(let formula): schools.map { formula.score.score(of: $0) }
        case .newcomers(let formula): schools.map { formula.count(of: $0) }
        case .topShare(let formula): formula.counts(of: schools)
        case .application(let formula): formula.counts(of: schools, seed: seed)
        case .lumpSum: schools.map { _ in 1 }
        case .targetShare(let formula): schools.map { formula.score.score(of: $0) }
        case .municipal: schools.map { _ in nil }
        }
    }

    /// The number that a count is multiplied by, by year.
    var rate: YearlyNumber {
        switch self {
        case .perPupil(let formula): formula.rate
        case .perScorePoint(let formula): formula.rate
        case .newcomers(let formula): formula.rate
        case .topShare(let formula): formula.rate
        case .application(let formula): formula.rate
        case .lumpSum(let formula): formula.rate
        case .targetShare, .municipal: YearlyNumber(1)
        }
    }

    /// The euros for a count at a rate.
    func euros(_ count: Double, rate: Double) -> Double {
        if case .topShare(let formula) = self { return formula.euros(pupils: count, rate: rate) }
        return rate * count
    }

    /// What schools lack when none has a claim, for messages.
    var whatIsMissing: String {
        switch self {
        case .perPupil(let formula):
            formula.grades.map { "no pupils declared in the grades \($0.joined(separator: ", "))" } ?? "no pupils"
        case .perScorePoint(let formula): "no \(formula.score.words)"
        case .newcomers: "no known number of newcomers above the bound"
        case .topShare: "no score above 0 to order schools by"
        case .application: "no school applies"
        case .lumpSum: "no schools"
        case .targetShare(let formula): "no \(formula.score.words)"
        case .municipal: "no municipality with inhabitants, pupils or scores that it pays for"
        }
    }
}

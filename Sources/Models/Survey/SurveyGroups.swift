import Surveys
import Tables

/// Groups of respondents: the code of each, and the groups' names.
struct SurveyGroups {
    /// The group of each respondent; -1 for none.
    let codes: [Int32]
    /// The groups in order.
    let names: [String]

    /// All respondents as one group without a name.
    static func everybody(_ count: Int) -> SurveyGroups {
        SurveyGroups(codes: [Int32](repeating: 0, count: count), names: [""])
    }

    /// The groups of a column, in its declared order where there is one.
    init(_ column: Column) {
        let factor = column.asFactor()
        (codes, names) = (factor.codes, factor.levels)
    }

    init(codes: [Int32], names: [String]) { (self.codes, self.names) = (codes, names) }

    /// The same groups without some respondents.
    func restricted(where isMember: (Int) -> Bool) -> SurveyGroups {
        SurveyGroups(codes: codes.indices.map { isMember($0) ? codes[$0] : -1 }, names: names)
    }
}

extension SurveySample {
    /// The first-stage clusters and strata of the rows; nil with replicate weights.
    var firstStage: SurveyDesign.Stage? {
        if case .linearisation(let design) = errors { design.stages[0] } else { nil }
    }
}

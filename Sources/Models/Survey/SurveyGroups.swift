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

    /// The respondents of one group.
    func members(of group: Int) -> [Bool] { codes.map { $0 == Int32(group) } }

    /// The same groups without respondents outside a domain.
    func restricted(to isMember: [Bool]) -> SurveyGroups { restricted { isMember[$0] } }

    /// The same groups without some respondents.
    func restricted(where isMember: (Int) -> Bool) -> SurveyGroups {
        SurveyGroups(codes: codes.indices.map { isMember($0) ? codes[$0] : -1 }, names: names)
    }

    /// Some of the groups, numbered anew.
    func kept(_ positions: [Int]) -> SurveyGroups {
        var numbers = [Int32](repeating: -1, count: names.count)
        for (number, position) in positions.enumerated() { numbers[position] = Int32(number) }
        return SurveyGroups(
            codes: codes.map { $0 < 0 ? -1 : numbers[Int($0)] }, names: positions.map { names[$0] })
    }
}

extension SurveySample {
    /// The first-stage clusters and strata of the rows; nil with replicate weights.
    var firstStage: SurveyDesign.Stage? {
        if case .linearisation(let design) = errors { design.stages[0] } else { nil }
    }
}

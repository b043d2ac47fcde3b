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

    /// The groups of those respondents who are in a domain, without groups that have none of them.
    ///
    /// - Returns: The groups that are left, and their positions among all.
    func within(_ isMember: [Bool], weights: [Double]) -> (groups: SurveyGroups, positions: [Int]) {
        var isPresent = [Bool](repeating: false, count: names.count)
        for row in codes.indices where isMember[row] && codes[row] >= 0 && weights[row] > 0 {
            isPresent[Int(codes[row])] = true
        }
        let positions = names.indices.filter { isPresent[$0] }
        var numbers = [Int32](repeating: -1, count: names.count)
        for (number, position) in positions.enumerated() { numbers[position] = Int32(number) }
        let kept = codes.indices.map { isMember[$0] && codes[$0] >= 0 ? numbers[Int(codes[$0])] : -1 }
        return (SurveyGroups(codes: kept, names: positions.map { names[$0] }), positions)
    }
}

extension SurveySample {
    /// The first-stage clusters and strata of the rows; nil with replicate weights.
    var firstStage: SurveyDesign.Stage? {
        if case .linearisation(let design) = errors { design.stages[0] } else { nil }
    }

    /// Clusters, and the degrees of freedom, of groups of respondents: clusters less strata with a member that has weight, as R
    /// survey's `degf` of a subset. With replicate weights those of all.
    func clusters(of groups: [Int32], count: Int) -> [(clusters: Int?, degreesOfFreedom: Double)] {
        guard let stage = firstStage else { return Array(repeating: (nil, degreesOfFreedom), count: count) }
        var clusters = [Set<Int32>](repeating: [], count: count)
        var strata = clusters
        for row in groups.indices where groups[row] >= 0 && weights[row] > 0 {
            clusters[Int(groups[row])].insert(stage.clusters[row])
            strata[Int(groups[row])].insert(stage.strata[row])
        }
        return zip(clusters, strata).map { ($0.count, Double($0.count - $1.count)) }
    }
}

/// Refuses splits that give each other's withheld groups away.
///
/// Where a group of one split is made of groups of another (a region of its provinces), the two add up to each other, which the
/// tables of a single split do not know: with one province withheld, region and other provinces would tell it. Unions that hold over
/// all respondents are found; those that hold within a sector or wave alone are not.
struct NestedSplits {
    /// A split's name with its respondents' groups.
    let splits: [(name: String, groups: SurveyGroups)]

    /// - Throws: ``ModelError/report(_:)`` that names the splits.
    func check(_ published: SurveyFindings) throws(ModelError) {
        let withheld = Self.withheld(published)
        guard !withheld.isEmpty else { return }
        for (fine, parts) in splits {
            for (coarse, wholes) in splits where coarse != fine {
                for (whole, members) in Self.unions(of: parts, in: wholes) {
                    let names = members.map { [fine, parts.names[$0]] } + [[coarse, wholes.names[whole]]]
                    let hidden = names.filter { withheld.contains($0) }
                    guard !hidden.isEmpty, hidden.count < names.count else { continue }
                    throw .report(
                        "groups of split '\(fine)' add up to '\(wholes.names[whole])' of split '\(coarse)', so that together they would give "
                            + "withheld groups away. Leave one of the splits out, join small groups, or say 'disclosure: none'."
                    )
                }
            }
        }
    }

    /// The groups, with their splits, of which some row is withheld.
    private static func withheld(_ findings: SurveyFindings) -> Set<[String]> {
        let shares = findings.shares.filter { !$0.suppressed.isEmpty }.map(\.cell)
        let means = findings.means.filter { !$0.suppressed.isEmpty }.map(\.cell)
        return Set((shares + means).map { [$0.split, $0.group] })
    }

    /// The groups of a split that are made of whole groups of another, each with these.
    private static func unions(of parts: SurveyGroups, in wholes: SurveyGroups) -> [(whole: Int, parts: [Int])] {
        // The whole that each part lies in; nil before it is met, -1 when it lies in several, or partly in none.
        var home = [Int?](repeating: nil, count: parts.names.count)
        var isCovered = [Bool](repeating: true, count: wholes.names.count)
        for (part, whole) in zip(parts.codes, wholes.codes) {
            if part < 0 {
                if whole >= 0 { isCovered[Int(whole)] = false }
            } else if let known = home[Int(part)] {
                if known != Int(whole) { home[Int(part)] = -1 }
            } else {
                home[Int(part)] = Int(whole)
            }
        }
        for (part, whole) in zip(parts.codes, wholes.codes) where part >= 0 && whole >= 0 && home[Int(part)] == -1 {
            isCovered[Int(whole)] = false
        }
        return wholes.names.indices.compactMap { whole in
            let members = parts.names.indices.filter { home[$0] == whole }
            return isCovered[whole] && !members.isEmpty ? (whole, members) : nil
        }
    }
}

import Tables

/// A categorical variable as the tables report it: an item's answers, its top-box, or an option of a multiple-response item.
struct ReportedVariable {
    let item: SurveyItem
    let kind: ShareRow.Kind
    /// The category of each respondent; -1 when missing.
    let codes: [Int32]
    /// The categories' names.
    let levels: [String]
    /// Which categories are reported.
    let reported: [Int]
    /// Which categories are compared between groups and waves.
    let compared: [Int]
    /// Whether the independence of its categories and a split is tested.
    let isAssociationTested: Bool
    /// The option in words; empty for answers.
    let optionLabel: String
    /// The categories of the variable before it that make each of its own; nil for a variable of its own.
    var boxes: [[Int]]?

    /// The cell of a category.
    func cell(_ category: Int) -> SurveyCell {
        var cell = SurveyCell(item: item.name)
        cell.label = optionLabel.isEmpty ? item.label : optionLabel
        cell.table = item.battery
        cell.category = levels[category]
        return cell
    }
}

extension ReportedVariable {
    /// The variables of an item's answers.
    ///
    /// Of an item with a top-box the top-box is compared, of one with two answers the first, else every answer.
    static func variables(_ item: SurveyItem, categories codes: [Int32], levels: [String]) -> [ReportedVariable] {
        guard case .categories(_, _, let top) = item.measure else { return [] }
        let all = Array(levels.indices)
        let answers = ReportedVariable(
            item: item, kind: .category, codes: codes, levels: levels, reported: all,
            compared: !top.isEmpty ? [] : levels.count == 2 ? [0] : all, isAssociationTested: true, optionLabel: "")
        guard !top.isEmpty else { return [answers] }
        let isTop = levels.map { top.contains($0) }
        let tops = ReportedVariable(
            item: item, kind: .top, codes: codes.map { $0 < 0 ? -1 : isTop[Int($0)] ? 1 : 0 },
            levels: ["", top.joined(separator: " + ")], reported: [1], compared: [1], isAssociationTested: false,
            optionLabel: "", boxes: [all.filter { !isTop[$0] }, all.filter { isTop[$0] }])
        return [answers, tops]
    }

    /// The variable of an option.
    static func option(_ item: SurveyItem, name: String, label: String, codes: [Int32]) -> ReportedVariable {
        ReportedVariable(
            item: item, kind: .option, codes: codes, levels: ["", name], reported: [1], compared: [1],
            isAssociationTested: true, optionLabel: label)
    }
}

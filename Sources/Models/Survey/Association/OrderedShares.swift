/// The shares of the options of a battery, item or table in a sector and wave, that have an order.
struct OrderedShares {
    /// An option with its share.
    struct Option {
        let name: String
        let label: String
        let share: Double
        let isWithheld: Bool
    }

    let source: RankComparisonRow.Source
    let options: [Option]

    /// The shares of all respondents under a name, by sector and wave in the order of the rows.
    ///
    /// Of a multiple-response item and a published table all options; of a battery each item's top-box, or the first of two answers.
    ///
    /// - Throws: ``SurveyAssociationProblem/noShare(battery:item:answers:)``.
    static func all(named name: String, _ shares: [ShareRow]) throws(SurveyAssociationProblem) -> [OrderedShares] {
        let rows = shares.filter { row in
            row.cell.split.isEmpty && (row.kind == .option ? row.cell.item == name : row.cell.table == name)
        }
        var lists: [OrderedShares] = []
        for part in families(rows, by: { source($0, name) }) {
            var options: [Option] = []
            for item in families(part, by: { rows[$0].kind == .option ? rows[$0].cell.category : rows[$0].cell.item }) {
                options.append(try option(item.map { rows[part[$0]] }, battery: name))
            }
            lists.append(OrderedShares(source: source(rows[part[0]], name), options: options))
        }
        return lists
    }

    private static func source(_ row: ShareRow, _ name: String) -> RankComparisonRow.Source {
        RankComparisonRow.Source(name: name, sector: row.cell.sector, wave: row.cell.wave)
    }

    /// The option that the rows of an item are about.
    private static func option(_ rows: [ShareRow], battery: String) throws(SurveyAssociationProblem) -> Option {
        let answers = rows.count { $0.kind == .category }
        guard let row = rows.first(where: { $0.kind == .top }) ?? (answers == 0 || answers == 2 ? rows.first : nil)
        else { throw .noShare(battery: battery, item: rows[0].cell.item, answers: answers) }
        return Option(
            name: row.kind == .option ? row.cell.category : row.cell.item, label: row.cell.label,
            share: row.estimate.value, isWithheld: !row.suppressed.isEmpty)
    }

    /// The options that another list has too: of the same name, or where fewer than two are, of the same label.
    func matched(with other: OrderedShares) -> [(first: Option, second: Option)] {
        let byName = pairs(other, \.name)
        guard byName.count < 2 else { return byName }
        let byLabel = pairs(other, \.label)
        return byLabel.count < 2 ? byName : byLabel
    }

    private func pairs(_ other: OrderedShares, _ key: (Option) -> String) -> [(first: Option, second: Option)] {
        func isUnique(_ word: String, _ list: [Option]) -> Bool { list.count { key($0) == word } == 1 }
        return options.compactMap { option in
            let word = key(option)
            guard !word.isEmpty, isUnique(word, options), isUnique(word, other.options) else { return nil }
            return other.options.first { key($0) == word }.map { (option, $0) }
        }
    }
}

import Surveys

/// The groups of a split among some respondents, made once for the tables of all items.
struct MemberGroups {
    /// The groups; -1 for respondents outside.
    let groups: SurveyGroups
    /// The same as the tables need them.
    let split: TableSplit
    /// The members of each group with weight, with and without answers.
    let asked: [Int]

    init(_ groups: SurveyGroups, weights: [Double], where isMember: (Int) -> Bool) {
        let members = groups.restricted(where: isMember)
        var asked = [Int](repeating: 0, count: members.names.count)
        for (row, code) in members.codes.enumerated() where code >= 0 && weights[row] > 0 { asked[Int(code)] += 1 }
        self.groups = members
        self.asked = asked
        split = TableSplit(groups: members.codes, groupCount: members.names.count)
    }

    /// All groups as one.
    var everybody: TableSplit { TableSplit(groups: groups.codes.map { min($0, 0) }, groupCount: 1) }

    /// The position of each group in a table that has only some; -1 for the others.
    func numbers(in table: GroupedTable) -> [Int32] {
        var numbers = [Int32](repeating: -1, count: groups.names.count)
        for (number, position) in table.positions.enumerated() { numbers[position] = Int32(number) }
        return numbers
    }

    /// Each group of a table against the others: 0 and 1.
    func halves(of table: GroupedTable) -> [TableSplit] {
        let numbers = numbers(in: table)
        // Of two groups one is the other's rest: a single difference.
        let compared = table.positions.count == 2 ? 0..<1 : table.positions.indices
        return compared.map { group in
            TableSplit(
                groups: groups.codes.map { code in
                    let number = code < 0 ? -1 : numbers[Int(code)]
                    return number < 0 ? -1 : number == Int32(group) ? 0 : 1
                }, groupCount: 2)
        }
    }

    /// Groups crossed with categories, as one choice.
    func cells(_ codes: [Int32], in table: GroupedTable) -> TableItem {
        let (numbers, width) = (numbers(in: table), Int32(table.categoryCount))
        let cells = codes.indices.map { row -> Int32 in
            let group = groups.codes[row]
            guard group >= 0, codes[row] >= 0, numbers[Int(group)] >= 0 else { return -1 }
            return numbers[Int(group)] * width + codes[row]
        }
        return .categories(cells, count: table.positions.count * table.categoryCount)
    }
}

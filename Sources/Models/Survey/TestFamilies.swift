/// P-values adjusted for the number of tests, as R's `p.adjust`.
func adjusted(_ pValues: [Double], _ correction: SurveyTesting.Correction) -> [Double] {
    let count = pValues.count
    var result = pValues
    switch correction {
    case .none: break
    case .holm:
        var largest = 0.0
        for (rank, index) in pValues.indices.sorted(by: { (pValues[$0], $0) < (pValues[$1], $1) }).enumerated() {
            largest = max(largest, min(1, Double(count - rank) * pValues[index]))
            result[index] = largest
        }
    case .benjaminiHochberg:
        var smallest = 1.0
        for (rank, index) in pValues.indices.sorted(by: { (pValues[$0], $0) > (pValues[$1], $1) }).enumerated() {
            smallest = min(smallest, Double(count) / Double(count - rank) * pValues[index])
            result[index] = smallest
        }
    }
    return result
}

/// The positions of rows of the same family, families in order of first appearance.
func families<Row, Key: Hashable>(_ rows: [Row], by key: (Row) -> Key) -> [[Int]] {
    var numbers: [Key: Int] = [:]
    var families: [[Int]] = []
    for (position, row) in rows.enumerated() {
        let key = key(row)
        if let number = numbers[key] {
            families[number].append(position)
        } else {
            numbers[key] = families.count
            families.append([position])
        }
    }
    return families
}

extension SurveyFindings {
    /// Adjusts the p-values of tests and changes over their families: the same kind of test about the same item in the same
    /// sector, over all waves, splits, groups and categories.
    mutating func adjust(_ testing: SurveyTesting) {
        struct Family: Hashable { let kind, item, table, sector: String }
        for family in families(
            tests,
            by: {
                Family(kind: $0.kind.rawValue, item: $0.cell.item, table: $0.cell.table, sector: $0.cell.sector)
            })
        {
            for (position, p) in zip(family, adjusted(family.map { tests[$0].pValue }, testing.correction)) {
                tests[position].adjustedPValue = p
                tests[position].familySize = family.count
                tests[position].isSignificant = p <= testing.level
            }
        }
        for family in families(
            changes,
            by: {
                Family(kind: "change", item: $0.cell.item, table: $0.cell.table, sector: $0.cell.sector)
            })
        {
            for (position, p) in zip(family, adjusted(family.map { changes[$0].pValue }, testing.correction)) {
                changes[position].adjustedPValue = p
                changes[position].familySize = family.count
                changes[position].isSignificant = p <= testing.level
            }
        }
    }
}

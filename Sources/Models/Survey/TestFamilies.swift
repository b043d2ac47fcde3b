import Surveys

/// P-values adjusted for the number of tests.
func adjusted(_ pValues: [Double], _ correction: SurveyTesting.Correction) throws(ModelError) -> [Double] {
    let method: MultipleTesting
    switch correction {
    case .none: return pValues
    case .holm: method = .holm
    case .benjaminiHochberg: method = .benjaminiHochberg
    }
    do {
        return try method.adjusted(pValues)
    } catch {
        throw .survey(.sample(error))
    }
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
    mutating func adjust(_ testing: SurveyTesting) throws(ModelError) {
        struct Family: Hashable { let kind, item, table, sector: String }
        for family in families(
            tests,
            by: {
                Family(kind: $0.kind.rawValue, item: $0.cell.item, table: $0.cell.table, sector: $0.cell.sector)
            })
        {
            for (position, p) in zip(family, try adjusted(family.map { tests[$0].pValue }, testing.correction)) {
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
            for (position, p) in zip(family, try adjusted(family.map { changes[$0].pValue }, testing.correction)) {
                changes[position].adjustedPValue = p
                changes[position].familySize = family.count
                changes[position].isSignificant = p <= testing.level
            }
        }
    }
}

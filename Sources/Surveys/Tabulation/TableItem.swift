/// A question of a survey, or a set of questions with one base, as tables see it.
public enum TableItem: Sendable {
    /// A choice of one category: tables have its shares.
    case categories(CategoryCodes)
    /// A choice of any number of options, `mark all that apply`: tables have the share of respondents that chose each.
    case options(OptionChoices)
    /// A number: tables have its mean.
    case number(NumberColumn)

    /// A choice of one category.
    ///
    /// - Parameters:
    ///   - codes: Each row's category, from 0; below 0 where it is missing.
    ///   - count: The number of categories; every code is below it.
    public static func categories(_ codes: [Int32], count: Int) -> TableItem {
        .categories(CategoryCodes(codes: codes, count: count))
    }

    /// A choice of any number of options.
    ///
    /// A row with any option answered, yes or no, answered the set and is in the base; its missing options count as not chosen.
    ///
    /// - Parameter columns: One column an option, all as long: above 0 chosen, 0 not chosen, below 0 missing.
    public static func options(_ columns: [[Int32]]) -> TableItem { .options(OptionChoices(columns: columns)) }

    /// A number.
    ///
    /// - Parameter values: Each row's value; rows whose value is not finite are missing.
    public static func number(_ values: [Double]) -> TableItem { .number(NumberColumn(values: values)) }
}

/// Each row's category.
public struct CategoryCodes: Sendable {
    let codes: [Int32]
    let count: Int

    init(codes: [Int32], count: Int) {
        precondition(codes.allSatisfy { $0 < count }, "a category's code is below the number of categories")
        (self.codes, self.count) = (codes, count)
    }
}

/// Each row's chosen options.
public struct OptionChoices: Sendable {
    /// 1 for chosen, 0 for not, by row and then by option.
    let chosen: [UInt8]
    let answered: [Bool]
    let count: Int

    init(columns: [[Int32]]) {
        count = columns.count
        let rowCount = columns.first?.count ?? 0
        precondition(columns.allSatisfy { $0.count == rowCount }, "options have as many rows as each other")
        var (chosen, answered) = (
            [UInt8](repeating: 0, count: rowCount * columns.count), [Bool](repeating: false, count: rowCount)
        )
        for (option, column) in columns.enumerated() {
            for (row, code) in column.enumerated() where code >= 0 {
                answered[row] = true
                chosen[row * columns.count + option] = code > 0 ? 1 : 0
            }
        }
        (self.chosen, self.answered) = (chosen, answered)
    }

    init(chosen: [UInt8], answered: [Bool], count: Int) {
        (self.chosen, self.answered, self.count) = (chosen, answered, count)
    }
}

/// Each row's number, as its distance from a number amid them: squares of distances keep their digits.
public struct NumberColumn: Sendable {
    let distances: [Double]
    let origin: Double

    init(values: [Double]) {
        let (sum, count) = values.reduce(into: (0.0, 0.0)) { sums, value in
            if value.isFinite { sums = (sums.0 + value, sums.1 + 1) }
        }
        let mean = sum / max(count, 1)
        // Sums of numbers near the largest that can be written overflow; they are their own distances then.
        let origin = mean.isFinite ? mean : 0
        self.init(distances: values.map { $0.isFinite ? $0 - origin : .nan }, origin: origin)
    }

    init(distances: [Double], origin: Double) { (self.distances, self.origin) = (distances, origin) }
}

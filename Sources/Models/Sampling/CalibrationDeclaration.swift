import Specifications
import Surveys
import Tables

/// The `calibrate` mapping of a survey's design: population totals that the weights are to meet.
///
///     calibrate:
///       method: raking                       # or linear (regression estimator); one factor is post-stratification
///       margins:
///         - {column: sector, totals: {po: 6427, vo: 1450, so: 570}}
///         - {column: pupils, total: 2400000} # a number
struct CalibrationDeclaration: Sendable {
    /// What a column's total is.
    enum Margin: Sendable {
        case categories(column: String, totals: [String: Double])
        case number(column: String, total: Double)
    }

    let margins: [Margin]
    let method: CalibrationMethod

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("calibrate", keys: ["method", "margins", "lower", "upper"]),
            let method = Self.method(mapping), let list = mapping.required("margins")?.list(atLeast: 1)
        else { return nil }
        let read = list.map { Margin($0) }
        guard !read.contains(where: { $0 == nil }) else { return nil }
        margins = read.compactMap { $0 }
        self.method = method
    }

    private static func method(_ mapping: SpecificationMapping) -> CalibrationMethod? {
        guard let word = mapping.optional("method").map({ $0.word(among: ["raking", "linear"]) }) ?? "raking" else {
            return nil
        }
        guard mapping.optional("lower") != nil || mapping.optional("upper") != nil else {
            return word == "raking" ? .raking : .linear
        }
        guard let lower = mapping.number("lower", in: .share), let upper = mapping.number("upper", in: .positive) else {
            return nil
        }
        guard lower < 1, upper > 1 else {
            mapping.fail("weights change by a factor from 'lower', below 1, to 'upper', above 1.")
            return nil
        }
        return word == "raking" ? .logit(lower: lower, upper: upper) : .boundedLinear(lower: lower, upper: upper)
    }

    var columns: [String] { margins.map(\.column) }
    /// The columns whose values are only told apart.
    var nameColumns: [String] { margins.filter(\.isCategorical).map(\.column) }

    /// The totals with the columns of a table.
    func totals(_ table: Table) throws(ModelError) -> CalibrationTotals {
        var variables: [CalibrationVariable] = []
        for margin in margins { variables.append(try margin.variable(table)) }
        do {
            return try CalibrationTotals(variables)
        } catch {
            throw .sample(.survey("\(error)"))
        }
    }
}

extension CalibrationDeclaration.Margin {
    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("margin", keys: ["column", "totals", "total", "source", "note"]),
            let column = mapping.text("column")
        else { return nil }
        guard (mapping.optional("totals") == nil) != (mapping.optional("total") == nil) else {
            mapping.fail("give either 'totals', one for each category, or 'total' of a column of numbers.")
            return nil
        }
        guard let totals = mapping.optional("totals") else {
            guard let total = mapping.number("total") else { return nil }
            self = .number(column: column, total: total)
            return
        }
        guard let categories = totals.openMapping("totals") else { return nil }
        var numbers: [String: Double] = [:]
        for entry in categories.entries {
            guard let number = entry.value.number(in: .nonNegative) else { return nil }
            numbers[entry.key] = number
        }
        self = .categories(column: column, totals: numbers)
    }

    var column: String {
        switch self {
        case .categories(let column, _), .number(let column, _): column
        }
    }

    var isCategorical: Bool {
        if case .categories = self { return true }
        return false
    }

    fileprivate func variable(_ table: Table) throws(ModelError) -> CalibrationVariable {
        guard let found = table[column] else {
            throw .unknownColumn(column, nearest: nearest(to: column, among: table.columnNames))
        }
        switch self {
        case .categories(_, let totals):
            let factor = found.asFactor()
            return .factor(column, codes: factor.codes, categories: factor.levels, totals: totals)
        case .number(_, let total):
            guard let values = found.doubles() else { throw .notNumeric(column: column, use: "a calibration variable") }
            return .number(column, values: values, total: total)
        }
    }
}

/// A variable whose population total is known: a number's, or how many are in each category of a factor.
public struct CalibrationVariable: Sendable {
    enum Values: Sendable {
        case number([Double], total: Double)
        case factor(codes: [Int32], categories: [String], totals: [Double?])
    }

    /// Its name in messages.
    public let name: String
    let values: Values
    /// Names with a total that are no category.
    let unknownCategories: [String]

    /// A numeric variable with its population total; all 1 with the population's size for the size alone.
    ///
    /// - Parameter values: One a row; NaN is missing, which is refused for rows with a weight.
    public static func number(_ name: String, values: [Double], total: Double) -> CalibrationVariable {
        CalibrationVariable(name: name, values: .number(values, total: total), unknownCategories: [])
    }

    /// A factor with the number in the population of each category: a margin.
    ///
    /// - Parameters:
    ///   - codes: The category of each row, from 0; -1 is missing, which is refused for rows with a weight.
    ///   - categories: The categories' names; each once.
    ///   - totals: The population of each category by name. A category without respondents may have none, or 0.
    public static func factor(
        _ name: String, codes: [Int32], categories: [String], totals: [String: Double]
    ) -> CalibrationVariable {
        let unknown = Set(totals.keys).subtracting(categories).filter { totals[$0] != 0 }.sorted()
        return CalibrationVariable(
            name: name, values: .factor(codes: codes, categories: categories, totals: categories.map { totals[$0] }),
            unknownCategories: unknown)
    }
}

/// Population totals to calibrate weights to.
public struct CalibrationTotals: Sendable {
    /// The variables with their totals.
    public let variables: [CalibrationVariable]

    /// Totals, checked against each other.
    ///
    /// - Throws: ``CalibrationProblem`` as ``SurveyError/calibration(_:)``: no variables, a total that is missing, negative or
    ///   infinite, a total of a category that the data does not have, or factors whose totals add up to different populations.
    public init(_ variables: [CalibrationVariable]) throws(SurveyError) {
        do throws(CalibrationProblem) {
            guard !variables.isEmpty else { throw .noTotals }
            for variable in variables { try variable.checkTotals() }
            try Self.checkAgreement(variables)
        } catch {
            throw .calibration(error)
        }
        self.variables = variables
    }

    /// The population that a factor or a constant variable adds up to; nil when there is neither.
    var populationSize: Double? { variables.lazy.compactMap(\.populationSize).first }

    private static func checkAgreement(_ variables: [CalibrationVariable]) throws(CalibrationProblem) {
        let sized = variables.compactMap { variable in variable.populationSize.map { (name: variable.name, size: $0) } }
        guard let first = sized.first else { return }
        // Published margins are whole numbers or shares added up: they agree to rounding of doubles, or not at all.
        for other in sized.dropFirst() where abs(other.size - first.size) > 1e-9 * abs(first.size) {
            throw .marginsDisagree(first: first.name, sum: first.size, second: other.name, secondSum: other.size)
        }
    }
}

extension CalibrationVariable {
    /// The population that its totals add up to: a factor's, or a constant's.
    var populationSize: Double? {
        switch values {
        case .factor(_, _, let totals): return totals.reduce(0) { $0 + ($1 ?? 0) }
        case .number(let values, let total):
            guard let first = values.first, first != 0, values.allSatisfy({ $0 == first }) else { return nil }
            return total / first
        }
    }

    fileprivate func checkTotals() throws(CalibrationProblem) {
        switch values {
        case .number(_, let total):
            guard total.isFinite else { throw .badTotal(variable: name, category: nil, found: total) }
        case .factor(_, let categories, let totals):
            if let unknown = unknownCategories.first {
                throw .noRespondents(variable: name, category: unknown)
            }
            for (category, total) in zip(categories, totals) {
                guard let total, !(total >= 0 && total.isFinite) else { continue }
                throw .badTotal(variable: name, category: category, found: total)
            }
        }
    }
}

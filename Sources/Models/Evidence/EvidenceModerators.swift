import Tables

/// The value of a moderator: a number, or a factor level.
public enum ModeratorValue: Sendable, Equatable, CustomStringConvertible {
    /// A number.
    case number(Double)
    /// A level of a factor.
    case level(String)

    /// As a user writes it.
    public var description: String {
        switch self {
        case .number(let number): shortestText(number)
        case .level(let level): level
        }
    }
}

/// The moderators of a meta-analysis: their columns, and how values of them make a row of the model matrix.
struct EvidenceModerators: Sendable {
    private let design: PredictorDesign
    private let variables: [String: Variable]

    init(_ frame: ModelFrame) throws(ModelError) {
        design = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        variables = frame.variables
        try design.checkNames()
    }

    var columnNames: [String] { design.columnNames }
    /// Whether there is nothing but an intercept.
    var isInterceptOnly: Bool { design.columnNames == ["(Intercept)"] }

    func matrixByRows(rowCount: Int) -> [Double] { design.matrixByRows(variables, rowCount: rowCount) }

    /// The row of the model matrix at some values.
    func row(_ prediction: String, _ values: [String: ModeratorValue]) throws(ModelError) -> [Double] {
        for name in values.keys.sorted(by: scalarOrder) where !design.variableNames.contains(name) {
            throw .evidence(
                .unknownModerator(name, prediction: prediction, nearest: nearest(to: name, among: design.variableNames))
            )
        }
        var row: [VariableValue] = []
        for name in design.variableNames {
            guard let value = values[name] else {
                throw .evidence(.missingModerator(name, prediction: prediction))
            }
            row.append(try variableValue(name, value, prediction))
        }
        return design.row(row)
    }

    private func variableValue(
        _ name: String, _ value: ModeratorValue, _ prediction: String
    ) throws(ModelError) -> VariableValue {
        switch (variables[name], value) {
        case (.numeric, .number(let number)): return .number(number)
        case (.factor(let levels, _), _):
            if let position = levels.firstIndex(of: value.description) { return .level(position) }
            throw .evidence(
                .badModerator(
                    name, prediction: prediction, found: value.description,
                    expected: "one of " + levels.joined(separator: ", ")))
        default:
            throw .evidence(
                .badModerator(name, prediction: prediction, found: value.description, expected: "a number"))
        }
    }
}

/// The value of a variable in one row: a number, or the position of a factor level.
public enum VariableValue: Sendable {
    /// A number.
    case number(Double)
    /// The position of a factor level.
    case level(Int)
}

/// The columns of the model matrix that a linear predictor stands for: treatment contrasts against the first level.
///
/// A factor is coded by contrasts in a term when the model also has the term without it, and by all its levels
/// otherwise, as R's `model.matrix` does. In an interaction the first variable's columns vary fastest.
public struct PredictorDesign: Sendable {
    /// How one variable contributes to a column: a number as it is, or an indicator of one factor level.
    enum Piece: Sendable {
        case number(variable: Int)
        case indicator(variable: Int, level: Int)
    }

    /// The variables used, in order.
    public let variableNames: [String]
    /// The names of the columns as lme4 prints them: `time:cohort2019/20:sespractical`.
    public let columnNames: [String]
    /// For each column the pieces whose product it is; the intercept has none.
    let pieces: [[Piece]]
    /// For each variable its factor levels, or nil for a number.
    let levels: [[String]?]

    /// The columns of a predictor, given the variables' kinds.
    public init(_ predictor: Formula.Predictor, variables: [String: Variable]) {
        var names: [String] = []
        for name in predictor.terms.flatMap(\.variables) where !names.contains(name) { names.append(name) }
        let levels = names.map { name -> [String]? in
            if case .factor(let levels, _) = variables[name] { return levels }
            return nil
        }
        var columnNames: [String] = predictor.hasIntercept ? ["(Intercept)"] : []
        var pieces: [[Piece]] = predictor.hasIntercept ? [[]] : []
        for term in predictor.terms {
            var expansion: [(name: String, pieces: [Piece])] = [("", [])]
            for variable in term.variables {
                guard let index = names.firstIndex(of: variable) else { continue }
                let coded = Self.coding(
                    of: variable, at: index, levels: levels[index],
                    byContrasts: Self.hasMargin(of: term, without: variable, in: predictor))
                // Column-major: the first variable varies fastest.
                expansion = coded.flatMap { code in
                    expansion.map {
                        ($0.name.isEmpty ? code.name : $0.name + ":" + code.name, $0.pieces + [code.piece])
                    }
                }
            }
            columnNames += expansion.map(\.name)
            pieces += expansion.map(\.pieces)
        }
        variableNames = names
        self.levels = levels
        self.columnNames = columnNames
        self.pieces = pieces
    }

    /// The number of columns.
    public var columnCount: Int { pieces.count }

    private static func hasMargin(of term: Formula.Term, without name: String, in predictor: Formula.Predictor) -> Bool
    {
        let rest = Set(term.variables.filter { $0 != name })
        return rest.isEmpty ? predictor.hasIntercept : predictor.terms.contains { Set($0.variables) == rest }
    }

    private static func coding(
        of name: String, at index: Int, levels: [String]?, byContrasts: Bool
    ) -> [(name: String, piece: Piece)] {
        guard let levels else { return [(name, .number(variable: index))] }
        return levels.indices.dropFirst(byContrasts ? 1 : 0).map {
            (name + levels[$0], .indicator(variable: index, level: $0))
        }
    }

    /// One row of the model matrix.
    ///
    /// - Parameter values: The value of each variable of ``variableNames``.
    public func row(_ values: [VariableValue]) -> [Double] {
        pieces.map { pieces in
            var product = 1.0
            for piece in pieces {
                switch (piece, values[piece.variable]) {
                case (.number, .number(let number)): product *= number
                case (.indicator(_, let level), .level(let actual)): product *= level == actual ? 1 : 0
                default: preconditionFailure("a variable's value must be of the variable's kind")
                }
            }
            return product
        }
    }

    /// The model matrix, row by row: the columns of row i are at `i * columnCount`.
    func matrixByRows(_ variables: [String: Variable], rowCount: Int) -> [Double] {
        let width = columnCount
        var matrix = [Double](repeating: 1, count: rowCount * width)
        for (column, pieces) in pieces.enumerated() {
            for piece in pieces {
                switch (piece, variables[variableNames[piece.variable]]) {
                case (.number, .numeric(let numbers)):
                    for row in 0..<rowCount { matrix[row * width + column] *= numbers[row] }
                case (.indicator(_, let level), .factor(_, let codes)):
                    for row in 0..<rowCount where Int(codes[row]) != level { matrix[row * width + column] = 0 }
                default: preconditionFailure("a variable of the frame must be of the design's kind")
                }
            }
        }
        return matrix
    }
}

extension PredictorDesign.Piece {
    /// The position of the variable.
    var variable: Int {
        switch self {
        case .number(let variable), .indicator(let variable, _): variable
        }
    }
}

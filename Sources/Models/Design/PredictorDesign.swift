/// The value of a variable in one row: a number, or the position of a factor level.
public enum VariableValue: Sendable {
    /// A number.
    case number(Double)
    /// The position of a factor level.
    case level(Int)
}

/// The columns of the model matrix that a linear predictor stands for.
///
/// A factor is coded by its ``Contrast`` in a term when the model also has the term without it, and by all its levels
/// otherwise, as R's `model.matrix` does. In an interaction the first variable's columns vary fastest.
public struct PredictorDesign: Sendable {
    /// How one variable of a term contributes to a column.
    enum Piece: Sendable {
        /// A number as it is.
        case number(variable: Int)
        /// An indicator of one factor level.
        case indicator(variable: Int, level: Int)
        /// A value for each factor level.
        case contrast(variable: Int, values: [Double])
        /// A column of a function of numbers.
        case function(Int, column: Int)
    }

    /// The columns of data used, in order; those within functions too.
    public let variableNames: [String]
    /// The names of the columns as lme4 prints them: `time:cohort2019/20:sespractical`.
    public let columnNames: [String]
    /// For each column the pieces whose product it is; the intercept has none.
    let pieces: [[Piece]]
    /// The functions used, in order.
    let functions: [BoundFunction]

    /// The columns of a predictor, given the variables' kinds.
    ///
    /// - Parameters:
    ///   - predictor: The predictor.
    ///   - variables: The columns of data.
    ///   - codings: The functions that the predictor names, and contrasts other than treatment.
    public init(
        _ predictor: Formula.Predictor, variables: [String: Variable], codings: VariableCodings = VariableCodings()
    ) {
        var coder = VariableCoder(predictor, variables: variables, codings: codings)
        var columnNames: [String] = predictor.hasIntercept ? ["(Intercept)"] : []
        var pieces: [[Piece]] = predictor.hasIntercept ? [[]] : []
        for term in predictor.terms {
            var expansion: [(name: String, pieces: [Piece])] = [("", [])]
            for variable in term.variables {
                let coded = coder.coding(of: variable, in: term)
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
        variableNames = coder.variableNames
        functions = coder.functions
        self.columnNames = columnNames
        self.pieces = pieces
    }

    /// Refuses columns that results could not be told apart by: factor `g` with level `2` beside a column `g2`.
    ///
    /// - Throws: ``ModelError/ambiguousTerm(_:)``.
    func checkNames() throws(ModelError) {
        var seen: Set<String> = []
        for name in columnNames where !seen.insert(name).inserted { throw .ambiguousTerm(name) }
    }

    /// The number of columns.
    public var columnCount: Int { pieces.count }

    /// One row of the model matrix, also at values that no row of the data has.
    ///
    /// - Parameter values: The value of each variable of ``variableNames``.
    public func row(_ values: [VariableValue]) -> [Double] {
        let functionRows = functions.map { $0.rows(rowCount: 1) { [number($0, values)] } }
        return pieces.map { pieces in
            pieces.reduce(1) { product, piece in
                switch piece {
                case .number(let variable): product * Self.number(values[variable])
                case .indicator(let variable, let level): product * (Self.level(values[variable]) == level ? 1 : 0)
                case .contrast(let variable, let byLevel): product * byLevel[Self.level(values[variable])]
                case .function(let index, let column): product * functionRows[index][column]
                }
            }
        }
    }

    private func number(_ name: String, _ values: [VariableValue]) -> Double {
        guard let position = variableNames.firstIndex(of: name) else { return .nan }
        return Self.number(values[position])
    }

    private static func number(_ value: VariableValue) -> Double {
        guard case .number(let number) = value else { preconditionFailure("the variable is a number") }
        return number
    }

    private static func level(_ value: VariableValue) -> Int {
        guard case .level(let level) = value else { preconditionFailure("the variable is a factor") }
        return level
    }

    /// The model matrix, row by row: the columns of row i are at `i * columnCount`.
    func matrixByRows(_ variables: [String: Variable], rowCount: Int) -> [Double] {
        let width = columnCount
        var matrix = [Double](repeating: 1, count: rowCount * width)
        let functionRows = functions.map { $0.rows(rowCount: rowCount) { Self.numbers(variables[$0]) } }
        for (column, pieces) in pieces.enumerated() {
            for piece in pieces {
                switch piece {
                case .number(let variable):
                    let numbers = Self.numbers(variables[variableNames[variable]])
                    for row in 0..<rowCount { matrix[row * width + column] *= numbers[row] }
                case .indicator(let variable, let level):
                    let codes = Self.codes(variables[variableNames[variable]])
                    for row in 0..<rowCount where Int(codes[row]) != level { matrix[row * width + column] = 0 }
                case .contrast(let variable, let values):
                    let codes = Self.codes(variables[variableNames[variable]])
                    for row in 0..<rowCount { matrix[row * width + column] *= values[Int(codes[row])] }
                case .function(let index, let source):
                    let (rows, count) = (functionRows[index], functions[index].width)
                    for row in 0..<rowCount { matrix[row * width + column] *= rows[row * count + source] }
                }
            }
        }
        return matrix
    }

    private static func numbers(_ variable: Variable?) -> [Double] {
        guard case .numeric(let numbers) = variable else { preconditionFailure("the frame's variable is a number") }
        return numbers
    }

    private static func codes(_ variable: Variable?) -> [Int32] {
        guard case .factor(_, let codes) = variable else { preconditionFailure("the frame's variable is a factor") }
        return codes
    }
}

/// Codes the variables of a predictor's terms, and numbers the columns of data and the functions that it meets.
private struct VariableCoder {
    let predictor: Formula.Predictor
    let variables: [String: Variable]
    let codings: VariableCodings
    var variableNames: [String] = []
    var functions: [BoundFunction] = []

    init(_ predictor: Formula.Predictor, variables: [String: Variable], codings: VariableCodings) {
        self.predictor = predictor
        self.variables = variables
        self.codings = codings
    }

    /// The columns of one variable of a term.
    mutating func coding(
        of name: String, in term: Formula.Term
    ) -> [(name: String, piece: PredictorDesign.Piece)] {
        if let function = codings.functions[name] { return coding(of: function) }
        let index = position(of: name)
        guard case .factor(let levels, _) = variables[name] else { return [(name, .number(variable: index))] }
        let contrast = codings.contrasts[name] ?? .treatment
        let columns = hasMargin(of: term, without: name) ? contrast.columns(levels: levels) : Contrast.allLevels(levels)
        return columns.map { column in
            let isIndicator = column.values.allSatisfy { $0 == 0 || $0 == 1 } && column.values.reduce(0, +) == 1
            // Indicators are faster, and most columns are.
            guard isIndicator, let level = column.values.firstIndex(of: 1) else {
                return (name + column.suffix, .contrast(variable: index, values: column.values))
            }
            return (name + column.suffix, .indicator(variable: index, level: level))
        }
    }

    private mutating func coding(of function: BoundFunction) -> [(name: String, piece: PredictorDesign.Piece)] {
        for name in function.inputs { _ = position(of: name) }
        let index = functions.firstIndex { $0.function == function.function } ?? functions.count
        if index == functions.count { functions.append(function) }
        return function.columnNames.enumerated().map { ($0.element, .function(index, column: $0.offset)) }
    }

    private mutating func position(of name: String) -> Int {
        if let known = variableNames.firstIndex(of: name) { return known }
        variableNames.append(name)
        return variableNames.count - 1
    }

    private func hasMargin(of term: Formula.Term, without name: String) -> Bool {
        let rest = Set(term.variables.filter { $0 != name })
        return rest.isEmpty ? predictor.hasIntercept : predictor.terms.contains { Set($0.variables) == rest }
    }
}

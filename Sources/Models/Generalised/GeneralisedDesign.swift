import Probability

/// What a generalised linear mixed model is fitted to: the model matrices, the response and what goes with each row.
struct GeneralisedDesign: Sendable {
    /// The names of the fixed effects' columns.
    let columnNames: [String]
    /// The fixed effects' columns, n x p, row by row.
    let columns: [Double]
    /// The response's name, for messages.
    let responseName: String
    /// 0 and 1 or proportions (binomial), counts (Poisson); one a row.
    let response: [Double]
    /// The name of the column of trials or weights, for messages.
    let weightsName: String
    /// Numbers of trials (binomial) or prior weights (Poisson); nil means ones.
    let weights: [Double]?
    /// What is added to the linear predictor, one a row; nil means zeros.
    let offset: [Double]?
    /// The random effects.
    let blocks: [RandomEffectsBlock]
    /// The number of each row in its table, from 1, for messages.
    let rowNumbers: [Int]

    /// A design from its parts.
    init(
        columnNames: [String], columns: [Double], responseName: String = "response", response: [Double],
        weightsName: String = "weights", weights: [Double]? = nil, offset: [Double]? = nil,
        blocks: [RandomEffectsBlock], rowNumbers: [Int]? = nil
    ) {
        let n = response.count
        precondition(columns.count == n * columnNames.count, "the fixed effects' columns are n x p")
        precondition((weights?.count ?? n) == n && (offset?.count ?? n) == n, "a weight and an offset for each row")
        precondition((rowNumbers?.count ?? n) == n, "a number for each row")
        precondition(
            blocks.allSatisfy { $0.codes.count == n && $0.matrix.count == n * $0.width },
            "each block has a factor level and its effects' values for each row")
        self.columnNames = columnNames
        self.columns = columns
        self.responseName = responseName
        self.response = response
        self.weightsName = weightsName
        self.weights = weights
        self.offset = offset
        self.blocks = blocks
        self.rowNumbers = rowNumbers ?? Array(1...max(n, 1))
    }

    /// The design of a formula bound to its data; the frame's weights are the trials.
    ///
    /// - Throws: ``ModelError`` as ``RandomEffectsDesign``.
    init(frame: ModelFrame) throws(ModelError) {
        let fixed = PredictorDesign(frame.formula.fixed, variables: frame.variables, codings: frame.codings)
        try fixed.checkNames()
        self.init(
            columnNames: fixed.columnNames,
            columns: fixed.matrixByRows(frame.variables, rowCount: frame.rowCount),
            responseName: frame.formula.response, response: frame.response, weights: frame.weights,
            offset: frame.offset, blocks: try RandomEffectsDesign(frame).blocks,
            rowNumbers: frame.rowsUsed.map { $0 + 1 })
    }

    /// n.
    var rowCount: Int { response.count }
    /// p.
    var columnCount: Int { columnNames.count }
}

/// The response of each row as a total and its size: successes and trials, or a weighted count and its weight.
struct ResponseTotals: Sendable {
    /// Successes, or counts times their weights.
    private(set) var totals: [Double] = []
    /// Trials, or weights.
    private(set) var sizes: [Double] = []
    /// The part of the log-likelihood that no parameter changes: binomial coefficients, factorials of counts.
    private(set) var constant = 0.0

    /// Checks the response against its family.
    ///
    /// - Throws: ``ModelError/badWeight(column:row:)``, ``ModelError/badResponse(column:row:found:expected:advice:)`` or
    ///   ``ModelError/oneOutcome(column:outcome:)``.
    init(_ design: GeneralisedDesign, _ family: Family) throws(ModelError) {
        for (row, value) in design.response.enumerated() {
            let weight = design.weights?[row] ?? 1
            guard weight > 0, weight.isFinite else {
                throw .badWeight(column: design.weightsName, row: design.rowNumbers[row])
            }
            switch family {
            case .binomial: try addProportion(value, trials: weight, row, design)
            case .poisson: try addCount(value, weight: weight, row, design)
            }
        }
        let sum = totals.reduce(0, +)
        guard sum > 0 else { throw .oneOutcome(column: design.responseName, outcome: "0") }
        guard family == .poisson || sum < sizes.reduce(0, +) else {
            throw .oneOutcome(column: design.responseName, outcome: "1")
        }
    }

    /// How far successes may be from a whole number: proportions come from files with few decimals, as R allows too.
    private static let wholeTolerance = 1e-3

    private mutating func addProportion(
        _ value: Double, trials: Double, _ row: Int, _ design: GeneralisedDesign
    ) throws(ModelError) {
        guard value >= 0, value <= 1 else {
            throw design.badResponse(
                row, expected: "a binomial response lies between 0 and 1",
                advice: "Code the event as 1 and its absence as 0, or divide the successes by the trials.")
        }
        guard trials == trials.rounded() else {
            throw .badResponse(
                column: design.weightsName, row: design.rowNumbers[row], found: "\(trials)",
                expected: "a number of trials is whole", advice: "Give the number of trials behind each proportion.")
        }
        let successes = (value * trials).rounded()
        guard abs(value * trials - successes) <= Self.wholeTolerance else {
            guard design.weights != nil else {
                throw design.badResponse(
                    row, expected: "without a column of trials the response is 0 or 1",
                    advice: "Name the column with the number of trials as the weights.")
            }
            throw design.badResponse(
                row, expected: "the proportion times its trials, here \(trials), is a whole number of successes",
                advice: "Check both columns, and give the proportion more decimals.")
        }
        totals.append(successes)
        sizes.append(trials)
        // A single trial has one order of outcomes.
        if trials > 1 {
            constant += logGamma(trials + 1) - logGamma(successes + 1) - logGamma(trials - successes + 1)
        }
    }

    private mutating func addCount(
        _ value: Double, weight: Double, _ row: Int, _ design: GeneralisedDesign
    ) throws(ModelError) {
        guard value >= 0, value == value.rounded(), value.isFinite else {
            throw design.badResponse(
                row, expected: "a Poisson response is a whole number, 0 or more",
                advice: "Use the counts themselves; put exposure into an offset.")
        }
        totals.append(weight * value)
        sizes.append(weight)
        constant -= weight * logGamma(value + 1)
    }
}

extension GeneralisedDesign {
    fileprivate func badResponse(_ row: Int, expected: String, advice: String) -> ModelError {
        .badResponse(
            column: responseName, row: rowNumbers[row], found: "\(response[row])", expected: expected, advice: advice)
    }
}

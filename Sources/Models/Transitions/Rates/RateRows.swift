import Tables

/// The rows of a rates model: in how many of its trials the event happened, in each complete row.
struct RateRows {
    /// The formula's columns in the complete rows.
    let frame: ModelFrame
    /// How often the event happened, one a row.
    let events: [Double]
    /// Out of how many, one a row, above 0.
    let trials: [Double]
    /// The standard deviation of each row's events by rounding; empty when no figure is rounded.
    let roundingErrors: [Double]
    /// The cluster of each row, where errors are clustered.
    let clusters: Factor?
    /// The state of each row, of a model of states; nil for one of an event.
    let states: Factor?
    /// Whether rows are counts rather than individuals.
    let areCounts: Bool
    /// The rows without trials, which say nothing.
    let rowsWithoutTrials: Int
    /// The answers that count as no event, where there are several.
    let otherAnswers: [String]

    init(_ specification: RateSpecification, table: Table?) throws(ModelError) {
        let response: RateResponse?
        let data: Table
        var answers: Answers
        switch specification.source {
        case .file(_, let declared):
            guard let table, table.rowCount > 0 else { throw .noCompleteRows(read: 0) }
            (data, response, answers) = (table, declared, try Answers(declared, table))
        case .published(let rates):
            guard let table = try? rates.table() else { throw .numericalBreakdown }
            (data, response, answers) = (table, nil, Answers(events: rates.events, trials: rates.trials))
        }
        areCounts = response?.areCounts ?? true
        rowsWithoutTrials = answers.dropEmpty()
        otherAnswers = answers.others.count > 1 ? answers.others : []
        var clusterColumn: [String] = []
        if case .cluster(let name) = specification.errors { clusterColumn = [name] }
        let prepared = try Self.prepared(specification, data, answers, clusterColumn)
        frame = try Self.frame(specification, prepared, requiring: clusterColumn)
        let used = frame.rowsUsed
        (events, trials) = (used.map { answers.events[$0] }, used.map { answers.trials[$0] })
        if case .published(let rates) = specification.source, rates.roundingErrors.contains(where: { $0 > 0 }) {
            roundingErrors = used.map { rates.roundingErrors[$0] }
        } else {
            roundingErrors = []
        }
        clusters = clusterColumn.first.flatMap { data[$0]?.asFactor() }.map { factor in
            Factor(levels: factor.levels, codes: used.map { factor.codes[$0] })
        }
        states = try answers.states.map { all throws(ModelError) in
            try Self.states(Factor(levels: all.levels, codes: used.map { all.codes[$0] }), response)
        }
        guard states == nil else { return }
        let total = events.reduce(0, +)
        guard total > 0, total < trials.reduce(0, +) else {
            throw .transitions(.oneOutcome(outcome: specification.outcome, happens: total > 0, rows: frame.rowCount))
        }
    }

    /// The formula's columns beside the rate, with the report's factors as factors whatever their cells look like.
    private static func prepared(
        _ specification: RateSpecification, _ data: Table, _ answers: Answers, _ clusters: [String]
    ) throws(ModelError) -> Table {
        let factors = [specification.year, specification.group, specification.per].compactMap { $0 }
        let isDeclared = Set(specification.csv.types.filter { $0.value == .double || $0.value == .int }.keys)
        var columns: [(String, Column)] = []
        var names = Array(specification.formula.variables.dropFirst())
        for name in clusters + (specification.subset?.columns ?? []) where !names.contains(name) { names.append(name) }
        for name in names {
            guard let column = data[name] else {
                throw .unknownColumn(name, nearest: nearest(to: name, among: data.columnNames))
            }
            columns.append(
                (name, factors.contains(name) && !isDeclared.contains(name) ? .factor(column.asFactor()) : column))
        }
        let rates = zip(answers.events, answers.trials).map { $1 > 0 ? $0 / $1 : .nan }
        columns.append((RateSpecification.response, .double(rates)))
        guard let table = try? Table(columns: columns, source: data.source) else {
            throw .report("a column is named '\(RateSpecification.response)', which is kept for the rate. Rename it.")
        }
        return table
    }

    /// The states that some row used is in; those in order must all be.
    private static func states(_ states: Factor, _ response: RateResponse?) throws(ModelError) -> Factor {
        let column = response?.columns.first ?? ""
        var isUsed = [Bool](repeating: false, count: states.levels.count)
        for code in states.codes { isUsed[Int(code)] = true }
        if case .ordered = response, let empty = isUsed.firstIndex(of: false) {
            throw .transitions(.emptyState(states.levels[empty], column: column))
        }
        let kept = states.levels.indices.filter { isUsed[$0] }
        let names = kept.map { states.levels[$0] }
        if case .states(_, let reference?, _) = response, !names.contains(reference) {
            throw .transitions(.unknownReference(reference, column: column, known: names))
        }
        guard names.count > 1 else { throw .transitions(.oneState(column: column, state: names.first ?? "")) }
        var place = [Int32](repeating: -1, count: states.levels.count)
        for (new, old) in kept.enumerated() { place[old] = Int32(new) }
        return Factor(levels: names, codes: states.codes.map { place[Int($0)] })
    }

    private static func frame(
        _ specification: RateSpecification, _ table: Table, requiring others: [String]
    ) throws(ModelError) -> ModelFrame {
        let uses = [
            (specification.year, "the year"), (specification.group ?? "", "the group"),
            (specification.per ?? "", "the outcomes' factor"),
        ]
        do throws(ModelError) {
            let frame = try ModelFrame(
                specification.formula, table: table, contrasts: specification.contrasts, subset: specification.subset,
                requiring: others, response: .mayBeConstant)
            for (name, use) in uses {
                if case .numeric = frame.variables[name] { throw .transitions(.notAFactor(column: name, use: use)) }
            }
            return frame
        } catch {
            guard case .oneLevel(let factor, let level) = error,
                let use = uses.first(where: { $0.0 == factor })?.1
            else { throw error }
            throw .transitions(.oneLevel(column: factor, use: use, level: level))
        }
    }
}

/// Events and trials of every row of the data; NaN where missing.
private struct Answers {
    var events: [Double]
    var trials: [Double]
    var states: Factor?
    /// The answers that count as no event.
    var others: [String] = []

    init(events: [Double], trials: [Double]) { (self.events, self.trials) = (events, trials) }

    init(_ response: RateResponse, _ table: Table) throws(ModelError) {
        switch response {
        case .event(let column, let answers): try self.init(column, answers, table)
        case .counts(let events, let trials): try self.init(events, of: trials, table)
        case .states(let column, _, let count): try self.init(states: column, order: nil, count: count, table)
        case .ordered(let column, let states, let count):
            try self.init(states: column, order: states, count: count, table)
        }
    }

    /// Rows in states: as many trials as the row stands for.
    private init(states column: String, order: [String]?, count: String?, _ table: Table) throws(ModelError) {
        let factor = try Self.column(column, table).asFactor()
        let counts = try count.map { name throws(ModelError) in try Self.counts(name, table) }
        trials = factor.codes.indices.map { factor.codes[$0] < 0 ? .nan : counts?[$0] ?? 1 }
        events = trials.map { $0.isNaN ? .nan : 0 }
        guard let order else {
            states = factor
            return
        }
        if let stray = factor.levels.first(where: { !order.contains($0) }) {
            throw .transitions(.unknownState(stray, column: column, declared: order))
        }
        let place = factor.levels.map { Int32(order.firstIndex(of: $0) ?? -1) }
        states = Factor(levels: order, codes: factor.codes.map { $0 < 0 ? -1 : place[Int($0)] })
    }

    private init(_ column: String, _ answers: [String], _ table: Table) throws(ModelError) {
        let factor = try Self.column(column, table).asFactor()
        for answer in answers where !factor.levels.contains(answer) {
            throw .transitions(
                .noSuchAnswer(
                    column: column, answer: answer, nearest: nearest(to: answer, among: factor.levels),
                    known: factor.levels))
        }
        others = factor.levels.filter { !answers.contains($0) }
        let isEvent = factor.levels.map { answers.contains($0) ? 1.0 : 0 }
        events = factor.codes.map { $0 < 0 ? .nan : isEvent[Int($0)] }
        trials = factor.codes.map { $0 < 0 ? .nan : 1 }
    }

    private init(_ events: String, of trials: String, _ table: Table) throws(ModelError) {
        self.events = try Self.counts(events, table)
        self.trials = try Self.counts(trials, table)
        for row in self.events.indices where self.events[row] > self.trials[row] {
            throw .transitions(
                .eventsAboveTrials(place: table.place(row), events: self.events[row], trials: self.trials[row]))
        }
    }

    private static func column(_ name: String, _ table: Table) throws(ModelError) -> Column {
        guard let column = table[name] else {
            throw .unknownColumn(name, nearest: nearest(to: name, among: table.columnNames))
        }
        return column
    }

    private static func counts(_ name: String, _ table: Table) throws(ModelError) -> [Double] {
        guard let values = try column(name, table).doubles() else {
            throw .notNumeric(column: name, use: "a count")
        }
        if let row = values.firstIndex(where: { !$0.isNaN && !($0 >= 0 && $0 <= 1e12 && $0 == $0.rounded()) }) {
            throw .transitions(.badCount(place: table.place(row), column: name, found: values[row]))
        }
        return values
    }

    /// Makes rows without trials missing; returns how many there were.
    mutating func dropEmpty() -> Int {
        var count = 0
        for row in trials.indices where trials[row] == 0 {
            (events[row], trials[row]) = (.nan, .nan)
            count += 1
        }
        return count
    }
}

extension Table {
    /// Where a row is: `file:line`, or its number.
    func place(_ row: Int) -> String {
        guard let source, let lines else { return "data row \(row + 1)" }
        return "\(source):\(lines[row])"
    }
}

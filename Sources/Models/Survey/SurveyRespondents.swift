import Surveys
import Tables

/// The respondents of a survey as its tables see them: sample, parts and splits, and the answers to each item.
struct SurveyRespondents {
    /// The answers to an item.
    enum Answers {
        /// One of some categories, -1 when missing.
        case categories([Int32], levels: [String])
        /// Of each option: 1 when selected, 0 when not, -1 outside the base.
        case options([(name: String, label: String, codes: [Int32])])
        /// A number, NaN when missing.
        case numbers([Double])
    }

    let table: Table
    /// Whether each row is in the subset. The others are in no sector or wave, and keep their place in the design.
    let isInside: [Bool]
    let sample: SurveySample
    let sectors, waves: SurveyGroups
    let splits: [SurveyGroups]

    init(_ specification: SurveySpecification, table: Table) throws {
        guard table.rowCount > 0 else {
            throw ModelError.survey(.noRespondents(file: table.source ?? "the table"))
        }
        var isInside = [Bool](repeating: specification.subset == nil, count: table.rowCount)
        for row in try specification.subset?.rows(of: table) ?? [] { isInside[row] = true }
        (self.table, self.isInside) = (table, isInside)
        sectors = try Self.groups(specification.sector, table, isInside)
        waves = try Self.groups(specification.wave, table, isInside)
        splits = try specification.splits.map { SurveyGroups(try table.column($0.column)) }
        for (split, groups) in zip(specification.splits, splits) { try Self.check(split.column, groups.names.count) }
        let areTied = specification.overlap == .design || specification.wave.column == nil
        sample = try specification.design.sample(
            of: table, isInside: specification.subset == nil ? nil : isInside,
            waves: areTied ? nil : try table.column(specification.wave.column ?? "").asFactor().codes.map { max($0, 0) }
        )
    }

    private static func groups(_ domain: SurveyDomain, _ table: Table, _ isInside: [Bool]) throws -> SurveyGroups {
        guard let name = domain.column else {
            return SurveyGroups(codes: isInside.map { $0 ? 0 : -1 }, names: [domain.word])
        }
        let all = SurveyGroups(try table.column(name))
        try check(name, all.names.count)
        let codes = zip(all.codes, isInside).map { $1 ? $0 : -1 }
        guard codes.contains(where: { $0 >= 0 }) else {
            throw ModelError.survey(.nobodyIn(column: name, respondents: isInside.count { $0 }))
        }
        return SurveyGroups(codes: codes, names: all.names)
    }

    /// The most categories of an item, and groups of a split: beyond lies a number, or a name.
    private static let limit = 200

    private static func check(_ column: String, _ count: Int) throws(ModelError) {
        guard count <= limit else { throw .survey(.tooMany(column: column, found: count, limit: limit)) }
    }

    /// The number of rows in the subset.
    var count: Int { isInside.count { $0 } }

    /// The answers to an item.
    ///
    /// - Throws: ``SurveyProblem/noAnswers(item:respondents:)`` when all are missing.
    func answers(to item: SurveyItem) throws -> Answers {
        let answers: Answers
        let isAnswered: Bool
        switch item.measure {
        case .categories(let column, _, _):
            let factor = try table.column(column).asFactor()
            try Self.check(column, factor.levels.count)
            isAnswered = contains(factor.codes) { $0 >= 0 }
            answers = .categories(factor.codes, levels: factor.levels)
        case .multiple(let columns, let selected, let base):
            let options = try options(item, columns, Set(selected), base)
            isAnswered = contains(options[0].codes) { $0 >= 0 }
            answers = .options(options)
        case .mean(let column):
            let numbers = try numbers(column)
            isAnswered = contains(numbers) { !$0.isNaN }
            answers = .numbers(numbers)
        case .scale(let columns, let atLeast):
            let numbers = try scale(columns, atLeast)
            isAnswered = contains(numbers) { !$0.isNaN }
            answers = .numbers(numbers)
        }
        guard isAnswered else { throw ModelError.survey(.noAnswers(item: item.name, respondents: count)) }
        return answers
    }

    /// Whether some value in the subset has a property.
    private func contains<Value>(_ values: [Value], _ isMatch: (Value) -> Bool) -> Bool {
        zip(values, isInside).contains { $1 && isMatch($0) }
    }

    private func options(
        _ item: SurveyItem, _ names: [String], _ selected: Set<String>, _ base: SurveyItem.Base
    ) throws -> [(name: String, label: String, codes: [Int32])] {
        let columns = try names.map { try table.column($0) }
        let isInBase = isInside.indices.map { row in base == .all || columns.contains { !$0.isMissing(at: row) } }
        return zip(names, columns).map { name, column in
            let codes = isInBase.enumerated().map { row, isInBase -> Int32 in
                guard isInBase else { return -1 }
                return column.text(at: row).map { selected.contains($0) } ?? false ? 1 : 0
            }
            return (name, item.optionLabels[name] ?? "", codes)
        }
    }

    /// The numbers of a column; of a factor, its levels read as numbers.
    private func numbers(_ name: String) throws -> [Double] {
        let column = try table.column(name)
        if let values = column.doubles() { return values }
        return try isInside.indices.map { row in
            guard isInside[row], let text = column.text(at: row) else { return .nan }
            guard let number = Double(text), number.isFinite else {
                throw ModelError.survey(.notANumber(place: Models.place(of: row, in: table), column: name, found: text))
            }
            return number
        }
    }

    /// The mean of the columns that a respondent answered, where these are enough.
    private func scale(_ names: [String], _ atLeast: Int) throws -> [Double] {
        let columns = try names.map { try numbers($0) }
        return isInside.indices.map { position in
            let answered = columns.map { $0[position] }.filter { !$0.isNaN }
            guard answered.count >= atLeast else { return .nan }
            return answered.reduce(0, +) / Double(answered.count)
        }
    }
}

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
    /// The rows of the table that are used.
    let rows: [Int]
    let sample: SurveySample
    let sectors, waves: SurveyGroups
    let splits: [SurveyGroups]

    init(_ specification: SurveySpecification, table: Table) throws {
        guard table.rowCount > 0 else {
            throw ModelError.survey(.noRespondents(file: table.source ?? "the table"))
        }
        let rows = try specification.subset?.rows(of: table) ?? Array(0..<table.rowCount)
        (self.table, self.rows) = (table, rows)
        if let design = specification.design {
            sample = try design.sample(of: table, rows: rows)
        } else {
            sample = SurveySample(try SurveyDesign(weights: rows.map { _ in 1 }))
        }
        sectors = try Self.groups(specification.sector, table, rows)
        waves = try Self.groups(specification.wave, table, rows)
        splits = try specification.splits.map { SurveyGroups(try table.column($0.column), rows: rows) }
    }

    private static func groups(_ domain: SurveyDomain, _ table: Table, _ rows: [Int]) throws -> SurveyGroups {
        guard let name = domain.column else {
            return SurveyGroups(codes: [Int32](repeating: 0, count: rows.count), names: [domain.word])
        }
        let groups = SurveyGroups(try table.column(name), rows: rows)
        guard groups.codes.contains(where: { $0 >= 0 }) else {
            throw ModelError.survey(.nobodyIn(column: name, respondents: rows.count))
        }
        return groups
    }

    /// The answers to an item.
    ///
    /// - Throws: ``SurveyProblem/noAnswers(item:respondents:)`` when all are missing.
    func answers(to item: SurveyItem) throws -> Answers {
        let answers: Answers
        let isAnswered: Bool
        switch item.measure {
        case .categories(let column, _, _):
            let factor = try table.column(column).asFactor()
            let codes = rows.map { factor.codes[$0] }
            isAnswered = codes.contains { $0 >= 0 }
            answers = .categories(codes, levels: factor.levels)
        case .multiple(let columns, let selected, let base):
            let options = try options(item, columns, Set(selected), base)
            isAnswered = options[0].codes.contains { $0 >= 0 }
            answers = .options(options)
        case .mean(let column):
            let numbers = try numbers(column)
            isAnswered = numbers.contains { !$0.isNaN }
            answers = .numbers(numbers)
        case .scale(let columns, let atLeast):
            let numbers = try scale(columns, atLeast)
            isAnswered = numbers.contains { !$0.isNaN }
            answers = .numbers(numbers)
        }
        guard isAnswered else { throw ModelError.survey(.noAnswers(item: item.name, respondents: rows.count)) }
        return answers
    }

    private func options(
        _ item: SurveyItem, _ names: [String], _ selected: Set<String>, _ base: SurveyItem.Base
    ) throws -> [(name: String, label: String, codes: [Int32])] {
        let columns = try names.map { try table.column($0) }
        let isInBase = rows.map { row in base == .all || columns.contains { !$0.isMissing(at: row) } }
        return zip(names, columns).map { name, column in
            let codes = zip(rows, isInBase).map { row, isInBase -> Int32 in
                guard isInBase else { return -1 }
                return column.text(at: row).map { selected.contains($0) } ?? false ? 1 : 0
            }
            return (name, item.optionLabels[name] ?? "", codes)
        }
    }

    /// The numbers of a column; of a factor, its levels read as numbers.
    private func numbers(_ name: String) throws -> [Double] {
        let column = try table.column(name)
        if let values = column.doubles() { return rows.map { values[$0] } }
        return try rows.map { row in
            guard let text = column.text(at: row) else { return .nan }
            guard let number = Double(text), number.isFinite else {
                throw ModelError.survey(.notANumber(place: table.place(of: row), column: name, found: text))
            }
            return number
        }
    }

    /// The mean of the columns that a respondent answered, where these are enough.
    private func scale(_ names: [String], _ atLeast: Int) throws -> [Double] {
        let columns = try names.map { try numbers($0) }
        return rows.indices.map { position in
            let answered = columns.map { $0[position] }.filter { !$0.isNaN }
            guard answered.count >= atLeast else { return .nan }
            return answered.reduce(0, +) / Double(answered.count)
        }
    }
}

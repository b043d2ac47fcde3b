import Tables

/// The cells of a school table, by row: nil where a cell is missing or its column is not declared.
struct SchoolCells {
    private let ids: Column
    private let counts: [Int]?
    private let scores: [Double]?
    private let scoresBefore: [Double]?
    private let lows: [Int]?
    private let newcomerCounts: [Int]?
    private let texts: (type: Column?, region: Column?, urbanity: Column?, municipality: Column?, board: Column?)
    private let gradeColumns: [(name: String, low: [Int]?, rest: [Int])]
    private let hasGradesByGroup: Bool

    init(_ table: Table, _ columns: SchoolColumns) throws(TableError) {
        func text(_ name: String?) throws(TableError) -> Column? {
            guard let name else { return nil }
            return try table.column(name)
        }
        func wholes(_ name: String?) throws(TableError) -> [Int]? { try text(name)?.wholes }
        func numbers(_ name: String?) throws(TableError) -> [Double]? { try text(name)?.doubles() }
        ids = try table.column(columns.id)
        counts = try wholes(columns.pupils)
        scores = try numbers(columns.score)
        scoresBefore = try numbers(columns.scoreBeforeThreshold)
        lows = try wholes(columns.lowPupils)
        newcomerCounts = try wholes(columns.newcomers)
        texts = (
            try text(columns.type), try text(columns.region), try text(columns.urbanity),
            try text(columns.municipality), try text(columns.board)
        )
        var grades: [(name: String, low: [Int]?, rest: [Int])] = []
        for grade in columns.grades {
            switch grade.count {
            case .all(let column): grades.append((grade.name, nil, try table.column(column).wholes))
            case .groups(let low, let high):
                grades.append((grade.name, try table.column(low).wholes, try table.column(high).wholes))
            }
        }
        gradeColumns = grades
        hasGradesByGroup = columns.hasGradesByGroup
    }

    func id(_ row: Int) -> String? { ids.text(at: row) }
    func municipality(_ row: Int) -> String? { texts.municipality?.text(at: row) }
    func newcomers(_ row: Int) -> Int? { Self.known(newcomerCounts, row) }
    func score(_ row: Int) -> Double? { Self.known(scores, row) }
    func scoreBeforeThreshold(_ row: Int) -> Double? { Self.known(scoresBefore, row) }

    func traits(_ row: Int, types: [String: String]) -> School.Traits {
        let type = texts.type?.text(at: row)
        return School.Traits(
            type: type.map { types[$0] ?? $0 }, region: texts.region?.text(at: row),
            urbanity: texts.urbanity?.text(at: row), municipality: texts.municipality?.text(at: row),
            board: texts.board?.text(at: row))
    }

    /// The pupils: their own column's, or the sum over the grades when there is none.
    func pupils(_ row: Int) -> Int? {
        if counts != nil { return Self.known(counts, row) }
        let grades = grades(row)
        return grades.isEmpty ? nil : grades.reduce(0) { $0 &+ $1.pupils }
    }

    /// The low-SES pupils: their own column's, or the sum over grades by group; nil when neither is declared.
    func low(_ row: Int) -> Int? {
        if lows != nil { return Self.known(lows, row) }
        return hasGradesByGroup ? grades(row).reduce(0) { $0 &+ ($1.low ?? 0) } : nil
    }

    /// The pupils of one grade of a school, and those of the low SES group when the table tells.
    struct GradeCount {
        let name: String
        let pupils: Int
        let low: Int?
    }

    /// The pupils by grade; empty when no cell is filled. An empty cell beside filled ones counts as no pupil.
    func grades(_ row: Int) -> [GradeCount] {
        let isKnown = gradeColumns.contains { grade in
            grade.rest[row] != Column.missingInt || Self.known(grade.low, row) != nil
        }
        guard isKnown else { return [] }
        return gradeColumns.map { grade in
            let rest = grade.rest[row] == Column.missingInt ? 0 : grade.rest[row]
            guard grade.low != nil else { return GradeCount(name: grade.name, pupils: rest, low: nil) }
            let low = Self.known(grade.low, row) ?? 0
            return GradeCount(name: grade.name, pupils: rest &+ low, low: low)
        }
    }

    /// What is wrong with a row's numbers, each without its full stop.
    func problems(_ row: Int, pupils: Int) -> [String] {
        let range = 0...SchoolTable.largestSchool
        let grades = grades(row)
        for grade in grades where !range.contains(grade.pupils) || !(0...grade.pupils).contains(grade.low ?? 0) {
            return ["grade '\(grade.name)' has a negative or impossible number of pupils; expected 0 or more"]
        }
        guard range.contains(pupils) else {
            return ["\(pupils) pupils; expected 0 to \(SchoolTable.largestSchool)"]
        }
        var problems: [String] = []
        let inGrades = grades.reduce(0) { $0 + $1.pupils }
        if !grades.isEmpty, inGrades != pupils {
            problems.append("\(inGrades) pupils in its grades, but \(pupils) in all")
        }
        if lows != nil || (hasGradesByGroup && grades.isEmpty) {
            problems += Self.problem(low(row), among: pupils, kind: "low-SES pupils")
        }
        if let newcomers = newcomers(row) { problems += Self.problem(newcomers, among: pupils, kind: "newcomers") }
        for score in [score(row), scoreBeforeThreshold(row)].compactMap({ $0 }) where !(score >= 0 && score <= 1e9) {
            problems.append("a disadvantage score of \(score); expected a number from 0 to 1e9")
        }
        return problems
    }

    private static func problem(_ count: Int?, among pupils: Int, kind: String) -> [String] {
        guard let count else { return ["no number of \(kind). Give it, or leave the row out"] }
        return (0...pupils).contains(count) ? [] : ["\(count) \(kind) among \(pupils) pupils; expected 0 to \(pupils)"]
    }

    /// The grades with both SES groups.
    ///
    /// Where the table does not tell the groups apart, a school's low-SES pupils are divided like its pupils: the counts
    /// up to each grade are rounded, so that the grades add up to both totals.
    static func grades(_ counts: [GradeCount], low: Int, pupils: Int) -> [School.GradePupils] {
        var (before, given) = (0, 0)
        return counts.map { grade in
            if let own = grade.low {
                return School.GradePupils(grade: grade.name, low: own, high: grade.pupils - own)
            }
            before += grade.pupils
            let upToHere = pupils > 0 ? (2 * before * low + pupils) / (2 * pupils) : 0
            defer { given = upToHere }
            return School.GradePupils(
                grade: grade.name, low: upToHere - given, high: grade.pupils - (upToHere - given))
        }
    }

    private static func known(_ values: [Int]?, _ row: Int) -> Int? {
        guard let values, values[row] != Column.missingInt else { return nil }
        return values[row]
    }

    private static func known(_ values: [Double]?, _ row: Int) -> Double? {
        guard let values, !values[row].isNaN else { return nil }
        return values[row]
    }
}

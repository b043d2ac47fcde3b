import Tables

/// Turns the rows of a school table into schools, noting every row that cannot be used.
struct SchoolTableReader {
    private let declaration: SchoolTable
    let table: Table
    private let municipalities: (path: String, names: Set<String>)?

    init(_ declaration: SchoolTable, municipalities: (path: String, list: [Municipality])?) throws(TableError) {
        self.declaration = declaration
        table = try readCSV(path: declaration.path, options: declaration.columns.csv)
        self.municipalities = municipalities.map { ($0.path, Set($0.list.map(\.name))) }
    }

    /// A row that can be used, before its low-SES pupils are known.
    private struct Candidate {
        let row: Int
        let id: String
        let sector: Int
        let pupils: Int
        let low: Int?
        let grades: [SchoolCells.GradeCount]
    }

    /// The schools, in the order of the file.
    func schools() throws -> [School] {
        let cells = try SchoolCells(table, declaration.columns)
        let sectors = try SectorNames(declaration, table)
        var log = RowProblemLog(table)
        var candidates: [Candidate] = []
        for row in 0..<table.rowCount {
            guard let id = cells.id(row), let pupils = cells.pupils(row), !sectors.isLeftOut(row) else { continue }
            guard log.isFirst(id, "school", row: row) else { continue }
            let problems = cells.problems(row, pupils: pupils) + self.problems(row, cells)
            for problem in problems { log.note("school '\(id)': " + problem, row: row) }
            switch sectors[row] {
            case .failure(let problem): log.note("school '\(id)': " + problem.message, row: row)
            case .success(let sector) where problems.isEmpty:
                candidates.append(
                    Candidate(
                        row: row, id: id, sector: sector, pupils: pupils, low: cells.low(row), grades: cells.grades(row)
                    ))
            case .success: break
            }
        }
        try log.finish()
        let low = lowPupils(candidates, cells)
        return zip(candidates, low).map { candidate, low in
            School(
                id: candidate.id, sector: sectors.names[candidate.sector],
                traits: cells.traits(candidate.row, types: declaration.typeValues), lowPupils: low,
                highPupils: candidate.pupils - low,
                grades: SchoolCells.grades(candidate.grades, low: low, pupils: candidate.pupils),
                newcomers: cells.newcomers(candidate.row), disadvantageScore: cells.score(candidate.row),
                scoreBeforeThreshold: cells.scoreBeforeThreshold(candidate.row))
        }
    }

    private func problems(_ row: Int, _ cells: SchoolCells) -> [String] {
        guard let municipalities, let name = cells.municipality(row), !municipalities.names.contains(name) else {
            return []
        }
        return ["its municipality '\(name)' is not in \(municipalities.path). Add it, or correct the name"]
    }

    /// The low-SES pupils: as declared by school, or spread over each sector's schools.
    private func lowPupils(_ candidates: [Candidate], _ cells: SchoolCells) -> [Int] {
        var low = candidates.map { $0.low ?? 0 }
        guard candidates.contains(where: { $0.low == nil }) else { return low }
        let bySector = Dictionary(grouping: candidates.indices) { candidates[$0].sector }
        for members in bySector.values {
            let scores = members.map { position -> Double? in
                let (row, pupils) = (candidates[position].row, candidates[position].pupils)
                let score = cells.scoreBeforeThreshold(row) ?? cells.score(row)
                return pupils > 0 ? score.map { $0 / Double(pupils) } : nil
            }
            let spread = GroupComposition(shareLow: declaration.shareLow).lowPupils(
                pupils: members.map { candidates[$0].pupils }, scores: scores)
            for (position, count) in zip(members, spread) { low[position] = count }
        }
        return low
    }
}

/// The sector of each row: looked up once for each distinct cell.
private struct SectorNames {
    struct Unknown: Error {
        let message: String
    }

    private(set) var names: [String] = []
    private let codes: [Int32]?
    private var resolved: [Result<Int, Unknown>] = []
    private var leftOut: [Bool] = []

    init(_ declaration: SchoolTable, _ table: Table) throws(TableError) {
        guard let name = declaration.columns.sector, case .text(let column) = try table.column(name) else {
            codes = nil
            names = [declaration.sector]
            return
        }
        codes = column.codes
        for cell in column.values {
            leftOut.append(declaration.sectorsLeftOut.contains(cell))
            resolved.append(resolve(cell, declaration))
        }
    }

    private mutating func resolve(_ cell: String, _ declaration: SchoolTable) -> Result<Int, Unknown> {
        let isMapped = !declaration.sectorValues.isEmpty || !declaration.sectorsLeftOut.isEmpty
        let known = isMapped ? declaration.sectorValues.keys.sorted() : declaration.sectors
        let name = isMapped ? declaration.sectorValues[cell] : cell
        guard let name, isMapped || known?.contains(cell) != false else {
            let hint = nearest(to: cell, among: known ?? []).map { ". Did you mean '\($0)'?" } ?? ""
            let expected = (known ?? []).map { "'\($0)'" }.joined(separator: ", ")
            return .failure(Unknown(message: "unknown sector '\(cell)'; expected one of \(expected)" + hint))
        }
        if let position = names.firstIndex(of: name) { return .success(position) }
        names.append(name)
        return .success(names.count - 1)
    }

    /// Whether the row's sector is one to leave out.
    func isLeftOut(_ row: Int) -> Bool {
        guard let codes, codes[row] >= 0 else { return false }
        return leftOut[Int(codes[row])]
    }

    subscript(row: Int) -> Result<Int, Unknown> {
        guard let codes else { return .success(0) }
        guard codes[row] >= 0 else { return .failure(Unknown(message: "no sector. Give it, or leave the row out")) }
        return resolved[Int(codes[row])]
    }
}

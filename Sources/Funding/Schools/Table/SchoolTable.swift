import Tables

/// A school table in a file, with the columns that hold what the engine needs.
///
/// The file may be separated by commas, semicolons or tabs, with decimal points or commas: see ``Tables/CSVOptions``.
public struct SchoolTable: Sendable {
    /// The largest number of pupils of a school: a larger one is a mistake.
    public static let largestSchool = 1_000_000

    /// The file.
    public let path: String
    /// Where the table's columns stand.
    var columns: SchoolColumns
    /// The sector of all schools, when no column tells it.
    let sector: String
    /// The sector that a cell of the sector column stands for; empty when cells name sectors themselves.
    var sectorValues: [String: String] = [:]
    /// Cells of the sector column whose rows are left out.
    var sectorsLeftOut: Set<String> = []
    /// The school type that a cell stands for; other cells name their type themselves.
    var typeValues: [String: String] = [:]
    /// The share of pupils of the low SES group in a sector, when no column tells it.
    let shareLow: Double
    /// The sectors that there may be; nil for any.
    var sectors: [String]?
    /// The table of municipalities, when there is one.
    var municipalities: MunicipalityTable?

    /// A school table; column names, and either a column or one value for sector and low-SES pupils.
    public init(
        path: String, id: String, pupils: String, score: String?, scoreBeforeThreshold: String?, lowPupils: String?,
        sectorColumn: String?, sector: String, shareLow: Double
    ) {
        var columns = SchoolColumns(id: id)
        columns.pupils = pupils
        columns.score = score
        columns.scoreBeforeThreshold = scoreBeforeThreshold
        columns.lowPupils = lowPupils
        columns.sector = sectorColumn
        self.init(path: path, columns: columns, sector: sector, shareLow: shareLow)
    }

    init(path: String, columns: SchoolColumns, sector: String, shareLow: Double) {
        self.path = path
        self.columns = columns
        self.sector = sector
        self.shareLow = shareLow
    }

    /// The files that the schools are read from, for provenance.
    public var inputPaths: [String] { [path] + (municipalities.map { [$0.path] } ?? []) }

    /// Reads the schools. Rows without an id or a number of pupils, and those of sectors that the declaration leaves out,
    /// are left out and counted.
    ///
    /// - Throws: ``Tables/TableError``, or ``FundingError/badRows(file:problems:)`` with every row that cannot be used.
    /// - Complexity: One pass over the file and one over the rows.
    public func read() throws -> (population: SchoolPopulation, rowsLeftOut: Int) {
        let towns = try municipalities?.read() ?? []
        let reader = try SchoolTableReader(self, municipalities: municipalities.map { ($0.path, towns) })
        let schools = try reader.schools()
        let named = Set(schools.map(\.sector))
        let order = sectors ?? named.sorted()
        let population = try SchoolPopulation(
            schools: schools, sectors: order.filter(named.contains), municipalities: towns, source: path)
        return (population, reader.table.rowCount - schools.count)
    }
}

/// The names of a school table's columns; nil for those that it does not have.
struct SchoolColumns: Sendable {
    /// The columns of one grade.
    struct Grade: Sendable {
        /// What a grade's columns count.
        enum Count: Sendable {
            /// All pupils, to be divided like the school's.
            case all(String)
            /// The pupils of each SES group.
            case groups(low: String, high: String)
        }

        let name: String
        let count: Count

        var columns: [String] {
            switch count {
            case .all(let column): [column]
            case .groups(let low, let high): [low, high]
            }
        }
    }

    let id: String
    var pupils: String?
    var score: String?
    var scoreBeforeThreshold: String?
    var lowPupils: String?
    var sector: String?
    var type: String?
    var region: String?
    var urbanity: String?
    var municipality: String?
    var board: String?
    var newcomers: String?
    var grades: [Grade] = []

    init(id: String) { self.id = id }

    /// Whether the grades tell the SES groups apart.
    var hasGradesByGroup: Bool {
        if case .groups = grades.first?.count { true } else { false }
    }

    private var texts: [String] { [id] + [sector, type, region, urbanity, municipality, board].compactMap { $0 } }
    private var wholes: [String] { [pupils, lowPupils, newcomers].compactMap { $0 } + grades.flatMap(\.columns) }
    private var numbers: [String] { [score, scoreBeforeThreshold].compactMap { $0 } }

    /// A column that is declared both as text and as a number; nil when there is none.
    var columnInTwoRoles: String? { texts.first(where: Set(wholes + numbers).contains) }

    /// How the file is read: only these columns, each of its type.
    var csv: CSVOptions {
        var csv = CSVOptions()
        // A column may serve twice, as region and municipality do in some tables.
        var seen: Set<String> = []
        csv.columns = (texts + wholes + numbers).filter { seen.insert($0).inserted }
        for name in numbers { csv.types[name] = .double }
        for name in wholes { csv.types[name] = .int }
        for name in texts { csv.types[name] = .text }
        return csv
    }
}

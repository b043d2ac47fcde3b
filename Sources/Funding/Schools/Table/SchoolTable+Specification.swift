import Specifications

extension SchoolTable {
    private static let columnKeys = [
        "pupils", "score", "score_before_threshold", "low_pupils", "sector_column", "school_type", "region", "urbanity",
        "municipality", "board", "newcomers",
    ]
    private static let keys =
        ["file", "id"] + columnKeys + [
            "sector", "sector_values", "type_values", "share_low", "grades", "municipalities",
        ]

    /// Reads the declaration of a school table.
    ///
    /// - Parameters:
    ///   - folder: The folder to which the file's path is relative.
    ///   - sectors: The sectors that there may be; nil for any.
    public init?(_ value: SpecificationValue, folder: String, sectors: [String]? = nil) {
        guard let mapping = value.mapping("schools", keys: Self.keys), let file = mapping.text("file"),
            let id = mapping.text("id"), let share = mapping.number("share_low", in: .share, default: 0),
            let columns = SchoolColumns(mapping, id: id), Self.isComplete(mapping, columns)
        else { return nil }
        self.init(
            path: filePath(file, in: folder), columns: columns, sector: mapping.optionalText("sector") ?? "",
            shareLow: share)
        self.sectors = sectors
        guard readSectors(mapping), readTypes(mapping) else { return nil }
        if let towns = mapping.optional("municipalities") {
            guard let table = MunicipalityTable(towns, folder: folder) else { return nil }
            guard columns.municipality != nil else {
                mapping.fail("'municipalities' needs the schools' column 'municipality'.")
                return nil
            }
            municipalities = table
        }
    }

    /// Whether each thing is told, and told once.
    private static func isComplete(_ mapping: SpecificationMapping, _ columns: SchoolColumns) -> Bool {
        guard columns.pupils != nil || !columns.grades.isEmpty else {
            mapping.fail("missing key 'pupils' in schools: give a column of pupils, or columns of 'grades'.")
            return false
        }
        if let name = columns.columnInTwoRoles {
            mapping.fail("column '\(name)' is declared both as text and as a number. Correct one of them.")
            return false
        }
        guard (columns.sector == nil) != (mapping.optional("sector") == nil) else {
            mapping.fail("give either 'sector' (one for all schools) or 'sector_column'.")
            return false
        }
        let tellsLow = [columns.lowPupils != nil, mapping.optional("share_low") != nil, columns.hasGradesByGroup]
        guard tellsLow.count(where: { $0 }) == 1 else {
            mapping.fail(
                "give one of 'low_pupils' (a column), 'share_low' (the share of pupils of the low group) and 'grades' with "
                    + "a low and a high column.")
            return false
        }
        return true
    }

    /// A sector value that stands for no sector: its rows are left out.
    private static let noSector = "none"

    private mutating func readSectors(_ mapping: SpecificationMapping) -> Bool {
        if let value = mapping.optional("sector"), let sectors, value.word(among: sectors) == nil { return false }
        guard let value = mapping.optional("sector_values") else { return true }
        guard columns.sector != nil else {
            value.fail("'sector_values' needs 'sector_column'.")
            return false
        }
        guard let entries = value.openMapping("sector_values")?.entries else { return false }
        for entry in entries {
            let name = sectors.map { entry.value.word(among: $0 + [Self.noSector]) } ?? entry.value.text()
            guard let name else { return false }
            if name == Self.noSector { sectorsLeftOut.insert(entry.key) } else { sectorValues[entry.key] = name }
        }
        return true
    }

    private mutating func readTypes(_ mapping: SpecificationMapping) -> Bool {
        guard let value = mapping.optional("type_values") else { return true }
        guard columns.type != nil else {
            value.fail("'type_values' needs 'school_type'.")
            return false
        }
        guard let entries = value.openMapping("type_values")?.entries else { return false }
        for entry in entries {
            guard let type = entry.value.text() else { return false }
            typeValues[entry.key] = type
        }
        return true
    }
}

extension SchoolColumns {
    fileprivate init?(_ mapping: SpecificationMapping, id: String) {
        self.init(id: id)
        pupils = mapping.optionalText("pupils")
        score = mapping.optionalText("score")
        scoreBeforeThreshold = mapping.optionalText("score_before_threshold")
        lowPupils = mapping.optionalText("low_pupils")
        sector = mapping.optionalText("sector_column")
        type = mapping.optionalText("school_type")
        region = mapping.optionalText("region")
        urbanity = mapping.optionalText("urbanity")
        municipality = mapping.optionalText("municipality")
        board = mapping.optionalText("board")
        newcomers = mapping.optionalText("newcomers")
        guard let value = mapping.optional("grades") else { return }
        guard let entries = value.openMapping("grades")?.entries else { return nil }
        grades = entries.compactMap { Grade(name: $0.key, $0.value) }
        guard grades.count == entries.count, !grades.isEmpty else { return nil }
        guard grades.allSatisfy({ $0.columns.count == grades[0].columns.count }) else {
            value.fail("some grades have one column and others a low and a high one; expected the same for all.")
            return nil
        }
    }
}

extension SchoolColumns.Grade {
    fileprivate init?(name: String, _ value: SpecificationValue) {
        self.name = name
        guard value.isMapping else {
            guard let column = value.text() else { return nil }
            count = .all(column)
            return
        }
        guard let mapping = value.mapping("grade", keys: ["low", "high"]), let low = mapping.text("low"),
            let high = mapping.text("high")
        else { return nil }
        count = .groups(low: low, high: high)
    }
}

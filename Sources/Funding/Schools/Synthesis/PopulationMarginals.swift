import Specifications

/// The declared marginals of a synthetic school population: every number with its source, or the word assumption.
public struct PopulationMarginals: Sendable {
    /// The marginals of one sector.
    public struct Sector: Sendable {
        /// The sector's name.
        public let name: String
        /// The number of schools.
        public let schools: SourcedNumber
        /// The number of pupils of all schools together.
        public let pupils: SourcedNumber
        /// The school types, or a single one without a name.
        public let types: [SchoolTypeMarginals]
    }

    /// The sectors.
    public let sectors: [Sector]
    /// One line on what the population is.
    public let title: String
    /// The file that they were read from.
    public let path: String
    let municipalities: MunicipalityMarginals?

    /// The embedded default: the Dutch marginals, with their sources.
    ///
    /// - Throws: ``Specifications/SpecificationError`` when the embedded file is damaged.
    public static func netherlands() throws(SpecificationError) -> PopulationMarginals {
        try PopulationMarginals(
            SpecificationFile(bytes: PackageResources.netherlands_yaml, path: "(embedded) netherlands.yaml"))
    }

    /// Reads a file of marginals, in the format of the embedded one.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String) throws(SpecificationError) { try self.init(SpecificationFile(path: path)) }

    /// Reads marginals from a file.
    ///
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(_ file: SpecificationFile) throws(SpecificationError) {
        do {
            self = try file.decoded { PopulationMarginals($0, path: file.path) }
        } catch {
            // What a sector declares is read for each of its types.
            var told: [SpecificationProblem] = []
            for problem in error.problems where !told.contains(problem) { told.append(problem) }
            throw SpecificationError(told)
        }
    }

    private init?(_ value: SpecificationValue, path: String) {
        guard let mapping = value.mapping("population", keys: ["title", "sectors", "municipalities"]),
            let entries = mapping.required("sectors")?.openMapping("sectors")?.entries
        else { return nil }
        sectors = entries.compactMap { Sector(name: $0.key, $0.value) }
        let towns = mapping.optional("municipalities").map { MunicipalityMarginals($0) }
        if case .some(.none) = towns { return nil }
        municipalities = towns ?? nil
        title = mapping.optionalText("title") ?? ""
        self.path = path
        guard sectors.count == entries.count, hasMunicipalitiesEverywhere(mapping) else { return nil }
    }

    /// Where municipalities are declared, every region in which schools may be needs some.
    private func hasMunicipalitiesEverywhere(_ mapping: SpecificationMapping) -> Bool {
        guard let municipalities else { return true }
        let known = Set(municipalities.regions.map(\.name))
        let regions = sectors.flatMap(\.types).flatMap { $0.region?.classes ?? [] }
        guard let missing = regions.first(where: { !known.contains($0) }) else { return true }
        mapping.fail("region '\(missing)' has no municipalities. Declare them, or leave 'municipalities' out.")
        return false
    }

    /// A declared number with its name, such as `po.bo.share_low`, for tables of assumptions.
    public struct Figure: Sendable {
        /// The name.
        public let name: String
        /// The number and its source.
        public let number: SourcedNumber
        /// Its unit.
        public let unit: String
    }

    /// The single numbers declared, in the order of the file; distributions and shares are in the file itself.
    public var figures: [Figure] {
        sectors.flatMap { sector -> [Figure] in
            let whole = [
                Figure(name: sector.name + ".schools", number: sector.schools, unit: "schools"),
                Figure(name: sector.name + ".pupils", number: sector.pupils, unit: "pupils"),
            ]
            return whole + sector.types.flatMap { $0.figures(sector: sector.name) }
        }
    }
}

extension SchoolTypeMarginals {
    fileprivate func figures(sector: String) -> [PopulationMarginals.Figure] {
        let prefix = sector + "." + (name.map { $0 + "." } ?? "")
        var figures: [PopulationMarginals.Figure] = []
        if name != nil {
            figures.append(.init(name: prefix + "schools", number: schools, unit: "schools, up to scale"))
            figures.append(.init(name: prefix + "pupils", number: pupils, unit: "pupils, up to scale"))
        }
        figures.append(
            .init(name: prefix + "share_low", number: shareLow, unit: "share of pupils of the low SES group"))
        if let threshold {
            figures.append(
                .init(name: prefix + "threshold_per_pupil", number: threshold, unit: "score points per pupil"))
        }
        return figures
    }
}

extension PopulationMarginals.Sector {
    /// More schools have no random numbers of their own, see ``Probability/RandomStream``.
    static let largestNumberOfSchools = 65_536.0

    fileprivate init?(name: String, _ value: SpecificationValue) {
        let keys = ["schools", "pupils", "types"] + DeclaredMarginals.keys
        guard let sector = value.mapping("sector", keys: keys),
            let schools = sector.required("schools").flatMap({ SourcedNumber($0, in: .positive) }),
            let pupils = sector.required("pupils").flatMap({ SourcedNumber($0, in: .positive) }),
            let declared = DeclaredMarginals(sector)
        else { return nil }
        guard schools.value <= Self.largestNumberOfSchools, pupils.value <= 1e9 else {
            sector.fail("found \(schools.value) schools of \(pupils.value) pupils; expected at most 65536 and 1e9.")
            return nil
        }
        self.name = name
        self.schools = schools
        self.pupils = pupils
        if let entries = sector.optional("types")?.openMapping("types")?.entries {
            types = entries.compactMap { Self.type($0, declared) }
            guard types.count == entries.count, !types.isEmpty else { return nil }
        } else {
            guard
                let only = SchoolTypeMarginals(
                    name: nil, schools: schools, pupils: pupils, declared, place: sector)
            else { return nil }
            types = [only]
        }
        guard types.allSatisfy({ max($0.schools.value, $0.pupils.value) <= 1e9 }) else {
            sector.fail("a type has more than 1e9 schools or pupils; expected counts or shares.")
            return nil
        }
        for (type, counts) in zip(types, counts) {
            let hasEnough = counts.pupils >= counts.schools && counts.schools > 0
            if hasEnough { continue }
            sector.fail(
                "found \(counts.pupils) pupils in \(counts.schools) schools"
                    + (type.name.map { " of type '\($0)'" } ?? "")
                    + "; expected a school at least, and a pupil a school at least.")
            return nil
        }
    }

    private static func type(
        _ entry: SpecificationMapping.Entry, _ sector: DeclaredMarginals
    ) -> SchoolTypeMarginals? {
        guard let mapping = entry.value.mapping("school type", keys: ["schools", "pupils"] + DeclaredMarginals.keys),
            let schools = mapping.required("schools").flatMap({ SourcedNumber($0, in: .positive) }),
            let pupils = mapping.required("pupils").flatMap({ SourcedNumber($0, in: .positive) }),
            let own = DeclaredMarginals(mapping)
        else { return nil }
        return SchoolTypeMarginals(
            name: entry.key, schools: schools, pupils: pupils, own.completed(by: sector), place: mapping)
    }

    /// The whole numbers of schools and pupils of each type, which add up to the sector's.
    var counts: [(schools: Int, pupils: Int)] {
        let schools = wholeParts(of: Int(self.schools.value), by: types.map(\.schools.value))
        let pupils = wholeParts(of: Int(self.pupils.value), by: types.map(\.pupils.value))
        return Array(zip(schools, pupils))
    }
}

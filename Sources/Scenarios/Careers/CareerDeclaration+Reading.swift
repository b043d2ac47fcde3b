import Recovery
import Specifications
import Transitions

/// What a file says besides its careers, for reading them.
struct CareerContext {
    let sectors: [String]
    let groups: [String]
    let outcomes: [SimulatedOutcome]
    let models: [String]
    let years: [SchoolYear]
    let grades: [String: Int]
}

extension CareerDeclaration {
    private static let keys = [
        "sector", "stream", "tracks", "ends", "source", "note", "flows", "skill", "wellbeing", "policy",
    ]

    /// Reads a list of careers, one for a sector.
    static func list(_ value: SpecificationValue, _ context: CareerContext) -> [CareerDeclaration]? {
        guard let values = value.list(atLeast: 1) else { return nil }
        let read = values.map { CareerDeclaration($0, context) }
        let careers = read.compactMap { $0 }
        guard careers.count == values.count else { return nil }
        for (index, own) in careers.enumerated() {
            let before = careers[..<index]
            if before.contains(where: { $0.sector == own.sector }) {
                values[index].fail("careers of sector '\(own.sector)' are declared twice. Put them into one.")
            }
            if before.contains(where: { $0.stream == own.stream })
                || context.outcomes.contains(where: { $0.stream == own.stream })
            {
                values[index].fail(
                    "stream \(own.stream) is used twice. Give each outcome and each sector's careers a number of its own."
                )
            }
        }
        return careers
    }

    private init?(_ value: SpecificationValue, _ context: CareerContext) {
        guard let mapping = value.mapping("careers", keys: Self.keys) else { return nil }
        let sector = mapping.required("sector").flatMap { Self.sector($0, context) }
        let stream = mapping.integer("stream", in: 1...65_535)
        let source = mapping.text("source")
        let tracks = mapping.required("tracks").flatMap { Self.tracks($0, context.groups) }
        let ends = mapping.optional("ends").map { $0.texts(atLeast: 1) } ?? ["left"]
        guard let sector, let stream, let source, let tracks, let ends,
            let ladder = Self.ladder(tracks, ends, context.groups, mapping)
        else { return nil }
        let places = CareerPlaces(ladder: ladder, groups: context.groups)
        let flows = mapping.required("flows").flatMap { Self.flows($0, places, context) }
        let skill = mapping.optional("skill").map { Self.response(.skillShift, $0, sector, places, context) }
        let wellbeing = mapping.optional("wellbeing").map {
            Self.response(.wellbeingShift, $0, sector, places, context)
        }
        let policy = mapping.optional("policy").map { Self.policy($0, places, context.years) } ?? [:]
        guard let flows, let policy else { return nil }
        if case .some(.none) = skill { return nil }
        if case .some(.none) = wellbeing { return nil }
        self.sector = sector
        self.stream = UInt64(stream)
        self.ladder = ladder
        self.source = source
        self.tracks = tracks.map(\.track)
        self.flows = flows
        self.skill = skill ?? nil
        self.wellbeing = wellbeing ?? nil
        self.policy = policy
        place = value.place
    }

    private static func sector(_ value: SpecificationValue, _ context: CareerContext) -> String? {
        guard let sector = value.word(among: context.sectors) else { return nil }
        guard context.grades[sector] != nil else {
            value.fail(
                "careers need pupils who enter and leave, and nobody does in sector '\(sector)': give its number of grades "
                    + "under 'grades'.")
            return nil
        }
        guard context.outcomes.contains(where: { $0.sector == sector }) else {
            value.fail(
                "sector '\(sector)' has no outcome, so nothing of it is simulated. Declare one under 'outcomes'.")
            return nil
        }
        return sector
    }

    private typealias NamedTrack = (name: CareerLadder.Track, track: Track)

    private static func tracks(_ value: SpecificationValue, _ groups: [String]) -> [NamedTrack]? {
        guard let values = value.list(atLeast: 1) else { return nil }
        let read = values.map { Self.track($0, groups) }
        let tracks = read.compactMap { $0 }
        guard tracks.count == values.count else { return nil }
        guard tracks.count <= 12 else {
            value.fail("found \(tracks.count) tracks; expected at most 12.")
            return nil
        }
        for (index, group) in groups.enumerated() {
            let sum = tracks.reduce(0.0) { $0 + $1.track.shares[index] }
            guard abs(sum - 1) <= 1e-9 else {
                // Decimal shares are added up in binary: 0.7 + 0.2 + 0.2 is not to be printed with 16 digits.
                let rounded = (sum * 1e9).rounded() / 1e9
                value.fail("the tracks' shares of '\(group)' add up to \(rounded); expected 1.")
                return nil
            }
        }
        return tracks
    }

    private static func track(_ value: SpecificationValue, _ groups: [String]) -> NamedTrack? {
        guard let mapping = value.mapping("track", keys: ["name", "grades", "share", "school_types", "note"]) else {
            return nil
        }
        let name = mapping.text("name")
        let grades = mapping.integer("grades", in: 1...12)
        let types = mapping.optional("school_types").map { $0.texts(atLeast: 1) }
        let shares = mapping.required("share")?.mapping("share", keys: groups).flatMap { mapping in
            let shares = groups.map { mapping.number($0, in: .share) }
            return shares.contains { $0 == nil } ? nil : shares.compactMap { $0 }
        }
        if case .some(.none) = types { return nil }
        guard let name, let grades, let shares else { return nil }
        return (CareerLadder.Track(name: name, grades: grades), Track(shares: shares, schoolTypes: types ?? nil))
    }

    private static func ladder(
        _ tracks: [NamedTrack], _ ends: [String], _ groups: [String], _ mapping: SpecificationMapping
    ) -> CareerLadder? {
        let taken = groups + ["all"]
        if let name = (tracks.map(\.name.name) + ends).first(where: { taken.contains($0) }) {
            mapping.fail(
                "'\(name)' is the name of a track or end, and of a SES group or all pupils. Rename the track or end.")
            return nil
        }
        // 'havo.practical' is how files name the group's pupils of a track.
        if let name = tracks.map(\.name.name).first(where: { name in groups.contains { name.hasSuffix("." + $0) } }) {
            mapping.fail("track '\(name)' ends as if it were a SES group's part of a track. Rename the track.")
            return nil
        }
        do {
            let ladder = try CareerLadder(tracks: tracks.map(\.name), ends: ends)
            guard ladder.gradeStateCount <= PupilFlow.largestNumberOfGrades else {
                throw TransitionError.tooManyGrades(found: ladder.gradeStateCount)
            }
            return ladder
        } catch {
            mapping.optional("tracks")?.fail("\(error)")
            return nil
        }
    }

    private static func flows(
        _ value: SpecificationValue, _ places: CareerPlaces, _ context: CareerContext
    ) -> Flows? {
        guard let mapping = value.mapping("flows", keys: ["model", "declared"]) else { return nil }
        guard mapping.entries.count == 1 else {
            mapping.fail("expected 'model', a model of kind transitions, or 'declared' probabilities, one of the two.")
            return nil
        }
        if let model = mapping.optional("model") {
            if context.models.isEmpty {
                model.fail("no models are declared. Name the file under 'models', with a 'stream'.")
                return nil
            }
            return model.word(among: context.models).map { .model($0, place: model.place) }
        }
        guard places.ladder.ends.count == 1 else {
            mapping.fail(
                "declared flows tell of one end only, and 'ends' has \(places.ladder.ends.count). Leave one, such as 'left'."
            )
            return nil
        }
        guard let declared = mapping.required("declared"),
            let moves = moves(.flowProbability, declared, "declared flows", places)
        else { return nil }
        guard let problem = DeclaredFlows(moves: moves, places: places).problem else { return .declared(moves) }
        declared.fail(problem)
        return nil
    }

    /// Reads a mapping from moves to parameters.
    private static func moves(
        _ kind: UncertainParameter.Kind, _ value: SpecificationValue, _ name: String, _ places: CareerPlaces
    ) -> [DeclaredMove: PlacedParameters]? {
        guard let mapping = value.mapping(name, keys: DeclaredMove.allCases.map(\.rawValue)) else { return nil }
        var result: [DeclaredMove: PlacedParameters] = [:]
        var isComplete = true
        for entry in mapping.entries {
            guard let move = DeclaredMove(rawValue: entry.key) else {
                isComplete = false
                continue
            }
            result[move] = PlacedParameters(kind, entry.value, places)
            if result[move] == nil { isComplete = false }
        }
        return isComplete ? result : nil
    }

    private static func response(
        _ kind: UncertainParameter.Kind, _ value: SpecificationValue, _ sector: String, _ places: CareerPlaces,
        _ context: CareerContext
    ) -> Response? {
        guard let mapping = value.mapping("'\(kind.key)'", keys: ["outcome", "log_odds_per_sd"]) else { return nil }
        let own = context.outcomes.filter { $0.sector == sector }.map(\.outcome)
        let outcome = mapping.required("outcome")?.word(among: own)
        let shifts = mapping.required("log_odds_per_sd").flatMap { moves(kind, $0, "'log_odds_per_sd'", places) }
        guard let outcome, let shifts else { return nil }
        return Response(outcome: outcome, shifts: shifts)
    }

    private static func policy(
        _ value: SpecificationValue, _ places: CareerPlaces, _ years: [SchoolYear]
    ) -> [SchoolYear: [DeclaredMove: PlacedParameters]]? {
        guard let mapping = value.openMapping("policy") else { return nil }
        var result: [SchoolYear: [DeclaredMove: PlacedParameters]] = [:]
        var isComplete = true
        for entry in mapping.entries {
            guard let year = entry.keyValue.schoolYear() else {
                isComplete = false
                continue
            }
            guard years.contains(year) else {
                entry.keyValue.fail(
                    "found \(year); expected a simulated school year, \(years.first?.description ?? "") to "
                        + "\(years.last?.description ?? "").")
                isComplete = false
                continue
            }
            result[year] = moves(.policyShift, entry.value, "policy of \(year)", places)
            if result[year] == nil { isComplete = false }
        }
        return isComplete ? result : nil
    }
}

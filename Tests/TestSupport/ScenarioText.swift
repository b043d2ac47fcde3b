/// A scenario file in parts. Unless a test says otherwise every parameter is fixed and does nothing: a persistence of 1, no
/// loss, no noise, no start; a euro does 0.02 SD per 1,000, for ever.
public struct ScenarioText: Sendable {
    /// One outcome of one sector.
    public struct Outcome: Sendable {
        /// Its name.
        public var name: String
        /// Its sector.
        public var sector: String
        /// The number that keys its random numbers.
        public var stream: Int
        /// Where its state starts, as in a file.
        public var start = "baseline"
        /// Its weeks of closure, as in a file but for the source: `2020/21: 5`.
        public var closures = ""
        /// Lines of other keys.
        public var lines: [String] = []
        /// Distributions by parameter.
        public var parameters: [String: String] = [
            "persistence": fixed(1), "loss_per_week": fixed(0), "low_extra": fixed(0), "school_sd": fixed(0),
            "drift": fixed(0), "effect_per_1000_eur": fixed(0.02), "effect_plateau": fixed(1),
            "effect_half_life": fixed(1), "low_multiplier": fixed(1), "noise_sd": fixed(0),
        ]

        /// An outcome that nothing happens to.
        public init(_ name: String = "reading", sector: String = "po", stream: Int = 1) {
            (self.name, self.sector, self.stream) = (name, sector, stream)
        }

        fileprivate var text: String {
            let lines = lines.map { "    \($0)\n" }.joined()
            let parameters = parameters.sorted { $0.key < $1.key }.map { "      \($0.key): \($0.value)\n" }.joined()
            let weeks = closures.isEmpty ? "" : closures + ", "
            return "  - outcome: \(name)\n    sector: \(sector)\n    stream: \(stream)\n    start: \(start)\n"
                + "    closure_weeks: {\(weeks)source: test}\n\(lines)    parameters:\n\(parameters)"
        }
    }

    /// The seed.
    public var seed = 1
    /// The calendar.
    public var calendar = "{first: 2020/21, last: 2023/24}"
    /// The sectors.
    public var sectors = ["po"]
    /// Lines of other keys of the file.
    public var lines: [String] = []
    /// The outcomes.
    public var outcomes = [Outcome()]
    /// The schools: id, sector, region, pupils, low pupils, score.
    public var schools = ["a,po,north,40,10,0", "b,po,north,40,20,50", "c,po,south,100,5,10"]
    /// The column of the schools' regions; nil when it is not declared.
    public var regionColumn: String? = "region"
    /// The scenarios, as in a file.
    public var scenarios = [none, money]

    /// A scenario without money.
    public static let none = "  none: {rules: []}\n"
    /// EUR 1,000 a pupil of sector po, received in 2021/22, spent in halves in that year and the next.
    public static let money = """
          money:
            deadline: 2022/23
            rules:
              - {name: base, kind: per_pupil, rate: 1000, years: [2021/22], sectors: [po], source: test}

        """

    /// Three schools, one outcome, with and without money.
    public init() {}

    /// A fixed parameter.
    public static func fixed(_ value: Double) -> String { "{distribution: fixed, value: \(value), source: test}" }

    /// The text of the scenario file.
    public var text: String {
        """
        seed: \(seed)
        draws: 20
        reference: none
        margin_sd: 0.05
        groups: {low: practical, high: theoretical}
        calendar: \(calendar)
        sectors: [\(sectors.joined(separator: ", "))]
        models: []
        schools: {file: schools.csv, id: id, pupils: pupils, score: score, low_pupils: low, sector_column: sector\(regionColumn.map { ", region: " + $0 } ?? "")}
        outcomes:

        """ + outcomes.map(\.text).joined() + "scenarios:\n" + scenarios.joined()
            + lines.map { $0 + "\n" }.joined()
    }

    /// Writes the scenario file and its schools into a folder; returns the scenario file's path.
    public func write(to folder: TemporaryFolder, name: String = "s.yaml") throws -> String {
        let header = "id,sector,region,pupils,low,score\n"
        try folder.write(header + schools.map { $0 + "\n" }.joined(), to: "schools.csv")
        return try folder.write(text, to: name)
    }
}

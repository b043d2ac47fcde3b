/// A school as the rules and the simulator see it.
public struct School: Sendable, Equatable {
    /// The pupils of one grade.
    public struct GradePupils: Sendable, Equatable {
        /// The grade, as the school table names it; a track may be part of it: `vbo 3`.
        public let grade: String
        /// Pupils of the low SES group.
        public let low: Int
        /// Pupils of the high SES group.
        public let high: Int

        /// The pupils of one grade.
        public init(grade: String, low: Int, high: Int) {
            self.grade = grade
            self.low = low
            self.high = high
        }
    }

    /// Where a school is and what it is: what rules select by and summaries are split by. Nil when not declared.
    public struct Traits: Sendable, Equatable {
        /// The school type: `bo`, `sbo`, `pro` ...
        public var type: String?
        /// The region, such as a province.
        public var region: String?
        /// The class of urbanity.
        public var urbanity: String?
        /// The municipality.
        public var municipality: String?
        /// The school board.
        public var board: String?

        /// Traits; those not given are unknown.
        public init(
            type: String? = nil, region: String? = nil, urbanity: String? = nil, municipality: String? = nil,
            board: String? = nil
        ) {
            self.type = type
            self.region = region
            self.urbanity = urbanity
            self.municipality = municipality
            self.board = board
        }
    }

    /// Its identity: random numbers are keyed by it.
    public let id: String
    /// `po`, `vo`, `so`, or another declared sector.
    public let sector: String
    /// What it is and where.
    public let traits: Traits
    /// The number of pupils of the low SES group.
    public let lowPupils: Int
    /// The number of pupils of the high SES group.
    public let highPupils: Int
    /// The pupils by grade, which add up to all pupils; empty when not declared by grade.
    public let grades: [GradePupils]
    /// The number of newcomer pupils (in special education: pupils with a non-Dutch cultural background); nil when unknown.
    public let newcomers: Int?
    /// The disadvantage score after the threshold, which drives money; nil when unknown.
    public let disadvantageScore: Double?
    /// The disadvantage score before the threshold, which orders schools; nil when unknown.
    public let scoreBeforeThreshold: Double?

    /// A school.
    public init(
        id: String, sector: String, traits: Traits = Traits(), lowPupils: Int, highPupils: Int,
        grades: [GradePupils] = [], newcomers: Int? = nil, disadvantageScore: Double?, scoreBeforeThreshold: Double?
    ) {
        self.id = id
        self.sector = sector
        self.traits = traits
        self.lowPupils = lowPupils
        self.highPupils = highPupils
        self.grades = grades
        self.newcomers = newcomers
        self.disadvantageScore = disadvantageScore
        self.scoreBeforeThreshold = scoreBeforeThreshold
    }

    /// All pupils.
    public var pupils: Int { lowPupils + highPupils }

    /// The score before the threshold, or the score after it when that is all there is, per pupil.
    public var scorePerPupil: Double? {
        guard pupils > 0 else { return nil }
        return (scoreBeforeThreshold ?? disadvantageScore).map { $0 / Double(pupils) }
    }

    /// The score per pupil in the steps that schools are compared in.
    var scoreOrder: Double? {
        guard pupils > 0 else { return nil }
        return (scoreBeforeThreshold ?? disadvantageScore).map(order)
    }

    /// A count per pupil in steps of 2^-36.
    ///
    /// Scores are decimals, so schools in one proportion tie (3.3 for 33 pupils, 10 for 100); the binary quotients may not.
    func order(_ count: Double) -> Double { (count / Double(pupils) * 0x1p36).rounded() }

    /// What makes the school's row unusable; nil when nothing does.
    func problem(sectors: [String]) -> String? {
        if !sectors.contains(sector) { return "unknown sector '\(sector)'; expected one of \(sectors)" }
        if lowPupils < 0 || highPupils < 0 { return "a negative number of pupils" }
        if let newcomers, newcomers < 0 || newcomers > pupils {
            return "\(newcomers) newcomers among \(pupils) pupils; expected 0 to \(pupils)"
        }
        for score in [disadvantageScore, scoreBeforeThreshold].compactMap({ $0 }) where !(score >= 0) || !score.isFinite
        {
            return "a disadvantage score of \(score); expected a number of 0 or more"
        }
        guard !grades.isEmpty else { return nil }
        if grades.contains(where: { $0.low < 0 || $0.high < 0 }) { return "a negative number of pupils in a grade" }
        let (low, high) = grades.reduce((0, 0)) { ($0.0 + $1.low, $0.1 + $1.high) }
        guard low == lowPupils, high == highPupils else {
            return "\(low + high) pupils in its grades, but \(pupils) in all"
        }
        return nil
    }
}

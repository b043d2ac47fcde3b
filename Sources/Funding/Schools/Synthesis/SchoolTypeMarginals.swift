import Specifications

/// What is declared of the schools of a sector, or of one of its types; what a type leaves out is its sector's.
struct DeclaredMarginals {
    /// The distribution of the score per pupil, or that schools have none.
    enum Score {
        case known(QuantileFunction)
        case none
    }

    var size: QuantileFunction?
    var score: Score?
    var threshold: SourcedNumber?
    var shareLow: SourcedNumber?
    var urbanity: SpecificationValue?
    var region: SpecificationValue?
    var sizeShift: SpecificationValue?
    var grades: ShareTable?
    var newcomerShare: QuantileFunction?

    static let keys = [
        "size", "score_per_pupil", "threshold_per_pupil", "share_low", "urbanity", "region", "size_shift", "grades",
        "newcomer_share",
    ]

    /// Nil when a value is wrong.
    init?(_ mapping: SpecificationMapping) {
        var isGood = true
        func read<T>(_ key: String, _ reader: (SpecificationValue) -> T?) -> T? {
            guard let value = mapping.optional(key) else { return nil }
            let result = reader(value)
            if result == nil { isGood = false }
            return result
        }
        size = read("size") { QuantileFunction($0) }
        score = read("score_per_pupil") { value in
            value.isMapping
                ? QuantileFunction(value).map { .known($0) } : value.word(among: ["none"]).map { _ in .none }
        }
        threshold = read("threshold_per_pupil") { SourcedNumber($0, in: .nonNegative) }
        shareLow = read("share_low") { SourcedNumber($0, in: .share) }
        grades = read("grades") { ShareTable(named: $0, "grades") }
        newcomerShare = read("newcomer_share") { QuantileFunction($0, in: .share) }
        urbanity = mapping.optional("urbanity")
        region = mapping.optional("region")
        sizeShift = mapping.optional("size_shift")
        if !isGood { return nil }
    }

    /// These, with another's for those that are not declared.
    func completed(by other: DeclaredMarginals) -> DeclaredMarginals {
        var result = self
        result.size = size ?? other.size
        result.score = score ?? other.score
        result.threshold = threshold ?? other.threshold
        result.shareLow = shareLow ?? other.shareLow
        result.urbanity = urbanity ?? other.urbanity
        result.region = region ?? other.region
        // A shift belongs to the classes of the urbanity it stands beside.
        result.sizeShift = sizeShift ?? (urbanity == nil ? other.sizeShift : nil)
        result.grades = grades ?? other.grades
        result.newcomerShare = newcomerShare ?? other.newcomerShare
        return result
    }
}

/// The marginals of the schools of one sector and type.
public struct SchoolTypeMarginals: Sendable {
    /// The school type; nil when the sector has none.
    public let name: String?
    /// The number of schools; of several types up to scale.
    public let schools: SourcedNumber
    /// The number of pupils; of several types up to scale.
    public let pupils: SourcedNumber
    /// The distribution of school sizes, up to scale.
    public let size: QuantileFunction
    /// The distribution of the disadvantage score before the threshold, per pupil; nil when schools have none.
    public let scorePerPupil: QuantileFunction?
    /// The threshold per pupil.
    public let threshold: SourcedNumber?
    /// The share of pupils of the low SES group.
    public let shareLow: SourcedNumber
    /// The shares of the classes of urbanity, from the most urban, for all schools or by score: rows for equal parts of the
    /// schools in rising order of score per pupil.
    public let urbanity: ShareTable?
    /// The shares of the regions, for all schools, by class of urbanity, or by score and urbanity: for each of some equal
    /// parts of the schools in rising order of score per pupil a row for each class of urbanity.
    public let region: ShareTable?
    /// How size depends on score and urbanity: the mean normal score of the rank of size, a row for each of some equal parts
    /// of the schools in rising order of score per pupil, a number for each class of urbanity.
    let sizeShift: [[Double]]?
    /// The shares of the grades among the pupils.
    public let grades: ShareTable?
    /// The distribution of the share of newcomers; nil when their number is unknown.
    public let newcomerShare: QuantileFunction?

    /// - Parameter place: What problems of the whole are noted at.
    init?(
        name: String?, schools: SourcedNumber, pupils: SourcedNumber, _ declared: DeclaredMarginals,
        place: SpecificationMapping
    ) {
        let what = name.map { "school type '\($0)' or its sector" } ?? "sector"
        guard let size = declared.size, let shareLow = declared.shareLow else {
            place.fail("missing key '\(declared.size == nil ? "size" : "share_low")' in \(what).")
            return nil
        }
        self.name = name
        self.schools = schools
        self.pupils = pupils
        self.size = size
        self.shareLow = shareLow
        if case .known(let score) = declared.score { scorePerPupil = score } else { scorePerPupil = nil }
        threshold = declared.threshold
        grades = declared.grades
        newcomerShare = declared.newcomerShare
        let parts = scorePerPupil == nil ? nil : Self.scoreParts
        let urbanity = declared.urbanity.map { ShareTable($0, "urbanity", condition: "by_score", count: parts) }
        let classes = (urbanity ?? nil)?.classes.count
        let region = declared.region.map { Self.region($0, parts: parts, classes: classes) }
        let shift = declared.sizeShift.map { Self.sizeShift($0, parts: parts, classes: classes) }
        // Nil inside is a problem noted.
        if case .some(.none) = urbanity { return nil }
        if case .some(.none) = region { return nil }
        if case .some(.none) = shift { return nil }
        self.urbanity = urbanity ?? nil
        self.region = region ?? nil
        sizeShift = shift ?? nil
    }

    /// How many equal parts of the schools there may be in tables by score.
    private static let scoreParts = 1...100

    private static func region(
        _ value: SpecificationValue, parts: ClosedRange<Int>?, classes: Int?
    ) -> ShareTable? {
        let byScore = "by_score_and_urbanity"
        guard value.hasKey(byScore) else {
            return ShareTable(value, "region", condition: "by_urbanity", count: classes.map { $0...$0 })
        }
        let rows = parts.flatMap { parts in classes.map { $0...$0 * parts.upperBound } }
        guard let table = ShareTable(value, "region", condition: byScore, count: rows) else { return nil }
        guard let classes, table.rows.count.isMultiple(of: classes) else {
            value.fail("'\(byScore)' needs for each part of the scores a row for each class of urbanity.")
            return nil
        }
        return table
    }

    private static func sizeShift(_ value: SpecificationValue, parts: ClosedRange<Int>?, classes: Int?) -> [[Double]]? {
        let key = "by_score_and_urbanity"
        guard let mapping = value.mapping("size_shift", keys: [key, "source"]), mapping.text("source") != nil,
            let rows = mapping.required(key)?.list(atLeast: 1)
        else { return nil }
        let shifts = rows.compactMap { $0.list()?.compactMap { $0.number() } }
        guard let classes, let parts, parts.contains(shifts.count), shifts.allSatisfy({ $0.count == classes }),
            shifts.joined().allSatisfy({ abs($0) <= 5 })
        else {
            mapping.fail(
                "'\(key)' needs a score, an urbanity, and 1 to 100 rows of a number from -5 to 5 for each class of urbanity."
            )
            return nil
        }
        return shifts
    }
}

import Recovery
import Specifications

extension FundingRule {
    private static let commonKeys =
        ["name", "kind", "total", "years", "sectors", "school_types", "source", "note"] + AmountBounds.keys
        + YearAdjustment.keys

    /// Reads a rule from a scenario file.
    ///
    /// - Parameter knownSectors: The sectors that the scenario's schools can have.
    public init?(_ value: SpecificationValue, knownSectors: [String]) {
        guard let kind = Self.kind(value),
            let rule = value.mapping("funding rule of kind \(kind.rawValue)", keys: Self.commonKeys + kind.keys)
        else { return nil }
        let name = rule.text("name")
        if name?.isEmpty == true { rule.optional("name")?.fail("the name is empty. Give one to write beside amounts.") }
        let sectors = rule.required("sectors")?.list(atLeast: 1)?.map { $0.word(among: knownSectors) }
        let source = rule.text("source")
        let types = rule.optional("school_types").map { $0.texts(atLeast: 1) }
        if case .some(.none) = types { return nil }
        guard let years = rule.required("years")?.schoolYears() else { return nil }
        var total: YearlyNumber??
        if let declared = rule.optional("total") { total = YearlyNumber(declared, in: .budget, years: years) }
        if case .some(.none) = total { return nil }
        let formula = FundingFormula(kind, rule, years: years)
        if kind == .municipal || kind == .targetShare {
            for key in AmountBounds.keys { rule.optional(key)?.fail("a rule of kind \(kind.rawValue) has no bounds.") }
        }
        let bounds = AmountBounds(rule)
        let adjustment = YearAdjustment(rule, years: years)
        guard let name, let sectors, let source, let formula, let bounds, let adjustment,
            !sectors.contains(where: { $0 == nil })
        else { return nil }
        self.init(
            name: name, formula: formula, total: total ?? nil, years: years, sectors: sectors.compactMap { $0 },
            schoolTypes: types ?? nil, bounds: bounds, adjustment: adjustment, source: source,
            place: value.place)
    }

    private static func kind(_ value: SpecificationValue) -> FundingFormula.Kind? {
        guard let open = value.openMapping("funding rule") else { return nil }
        return open.required("kind")?.word(of: FundingFormula.Kind.self)
    }
}

extension NumberRange {
    /// Euros that can be counted in cents.
    static let budget = NumberRange.from(0, to: Cents.largestTotal.euros)
}

extension FundingFormula.Kind {
    /// The keys of a rule of this kind beside those of all rules.
    fileprivate var keys: [String] {
        switch self {
        case .perPupil: ["rate", "grades"]
        case .perScorePoint: ["rate", "score"]
        case .newcomers: ["rate", "above"]
        case .topShare: ["rate", "share", "order", "score", "ties", "small_school"]
        case .application: ["rate", "share", "share_with_score", "take_up"]
        case .lumpSum: ["rate"]
        case .targetShare: ["share", "score", "rules"]
        case .municipal: ["per_inhabitant", "per_pupil", "per_score_point", "cooperation_share"]
        }
    }
}

extension FundingFormula {
    fileprivate init?(_ kind: Kind, _ rule: SpecificationMapping, years: [SchoolYear]) {
        switch kind {
        case .targetShare:
            guard let formula = TargetShare(rule, years: years) else { return nil }
            self = .targetShare(formula)
        case .municipal:
            guard let formula = MunicipalPart(rule, years: years) else { return nil }
            self = .municipal(formula)
        default:
            guard let rate = Self.rate(rule, years: years, combines: kind == .topShare) else { return nil }
            self.init(kind, rule, rate: rate)
        }
    }

    private init?(_ kind: Kind, _ rule: SpecificationMapping, rate: YearlyNumber) {
        switch kind {
        case .perPupil:
            let grades = rule.optional("grades").map { $0.texts(atLeast: 1) }
            if case .some(.none) = grades { return nil }
            self = .perPupil(PerPupil(rate: rate, grades: grades ?? nil))
        case .perScorePoint:
            guard let score = ScoreKind(rule) else { return nil }
            self = .perScorePoint(PerScorePoint(rate: rate, score: score))
        case .newcomers:
            guard let above = rule.integer("above", in: 0...1_000_000, default: 0) else { return nil }
            self = .newcomers(NewcomerSupplement(rate: rate, above: above))
        case .topShare:
            guard let formula = TopShareSupplement(rule, rate: rate) else { return nil }
            self = .topShare(formula)
        case .application:
            guard let formula = ApplicationSubsidy(rule, rate: rate) else { return nil }
            self = .application(formula)
        case .lumpSum: self = .lumpSum(LumpSum(rate: rate))
        case .targetShare, .municipal: return nil
        }
    }

    /// A rate, or 1 when the rule has a total instead; a formula that adds amounts to its rate may have both.
    private static func rate(_ rule: SpecificationMapping, years: [SchoolYear], combines: Bool) -> YearlyNumber? {
        switch (rule.optional("rate"), rule.optional("total")) {
        case (let rate?, nil): return YearlyNumber(rate, in: .nonNegative, years: years)
        case (let rate?, _?) where combines: return YearlyNumber(rate, in: .nonNegative, years: years)
        case (nil, _?): return YearlyNumber(1)
        default:
            rule.fail(
                "a funding rule has either a 'rate' (euros per unit of its kind) or a 'total' (euros a year).")
            return nil
        }
    }
}

extension ScoreKind {
    /// The key `score` of a rule; with the threshold by default.
    fileprivate init?(_ rule: SpecificationMapping) {
        guard let value = rule.optional("score") else {
            self = .withThreshold
            return
        }
        guard let word = value.word(of: ScoreKind.self) else { return nil }
        self = word
    }
}

extension TargetShare {
    fileprivate init?(_ rule: SpecificationMapping, years: [SchoolYear]) {
        let share = rule.required("share").flatMap { YearlyNumber($0, in: .share, years: years) }
        let rules = rule.optional("rules").map { $0.texts(atLeast: 1) }
        guard let share, let score = ScoreKind(rule) else { return nil }
        if case .some(.none) = rules { return nil }
        if rule.optional("total") == nil {
            for key in YearAdjustment.keys {
                rule.optional(key)?.fail("a target share follows other rules' money; give 'share' by year instead.")
            }
        }
        if rule.optional("total") == nil, share.distinct.contains(where: { $0.value >= 1 }) {
            rule.fail("a share of 1 leaves nothing for the other rules. Give a 'total', or a smaller share.")
            return nil
        }
        if rule.optional("total") != nil, let rules = rule.optional("rules") {
            rules.fail("with a 'total' the rest is divided per pupil; leave 'rules' out.")
            return nil
        }
        self.init(share: share, score: score, rules: rules ?? nil)
    }
}

extension TopShareSupplement {
    fileprivate init?(_ rule: SpecificationMapping, rate: YearlyNumber) {
        let share = rule.number("share", in: .share)
        let order = rule.optional("order").map { $0.word(of: Order.self) } ?? .scorePerPupil
        let ties = rule.optional("ties").map { $0.word(of: Ties.self) } ?? .include
        guard let share, let order, let ties, let score = ScoreKind(rule) else { return nil }
        guard let value = rule.optional("small_school") else {
            self.init(rate: rate, share: share, order: order, score: score, ties: ties)
            return
        }
        guard let small = value.mapping("small_school", keys: ["below", "amount", "per_pupil"]),
            let below = small.integer("below", in: 1...1_000_000), let amount = small.number("amount"),
            let perPupil = small.number("per_pupil")
        else { return nil }
        self.init(
            rate: rate, share: share, order: order, score: score, ties: ties,
            smallSchool: SmallSchool(below: below, amount: amount, perPupil: perPupil))
    }
}

extension ApplicationSubsidy {
    fileprivate init?(_ rule: SpecificationMapping, rate: YearlyNumber) {
        guard let share = rule.number("share", in: .share),
            let withScore = rule.number("share_with_score", in: .share, default: share),
            let takeUp = rule.required("take_up").flatMap({ Self.takeUp($0) })
        else { return nil }
        self.init(rate: rate, share: share, shareWithScore: withScore, takeUp: takeUp)
    }

    private static func takeUp(_ value: SpecificationValue) -> [Double]? {
        guard value.isMapping else { return value.number(in: .share).map { Array(repeating: $0, count: 6) } }
        let keys = ["unknown", "1", "2", "3", "4", "5"]
        guard let mapping = value.mapping("take-up by quintile", keys: keys) else { return nil }
        let shares = keys.compactMap { mapping.number($0, in: .share) }
        return shares.count == keys.count ? shares : nil
    }
}

extension MunicipalPart {
    fileprivate init?(_ rule: SpecificationMapping, years: [SchoolYear]) {
        func rate(_ key: String) -> YearlyNumber? {
            guard let value = rule.optional(key) else { return YearlyNumber(0) }
            return YearlyNumber(value, in: .nonNegative, years: years)
        }
        guard let perInhabitant = rate("per_inhabitant"), let perPupil = rate("per_pupil"),
            let perScorePoint = rate("per_score_point"),
            let cooperation = rule.number("cooperation_share", in: .share, default: 0)
        else { return nil }
        guard [perInhabitant, perPupil, perScorePoint].contains(where: { $0.distinct.contains { $0.value > 0 } }) else {
            rule.fail("a municipal rule needs 'per_inhabitant', 'per_pupil' or 'per_score_point' above 0.")
            return nil
        }
        self.init(
            perInhabitant: perInhabitant, perPupil: perPupil, perScorePoint: perScorePoint,
            cooperationShare: cooperation)
    }
}

extension SpecificationValue {
    /// A school year such as `2021/22`.
    public func schoolYear() -> SchoolYear? {
        guard let word = text() else { return nil }
        guard let year = SchoolYear(word) else {
            fail("found '\(word)'; expected a school year such as 2021/22.")
            return nil
        }
        return year
    }

    /// A list of school years, at least one, all different.
    public func schoolYears() -> [SchoolYear]? {
        guard let values = list(atLeast: 1) else { return nil }
        let years = values.compactMap { $0.schoolYear() }
        guard years.count == values.count else { return nil }
        guard Set(years).count == years.count else {
            fail("a school year is named twice.")
            return nil
        }
        return years.sorted()
    }
}

import Specifications

/// A model file, read and checked: what to fit, on which data, against which baseline, and what to report.
public struct ModelFile: Sendable {
    /// What the file's kind asks to be fitted.
    public enum Kind: Sendable {
        /// A linear mixed model of individual scores.
        case growth(GrowthSpecification)
        /// Published figures combined by generalised least squares.
        case aggregate(AggregateSpecification)
        /// A meta-analysis of intervention effects.
        case evidence(EvidenceSpecification)
        /// The decay of an effect to a plateau.
        case persistence(PersistenceSpecification)
        /// Levels of repeated cross-sections, by year and group.
        case trend(TrendSpecification)
        /// The tables of a monitor.
        case survey(SurveySpecification)
        /// School careers: rates of events and states, or flows between them.
        case transitions(TransitionsSpecification)
    }

    /// The model's name: the file's name without folder and extension.
    public let name: String
    /// The file's path as the user gave it.
    public let path: String
    /// The bytes of the file, for provenance.
    public let bytes: [UInt8]
    /// One line on what the model is; empty when not given.
    public let title: String
    /// What a reader of the figures must know, in its author's words; empty when not given.
    public let note: String
    /// What is fitted.
    public let kind: Kind
    /// The pre-crisis reference; nil when the file declares none.
    public let baseline: BaselineDeclaration?
    /// How deviations are judged and expressed.
    public let judgement: Judgement

    /// The kinds that can be fitted.
    static let kinds = ["growth", "aggregate", "evidence", "persistence", "trend", "survey", "transitions"]
    private static let commonKeys = ["kind", "title", "source", "note"]
    /// The keys of the kinds that are compared with a baseline.
    private static let judgementKeys = ["baseline"] + Judgement.keys

    /// The keys of a kind beyond ``commonKeys``.
    private static func keys(of kind: String) -> [String] {
        switch kind {
        case "growth": judgementKeys + GrowthSpecification.keys
        case "aggregate": judgementKeys + AggregateSpecification.keys
        case "trend": judgementKeys + TrendSpecification.keys
        case "evidence": EvidenceSpecification.keys
        case "survey": SurveySpecification.keys
        case "transitions": judgementKeys + TransitionsSpecification.keys
        default: PersistenceSpecification.keys
        }
    }

    private static func specification(_ kind: String, _ model: SpecificationMapping, folder: String) -> Kind? {
        switch kind {
        case "growth": GrowthSpecification(model, folder: folder).map { .growth($0) }
        case "aggregate": AggregateSpecification(model).map { .aggregate($0) }
        case "trend": TrendSpecification(model, folder: folder).map { .trend($0) }
        case "evidence": EvidenceSpecification(model, folder: folder).map { .evidence($0) }
        case "survey": SurveySpecification(model, folder: folder).map { .survey($0) }
        case "transitions": TransitionsSpecification(model, folder: folder).map { .transitions($0) }
        default: PersistenceSpecification(model, folder: folder).map { .persistence($0) }
        }
    }

    /// Reads a model file.
    ///
    /// - Parameter path: The file; data files it names are relative to its folder.
    /// - Throws: ``Specifications/SpecificationError`` with every problem found.
    public init(path: String) throws(SpecificationError) {
        let file = try SpecificationFile(path: path)
        self = try file.decoded { root in ModelFile(root, file: file) }
    }

    private init?(_ root: SpecificationValue, file: SpecificationFile) {
        guard let any = root.openMapping("model"), let kindValue = any.required("kind"),
            let kind = kindValue.word(among: Self.kinds)
        else { return nil }
        guard let model = root.mapping("\(kind) model", keys: Self.commonKeys + Self.keys(of: kind)) else {
            return nil
        }
        let folder = Self.folder(of: file.path)
        let baseline = model.optional("baseline").map { BaselineDeclaration($0) }
        let judgement = Judgement(model)
        guard let read = Self.specification(kind, model, folder: folder), let judgement else { return nil }
        if let baseline, baseline == nil { return nil }
        if let outcomes = read.outcomes { Judgement.check(model, outcomes: outcomes) }
        self.kind = read
        self.baseline = baseline ?? nil
        self.judgement = judgement
        title = model.optionalText("title") ?? ""
        note = model.optionalText("note") ?? ""
        path = file.path
        bytes = file.bytes
        name = Self.stem(of: file.path)
    }

    /// The folder of a path, `.` when it has none.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A file's name without folder and extension.
    public static func stem(of path: String) -> String { fileStem(of: path) }
}

/// The pre-crisis reference: which cohorts, and whether their mean or their trend.
public struct BaselineDeclaration: Sendable, Equatable {
    /// How the cohorts make a reference.
    public enum Kind: String, Sendable, CaseIterable {
        /// The mean of the cohorts.
        case mean
        /// Their straight-line trend, continued.
        case trend
    }

    /// The cohorts before the crisis, in order.
    public let cohorts: [String]
    /// Mean or trend: decides the verdicts of gaps and the simulator's starting state. Growth is reported against both
    /// when the trend can be estimated.
    public let kind: Kind

    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("baseline", keys: ["cohorts", "kind"]) else { return nil }
        let kind = mapping.optional("kind").map { $0.word(of: Kind.self) } ?? .mean
        guard let cohorts = mapping.required("cohorts")?.texts(atLeast: 1), let kind else { return nil }
        if Set(cohorts).count < cohorts.count { mapping.fail("a baseline cohort is named twice.") }
        self.cohorts = cohorts
        self.kind = kind
    }

    /// A baseline of declared cohorts.
    public init(cohorts: [String], kind: Kind) {
        self.cohorts = cohorts
        self.kind = kind
    }
}

extension ModelFile.Kind {
    /// The outcomes that are compared with a baseline; nil where only the data tell them.
    fileprivate var outcomes: [String]? {
        switch self {
        case .growth(let specification): specification.report.map { [$0.outcome] } ?? []
        case .aggregate(let specification): Array(Set(specification.cells.map(\.outcome))).sorted()
        case .trend(let specification): specification.outcomes.map(\.name)
        case .transitions(let specification): specification.outcomes
        case .evidence, .persistence, .survey: []
        }
    }
}

import Specifications
import Tables

/// What a model file of kind `persistence` declares: shares of effects left at follow-up.
public struct PersistenceSpecification: Sendable {
    /// The follow-ups: a file, or the model file itself.
    enum Source: Sendable {
        case file(path: String, CSVOptions)
        case inline([PublishedFollowUp])
    }

    let source: Source
    /// The coverage of the intervals in the data.
    let dataCoverage: Double
    /// The correlation of the errors of the effects after the intervention and at follow-up.
    let correlation: Double
    /// Whether standard errors grow with the scatter of the follow-ups.
    public let isDispersed: Bool
    /// The months at which the share left is reported.
    public let reportedMonths: [Double]
    /// The coverage of intervals.
    public let coverage: Double
    /// The version of the table; empty when not given.
    public let version: String

    static let keys = [
        "data", "follow_ups", "data_coverage", "correlation", "dispersion", "share_left_after", "coverage", "version",
    ]
    /// The columns of a file, which are also the keys of a follow-up.
    static let columns = [
        "months", "ratio", "std_error", "conf_low", "conf_high", "post", "post_std_error", "follow_up",
        "follow_up_std_error", "studies", "source",
    ]

    init?(_ model: SpecificationMapping, folder: String) {
        let dispersion = model.optional("dispersion").map { $0.word(among: ["none", "estimated"]) } ?? "none"
        let months = model.optional("share_left_after").map { $0.list(atLeast: 1)?.map { $0.number(in: .positive) } }
        guard let coverage = Self.coverage(model, "coverage", default: 0.95),
            let dataCoverage = Self.coverage(model, "data_coverage", default: 0.95), let dispersion,
            let correlation = model.number("correlation", in: .correlation, default: 0),
            let reported = months ?? [12], !reported.contains(nil),
            let source = Self.source(model, folder: folder, coverage: dataCoverage, correlation: correlation)
        else { return nil }
        self.source = source
        self.dataCoverage = dataCoverage
        self.correlation = correlation
        isDispersed = dispersion == "estimated"
        reportedMonths = reported.compactMap { $0 }
        self.coverage = coverage
        version = model.optionalText("version") ?? ""
    }

    /// The file that fitting reads; nil for follow-ups in the model file.
    public var dataPath: String? {
        if case .file(let path, _) = source { path } else { nil }
    }

    /// The follow-ups in the model file; nil when they are in a data file, or one is wrong.
    public var declared: [FollowUp]? {
        guard case .inline(let list) = source else { return nil }
        return try? list.enumerated().map { try $0.element.followUp(row: $0.offset + 1) }
    }

    private static func coverage(_ model: SpecificationMapping, _ key: String, default value: Double) -> Double? {
        guard let coverage = model.number(key, in: .share, default: value) else { return nil }
        guard coverage > 0, coverage < 1 else {
            model.optional(key)?.fail("found \(coverage); expected a share between 0 and 1.")
            return nil
        }
        return coverage
    }

    private static func source(
        _ model: SpecificationMapping, folder: String, coverage: Double, correlation: Double
    ) -> Source? {
        switch (model.optional("data"), model.optional("follow_ups")) {
        case (let data?, nil):
            return DataDeclaration(data, folder: folder).map { .file(path: $0.path, $0.csv) }
        case (nil, let list?):
            guard let values = list.list(atLeast: 1) else { return nil }
            let read = values.map { followUp($0, coverage: coverage, correlation: correlation) }
            let followUps = read.compactMap { $0 }
            return followUps.count == read.count ? .inline(followUps) : nil
        default:
            model.fail("give either 'data', or 'follow_ups'.")
            return nil
        }
    }

    private static func followUp(
        _ value: SpecificationValue, coverage: Double, correlation: Double
    ) -> PublishedFollowUp? {
        guard let mapping = value.mapping("follow-up", keys: columns + ["note"]),
            let months = mapping.number("months", in: .positive), let source = mapping.text("source")
        else { return nil }
        var numbers: [String: Double] = [:]
        var studies: Int?
        if let value = mapping.optional("studies") {
            guard let count = value.integer(in: 1...1_000_000) else { return nil }
            studies = count
        }
        for name in columns where !["months", "source", "studies"].contains(name) {
            guard let value = mapping.optional(name) else { continue }
            guard let number = value.number() else { return nil }
            numbers[name] = number
        }
        guard let form = PublishedFollowUp.Form(numbers, coverage: coverage, correlation: correlation) else {
            mapping.fail(PublishedFollowUp.Form.expected)
            return nil
        }
        return PublishedFollowUp(
            months: months, form: form, studies: studies, source: source)
    }

    /// Reads the follow-ups.
    ///
    /// - Throws: ``Tables/TableError``, ``ModelError``.
    func followUps() throws -> [FollowUp] {
        let published: [PublishedFollowUp]
        switch source {
        case .inline(let list): published = list
        case .file(let path, let options): published = try rows(of: readCSV(path: path, options: options))
        }
        return try published.enumerated().map { try $0.element.followUp(row: $0.offset + 1) }
    }

    private func rows(of table: Table) throws -> [PublishedFollowUp] {
        guard table.rowCount > 0 else { throw ModelError.noCompleteRows(read: 0) }
        var numbers: [String: [Double]] = [:]
        for name in Self.columns where name != "source" {
            guard let column = table[name] else { continue }
            guard let values = column.doubles() else { throw ModelError.notNumeric(column: name, use: "it") }
            numbers[name] = values
        }
        let months = try table.column("months").doubles() ?? []
        let sources = table["source"]?.asFactor()
        return try (0..<table.rowCount).map { row in
            let cells = numbers.compactMapValues { $0[row].isNaN ? nil : $0[row] }
            guard let form = PublishedFollowUp.Form(cells, coverage: dataCoverage, correlation: correlation) else {
                throw ModelError.report("in follow-up \(row + 1): " + PublishedFollowUp.Form.expected)
            }
            let source = sources.map { $0.codes[row] < 0 ? "" : $0.levels[Int($0.codes[row])] } ?? ""
            return PublishedFollowUp(
                months: months[row], form: form, studies: cells["studies"].flatMap { Int(exactly: $0) }, source: source)
        }
    }
}

extension PublishedFollowUp.Form {
    /// What a follow-up must give, for messages.
    static let expected =
        "give 'ratio' with 'std_error' or with 'conf_low' and 'conf_high', or 'post', 'post_std_error', 'follow_up' and "
        + "'follow_up_std_error'."

    /// The form of which all numbers, and no others, are given.
    init?(_ numbers: [String: Double], coverage: Double, correlation: Double) {
        let given = Set(numbers.keys).subtracting(["months", "studies"])
        func number(_ name: String) -> Double { numbers[name] ?? .nan }
        switch given {
        case ["ratio", "std_error"]: self = .ratio(number("ratio"), standardError: number("std_error"))
        case ["ratio", "conf_low", "conf_high"]:
            self = .interval(
                number("ratio"), low: number("conf_low"), high: number("conf_high"), coverage: coverage)
        case ["post", "post_std_error", "follow_up", "follow_up_std_error"]:
            self = .effects(
                post: (number("post"), number("post_std_error")),
                followUp: (number("follow_up"), number("follow_up_std_error")), correlation: correlation)
        default: return nil
        }
    }
}

import Specifications
import Tables

/// What a model file of kind `transitions` declares: rates of an event or a state by year and group, or published flows.
///
/// A file has one of the forms; each ends in the same `Estimates` (levels, in percent) and in what the form alone finds.
public enum TransitionsSpecification: Sendable {
    /// Rates by a binomial or logit model, of individuals, counts or published figures.
    case rates(RateSpecification)
    /// Flows between the grades of careers, of individuals, counts or published figures.
    case flows(FlowSpecification)

    static let keys = RateSpecification.keys + [FlowSpecification.key]

    init?(_ model: SpecificationMapping, folder: String) {
        if model.optional(FlowSpecification.key) != nil {
            guard let flows = FlowSpecification(model, folder: folder) else { return nil }
            self = .flows(flows)
            return
        }
        guard let rates = RateSpecification(model, folder: folder) else { return nil }
        self = .rates(rates)
    }

    /// The outcomes, where the file alone tells them; nil where the data do.
    var outcomes: [String]? {
        switch self {
        case .rates(let rates): rates.outcomes
        case .flows(let flows): flows.outcomes
        }
    }

    /// How the yearly series are judged; nil when they are not.
    var series: SeriesSpecification? {
        switch self {
        case .rates(let rates): rates.series
        case .flows(let flows): flows.series
        }
    }

    /// The data files that fitting will read.
    var dataPaths: [String] {
        switch self {
        case .rates(let rates): rates.dataPath.map { [$0] } ?? []
        case .flows(let flows): flows.dataPath.map { [$0] } ?? []
        }
    }

    /// What the file declares, in lines for a reader.
    public var explanation: [String] {
        switch self {
        case .rates(let rates): rates.explanation
        case .flows(let flows): flows.explanation
        }
    }

    /// The data; nil where the figures stand in the model file.
    func table() throws -> Table? {
        switch self {
        case .rates(let rates): try rates.table()
        case .flows(let flows): try flows.table()
        }
    }

    /// Fits the model.
    ///
    /// - Parameters:
    ///   - table: What ``table()`` gave.
    ///   - baseline: The pre-crisis reference, against which policy years are set.
    /// - Throws: ``ModelError``.
    func fit(name: String, table: Table?, baseline: BaselineDeclaration?) throws(ModelError) -> TransitionsResult {
        switch self {
        case .rates(let rates): try rates.fit(name: name, table: table, baseline: baseline)
        case .flows(let flows): try flows.fit(name: name, table: table, baseline: baseline)
        }
    }
}

/// A fitted model of transitions.
struct TransitionsResult {
    let fit: ModelFit
    var counts: [Cell: CellCount] = [:]
    var suppressed: [SuppressedCell] = []
    let findings: TransitionsFindings
}

/// What a model of transitions says beyond the levels of its cells.
public struct TransitionsFindings: Sendable {
    /// How the rates were fitted, in words for a report.
    public var method: String
    /// The years after the baseline, their deviation split into skill and policy; empty when the file asks for no split.
    public var policy: [PolicyFinding] = []
    /// The flows themselves, for the flows form.
    public var flows: FlowFindings? = nil
}

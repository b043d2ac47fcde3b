import Disclosure
import Specifications

/// The `disclosure` mapping of a model file on individuals' data: from how many on a cell is published.
///
///     disclosure: {minimum_count: 10, minimum_clusters: 3}    # default 10 and 0
///     disclosure: {minimum_count: 10, cells: bases}           # kind survey: only groups' respondents are cells, not their answers
///     disclosure: none                                        # for one's own eyes only
public struct DisclosureDeclaration: Sendable, Equatable {
    /// The rule; nil publishes every cell.
    public let rule: DisclosureRule?
    /// What the rule counts; kind `survey` alone lets one choose.
    public var cells = Cells.answers

    /// What is a cell of a survey's tables.
    public enum Cells: String, Sendable, CaseIterable {
        /// Every answer in every group, those that nobody gave included.
        case answers
        /// The respondents of every group: the answers of a group that is large enough are published.
        case bases
    }

    static let key = "disclosure"

    /// The default: at least ten individuals.
    init() { self.init(rule: try? DisclosureRule()) }

    private init(rule: DisclosureRule?) { self.rule = rule }

    /// Reads the mapping of a survey, which may say what is a cell; nil after an error.
    init?(survey value: SpecificationValue?) { self.init(value, keys: ["minimum_count", "minimum_clusters", "cells"]) }

    /// Reads the mapping; nil after an error.
    init?(_ value: SpecificationValue?) {
        if let value, value.isMapping, value.hasKey("cells") {
            value.fail(
                "'cells' in disclosure is for kind survey only: elsewhere a cell is what an estimate rests on. Remove it."
            )
            return nil
        }
        self.init(value, keys: ["minimum_count", "minimum_clusters"])
    }

    private init?(_ value: SpecificationValue?, keys: [String]) {
        guard let value else {
            self.init()
            return
        }
        guard value.isMapping else {
            guard value.word(among: ["none"]) != nil else { return nil }
            self.init(rule: nil)
            return
        }
        guard let mapping = value.mapping("disclosure", keys: keys),
            let count = mapping.integer("minimum_count", in: 1...1_000_000, default: 10),
            let clusters = mapping.integer("minimum_clusters", in: 0...1_000_000, default: 0)
        else { return nil }
        let cells = mapping.optional("cells").map { $0.word(of: Cells.self) } ?? .answers
        guard let cells else { return nil }
        do {
            self.init(rule: try DisclosureRule(minimumCount: count, minimumClusters: clusters))
            self.cells = cells
        } catch {
            value.fail("\(error)")
            return nil
        }
    }
}

import Disclosure
import Specifications

/// The `disclosure` mapping of a model file on individuals' data: from how many on a cell is published.
///
///     disclosure: {minimum_count: 10, minimum_clusters: 3}    # default 10 and 0
///     disclosure: none                                        # for one's own eyes only
public struct DisclosureDeclaration: Sendable, Equatable {
    /// The rule; nil publishes every cell.
    public let rule: DisclosureRule?

    static let key = "disclosure"

    /// The default: at least ten individuals.
    init() { self.init(rule: try? DisclosureRule()) }

    private init(rule: DisclosureRule?) { self.rule = rule }

    /// Reads the mapping; nil after an error.
    init?(_ value: SpecificationValue?) {
        guard let value else {
            self.init()
            return
        }
        guard value.isMapping else {
            guard value.word(among: ["none"]) != nil else { return nil }
            self.init(rule: nil)
            return
        }
        guard let mapping = value.mapping("disclosure", keys: ["minimum_count", "minimum_clusters"]),
            let count = mapping.integer("minimum_count", in: 1...1_000_000, default: 10),
            let clusters = mapping.integer("minimum_clusters", in: 0...1_000_000, default: 0)
        else { return nil }
        do {
            self.init(rule: try DisclosureRule(minimumCount: count, minimumClusters: clusters))
        } catch {
            value.fail("\(error)")
            return nil
        }
    }
}

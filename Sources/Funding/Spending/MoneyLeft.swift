import Specifications

/// How much of the money received so far schools have left at a moment: a distribution over schools.
///
/// Given in classes, as surveys publish it: so many schools have nothing left, so many up to 20%, so many more. Within
/// a class schools are spread evenly, which is an assumption: the surveys say no more.
public struct MoneyLeft: Sendable, Equatable {
    /// A class of schools: more left than the class before allows, up to a bound.
    public struct Class: Sendable, Equatable {
        /// The largest share of the money that is left, included; 0 in the class of schools with nothing left.
        public let upTo: Double
        /// The share of schools.
        public let share: Double

        /// A class of schools.
        public init(upTo: Double, share: Double) {
            self.upTo = upTo
            self.share = share
        }

        /// The key in a scenario file: `none`, `up_to_0.2`.
        public var key: String { upTo == 0 ? "none" : "up_to_\(upTo)" }
    }

    /// How far published shares may be from adding up to 1: percentages rounded to whole ones.
    static let rounding = 0.02

    /// The classes from little to much left; their shares add up to 1.
    public let classes: [Class]
    /// Where the shares come from.
    public let source: String

    /// A distribution over schools.
    ///
    /// - Parameter classes: Bounds from 0 to 1, all different. Shares are scaled to add up to 1 when they do within 0.02.
    /// - Returns: Nil when they do not.
    public init?(_ classes: [Class], source: String) {
        let total = classes.reduce(0) { $0 + $1.share }
        guard abs(total - 1) <= Self.rounding + 1e-9 else { return nil }
        self.classes = classes.sorted { $0.upTo < $1.upTo }.map { Class(upTo: $0.upTo, share: $0.share / total) }
        self.source = source
    }

    /// The share of the money that the school at a place has left: the quantile function.
    ///
    /// - Parameter place: The school's place among all, above 0 and below 1, from the fastest spender to the slowest.
    func share(at place: Double) -> Double {
        var (below, lower) = (0.0, 0.0)
        for item in classes {
            if place < below + item.share {
                return item.upTo == 0 ? 0 : lower + (item.upTo - lower) * ((place - below) / item.share)
            }
            below += item.share
            lower = item.upTo
        }
        // Rounding of the sum of shares: the last school is in the last class.
        return lower
    }

    /// Reads `{none: 0.35, up_to_0.20: 0.35, up_to_0.50: 0.28, up_to_1: 0.02, source: ...}`.
    ///
    /// - Parameters:
    ///   - name: What it is, for messages.
    ///   - source: The source that stands for all of a profile's distributions; nil when each gives its own.
    init?(_ value: SpecificationValue, name: String, source: String?) {
        guard let mapping = value.openMapping(name) else { return nil }
        var (classes, isComplete): ([Class], Bool) = ([], true)
        for entry in mapping.entries where !["source", "note"].contains(entry.key) {
            let share = entry.value.number(in: .share)
            guard let upTo = Self.bound(entry, name), let share else {
                isComplete = false
                continue
            }
            if let twin = classes.first(where: { $0.upTo == upTo }) {
                entry.keyValue.fail("class '\(entry.key)' is the class '\(twin.key)' again. Keep one of them.")
                isComplete = false
            }
            classes.append(Class(upTo: upTo, share: share))
        }
        guard let source = mapping.optional("source")?.text() ?? source ?? mapping.text("source"), isComplete else {
            return nil
        }
        let total = (classes.reduce(0) { $0 + $1.share } * 1e4).rounded() / 1e4
        guard let made = MoneyLeft(classes, source: source) else {
            mapping.fail(
                "the shares of schools in \(name) add up to \(total); expected 1, or within \(Self.rounding) of it for "
                    + "rounded percentages.")
            return nil
        }
        self = made
    }

    private static func bound(_ entry: SpecificationMapping.Entry, _ name: String) -> Double? {
        if entry.key == "none" { return 0 }
        let prefix = "up_to_"
        if entry.key.hasPrefix(prefix) {
            let digits = entry.key.dropFirst(prefix.count)
            if digits.utf8.allSatisfy({ ".0123456789".utf8.contains($0) }), let bound = Double(digits), bound > 0,
                bound <= 1
            {
                return bound
            }
        }
        entry.keyValue.fail(
            "unknown class '\(entry.key)' in \(name); expected 'none', or 'up_to_' and a share of the money above 0 and up "
                + "to 1, such as 'up_to_0.20'.")
        return nil
    }
}

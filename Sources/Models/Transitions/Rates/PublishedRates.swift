import Specifications
import Tables

/// Published figures that stand in the model file: a share in percent, or a count, of n, with its factors.
///
///     rates:
///       - {year: 2016/17, percent: 5.4, n: 940000, rounded_to: 0.01, source: "progress report, Figuur 1"}
///       - {year: 2019, track: havo, count: 48195, n: 54615, source: "DUO"}
///
/// A percent becomes the nearest whole count of n; `rounded_to`, the unit in percentage points in which it was printed, adds the
/// variance of rounding.
public struct PublishedRates: Sendable {
    /// The factors and their values, one for each figure.
    let factors: [(name: String, values: [String])]
    /// How often the event happened.
    let events: [Double]
    /// Out of how many.
    let trials: [Double]
    /// The standard deviation of each count by rounding; 0 for exact figures.
    let roundingErrors: [Double]
    /// Where the figures come from, each source once.
    let sources: [String]

    private static let keys = ["percent", "count", "n", "rounded_to", "source", "note"]

    /// Reads the list.
    ///
    /// - Parameters:
    ///   - factorNames: The keys that each figure has.
    ///   - source: The file's own source, for figures without one.
    init?(_ value: SpecificationValue, factorNames: [String], source: String?) {
        guard let list = value.list(atLeast: 1) else { return nil }
        var (events, trials, errors, sources): ([Double], [Double], [Double], [String]) = ([], [], [], [])
        var values = factorNames.map { _ in [String]() }
        var (isFine, seen) = (true, Set<[String]>())
        for item in list {
            guard let mapping = item.mapping("rate", keys: factorNames + Self.keys),
                let names = Self.names(mapping, factorNames), let figure = Self.figure(mapping),
                let origin = mapping.optional("source").map({ $0.text() }) ?? source ?? mapping.text("source")
            else {
                isFine = false
                continue
            }
            guard seen.insert(names).inserted else {
                item.fail("'\(names.joined(separator: ", "))' is given twice. Give each figure once.")
                isFine = false
                continue
            }
            for (position, name) in names.enumerated() { values[position].append(name) }
            events.append(figure.events)
            trials.append(figure.trials)
            errors.append(figure.error)
            if !sources.contains(origin) { sources.append(origin) }
        }
        guard isFine else { return nil }
        factors = Array(zip(factorNames, values)).map { (name: $0, values: $1) }
        (self.events, self.trials, roundingErrors, self.sources) = (events, trials, errors, sources)
    }

    private static func names(_ mapping: SpecificationMapping, _ factorNames: [String]) -> [String]? {
        let names = factorNames.map { name -> String? in
            guard let value = mapping.required(name), let text = value.text() else { return nil }
            guard text.isEmpty else { return text }
            value.fail("found an empty name; expected that of a '\(name)'.")
            return nil
        }
        return names.contains(nil) ? nil : names.compactMap { $0 }
    }

    private static func figure(_ mapping: SpecificationMapping) -> (events: Double, trials: Double, error: Double)? {
        guard (mapping.optional("percent") == nil) != (mapping.optional("count") == nil) else {
            mapping.fail("give either 'percent' or 'count', with its base 'n'.")
            return nil
        }
        guard let n = mapping.integer("n", in: 1...1_000_000_000) else { return nil }
        let unit = mapping.optional("rounded_to").map { $0.number(in: .positive) } ?? 0
        guard let unit else { return nil }
        let error = Double(n) * unit / 100 / 12.0.squareRoot()
        if let count = mapping.optional("count") {
            guard let events = count.integer(in: 0...1_000_000_000) else { return nil }
            guard events <= n else {
                count.fail("found a count of \(events) out of n = \(n); a count is at most its base.")
                return nil
            }
            return (Double(events), Double(n), error)
        }
        guard let percent = mapping.optional("percent")?.number(in: .from(0, to: 100)) else { return nil }
        return ((percent / 100 * Double(n)).rounded(), Double(n), error)
    }

    /// The figures as a table: their factors in order of first appearance, `events` and `trials`.
    func table() throws(TableError) -> Table {
        var columns: [(String, Column)] = []
        for (name, values) in factors {
            var levels: [String] = []
            for value in values where !levels.contains(value) { levels.append(value) }
            columns.append((name, .factor(try Factor(values: values, levels: levels))))
        }
        return try Table(columns)
    }
}

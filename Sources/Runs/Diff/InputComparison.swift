import Scenarios
import Tables

/// What went into two runs differently.
struct InputComparison {
    /// Program, request, files, parameters, goals, models, in this order.
    let differences: [InputDifference]

    init(_ first: ComparedRun, _ second: ComparedRun) throws {
        let files = FileMatching(first, second)
        differences =
            Self.program(first.description, second.description) + Self.request(first.description, second.description)
            + files.differences + (try Self.parameters(first, second, files)) + (try Self.goals(first, second))
            + Self.models(first.description, second.description)
    }

    /// The relative difference up to which numbers count as the same: fits that went through different BLAS libraries
    /// agree to 9 digits, others to the last bit.
    static func tolerance(_ first: ComparedRun, _ second: ComparedRun) -> Double {
        first.description.blas == second.description.blas ? 0 : 1e-9
    }

    private static func difference(
        _ kind: InputDifference.Kind, _ name: String, _ field: String, _ first: String?, _ second: String?
    ) -> [InputDifference] {
        first == second ? [] : [InputDifference(kind, name, field, first, second)]
    }

    private static func program(
        _ old: ComparedRun.Description, _ new: ComparedRun.Description
    ) -> [InputDifference] {
        difference(.program, "herstel", "version", old.version, new.version)
            + difference(.program, "BLAS", "library", old.blas, new.blas)
    }

    private static func request(
        _ old: ComparedRun.Description, _ new: ComparedRun.Description
    ) -> [InputDifference] {
        func text(_ value: (some CustomStringConvertible)?) -> String? { value.map { "\($0)" } }
        return difference(.request, "command", "name", old.command.first, new.command.first)
            + difference(.request, "seed", "value", text(old.seed), text(new.seed))
            + difference(.request, "draws", "value", text(old.draws), text(new.draws))
            + difference(
                .request, "sampling", "value", old.request?.sampling.rawValue, new.request?.sampling.rawValue)
            + difference(.request, "until_mcse", "value", text(old.request?.mcse), text(new.request?.mcse))
            + difference(
                .request, "max_draws", "value", text(old.request?.largestNumberOfDraws),
                text(new.request?.largestNumberOfDraws))
            + difference(
                .request, "sensitivity_samples", "value", text(old.request?.sensitivitySamples),
                text(new.request?.sensitivitySamples))
    }

    private static func models(
        _ old: ComparedRun.Description, _ new: ComparedRun.Description
    ) -> [InputDifference] {
        Set(old.teachingWeeks.keys).union(new.teachingWeeks.keys).sorted(by: scalarOrder).flatMap { model in
            difference(
                .model, model, "teaching_weeks", old.teachingWeeks[model].map(shortestText),
                new.teachingWeeks[model].map(shortestText))
        }
    }

    // MARK: Tables

    private static let numericFields = ["mean", "sd", "low", "high"]
    private static let textFields = ["distribution", "origin", "source", "note"]

    private static func parameters(
        _ first: ComparedRun, _ second: ComparedRun, _ files: FileMatching
    ) throws -> [InputDifference] {
        let columns = ["parameter"] + numericFields + textFields
        let old = try first.table("assumptions.csv", columns: columns)
        let new = try second.table("assumptions.csv", columns: columns)
        guard let old, let new else { return [] }
        let tolerance = tolerance(first, second)
        return try matched(old, new, name: { $0.text("parameter") }) { name, before, after in
            guard let before, let after else {
                return [InputDifference(.parameter, name, "", before.map(summary), after.map(summary))]
            }
            let numbers = numericFields.filter { field in
                isOther(before.number(field), after.number(field), tolerance)
            }
            let texts = textFields.filter { field in
                // The file that declares a number may be a copy under another name.
                before.text(field) != after.text(field) && files.renamed[before.text(field)] != after.text(field)
            }
            return (["distribution"].filter(texts.contains) + numbers + texts.filter { $0 != "distribution" }).map {
                InputDifference(.parameter, name, $0, before.text($0), after.text($0))
            }
        }
    }

    private static func isOther(_ x: Double?, _ y: Double?, _ tolerance: Double) -> Bool {
        guard let x, let y else { return x != y }
        return abs(x - y) > tolerance * max(abs(x), abs(y))
    }

    private static func summary(_ row: RunTable.Row) -> String {
        let sd = row.number("sd").flatMap { $0 == 0 ? nil : ", sd \(shortestText($0))" } ?? ""
        return "\(row.text("distribution")), mean \(row.text("mean"))\(sd)"
    }

    private static func goals(_ first: ComparedRun, _ second: ComparedRun) throws -> [InputDifference] {
        let fields = ["title", "figure", "benchmark", "ses", "deadline", "at_least", "source"]
        let old = try first.table("goals.csv", columns: ["goal"] + fields)
        let new = try second.table("goals.csv", columns: ["goal"] + fields)
        guard let old, let new else { return [] }
        // Every row of a goal repeats its definition.
        return try matched(old, new, name: { $0.text("goal") }, repeats: true) { name, before, after in
            guard let before, let after else {
                return [InputDifference(.goal, name, "", before?.text("title"), after?.text("title"))]
            }
            return fields.filter { before.text($0) != after.text($0) }.map {
                InputDifference(.goal, name, $0, before.text($0), after.text($0))
            }
        }
    }

    /// Rows of the same name together: those of the second table in its order, then those only in the first.
    private static func matched(
        _ old: RunTable, _ new: RunTable, name: (RunTable.Row) -> String, repeats: Bool = false,
        _ differences: (String, RunTable.Row?, RunTable.Row?) -> [InputDifference]
    ) throws(DiffError) -> [InputDifference] {
        let (before, beforeNames) = try named(old, name, repeats)
        let (after, afterNames) = try named(new, name, repeats)
        return afterNames.flatMap { differences($0, before[$0], after[$0]) }
            + beforeNames.filter { after[$0] == nil }.flatMap { differences($0, before[$0], nil) }
    }

    private static func named(
        _ table: RunTable, _ name: (RunTable.Row) -> String, _ repeats: Bool
    ) throws(DiffError) -> ([String: RunTable.Row], [String]) {
        var (rows, names): ([String: RunTable.Row], [String]) = ([:], [])
        for row in table.rows {
            let name = name(row)
            guard rows[name] == nil else {
                guard repeats else { throw .duplicateRow(path: table.path, key: name) }
                continue
            }
            rows[name] = row
            names.append(name)
        }
        return (rows, names)
    }
}

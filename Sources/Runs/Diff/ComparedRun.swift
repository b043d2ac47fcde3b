import Foundation
import Tables

/// A finished run to compare, with the digests of all its tables checked.
public struct ComparedRun: Sendable {
    /// What is read of `run.json`.
    struct Description: Decodable {
        struct File: Decodable {
            let path: String
            let sha256: String
        }

        let formatVersion: Int
        let version: String
        let command: [String]
        let seed: UInt64?
        let draws: Int?
        let request: SimulationRequest?
        let teachingWeeks: [String: Double]
        let inputs: [File]
        let outputs: [File]
        let resultDigest: String
        let blas: String

        private enum CodingKeys: String, CodingKey {
            case version, command, seed, draws, request, inputs, outputs, blas
            case formatVersion = "format_version"
            case teachingWeeks = "teaching_weeks"
            case resultDigest = "result_digest"
        }
    }

    private struct Format: Decodable {
        let number: Int

        private enum CodingKeys: String, CodingKey { case number = "format_version" }
    }

    /// What is read of `datapackage.json`: the types and units of columns.
    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Schema: Decodable { let fields: [Field] }
            let name: String
            let schema: Schema
        }

        struct Field: Decodable {
            let name: String
            let type: String
            let unit: String?
        }

        let resources: [Resource]
    }

    /// The run's folder.
    public let path: String
    let description: Description
    private let fields: [String: [Package.Field]]

    /// The command that made it, with its scenario or model.
    public var command: [String] { description.command }
    /// The seed; nil when nothing was simulated.
    public var seed: UInt64? { description.seed }
    /// The number of draws; nil when nothing was simulated.
    public var draws: Int? { description.draws }
    /// The tables that it wrote, in order: `growth.csv`.
    public var tableNames: [String] { description.outputs.map(\.path) }

    /// Opens a finished run.
    ///
    /// - Throws: ``DiffError``: no folder, no run, an unfinished one, a table that is not what the run wrote.
    /// - Complexity: Reads every table once, for its digest.
    public init(path: String) throws(DiffError) {
        var isFolder: ObjCBool = false
        let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw .noFolder(path: path)
        }
        self.path = folder
        description = try Self.description(in: folder)
        let packagePath = folder + "/datapackage.json"
        guard let package: Package = Self.decoded(packagePath) else { throw .unreadableDescription(path: packagePath) }
        fields = Dictionary(package.resources.map { ($0.name + ".csv", $0.schema.fields) }) { first, _ in first }
        try checkTables()
    }

    private static func description(in folder: String) throws(DiffError) -> Description {
        let file = folder + "/run.json"
        guard access(file, F_OK) == 0 else {
            let isUnfinished = access(folder + "/" + RunDirectory.unfinished, F_OK) == 0
            throw isUnfinished ? .unfinished(path: folder) : .noRun(path: folder)
        }
        guard let format: Format = decoded(file) else { throw .unreadableDescription(path: file) }
        guard format.number == 1 else { throw .otherFormat(path: file, found: format.number) }
        guard let description: Description = decoded(file) else { throw .unreadableDescription(path: file) }
        return description
    }

    private static func decoded<Value: Decodable>(_ path: String) -> Value? {
        (try? readFile(path)).flatMap { try? JSONDecoder().decode(Value.self, from: Data($0)) }
    }

    private func checkTables() throws(DiffError) {
        for output in description.outputs {
            let file = path + "/" + output.path
            guard let bytes = try? readFile(file) else { throw .missingTable(path: file) }
            let digest = sha256(bytes)
            guard digest == output.sha256 else {
                throw .damaged(path: file, found: digest, expected: output.sha256)
            }
        }
    }

    /// Columns of a table of the run, with the types that its data package declares; nil when the run has no such table.
    ///
    /// - Throws: ``Tables/TableError``, also for a column that the table does not have.
    func table(_ name: String, columns: [String]) throws(TableError) -> RunTable? {
        guard tableNames.contains(name) else { return nil }
        var options = CSVOptions()
        (options.separator, options.decimalMark, options.columns) = (.comma, .point, columns)
        // A scenario may be called NA: only an empty cell is missing.
        options.missing = [""]
        for field in fields[name] ?? [] where columns.contains(field.name) {
            options.types[field.name] = field.type == "number" ? .double : field.type == "integer" ? .int : .text
        }
        return RunTable(try readCSV(path: path + "/" + name, options: options), path: path + "/" + name)
    }

    /// The unit of a column; empty when it has none.
    func unit(of column: String, in name: String) -> String {
        fields[name]?.first { $0.name == column }?.unit ?? ""
    }
}

/// A table of a run, cell by cell.
struct RunTable {
    let path: String
    private let table: Table

    init(_ table: Table, path: String) {
        self.table = table
        self.path = path
    }

    var rows: [Row] { (0..<table.rowCount).map { Row(table: table, index: $0) } }

    /// A row.
    struct Row {
        fileprivate let table: Table
        fileprivate let index: Int

        /// A cell as text; empty when missing.
        func text(_ column: String) -> String { table[column]?.text(at: index) ?? "" }

        /// A cell as a number; nil when missing.
        func number(_ column: String) -> Double? {
            switch table[column] {
            case .double(let values): values[index].isNaN ? nil : values[index]
            case .int(let values): values[index] == Column.missingInt ? nil : Double(values[index])
            default: nil
            }
        }

        /// Whether all of these columns say `all`.
        func isAll(_ columns: String...) -> Bool { columns.allSatisfy { text($0) == "all" } }
    }
}

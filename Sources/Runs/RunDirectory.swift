import Foundation
import Tables

/// What can go wrong with a run directory.
public enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder holds other things than a run.
    case notARun(path: String)
    /// The path is a file.
    case notAFolder(path: String)
    /// The path is empty.
    case noName
    /// The folder cannot be made.
    case cannotCreate(path: String, reason: String)

    /// The message.
    public var description: String {
        switch self {
        case .notARun(let path):
            "\(path): the folder is not empty and holds no earlier run (run.json). Choose another with --output."
        case .notAFolder(let path): "\(path): this is a file; expected a folder. Choose another with --output."
        case .noName: "the name of the folder for the results is empty. Give one with --output, '.' for this folder."
        case .cannotCreate(let path, let reason): "\(path): the folder cannot be made: \(reason)."
        }
    }
}

/// The folder of a run. Tables are written one by one, each whole; `run.json` comes last, so that a folder without it
/// holds an unfinished run.
struct RunDirectory {
    let path: String

    /// Opens a folder for a run: makes it, or takes over one that holds an earlier run.
    ///
    /// - Throws: ``RunError``.
    init(_ path: String) throws(RunError) {
        // Names of files would begin with a slash: they would be written to the root of the file system.
        guard !path.isEmpty else { throw .noName }
        let files = FileManager.default
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else { throw .notAFolder(path: path) }
            let contents = (try? files.contentsOfDirectory(atPath: path)) ?? []
            guard contents.isEmpty || contents.contains("run.json") || contents.contains(Self.unfinished) else {
                throw .notARun(path: path)
            }
        } else {
            try Self.makeFolder(path)
        }
        self.path = path
    }

    /// Makes a folder and those above it.
    private static func makeFolder(_ path: String) throws(RunError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// A marker that the folder is a run's, until `run.json` is there.
    private static let unfinished = ".unfinished-run"

    /// Writes the tables and their descriptions.
    ///
    /// - Throws: ``Tables/TableError/unwritable(file:reason:)``.
    func write(_ tables: [ResultTable], package: DataPackage, manifest: Manifest) throws {
        try writeAtomically([], to: path + "/" + Self.unfinished)
        try? FileManager.default.removeItem(atPath: path + "/run.json")
        removeStaleTables(keeping: Set(tables.map(\.schema.fileName)))
        for table in tables { try writeAtomically(table.bytes, to: path + "/" + table.schema.fileName) }
        try writeAtomically(try canonicalJSON(package), to: path + "/datapackage.json")
        try writeAtomically(try canonicalJSON(manifest), to: path + "/run.json")
        try? FileManager.default.removeItem(atPath: path + "/" + Self.unfinished)
    }

    /// Tables of an earlier run that this one does not write would be mistaken for its own.
    private func removeStaleTables(keeping names: Set<String>) {
        for schema in TableSchema.all where !names.contains(schema.fileName) {
            try? FileManager.default.removeItem(atPath: path + "/" + schema.fileName)
        }
    }
}

extension TableSchema {
    /// All tables that a run can hold.
    public static let all: [TableSchema] = [
        .estimates, .varianceComponents, .cells, .cellCovariances, .growth, .gaps, .intervals, .bootstrap,
        .conditionalModes, .residuals, .likelihoodRatioTests, .allocation, .allocationSummary, .spending,
        .trajectories, .comparison, .recovery, .ranking, .goals, .effects, .assumptions, .diagnostics,
        .evidence, .heterogeneity, .leaveOneOut, .funnel, .persistence, .followUps,
    ]
}
